"""The journal, and the sheet that is made of it: what was sent, what became of it, what has no answer."""

import csv as csvs
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from streams.cli.sending import beside
from streams.identity import Keyring
from streams.kit import answers, journal, keys, sending, sheet
from streams.kit.answers import Answer, Fate, first_receipt, matched
from streams.kit.arrived import lying
from streams.kit.folder import KitFault
from streams.kit.journal import Journal, JournalFault, Sent, row_key
from streams.kit.reading import FileFault, read
from streams.kit.rows import Maker
from streams.kit.sending import sent_digest
from tests.kit.kit_stand import KEY, SOUND, csv, kit

AT = datetime(2026, 11, 20, 1, 2, 3, tzinfo=UTC)


def sent(number: int, **changes: Any) -> Sent:
    fields: dict[str, Any] = {
        "row_key": f"{number:032x}",
        "cluster": "c/",
        "sheet": "",
        "row": number + 2,
        "record": "CreditDetermination",
        "event_id": f"L-{number}",
        "item": "COURT_DEFAULTER_LISTING",
        "document_day": date(2026, 11, 1),
        "topic": "events.court",
        "partition": number % 8,
        "offset": number,
        "sent_at": AT,
        "digest": "5e" * 16,
    }
    return Sent(**(fields | changes))


def answer(one: Sent, outcome: str, code: str | None = None, digest: str | None = "5e" * 16) -> Answer:
    faults = [] if code is None else [{"code": code, "field": "x", "seen": None, "expected": None}]
    receipt = {"source_topic": one.topic, "source_partition": one.partition, "source_offset": one.offset}
    receipt |= {"outcome": outcome, "faults": faults, "warnings": [], "receipt_id": "1a" * 16, "schema_id": 17}
    return Answer({**receipt, "sent_digest": digest, "event_id": one.event_id}, AT)


def test_what_is_appended_is_read_again(tmp_path: Path) -> None:
    one = Journal(tmp_path / "a.journal.jsonl")
    one.append([sent(0), sent(1)])
    one.append([sent(2)])
    again = Journal(tmp_path / "a.journal.jsonl")
    assert again.sent == [sent(0), sent(1), sent(2)] == one.sent
    assert again.holds(sent(1).row_key, "c/") and not again.holds(sent(3).row_key, "c/")
    assert not again.holds(sent(1).row_key, "other/"), "what went to a test deployment did not go to the real one"
    assert (tmp_path / "a.journal.jsonl").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("cut", [1, 2, 40, 150])
def test_half_a_line_is_no_line_and_spoils_none_after_it(tmp_path: Path, cut: int) -> None:
    """A process was killed while it wrote: its last row is sent once more."""
    path = tmp_path / "a.journal.jsonl"
    Journal(path).append([sent(0), sent(1)])
    path.write_bytes(path.read_bytes()[:-cut])
    left = Journal(path)
    assert left.sent == ([sent(0), sent(1)] if cut == 1 else [sent(0)])
    left.append([sent(2)])
    assert Journal(path).sent == [*left.sent]
    assert Journal(path).holds(sent(2).row_key, "c/")


def test_another_file_is_no_journal(tmp_path: Path) -> None:
    (tmp_path / "a").write_text('{"row": 1}\n')
    with pytest.raises(JournalFault, match="line 1"):
        journal.read(tmp_path / "a")


def test_where_nothing_was_sent_from_nothing_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(JournalFault, match="--journal"):
        journal.required(None, tmp_path)
    assert journal.chosen(None, tmp_path) == []
    Journal(tmp_path / f"a{journal.ENDING}").append([sent(0)])
    assert journal.required(None, tmp_path) == [tmp_path / f"a{journal.ENDING}"]
    assert journal.required([tmp_path / "b"], tmp_path) == [tmp_path / "b"]


def test_a_row_is_known_by_what_it_says(tmp_path: Path) -> None:
    rows = [SOUND, SOUND | {"event_id": "L-2"}, SOUND | {"subject.name": "测试乙"}]
    drafts = Maker(kit(), "court", "CreditDetermination", KEY).make(read(csv(tmp_path / "a.csv", *rows)))
    named = [row_key(KEY, "court", draft) for draft in drafts]
    assert len({*named, row_key(KEY, "tax", drafts[0]), row_key(b"other", "court", drafts[0])}) == 5
    assert named == [row_key(KEY, "court", draft) for draft in drafts]


def test_the_department_makes_the_digest_that_intake_makes(tmp_path: Path) -> None:
    ring = Keyring.load(tmp_path, ["court", "tax"], create=True)
    key = keys.of_channel(tmp_path / "departments" / "court.key")
    assert sent_digest(key, b"record") == ring.sent_digest("court", b"record")
    assert ring.sent_digest("court", b"record") != ring.sent_digest("tax", b"record")
    assert ring.sent_digest("court", b"") != ring.sent_digest("court", b"\x00")


def test_the_own_key_is_made_once_and_for_its_owner(tmp_path: Path) -> None:
    first = keys.own(tmp_path / "kit")
    assert keys.own(tmp_path / "kit") == first != keys.own(tmp_path / "other")
    assert (tmp_path / "kit" / "event-id.key").stat().st_mode & 0o077 == 0


def fates() -> list[Fate]:
    rows = [sent(number) for number in range(5)]
    answers = [answer(rows[1], "rejected", "BODY_UNKNOWN"), answer(rows[0], "accepted")]
    answers += [answer(rows[3], "accepted", digest="00" * 16), answer(rows[4], "accepted", digest=None)]
    return matched(rows, answers)


