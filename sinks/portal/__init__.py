"""The portal: what an officer may ask about a person, what the person may ask and file; the query log comes first."""
