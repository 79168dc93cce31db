"""What was refused goes in again once it is corrected, and never round in a circle; the month is accounted for."""

import json
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import openpyxl
import pytest

from streams.kit import monthly
from streams.kit.answers import Answer, Fate
from streams.kit.checking import Checked
from streams.kit.journal import Journal, Sent, chosen, read, row_key
from streams.kit.reading import FileFault
from streams.kit.redriving import MOST, Before, Chains, chained, judge, not_sent_again
from streams.kit.sending import sent_digest
from tests.kit.kit_stand import KEY, SOUND, checked, csv, kit

AT = datetime(2026, 11, 20, tzinfo=UTC)
CHANNEL_KEY = b"k" * 32


def answer(receipt_id: str, outcome: str = "rejected", offset: int = 0, digest: str | None = None) -> Answer:
    receipt = {"receipt_id": receipt_id, "outcome": outcome, "sent_digest": digest, "faults": [], "warnings": []}
    return Answer({**receipt, "source_topic": "events.court", "source_partition": 0, "source_offset": offset}, AT)


def corrected(tmp_path: Path, *receipts: str) -> list[Checked]:
    rows = [SOUND | {"event_id": f"L-{n}", "receipt_id": one} for n, one in enumerate(receipts)]
    return checked(csv(tmp_path / "fixed.csv", *rows))


named = partial(row_key, KEY, "court")


def sent(one: Checked, offset: int) -> Sent:
    draft = one.draft
    item, _, day = draft.document
    place: dict[str, Any] = {"cluster": "c/", "topic": "events.court", "partition": 0, "offset": offset}
    about = {"record": draft.record, "event_id": draft.event_id, "item": item, "document_day": day}
    return Sent(row_key=named(draft), sheet=draft.sheet, row=draft.row.number, sent_at=AT, **place, **about)


def kept(tmp_path: Path, cluster: str = "c/") -> Chains:
    return Chains(tmp_path / "chains", cluster)


def before(tmp_path: Path, chains: Chains | None = None, name: str = "none", key: bytes | None = CHANNEL_KEY) -> Before:
    sent = [one for path in chosen(None, tmp_path) for one in read(path)]
    return Before(chains or kept(tmp_path), key, Journal(tmp_path / f"{name}.journal.jsonl"), named, sent)


def codes(rows: list[Checked], answers: list[Answer], known: Before) -> list[str | None]:
    ready, said = judge(rows, answers, known)
    assert len(ready) == sum(one.code is None for one in said)
    return [one.code for one in said]


def test_only_what_was_refused_goes_in_again(tmp_path: Path) -> None:
    answers = [answer("r1"), answer("r2", "held"), answer("r3", "accepted"), answer("r4", "duplicate")]
    assert codes(corrected(tmp_path, "r1", "r2", "r3", "r4", "r5", ""), answers, before(tmp_path)) == [
        None,
        None,
        "REDRIVE_NOT_REFUSED",
        "REDRIVE_NOT_REFUSED",
        "REDRIVE_RECEIPT_UNKNOWN",
        "REDRIVE_RECEIPT_UNKNOWN",
    ]


def test_a_row_that_would_be_refused_again_is_not_sent(tmp_path: Path) -> None:
    rows = checked(csv(tmp_path / "a.csv", SOUND | {"receipt_id": "r1", "body": "SD-POLICE"}))
    assert codes(rows, [answer("r1")], before(tmp_path)) == ["WRONG_CHANNEL"]


def test_the_bytes_that_were_refused_do_not_go_in_again(tmp_path: Path) -> None:
    rows = corrected(tmp_path, "r1")
    assert rows[0].draft.data is not None
    same = sent_digest(CHANNEL_KEY, rows[0].draft.data)
    assert codes(rows, [answer("r1", digest=same)], before(tmp_path)) == ["REDRIVE_UNCHANGED"]
    assert codes(rows, [answer("r1", digest="0" * 32)], before(tmp_path)) == [None]
    assert codes(rows, [answer("r1", digest=same)], before(tmp_path, key=None)) == [None]


