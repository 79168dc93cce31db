"""How long each part of a run took: told while it runs, and added up at the end."""

import contextlib
import time
from collections.abc import Iterator

from rich.console import Console


class Phases:
    """Seconds by phase, in the order in which they first began; ``seconds``: since the beginning."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self._began = time.monotonic()
        self.spent: dict[str, float] = {}

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._began

    def say(self, text: str) -> None:
        self.console.print(f"[dim]{self.seconds:6.1f} s[/]  {text}")

    @contextlib.contextmanager
    def phase(self, name: str, aloud: bool = True) -> Iterator[None]:
        """The block belongs to ``name``; what comes again is added to it."""
        if aloud:
            self.say(name)
        began = time.monotonic()
        try:
            yield
        finally:
            self.spent[name] = self.spent.get(name, 0.0) + time.monotonic() - began

    def told(self) -> str:
        """One line for the end of the summary."""
        return " · ".join(f"{name} {seconds:.0f} s" for name, seconds in self.spent.items())
