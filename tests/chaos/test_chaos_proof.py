"""The account of a run in which somebody was erased: stubs are expected, and are no loss."""

import json
from datetime import date
from types import SimpleNamespace
from typing import Any

import pytest

from streams.chaos import proof
from streams.load.reading import Held, digest
from streams.oracle.history import History, Message
from topics.catalogue import Catalogue

GONE, STAYS = "a" * 32, "b" * 32
DAY = date(2026, 11, 2)


class Codec:
    """Values as JSON; days are days."""

    def decode(self, value: bytes, **_: Any) -> Any:
        found = json.loads(value)
        days = {name: date.fromisoformat(found[name]) for name in ("day", "decided_on") if name in found}
        return SimpleNamespace(value=found | days)


def message(topic: str, offset: int, key: str, **value: Any) -> Message:
    return Message(topic, 0, offset, 0, key.encode(), json.dumps(value, default=str).encode())


def decided(offset: int, subject: str, day: int, kind: str = "recorded") -> Message:
    said = {"subject": subject, "decided_on": DAY.replace(day=day), "kind": kind}
    return message("decisions", offset, subject, **said)


@pytest.mark.parametrize(
    ("subject", "day", "kind", "stub"),
    [
        (GONE, 1, "recorded", True),
        (GONE, 2, "recorded", False),  # of that day: what comes again is a new case
        (GONE, 1, "erased", False),  # tells of the erasure itself
        (STAYS, 1, "recorded", False),
    ],
)
def test_only_what_is_older_than_its_subjects_erasure_is_a_stub(subject: str, day: int, kind: str, stub: bool) -> None:
    erasure = message("erasures", 0, GONE, subject=GONE, day=DAY, obligations=[])
    history = History([decided(7, subject, day, kind), erasure])
    parts: Any = SimpleNamespace(codec=Codec(), catalogue=Catalogue.load(), settings=SimpleNamespace(prefix="p."))
    held = proof._held(parts, history)
    key = b"" if stub else subject.encode()
    assert held["p.decisions", 0] == Held(1, held["p.decisions", 0].bytes, digest(7, key))