def test_without_the_channels_key_the_journal_knows_them(tmp_path: Path) -> None:
    """That of the file or one beside it. The receipt is left to be answered by the row as it should be."""
    rows = corrected(tmp_path, "r1")
    Journal(tmp_path / "rows.journal.jsonl").append([sent(rows[0], 4)])
    known = before(tmp_path, name="fixed", key=None)
    assert codes(rows, [answer("r1", offset=4)], known) == ["REDRIVE_UNCHANGED"]
    assert codes(rows, [answer("r1", offset=5)], known) == [None]
    elsewhere = before(tmp_path, kept(tmp_path, "other/"), key=None)
    assert codes(rows, [answer("r1", offset=4)], elsewhere) == [None]


def test_a_receipt_is_answered_once(tmp_path: Path) -> None:
    rows = corrected(tmp_path, "r1", "r1")
    assert codes(rows, [answer("r1")], before(tmp_path)) == [None, "REDRIVE_TWICE"]
    again(tmp_path, kept(tmp_path), rows[:1], [answer("r1")], offset=7)
    assert codes(rows[:1], [answer("r1")], before(tmp_path)) == ["REDRIVE_TWICE"]


def test_what_was_tried_on_another_deployment_was_not_sent_to_this_one(tmp_path: Path) -> None:
    rows = corrected(tmp_path, "r1")
    again(tmp_path, kept(tmp_path), rows, [answer("r1")], offset=7)
    assert codes(rows, [answer("r1")], before(tmp_path, kept(tmp_path, "other/"))) == [None]


def again(tmp_path: Path, chains: Chains, rows: list[Checked], answers: list[Answer], offset: int) -> None:
    known = before(tmp_path, chains, f"{offset}")
    ready, _ = judge(rows, answers, known)
    assert len(ready) == 1
    known.journal.append([sent(rows[0], offset)])
    chains.add(chained(ready, known))


def test_a_record_refused_again_and_again_is_kept_back(tmp_path: Path) -> None:
    """Each new receipt belongs to the chain of the first, wherever the corrected record landed."""
    chains, answers = kept(tmp_path), [answer("r0", offset=0)]
    for times in range(MOST):
        changed = SOUND | {"receipt_id": f"r{times}", "document_no": f"(2026)鲁执测{times + 2}号"}
        rows = checked(csv(tmp_path / "fixed.csv", changed))
        assert codes(rows, answers, before(tmp_path, chains)) == [None], times
        again(tmp_path, chains, rows, answers, offset=times + 1)
        answers.append(answer(f"r{times + 1}", offset=times + 1))
    assert codes(corrected(tmp_path, f"r{MOST}"), answers, before(tmp_path)) == ["REDRIVE_TOO_OFTEN"]


def test_what_was_not_acknowledged_was_not_sent_again(tmp_path: Path) -> None:
    known = before(tmp_path, key=None)
    ready, _ = judge(corrected(tmp_path, "r1"), [answer("r1")], known)
    assert chained(ready, known) == []


def test_a_document_that_went_in_again_is_counted_once(tmp_path: Path) -> None:
    """Held at first, it is reported; corrected, it has another event id and is accepted."""
    rows, chains = corrected(tmp_path, "r1"), kept(tmp_path)
    again(tmp_path, chains, rows, [answer("r1", "held")], offset=1)
    held = Fate(msgspec.structs.replace(sent(rows[0], 0), event_id="L-held"), answer("r1", "held"))
    taken = Fate(sent(rows[0], 1), answer("r2", "accepted", offset=1))
    other = Fate(msgspec.structs.replace(sent(rows[0], 2), event_id="L-other"), None)
    fates = not_sent_again([held, taken, other], chains)
    (line,) = monthly.lines(fates, {}, date(2026, 11, 1), kit().book)
    assert (line.reported, line.accepted, line.held, line.missing) == (1, 1, 0, 1)
    assert not_sent_again([held], kept(tmp_path, "other/")) == [held]
    assert not_sent_again([held, other], chains) == [held, other], "the journal that tells of it is not given"


LISTING, ORDER = "COURT_DEFAULTER_LISTING", "COURT_CONSUMPTION_ORDER"


