"""The C library's allocator, set for a process that makes and drops megabytes many times a second.

glibc gives large blocks back to the system at once and asks for them again: each page is then taken and zeroed anew,
which for a worker in a backlog was 7 page faults an event, 12 us (docs/performance.md).
"""

import ctypes

_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # parameters of mallopt
LARGE = 32 << 20  # the most that glibc lets its own heap hold in one block
KEPT = 96 << 20  # free at the end of the heap before any of it is given back


def keep_memory() -> None:
    """Let freed memory stay with the process, up to ``KEPT``. Without effect where the C library has no mallopt."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        mallopt(_MMAP_THRESHOLD, LARGE)
        mallopt(_TRIM_THRESHOLD, KEPT)
