"""What a person sees while servers are fetched and started: lines, and a bar whose length is the folder being filled.

The package managers do the downloading and report no bytes, so the bar watches the disk.
"""

import contextlib
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeElapsedColumn


class Reporter(Protocol):
    """Where ``up`` tells what it does."""

    def say(self, line: str) -> None: ...

    def filling(self, what: str, folder: Path, total_bytes: int) -> contextlib.AbstractContextManager[None]: ...


class Silent:
    """Says nothing: for tests and for callers that only want the addresses."""

    def say(self, line: str) -> None: ...

    @contextlib.contextmanager
    def filling(self, what: str, folder: Path, total_bytes: int) -> Iterator[None]:
        yield


class OnTerminal:
    """Lines and bars on stderr, so that stdout stays free for addresses a shell may evaluate."""

    def __init__(self) -> None:
        self.console = Console(stderr=True, highlight=False)

    def say(self, line: str) -> None:
        self.console.print(line, markup=False)

    @contextlib.contextmanager
    def filling(self, what: str, folder: Path, total_bytes: int) -> Iterator[None]:
        columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeElapsedColumn())
        done = threading.Event()
        with Progress(*columns, console=self.console) as bars:
            bar = bars.add_task(what, total=total_bytes)

            def watch() -> None:
                while not done.wait(0.5):
                    bars.update(bar, completed=min(folder_bytes(folder), total_bytes))

            watcher = threading.Thread(target=watch, daemon=True)
            watcher.start()
            try:
                yield
                bars.update(bar, completed=total_bytes)
            finally:
                done.set()
                watcher.join()


def folder_bytes(folder: Path) -> int:
    """Bytes under a folder that others are writing to: what vanishes while we look counts as nothing."""
    total = 0
    for path in folder.rglob("*"):
        with contextlib.suppress(OSError):
            total += path.lstat().st_size
    return total
