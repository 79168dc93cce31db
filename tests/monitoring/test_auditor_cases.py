"""Every legal case, played by the core, is lawful to the auditor too: two readings of the law that must agree."""

import datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from audit_history import BOOK, History, wire
from audit_orders import Ordering

from streams.cases import stage
from streams.cases.model import Case
from streams.cases.read import find, read
from streams.core.decide import decide
from streams.core.decisions import Verdict
from streams.core.events import Accepted, EventKind
from streams.core.law import LawBook
from streams.core.standing import Standing

CASES = [
    pytest.param(case, id=f"{path.stem}: {case.name}")
    for path in find([Path(__file__).parents[1] / "cases"])
    for case in read(path)
]


@pytest.mark.parametrize("case", CASES)
def test_a_case_is_lawful(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    history = Ordering().start()
    history.accepted.pop()  # the case brings its own days

    def observed(standing: Standing, event: Accepted, law: LawBook, today: datetime.date) -> Verdict:
        verdict = decide(standing, event, law, today)
        note(history, event, verdict)
        return verdict

    monkeypatch.setattr(stage, "decide", observed)
    stage.play(case, BOOK)
    history.tick(str(case.law_on))
    found = history.audit()
    assert found.match, found.findings


def note(history: History, event: Accepted, verdict: Verdict) -> None:
    """What the agents would have written about one event."""
    history.accepted.append(wire("Accepted", plain(event)))
    if event.kind not in (EventKind.TICK, EventKind.LAW):
        place = {"_topic": event.source_topic, "_partition": 0, "_offset": event.source_offset}
        history.sources.append(place | {"value": None})
        assert verdict.receipt is not None
        history.receive(plain(verdict.receipt))
    for decision in verdict.decisions:
        history.tell(decision)


def plain(value: msgspec.Struct) -> dict[str, Any]:
    fields: dict[str, Any] = msgspec.to_builtins(value, builtin_types=(datetime.date,))
    return fields


def test_there_are_cases() -> None:
    assert len(CASES) > 150
