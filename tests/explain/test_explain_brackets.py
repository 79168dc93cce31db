"""What a department wrote is shown as it wrote it: brackets are no markup of ours, and stop no command.

JSON says the same, after the query log has the question.
"""

import json
import re
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


def test_the_explanation_as_json_is_one_line_with_every_part_of_the_page(
    decision: Decision, capsys: pytest.CaptureFixture[str]
) -> None:
    people.explain(decision.decision_id, **LOOK)
    page = re.sub(r"[│\s]", "", capsys.readouterr().out)
    people.explain(decision.decision_id, **LOOK, json=True)
    (line,) = capsys.readouterr().out.splitlines()
    (said,) = json.loads(line)
    assert (said["decision_id"], said["kind"]) == (decision.decision_id, "recorded")
    cells = [cell for part in said["parts"] for row in part["rows"] for cell in row]
    assert NUMBER in line and len(cells) > 20
    assert all(part["rows"] or part["text"] for part in said["parts"])
    assert all(
        re.sub(r"\s", "", name) in page for part in said["parts"] if not part["columns"] for name, _ in part["rows"]
    )


def test_a_standing_as_json_is_one_line_with_entries_and_measures(
    decision: Decision, capsys: pytest.CaptureFixture[str]
) -> None:
    day = datetime(2026, 11, 2)  # noqa: DTZ001 - a day, as the command line gives it
    people.standing(decision.subject, at=day, known=day, **LOOK, json=True)
    (line,) = capsys.readouterr().out.splitlines()
    said = json.loads(line)
    (entry,) = said["entries"]
    assert (said["subject"], said["at"], said["known"]) == (decision.subject, "2026-11-02", "2026-11-02")
    assert entry["entry"]["determination"]["document_no"] == NUMBER and entry["why_not"] is None
    assert [one["measure"] for one in entry["measures"]] == [one.measure for one in decision.raised]


@pytest.mark.parametrize("command", ["explain", "standing"])
def test_no_log_no_json(
    command: str, decision: Decision, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(*_: object) -> None:
        raise OSError("no log")

    monkeypatch.setattr("sinks.portal.shell.record", down)
    day = datetime(2026, 11, 2)  # noqa: DTZ001 - a day, as the command line gives it
    days: dict[str, Any] = {} if command == "explain" else {"at": day, "known": day}
    with pytest.raises(OSError, match="no log"):
        getattr(people, command)(decision.subject, **LOOK, **days, json=True)
    assert capsys.readouterr().out == ""
