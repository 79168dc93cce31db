"""A standing on two clocks: what was true on one day, as it was known on another."""
