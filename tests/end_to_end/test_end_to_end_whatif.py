"""Knowing before deciding, on what real agents did: what-if, the activation that asks for it, a standing on two clocks,
old decisions made again."""

import json
import re
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from deployment import Played, chengxin
from kafka import KafkaConsumer, TopicPartition

from streams.law import loader
from tests.drafts import without

pytestmark = pytest.mark.servers
LOOK = ("--officer", "officer-17", "--purpose", "audit")
TAKEN = 200  # a thousand of a longer history: tests/oracle


class Draft(NamedTuple):
    """Law files without the rules that reached most persons through one department, and what these raised."""

    law: Path
    raised: list[tuple[dict[str, Any], dict[str, Any]]]  # obligation, with the decision that raised it


@pytest.fixture(scope="module")
def draft(played: Played, tmp_path_factory: pytest.TempPathFactory) -> Draft:
    raised = [(one, decision) for decision in decisions(played) for one in decision["raised"]]
    persons = _persons((one["executor"], decision) for one, decision in raised)
    busiest = max(sorted(persons), key=lambda executor: len(persons[executor]))
    gone = [(one, decision) for one, decision in raised if one["executor"] == busiest]
    folder = tmp_path_factory.mktemp("draft") / "law"
    return Draft(without(folder, *sorted({one["rule"] for one, _ in gone})), gone)


def _persons(cells: Iterable[tuple[str, dict[str, Any]]]) -> dict[str, set[str]]:
    """Subjects by value of a dimension."""
    found: dict[str, set[str]] = {}
    for value, decision in cells:
        found.setdefault(value, set()).add(decision["subject"])
    return found


def released(played: Played, draft: Draft, last: date) -> tuple[int | None, dict[str, dict[str, int]]]:
    """Total and tables as the decisions themselves tell them: of whoever had a measure that the draft does not know at
    the end of a day until ``last``, in bands of ten."""
    lifted = {
        (one["obligation_id"], decision["decided_on"])
        for decision in decisions(played)
        for one in decision["changed"]
        if one["state"] == "lifting"
    }
    stood = [
        (one, decision)
        for one, decision in draft.raised
        if decision["decided_on"] <= last and (one["obligation_id"], decision["decided_on"]) not in lifted
    ]
    items = played.here.book.items
    dimensions: dict[str, Callable[[dict[str, Any], dict[str, Any]], str]] = {
        "department": lambda one, decision: one["executor"],
        "measure": lambda one, decision: one["measure"],
        "severity": lambda one, decision: decision["entry"]["severity"]["level"],
        "field": lambda one, decision: items[decision["entry"]["determination"]["item"]].field or "-",
    }
    tables = {
        name: {
            value: len(persons) // 10 * 10
            for value, persons in _persons((of(one, decision), decision) for one, decision in stood).items()
            if len(persons) >= 10
        }
        for name, of in dimensions.items()
    }
    return len({decision["subject"] for _, decision in stood}) // 10 * 10 or None, tables


def decisions(played: Played) -> list[dict[str, Any]]:
    return [played.here.parts.codec.decode(record.value).value for record in played.here.read("decisions")]


def sizes(played: Played) -> dict[str, int]:
    """The ends of all topics of the deployment, of the broker's own, and of its groups."""
    consumer = KafkaConsumer(bootstrap_servers=played.here.addresses.kafka)
    try:
        places = [TopicPartition(name, p) for name in consumer.topics() for p in consumer.partitions_for_topic(name)]
        mine = [place for place in places if place.topic.startswith((played.here.settings.prefix, "__transaction"))]
        return {f"{place.topic} {place.partition}": end for place, end in consumer.end_offsets(mine).items()}
    finally:
        consumer.close()