def test_a_receipt_belongs_to_the_record_it_names_and_to_its_bytes() -> None:
    assert [fate.outcome for fate in fates()] == ["accepted", "rejected", "missing", "digest_differs", "accepted"]


def test_what_lies_in_the_topics_is_told_by_receipts_alone() -> None:
    """No journal: of the offsets 1 to 4 of one partition 2 has no receipt and 4 none yet; in another nothing has."""
    rows = [sent(number, partition=3, offset=number) for number in (0, 1, 3)]
    found = [answer(rows[0], "accepted"), answer(rows[1], "rejected", "BODY_UNKNOWN"), answer(rows[2], "accepted")]
    told = lying(found, {("events.court", 4): (7, 8), ("events.court", 3): (1, 5), ("cases.court", 0): (2, 2)})
    assert [(fate.sent.partition, fate.sent.offset, fate.outcome, fate.sent.event_id) for fate in told] == [
        (3, 1, "rejected", "L-1"),
        (3, 2, "missing", ""),
        (3, 3, "accepted", "L-3"),
        (3, 4, "missing", ""),
        (4, 7, "missing", ""),
    ]


def test_a_sheet_without_a_journal_knows_no_row_and_no_time(tmp_path: Path) -> None:
    told = lying([answer(sent(0), "accepted")], {("events.court", 0): (0, 2)})
    sheet.write(tmp_path / "sheet.json", [sheet.Line("", fate) for fate in told], kit().book.codes)
    said = json.loads((tmp_path / "sheet.json").read_text())
    assert [(row["row"], row["sent_at"], row["offset"]) for row in said["rows"]] == [("", "", "0"), ("", "", "1")]
    assert said["totals"][-1] == {"outcome": "missing", "code": None, "rows": 1}


def test_receipts_are_looked_for_from_before_the_first_record_was_taken() -> None:
    """Their broker may have a slower clock, and a receipt comes while others are still sent."""
    rows = [sent(0, sent_at=AT + timedelta(days=2)), sent(1, sent_at=AT), sent(2, sent_at=AT + timedelta(days=1))]
    first = first_receipt(rows)
    assert first is not None and AT - timedelta(days=1) < first < AT - timedelta(minutes=10)
    assert first_receipt([]) is None


@pytest.mark.parametrize(("said", "taken"), [(1_795_136_523_000, AT), (-1, None), (None, None)])
def test_the_journal_says_when_the_broker_took_a_record(said: int | None, taken: datetime | None) -> None:
    assert sending._taken(said) == taken or (taken is None and datetime.now(UTC) - sending._taken(said) < timedelta(1))


def test_a_receipt_of_a_newer_release_is_told_as_one() -> None:
    with pytest.raises(KitFault, match="update chengxin"):
        answers._receipt(kit().codec, b"\0\x7f\xff\xff\xff")


def test_an_error_file_that_may_have_been_corrected_is_not_written_over(tmp_path: Path) -> None:
    for name in ("rows.errors.xlsx", "rows.errors.2.xlsx", "rows.errors.3.xlsx"):
        assert beside(tmp_path / "rows.xlsx") == tmp_path / name
        (tmp_path / name).touch()
    assert beside(tmp_path / "rows.jsonl") == tmp_path / "rows.errors.json"


def test_without_the_channels_key_no_digest_is_compared() -> None:
    one = sent(0, digest=None)
    assert matched([one], [answer(one, "accepted", digest="00" * 16)])[0].outcome == "accepted"


@pytest.mark.parametrize("name", ["s.csv", "s.xlsx", "s.json"])
def test_the_sheet_counts_outcomes_and_names_every_row(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    sheet.write(path, [sheet.Line("a.csv", fate) for fate in fates()], kit().book.codes)
    if name == "s.json":
        found = json.loads(path.read_text())
        rows, counts = found["rows"], {(one["outcome"], one["code"]): one["rows"] for one in found["totals"]}
        assert counts == {
            ("accepted", None): 2,
            ("digest_differs", None): 1,
            ("missing", None): 1,
            ("rejected", "BODY_UNKNOWN"): 1,
        }
        assert found["sent"] == 5
    elif name == "s.csv":
        lines = list(csvs.DictReader(path.read_text("utf-8-sig").splitlines()))
        rows = [{heading.split()[-1]: said for heading, said in line.items()} for line in lines]
    else:
        page = openpyxl.load_workbook(path)["明细 rows"]
        (headings, *lines) = [[str(cell.value or "") for cell in row] for row in page.iter_rows()]
        rows = [dict(zip((one.split()[-1] for one in headings), line, strict=True)) for line in lines]
        last = list(openpyxl.load_workbook(path)["汇总 totals"].iter_rows(values_only=True))[-1]
        assert last[1:] == ("合计 sent", "5")
    assert [row["outcome"].split()[-1] for row in rows][:3] == ["accepted", "rejected", "missing"]
    assert rows[1]["cure"].startswith("请使用")
    assert (rows[0]["schema_id"], rows[0]["receipt_at"]) == ("17", "2026-11-20T01:02:03+00:00")
    assert path.stat().st_mode & 0o077 == 0


def test_a_sheet_has_a_format(tmp_path: Path) -> None:
    with pytest.raises(FileFault):
        sheet.write(tmp_path / "s.txt", [], {})
