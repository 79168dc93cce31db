"""The vocabulary in which a story says what becomes of its record."""

from typing import NamedTuple

from streams.core.decisions import Outcome


class Fate(NamedTuple):
    """Outcome and leading code of the one receipt."""

    outcome: Outcome
    code: str | None = None


ACCEPTED = Fate(Outcome.ACCEPTED)
DUPLICATE = Fate(Outcome.DUPLICATE, "DUPLICATE_RECORD")
CHANGED = Fate(Outcome.NEEDS_CORRECTION, "CONTENT_CHANGED")


def held(code: str) -> Fate:
    return Fate(Outcome.HELD, code)


def warned(code: str) -> Fate:
    return Fate(Outcome.WARNED, code)


def rejected(code: str) -> Fate:
    return Fate(Outcome.REJECTED, code)
