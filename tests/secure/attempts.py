"""Attempts on the secure stack: what somebody tries, as whom, and whether it must come to pass.

To add some, write a module ``tests/secure/attempts_<what>.py``; it is found by its name. In it:

    @attempt("channel.court", "reads the receipts of another channel", DENIED)
    def _(stand: Stand) -> None:
        read(stand, "channel.court", "receipts.tax")

The function returns where it was let through, and raises ``Denied``, with the server's own word, where it was refused.
Any other exception is neither, and counts as unexpected: a server that is away has denied nothing. Attempts run in the
order of modules and lines, after a record has gone from its channel to ClickHouse; they may leave nothing behind that
a later one would trip over. What an attempt was shown, or what a server says of itself, goes to ``stand.outputs``.

To look through what came out, decorate a function with ``scan``: it gets the stand, and names every place in
``stand.outputs`` and beyond where a person of ``stand.persons`` can be read by somebody who may not know them.
"""

import importlib
import pkgutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Literal, NamedTuple

from tests.secure.stand import Stand

Fate = Literal["allowed", "denied"]
ALLOWED: Fate = "allowed"
DENIED: Fate = "denied"
Try = Callable[[Stand], None]
Scan = Callable[[Stand], list[str]]


class Denied(Exception):
    """A server refused; the message is its own word for it."""


class Attempt(NamedTuple):
    who: str
    what: str
    expected: Fate
    run: Try


class Outcome(NamedTuple):
    attempt: Attempt
    fate: Literal["allowed", "denied", "neither"]
    said: str  # the server's word; of what is neither, the exception
    seconds: float

    @property
    def unexpected(self) -> bool:
        return self.fate != self.attempt.expected


ATTEMPTS: list[Attempt] = []
SCANS: list[Scan] = []


def attempt(who: str, what: str, expected: Fate) -> Callable[[Try], Try]:
    def add(run: Try) -> Try:
        ATTEMPTS.append(Attempt(who, what, expected, run))
        return run

    return add


def scan(look: Scan) -> Scan:
    SCANS.append(look)
    return look


def load() -> None:
    """Import every module of attempts and scans, in the order of their names."""
    for module in sorted(found.name for found in pkgutil.iter_modules([str(Path(__file__).parent)])):
        if module.startswith(("attempts_", "scan_")):
            importlib.import_module(f"tests.secure.{module}")


def tried(one: Attempt, stand: Stand) -> Outcome:
    began = time.monotonic()

    def done(fate: Literal["allowed", "denied", "neither"], said: str) -> Outcome:
        return Outcome(one, fate, said, time.monotonic() - began)

    try:
        one.run(stand)
    except Denied as refusal:
        return done("denied", str(refusal))
    except Exception as error:  # neither let through nor refused: a finding, whatever it is
        return done("neither", f"{type(error).__name__}: {error}")
    return done("allowed", "")
