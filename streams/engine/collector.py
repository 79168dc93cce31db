"""Python's collector of reference cycles, set for a process that makes many short-lived values and no cycles.

Reference counting frees what a record leaves behind. The collector only looks for cycles, by default after every 700
new containers, and finds none: a tenth of the time of an event (docs/performance.md).
"""

import gc

CONTAINERS = 100_000  # new ones between two looks; about ten megabytes


def settle() -> None:
    """Call once, when what lives as long as the process has been loaded: it is not looked at again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(CONTAINERS)
