"""The whole flow on real servers, a worker and the sink killed in the middle: nothing lost, nothing doubled."""

import io
import json

import pytest
from deployment import KILLS, Played
from rich.cells import cell_len
from rich.console import Console

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
