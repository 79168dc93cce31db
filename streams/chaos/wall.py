"""A process's wall clock that can be set while it runs: libfaketime before its other libraries, steered by a file.

Only what asks for the time of day is lied to; the monotonic clock, by which time-outs run, stays true, as on a machine
whose clock is set.
"""

import contextlib
import importlib.util
from collections.abc import Iterator, Sequence
from pathlib import Path

SHARED = Path("/dev/shm")  # noqa: S108 - where libfaketime itself keeps it
_FRESH_S = "1"  # how long the process may go on with the time it was told


def library() -> Path:
    """libfaketime as the package of that name brings it."""
    found = importlib.util.find_spec("libfaketime")
    assert found is not None and found.submodule_search_locations, "libfaketime is not installed: make venv"
    return Path(found.submodule_search_locations[0]) / "vendor/libfaketime/src/libfaketime.so.1"


@contextlib.contextmanager
def swept(pids: Sequence[int]) -> Iterator[None]:
    """For the length of a block in which processes run under such a clock and end. What libfaketime shares under a
    process's number goes with it when it ends in order; of those that were killed it is taken away here."""
    try:
        yield
    finally:
        for pid in pids:
            for name in (f"faketime_shm_{pid}", f"sem.faketime_sem_{pid}"):
                (SHARED / name).unlink(missing_ok=True)


class WallClock:
    """Of the processes that were started with ``environment``."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.set(0)

    @property
    def environment(self) -> dict[str, str]:
        return {
            "LD_PRELOAD": str(library()),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_CACHE_DURATION": _FRESH_S,
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    def set(self, off_s: int) -> None:
        """So many seconds ahead of the true time, or behind it."""
        partial = self._file.with_suffix(".partial")
        partial.write_text(f"{off_s:+d}\n")
        partial.replace(self._file)
