"""What-if reports in a folder, the newest first, each named by its digest. One that was changed is told, not shown."""

from pathlib import Path
from typing import NamedTuple

import msgspec

from streams.whatif import kept
from streams.whatif.kept import NotShown
from streams.whatif.report import Report

_MOST = 100


class Kept(NamedTuple):
    """``report`` is None where the file is not what its name says."""

    digest: str
    report: Report | None


class Reports:
    """Reports of one folder, which need not exist."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def all(self) -> tuple[Kept, ...]:
        """At most a hundred, by the day until which they compare and the time they were written."""
        files = [file for file in self.folder.glob("*.json") if len(file.stem) == 64]
        newest = sorted(files, key=_written, reverse=True)[:_MOST]
        return tuple(Kept(file.stem, self.one(file.stem)) for file in newest)

    def one(self, digest: str) -> Report | None:
        """The report of a digest; None: there is none that can be shown."""
        try:
            return kept.find(digest, self.folder)
        except (NotShown, msgspec.MsgspecError, ValueError):
            return None


def _written(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except OSError:
        return 0.0
