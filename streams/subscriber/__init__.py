"""A subscribing department and its own topics: its current view from snapshot and changes (docs/subscriber.md)."""
