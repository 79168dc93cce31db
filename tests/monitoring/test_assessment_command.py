"""``chengxin bulletin`` and ``chengxin assess`` on real servers, over rows that both agents made."""

import re
import shlex
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from kafka import KafkaProducer
from typer.testing import CliRunner

from sinks.clickhouse.connection import connect
from streams.cli.main import app
from streams.cli.mistakes import MISTAKES
from tests.flow.flow_stand import CATALOGUE, CODEC, Stand, determination, listing, person
from tests.sinks.sink_stored import stored
from topics import admin

pytestmark = pytest.mark.servers
START, SEPTEMBER_30, NOVEMBER_2 = date(2026, 10, 12), date(2026, 9, 30), date(2026, 11, 2)
GUIDE = Path(__file__).parents[2] / "docs" / "assessment.md"
LISTING = "COURT_DEFAULTER_LISTING"


def step(number: int, word: str, day: date) -> bytes:
    subject = {"kind": "person", "id_type": "citizen", "id_number": person(number)}
    target = {"document_no": determination(number, SEPTEMBER_30)["document_no"], "item": LISTING}
    said = {"event_id": f"C-{number}-{word}", "subject": subject, "target": target, "matter": "objection"}
    return CODEC.encode("CaseEvent", {**said, "step": word, "case_no": "YY-1", "day": day})


def october(stand: Stand) -> None:
    """Until 2 November: a document in time, one late, one without number, one unreadable, one twice; the first
    proposal to org answered after four days; an objection decided in four of its fifteen days."""
    stand.send("events.court", listing(1, SEPTEMBER_30))  # Monday 12: the fourth working day
    proposed = next(one for one in stand.read("sanctions.org") if one["item"] == LISTING)
    day = START
    while day < NOVEMBER_2:
        day += timedelta(days=1)
        stand.tick(day)
        if day == date(2026, 10, 16):  # the eighth
            stand.send("events.court", listing(2, SEPTEMBER_30))
            stand.send("events.court", listing(3, day, document_no=""))
            stand.send("events.court", b"no record")
            stand.send("events.court", listing(1, SEPTEMBER_30, event_id="L-again"))
            subject = {"kind": "person", "id_type": "none", "case_ref": proposed["case_ref"]}
            answer = {"event_id": "F-1", "subject": subject, "obligation_id": proposed["obligation_id"], "officer": "T"}
            said = {**answer, "state": "confirmed", "answered_on": day}
            stand.send("feedback.org", CODEC.encode("OfficerFeedback", said))
            stand.send("cases.court", step(1, "opened", day))
        if day == date(2026, 10, 20):
            stand.send("cases.court", step(1, "rejected", day))
    stand.send("events.court", listing(4, SEPTEMBER_30))  # of another month


def questions(bootstrap: str, prefix: str) -> None:
    """One of a department in October, one refused, one of September by Beijing time."""
    specs = [spec for spec in CATALOGUE.topics(prefix) if spec.family == "querylog"]
    admin.create(bootstrap, specs)
    said = {"officer": "T-1", "purpose": "audit", "command": "explain", "content": "x", "channel": "org"}
    producer = KafkaProducer(bootstrap_servers=bootstrap)
    for fields in (
        {**said, "at": datetime(2026, 10, 31, 15, 0, tzinfo=UTC)},
        {**said, "at": datetime(2026, 10, 2, tzinfo=UTC), "refused": "PURPOSE_NOT_ALLOWED", "purpose": "curious"},
        {**said, "at": datetime(2026, 9, 30, 15, 0, tzinfo=UTC)},
    ):
        producer.send(specs[0].name, value=CODEC.encode("QueryLogged", fields))
    producer.send(specs[0].name, value=b"\x00not one of ours")  # stops no bulletin
    producer.close()


