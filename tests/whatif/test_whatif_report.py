"""What leaves the comparison: a page and a line without persons, the same each time; reports kept and asked for."""

import contextlib
import io
import json
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from rich.console import Console
from whatif_history import START, day, what_if

from streams.clock import Announced, ClockFault, ClockLog, ClockWriter, Reading, Support
from streams.whatif import kept, supporting, tables
from streams.whatif.clocked import Clocked
from streams.whatif.page import page
from streams.whatif.report import dump, line
from streams.whatif.run import Answer
from tests.flow.flow_stand import CODEC, Stand, amended, listing

DRAFT = amended(**{"M-141.v1/10": {"active": False, "inactive_reason": "rule_inactive"}})
PERSONS = 23


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Stand:
    made = Stand(tmp_path_factory.mktemp("keys")).begin(START)
    for number in range(PERSONS):
        made.send("events.court", listing(number, START))
    made.tick(day(1))
    return made


@pytest.fixture(scope="module")
def found(stand: Stand) -> Answer:
    return what_if(stand, DRAFT, samples=3)


def subjects(stand: Stand) -> set[str]:
    return {decision["subject"] for decision in stand.read("decisions")}


def printed(what: Any) -> str:
    console = Console(width=200, record=True, file=io.StringIO())
    console.print(what)
    return console.export_text()


def test_the_line_is_the_report_with_its_digest(found: Answer) -> None:
    said = json.loads(line(found.report))
    assert said.pop("digest") == found.report.digest
    assert msgspec.json.encode(said, order="sorted") == dump(found.report)
    assert (said["totals"]["released"], said["records"], said["draft"]) == (20, PERSONS, DRAFT.digest)


def test_nothing_about_a_person_leaves_but_by_the_samples(stand: Stand, found: Answer) -> None:
    tokens = subjects(stand)
    for text in (line(found.report), page(found.report), printed(tables.tables(found.report))):
        assert not [token for token in tokens if token in text]
        assert "20–29" in text or '"released":20' in text
    assert len(found.samples) == 3
    shown = re.sub(r"\s", "", printed(tables.samples(found.samples, found.places, DRAFT)))
    assert {stood.measured.subject for _, stood in found.samples} <= {token for token in tokens if token in shown}


def test_no_figure_under_ten_is_anywhere(found: Answer) -> None:
    figures = re.findall(r"<td[^>]*>(?:&lt;)?([\d,]+)[^<]*</td>", page(found.report))
    assert figures and {int(figure.replace(",", "")) for figure in figures} == {10, 20}
    assert "&lt;10" in page(found.report)
    assert not re.findall(r":[1-9][,}]", json.dumps(json.loads(line(found.report))["tables"]).replace(" ", ""))


def test_the_page_asks_nothing_of_the_network_and_is_the_same_each_time(found: Answer) -> None:
    html = page(found.report)
    assert html == page(found.report)
    assert "<script" not in html and "@import" not in html and "url(" not in html
    assert set(re.findall(r"https?://[^\s\"'<]+", html)) == {"http://www.w3.org/2000/svg"}
    assert html.count("<svg") == 5 and found.report.digest in html


def test_a_draft_that_differs_in_nothing_says_so(stand: Stand) -> None:
    same = what_if(stand, stand.desk.law(next(iter(stand.books))))
    assert "没有差别" in page(same.report) and "<svg" not in page(same.report)
    assert "没有任何差别" in printed(tables.tables(same.report))


def test_a_report_is_kept_under_its_digest_and_found_again(found: Answer, tmp_path: Path) -> None:
    data, html = kept.keep(found.report, page(found.report), tmp_path / "new" / "folder")
    assert (data.stem, html.stem) == (found.report.digest, found.report.digest)
    assert kept.find(found.report.digest, data.parent) == found.report
    data.write_bytes(data.read_bytes().replace(b'"records":23', b'"records":24'))
    with pytest.raises(kept.NotShown, match="changed"):
        kept.find(found.report.digest, data.parent)
    for name in ("0" * 64, "../../etc/passwd", ""):
        with pytest.raises(kept.NotShown, match="no what-if report"):
            kept.find(name, data.parent)


NOW = Clocked(START, day(1), (), (DRAFT.digest,))
LATE = START + timedelta(days=supporting.FRESH_DAYS)


@pytest.mark.parametrize(
    ("book", "clock", "why"),
    [
        ("f" * 64, NOW, "is about law book"),
        (DRAFT.digest, NOW._replace(announced=("e" * 64,)), "has been announced since"),
        (DRAFT.digest, NOW._replace(last=LATE + timedelta(days=1)), "more than 30 days"),
        (DRAFT.digest, NOW._replace(last=None), "more than 30 days"),
    ],
)
def test_a_report_that_does_not_support_the_book_is_refused(found: Answer, book: str, clock: Clocked, why: str) -> None:
    report = msgspec.structs.replace(found.report, announced=DRAFT.digest, to_day=START, history=())
    with pytest.raises(kept.NotShown, match=why):
        supporting.check(None, report, book, clock)  # type: ignore[arg-type]


def test_a_report_that_does_is_taken_until_it_is_thirty_days_old(found: Answer) -> None:
    report = msgspec.structs.replace(found.report, announced=DRAFT.digest, to_day=START, history=())
    supporting.check(None, report, DRAFT.digest, NOW._replace(last=LATE))  # type: ignore[arg-type]


def test_a_reason_is_taken_instead_and_written_down_but_not_an_empty_one(tmp_path: Path) -> None:
    def support(report: str | None, reason: str | None) -> Support:
        return supporting.support(None, "f" * 64, report, reason, tmp_path)  # type: ignore[arg-type]

    assert support(None, " 只改错字 ") == Support(what_if=None, without="只改错字")
    for given, why in (((None, None), "only after"), ((None, " "), "is empty"), (("a", "b"), "exclude")):
        with pytest.raises(kept.NotShown, match=why):
            support(*given)


class _Taking:
    """A producer that keeps what the clock writes."""

    def __init__(self) -> None:
        self.values: list[bytes] = []

    @contextlib.asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        yield

    async def send(self, topic: str, value: bytes, partition: int) -> None:
        self.values.append(value)


@pytest.mark.parametrize(("laws", "support"), [(0, None), (1, Support("a" * 64)), (1, Support(None, "改错字"))])
async def test_the_clock_writes_down_what_an_activation_rests_on(laws: int, support: Support | None) -> None:
    producer = _Taking()
    assert await _writer(laws, producer).activate(DRAFT.digest, START, support)
    (said,) = [CODEC.decode(value).value for value in producer.values]
    assert said == {
        "digest": DRAFT.digest,
        "from_day": START,
        "what_if": support and support.what_if,
        "without_what_if": support and support.without,
    }


async def test_the_clock_takes_no_second_book_without_a_word_on_it() -> None:
    producer = _Taking()
    with pytest.raises(ClockFault, match="what-if report"):
        await _writer(1, producer).activate(DRAFT.digest, START)
    assert producer.values == []


def _writer(laws: int, producer: _Taking) -> ClockWriter:
    shelf: Any = {DRAFT.digest: DRAFT}
    writer = ClockWriter(ClockLog("nowhere", "clock", 1), CODEC, shelf, producer)
    writer._reading = Reading(START, (Announced("b" * 64, START),) * laws)
    return writer
