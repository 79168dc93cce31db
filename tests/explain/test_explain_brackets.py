"""What a department wrote is shown as it wrote it: brackets are no markup of ours, and stop no command."""

from datetime import date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from streams.cli import people
from streams.core.decisions import Decision
from streams.core.events import Accepted
from streams.wire import from_avro
from tests.flow.flow_stand import CATALOGUE, Stand, listing

START = date(2026, 11, 2)
NUMBER = "[/]执[red]1[/red]号:gun:"
LOOK = {"officer": "T1", "purpose": "audit"}


@pytest.fixture
def decision(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Decision:
    """Of a document with that number; the commands find it without servers."""
    stand = Stand(tmp_path / "keys").begin(START)
    stand.send("events.court", listing(1, START, document_no=NUMBER))
    (decision,) = (from_avro(value, Decision) for value in stand.read("decisions"))
    records = [from_avro(value, Accepted) for value in stand.read("accepted")]
    events = {one.receipt_id: one for one in records if one.subject}
    parts = SimpleNamespace(shelf=SimpleNamespace(get=stand.books.__getitem__), catalogue=CATALOGUE)
    fakes: dict[str, Any] = {
        "streams.addresses.find": SimpleNamespace(kafka="", clickhouse=""),
        "streams.addresses.find_kafka": "",
        "streams.app.Parts": parts,
        "streams.reader.Reader": parts,
        "sinks.portal.shell.record": None,
        "streams.explain.find": [decision],
        "streams.asof.find.found": ([decision], events),
    }
    for name, answer in fakes.items():
        monkeypatch.setattr(name, lambda *_, answer=answer: answer)
    return decision


def test_an_explanation_shows_the_number_as_it_is(decision: Decision, capsys: pytest.CaptureFixture[str]) -> None:
    people.explain(decision.decision_id, **LOOK)
    assert NUMBER in capsys.readouterr().out


def test_a_standing_shows_the_number_as_it_is(decision: Decision, capsys: pytest.CaptureFixture[str]) -> None:
    day = datetime(2026, 11, 2)  # noqa: DTZ001 - a day, as the command line gives it
    people.standing(decision.subject, at=day, known=day, **LOOK)
    assert NUMBER in capsys.readouterr().out