def fate(event_id: str, outcome: str | None, day: date = date(2026, 10, 3), item: str = LISTING) -> Fate:
    where: dict[str, Any] = {
        "cluster": "c/",
        "topic": "events.court",
        "partition": 0,
        "offset": hash(event_id) % 1000,
        "row": 2,
    }
    said: dict[str, Any] = {"event_id": event_id, "item": item, "document_day": day, "sent_at": AT, "sheet": ""}
    one = Sent(row_key=event_id, record="CreditDetermination", **where, **said)
    return Fate(one, None if outcome is None else answer("r", outcome))


def test_the_month_is_counted_by_documents_and_compared_with_what_arrived(tmp_path: Path) -> None:
    fates = [fate(f"a{n}", "accepted") for n in range(3)]
    fates += [fate("w", "warned"), fate("h", "held"), fate("r", "rejected"), fate("m", None)]
    fates += [fate("a0", "duplicate"), fate("d", "duplicate")]  # a0 was sent twice; d arrived before this journal
    fates += [fate("last", "accepted", date(2026, 9, 30)), fate("next", "accepted", date(2026, 11, 1))]
    fates += [fate("first", "accepted", date(2026, 10, 1), ORDER), fate("end", "accepted", date(2026, 10, 31), ORDER)]
    figures = csv(
        tmp_path / "figures.csv",
        {"item": LISTING, "产生": 10, "published": 4, "未报送": 1, "reason": "MINOR_SUBJECT"},
        {"item": LISTING, "产生": "", "published": "", "未报送": 1, "reason": "SIMPLE_PROCEDURE"},
        {"item": ORDER, "产生": 2, "published": "", "未报送": "", "reason": ""},
    )
    listing, order = sorted(
        monthly.lines(fates, monthly.figures(figures, kit().book), date(2026, 10, 1), kit().book),
        key=lambda line: line.item != LISTING,
    )
    assert (listing.produced, listing.published, listing.reported, listing.not_reported) == (10, 4, 6, 2)
    assert (listing.accepted, listing.held, listing.rejected, listing.missing) == (5, 1, 1, 1)
    assert listing.reason == "MINOR_SUBJECT 1; SIMPLE_PROCEDURE 1"
    assert (listing.unexplained, order.unexplained, order.reported) == (2, 0, 2)


def test_without_figures_nothing_is_claimed(tmp_path: Path) -> None:
    (line,) = monthly.lines([fate("a", "accepted")], {}, date(2026, 10, 1), kit().book)
    assert (line.produced, line.published, line.unexplained) == (None, None, None)


@pytest.mark.parametrize(
    "row",
    [
        {"item": "NO_SUCH_ITEM", "produced": 1},
        {"item": LISTING, "produced": "many"},
        {"item": LISTING, "produced": -1},
        {"item": LISTING, "not_reported": 1, "reason": "too busy"},
        {"item": LISTING, "not_reported": 1, "reason": ""},
    ],
)
def test_figures_that_say_nothing_are_refused(tmp_path: Path, row: dict[str, Any]) -> None:
    with pytest.raises(FileFault, match="2"):
        monthly.figures(csv(tmp_path / "f.csv", row), kit().book)


@pytest.mark.parametrize("name", ["r.csv", "r.xlsx", "r.json"])
def test_a_return_can_be_filled_in_and_given_back(tmp_path: Path, name: str) -> None:
    """The form that comes out without figures is a table of figures."""
    found = monthly.lines([fate("a", "accepted")], {}, date(2026, 10, 1), kit().book)
    monthly.write(tmp_path / name, found)
    if name == "r.json":
        assert json.loads((tmp_path / name).read_text())[0]["reported"] == 1
        return
    if name == "r.xlsx":
        page = openpyxl.load_workbook(tmp_path / name)["月报 return"]
        assert page["A1"].value == "事项代码 item"
        return
    text = (tmp_path / name).read_text("utf-8-sig").replace(f"{LISTING},纳入失信被执行人名单决定,,", f"{LISTING},x,1,")
    (tmp_path / name).write_text(text)
    (line,) = monthly.lines(
        [fate("a", "accepted")], monthly.figures(tmp_path / name, kit().book), date(2026, 10, 1), kit().book
    )
    assert (line.produced, line.unexplained) == (1, 0)