def before_the_last_tick(played: Played) -> int:
    """Records of the days that have passed."""
    accepted = [(r, played.here.parts.codec.decode(r.value).value["tick"]) for r in played.here.read("accepted")]
    last = max(tick["day"] for _, tick in accepted if tick is not None)
    began = {record.partition: record.offset for record, tick in accepted if tick is not None and tick["day"] == last}
    return sum(record.key is not None and record.offset < began[record.partition] for record, _ in accepted)


def report(answer: Any) -> dict[str, Any]:
    assert answer.returncode == 0, answer.stderr
    said: dict[str, Any] = json.loads(answer.stdout.splitlines()[-1])
    return said


def test_a_draft_is_compared_and_nothing_is_changed(played: Played, draft: Draft, tmp_path: Path) -> None:
    """The data folder is empty and stays without keys: whoever asks needs none."""
    before, bare = sizes(played), played.here.settings.model_copy(update={"data_dir": tmp_path / "bare"})
    one = report(chengxin(bare, "what-if", "--law", str(draft.law), "--out", str(tmp_path / "one")))
    again = report(
        chengxin(bare, "what-if", "--law", str(draft.law), "--out", str(tmp_path / "two"), "--processes", "2")
    )
    assert one == again
    assert one["differs"] and one["draft"] == loader.load(draft.law).digest
    assert one["records"] == before_the_last_tick(played)
    names = {f"{one['digest']}.json", f"{one['digest']}.html"}
    for folder in ("one", "two"):
        assert {path.name for path in (tmp_path / folder).iterdir()} == names
    assert not (tmp_path / "bare").exists()
    assert sizes(played) == before
    total, tables = released(played, draft, date.fromisoformat(one["to_day"]))
    assert total is not None and len([rows for rows in tables.values() if rows]) >= 2
    assert one["totals"]["released"] == total
    for dimension, expected in tables.items():
        rows = {row["code"]: row["persons"]["released"] for row in one["tables"][dimension]}
        assert {code: figure for code, figure in rows.items() if figure is not None} == expected, dimension


@pytest.mark.check
def test_single_proposals_are_shown_after_the_query_log_has_them(played: Played, draft: Draft, tmp_path: Path) -> None:
    asked = ("what-if", "--law", str(draft.law), "--out", str(tmp_path))
    before = len(played.here.read("querylog"))
    for half in (LOOK[:2], LOOK[2:]):
        assert played.here.chengxin(*asked, *half).returncode == 2
    assert len(played.here.read("querylog")) == before
    answer = played.here.chengxin(*asked, *LOOK, "--samples", "2")
    looks = [played.here.parts.codec.decode(record.value).value for record in played.here.read("querylog")[before:]]
    assert looks and {(look["officer"], look["purpose"], look["command"]) for look in looks} == {
        ("officer-17", "audit", "what-if")
    }
    assert all(look["subject"] in answer.stdout for look in looks)
    kept = "".join(path.read_text(encoding="utf-8") for path in tmp_path.iterdir())
    assert not [look for look in looks if look["subject"] in kept or look["subject"] in answer.stdout.splitlines()[-1]]
    refused = played.here.chengxin(*asked, *LOOK[:2], "--purpose", "curiosity")
    assert refused.returncode == 2 and "none of" in refused.stderr and "single proposals" not in refused.stdout


@pytest.mark.check
def test_a_book_comes_into_force_with_its_report_alone(played: Played, draft: Draft, tmp_path: Path) -> None:
    here = played.here
    digest = here.chengxin("law", "publish", str(draft.law)).stdout.strip()
    said = report(here.chengxin("what-if", "--law", str(draft.law)))
    ticked = [here.parts.codec.decode(record.value) for record in here.read("clock")]
    today: date = max(one.value["day"] for one in ticked if one.record == "ClockTick")
    asked = ("law", "activate", digest, "--from", f"{today + timedelta(days=40)}")
    other = loader.load().digest
    for given, why in (
        ((), "chengxin what-if"),
        (("--what-if", "e" * 64), "no what-if report"),
        (("--what-if", said["digest"], "--reports", str(tmp_path)), "no what-if report"),
    ):
        refused = here.chengxin(*asked, *given)
        assert (refused.returncode, refused.stdout) == (2, "") and why in refused.stderr, refused
    elsewhere = here.chengxin("law", "activate", other, *asked[3:], "--what-if", said["digest"])
    assert elsewhere.returncode == 2 and "is about law book" in elsewhere.stderr
    assert "announced" in here.chengxin(*asked, "--what-if", said["digest"]).stdout
    newest = [here.parts.codec.decode(record.value) for record in here.read("clock")]
    stated = [one.value for one in newest if one.record == "LawActivation" and one.value["digest"] == digest]
    assert {(one["what_if"], one["without_what_if"]) for one in stated} == {(said["digest"], None)}
    assert "stands on the clock already" in here.chengxin(*asked).stdout


