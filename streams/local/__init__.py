"""Real servers on one machine with no container: fetched once, supervised, stopped without a trace.

``stack`` is the door (up, down, status, running); everything else is how it keeps its word.
"""
