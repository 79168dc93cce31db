"""The backlog: a million records waiting when the workers start, ClickHouse down in the middle, and the proof after."""
