"""Who may do what: rights made from the catalogue and the flow, put on a cluster, and the logins they are for."""
