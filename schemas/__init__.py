"""The records on the wire: Avro schemas as data, their ids, the codec, and the gates a change must pass."""