def test_a_standing_on_two_clocks_after_the_query_log_has_it(played: Played) -> None:
    made = decisions(played)
    erased = {one["subject"] for one in made if one["kind"] == "erased"}
    ended = next(one for one in made if one["kind"] == "ended" and one["changed"] and one["subject"] not in erased)
    token, told = ended["subject"], ended["decided_on"]
    at = ended["entry"]["determination"]["effect_date"]
    before = len(played.here.read("querylog"))
    asked = ("standing", token, "--at", f"{at}", "--known")
    known = played.here.chengxin(*asked, f"{told}", *LOOK)
    earlier = played.here.chengxin(*asked, f"{told - timedelta(days=1)}", *LOOK)
    assert known.returncode == earlier.returncode == 0, known.stderr
    for answer in (known, earlier):
        assert "两个时钟" in answer.stdout and "transaction time" in answer.stdout and token in answer.stdout
    ends = [f"{told}得知终止" in re.sub(r"[│\s]", "", answer.stdout) for answer in (known, earlier)]
    assert ends == [True, False]
    looks = [played.here.parts.codec.decode(record.value).value for record in played.here.read("querylog")[before:]]
    assert [(look["command"], look["subject"]) for look in looks] == [("standing", token)] * 2
    assert looks[0]["content"].endswith(f": at {at} known {told}")
    gone = played.here.chengxin("standing", min(erased), *asked[2:], f"{told}", *LOOK)
    assert gone.returncode == 0 and "期满删除" in gone.stdout and "事项" not in gone.stdout


@pytest.mark.check
def test_no_log_no_standing(played: Played) -> None:
    token = decisions(played)[0]["subject"]
    asked = ("standing", token, "--at", "2020-01-01", "--known", "2020-01-01")
    for given, why in (
        ((*LOOK[:2], "--purpose", "curiosity"), "none of"),
        (("--officer", " ", *LOOK[2:]), "--officer is empty"),
    ):
        refused = played.here.chengxin(*asked, *given)
        assert (refused.returncode, refused.stdout) == (2, "") and why in refused.stderr
    elsewhere = played.here.chengxin(*asked, *LOOK, CHENGXIN_PREFIX="nobody.")
    assert (elsewhere.returncode, elsewhere.stdout) == (2, "") and "查询日志不可用" in elsewhere.stderr
    number = "990000198001010001"
    typed = played.here.chengxin("standing", number, *asked[2:], *LOOK)
    assert (typed.returncode, typed.stdout) == (2, "") and "32 hexadecimal" in typed.stderr
    assert number.encode() not in b"".join((r.key or b"") + r.value for r in played.here.read("querylog"))


def test_old_decisions_at_random_come_out_byte_for_byte(played: Played, tmp_path: Path) -> None:
    """Whoever asks needs no keys."""
    bare = played.here.settings.model_copy(update={"data_dir": tmp_path / "bare"})
    said = report(chengxin(bare, "rerun", "--number", str(TAKEN), "--seed", "2018"))
    assert said == {"rerun": TAKEN, "equal": TAKEN, "different": 0, "seed": 2018}
    assert not (tmp_path / "bare").exists()
