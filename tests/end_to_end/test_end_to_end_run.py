"""The whole flow on real servers, a worker and the sink killed in the middle: nothing lost, doubled or leaked."""

import io
import json

import pytest
from clickhouse_driver import Client
from deployment import KILLS, Played
from rich.cells import cell_len
from rich.console import Console

from schemas.codec import SchemaFault
from sinks.clickhouse.connection import connect
from streams.run import summary

pytestmark = pytest.mark.servers


def test_oracle_and_auditor_match_though_a_worker_and_the_sink_were_killed(played: Played) -> None:
    assert played.children.kills == list(KILLS.values())
    assert (played.outcome.oracle, played.outcome.auditor) == ("match", "match"), played.here.screen.getvalue()


def test_every_record_has_one_receipt_and_every_decision_one_row(played: Played) -> None:
    line = json.loads(played.outcome.as_json())
    sent = sum(len(day.records) for day in played.here.sample.days)
    assert line["received"] == line["receipts"] >= sent
    kinds = ("accepted", "warned", "rejected", "held", "duplicate", "needs_correction")
    assert sum(line[kind] for kind in kinds) == line["received"]
    assert line["clickhouse_decisions"] == line["decisions"] > 100
    obligations = [topic for topic in _topics(played) if _is_change(topic)]
    changes = [played.here.parts.codec.decode(record.value).value for record in played.here.read(*obligations)]
    in_the_run = [change for change in changes if change["law_digest"] == played.here.book.digest]
    assert line["clickhouse_obligations"] == len(in_the_run) > line["obligations_raised"] > 50
    assert line["obligations_lifted"] > 10 and line["notices"] > 10


def test_the_summary_says_it_all_and_nothing_is_cut_on_a_narrow_screen(played: Played) -> None:
    here, screen, counts = played.here, io.StringIO(), played.outcome.counts
    summary.show(Console(file=screen, width=80), here.settings, here.addresses.clickhouse, here.book, counts)
    text = screen.getvalue()
    assert "…" not in text
    assert max(cell_len(line) for line in text.splitlines()) <= 80
    whole = "".join(text.split())
    with connect(here.addresses.clickhouse, here.settings.database) as client:
        codes = client.execute("SELECT DISTINCT arrayJoin(arraySlice(fault_codes, 1, 1)) FROM receipts")
        memoranda = client.execute("SELECT DISTINCT memorandum FROM obligations_current")
        severities = client.execute("SELECT DISTINCT severity FROM decisions WHERE kind = 'recorded'")
    assert len(codes) > 30 and len(memoranda) > 2 and len(severities) > 1
    for said in (*here.book.fields.values(), *(row[0] for row in (*codes, *memoranda, *severities))):
        assert said in whole
    assert counts.decisions_digest in whole and f"{counts.received:,}" in whole


def test_what_is_held_is_on_the_list_until_it_is_settled(played: Played) -> None:
    here = played.here
    answer = here.chengxin("review", "--json")
    assert answer.returncode == 0, answer.stderr
    said = json.loads(answer.stdout.splitlines()[-1])
    listed = {one["receipt_id"] for one in said["records"]}
    with connect(here.addresses.clickhouse, here.settings.database) as client:
        held = {one for (one,) in client.execute("SELECT receipt_id FROM receipts WHERE outcome = 'held'")}
        settles = "SELECT settles FROM decisions WHERE settles IS NOT NULL AND kind NOT IN ('held', 'review')"
        settled = {one for (one,) in client.execute(settles)}
    assert said["held"] == len(listed) == sum(said["by_reason"].values()) > 2
    assert listed <= held and settled and not listed & settled
    some = next(one for one in said["records"] if one["code"] != "TARGET_NOT_SEEN")
    fewer = here.chengxin("review", "--reason", some["code"], "--channel", some["channel"], "--json")
    asked = [one for one in said["records"] if (one["code"], one["channel"]) == (some["code"], some["channel"])]
    assert json.loads(fewer.stdout.splitlines()[-1])["records"] == asked


def _is_change(topic: str) -> bool:
    return topic.startswith(("sanctions.", "rewards.")) and not topic.endswith(".current")


def _topics(played: Played) -> list[str]:
    specs = played.here.parts.catalogue.topics(played.here.settings.prefix)
    return [spec.name.removeprefix(played.here.settings.prefix) for spec in specs]


def _secrets(played: Played) -> dict[bytes, str]:
    """Every citizen's number and every name of the sample, as bytes, with what it is.

    Codes of units are no secret: an order against a unit carries its code beside the person it reaches.
    """
    found: dict[bytes, str] = {}
    for day in played.here.sample.days:
        for record in day.records:
            try:
                subject = played.here.parts.codec.decode(record.value).value.get("subject") or {}
            except SchemaFault:
                continue
            for field, least in (("id_number", 6), ("name", 2)):
                text = (subject.get(field) or "").strip()
                if len(text) >= least and (field == "name" or subject["kind"] == "person"):
                    found[text.encode()] = f"{field} of {record.event_id} ({record.note})"
    assert len(found) > 100
    return found


def _leaks(secrets: dict[bytes, str], data: bytes) -> list[str]:
    return [what for secret, what in secrets.items() if secret in data]


def test_no_number_and_no_name_in_any_topic_but_the_departments_own(played: Played) -> None:
    secrets = _secrets(played)
    own = [
        topic for topic in _topics(played) if topic.startswith(("events.", "feedback.", "cases."))
    ]  # what departments send
    assert any(_leaks(secrets, record.value or b"") for record in played.here.read(*own))
    others = played.here.read(*(topic for topic in _topics(played) if topic not in own and topic != "quarantine"))
    assert len(others) > 5_000
    for record in others:
        headers = b"".join(value for _, value in record.headers)
        assert _leaks(secrets, (record.key or b"") + (record.value or b"") + headers) == [], record.topic


def test_no_number_and_no_name_in_any_table(played: Played) -> None:
    secrets = _secrets(played)
    with connect(played.here.addresses.clickhouse, played.here.settings.database) as client:
        assert isinstance(client, Client)
        for (table,) in client.execute("SHOW TABLES"):
            rows = client.execute(f"SELECT toString(tuple(*)) FROM `{table}`")
            assert _leaks(secrets, "\n".join(row[0] for row in rows).encode()) == [], table


def test_no_number_and_no_name_in_any_log_or_file(played: Played) -> None:
    secrets = _secrets(played)
    files = [path for path in played.here.settings.data_dir.rglob("*") if path.is_file()]
    logs = {path.name for path in files if path.suffix == ".log"}
    assert logs == {"worker-1.log", "worker-2.log", "sink.log"}
    for path in files:
        assert _leaks(secrets, path.read_bytes()) == [], path
    assert _leaks(secrets, played.here.screen.getvalue().encode()) == []