@pytest.fixture
def deployed(
    kafka_bootstrap: str,
    clickhouse_url: str,
    prefix: str,
    database: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Path:
    """The folder of a deployment whose servers hold October."""
    for name, value in {
        "KAFKA_BOOTSTRAP": kafka_bootstrap,
        "CLICKHOUSE_URL": clickhouse_url,
        "CHENGXIN_PREFIX": prefix,
        "CHENGXIN_DATABASE": database,
        "CHENGXIN_DATA_DIR": str(tmp_path / "data"),
    }.items():
        monkeypatch.setenv(name, value)
    stand = Stand(tmp_path / "keys").begin(START)
    october(stand)
    with connect(clickhouse_url, database) as client:
        stored(stand, client, database)
    questions(kafka_bootstrap, prefix)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "returns").mkdir()
    said = f"item,produced,not_reported,reason\n{LISTING},5,1,MINOR_SUBJECT\n"
    (tmp_path / "returns" / "court.2026-10.csv").write_text(said, encoding="utf-8")
    return tmp_path


def commands() -> list[list[str]]:
    """The commands of docs/assessment.md as they stand, without the name."""
    blocks = re.findall(r"^```\n(.*?)^```", GUIDE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return [shlex.split(line)[1:] for block in blocks for line in block.splitlines()]


def told(*words: str) -> dict[str, Any]:
    done = CliRunner().invoke(app, ["bulletin", "--month", "2026-10", "--json", *words], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = msgspec.json.decode(done.output.splitlines()[-1])
    return found


def test_the_month_is_told_frozen_told_again_and_given_to_an_evaluator(deployed: Path) -> None:
    returns = ("--returns", str(deployed / "returns"))
    first = told(*returns)
    channels = {one["code"]: one["figures"] for one in first["channels"]}
    assert channels["court"] == {
        **{"supplied": 4, "stored": 2, "rejected": 1, "held": 1, "duplicate": 1},
        **{"readable": 3, "complete": 2, "compliant": 3, "passed": 3, "taken": 2, "on_time": 1, "late": 1},
        **{"produced": 5, "arrived": 1, "not_arrived": 4, "explained": 1, "unexplained": 3},
        **{"objection_on_time": 1, "objection_days": 4},
    }
    # both persons' bar is proposed to org
    assert channels["org"] == {"asked": 2, "answered": 1, "days": 4, "queries": 1, "queries_refused": 1}
    assert first["frozen_at"] is None and first["over"] and first["as_of"] == "2026-11-02"
    written = sorted(path.name for path in (deployed / "data" / "bulletin").iterdir())
    assert written == ["bulletin-2026-10.html", "bulletin-2026-10.md", "bulletin-2026-10.xlsx"]
    early = CliRunner().invoke(app, ["assess", "export", "--month", "2026-10", "--out", "x", "--keys", "y"])
    assert isinstance(early.exception, MISTAKES) and "freeze" in str(early.exception)
    guide = commands()
    assert [words[0] for words in guide] == ["bulletin", "assess", "bulletin", "bulletin", "assess"]
    for words in guide:
        done = CliRunner().invoke(app, words, catch_exceptions=False)
        assert done.exit_code == 0, (words, done.output)
    assert "370100" in "".join(path.name for path in (deployed / "data" / "bulletin").iterdir())
    again = told(*returns, "--out", str(deployed / "elsewhere"))
    assert again["total"] == first["total"] and again["frozen_at"] is not None and again["since"] == []
    # a later bulletin without the returns tells the frozen ones, and says that they are not here now
    moved = {(one["figure"], one["frozen"], one["now"]) for one in told()["since"] if one["code"] == "court"}
    assert ("produced", 5, 0) in moved
    out = deployed / "given"
    assert {path.name for path in out.iterdir()} >= {"records.csv", "timeliness.csv", "dictionary.csv"}
    assert ",1," not in (out / "records.csv").read_text(encoding="utf-8-sig")  # every cell here is small
    jinan = told("--city", "city-jinan")
    assert jinan["city"] == "370100" and jinan["total"]["figures"] == {}
    ahead = CliRunner().invoke(app, ["bulletin", "--month", "2027-01"])
    assert isinstance(ahead.exception, MISTAKES) and "lies ahead" in str(ahead.exception)
