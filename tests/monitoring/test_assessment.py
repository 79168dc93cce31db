"""The assessment without a server: working days, codes, bars, returns, query use, rates."""

import re
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from monitoring.assessment import bars, cells, gathering, queries, reference, returns
from monitoring.assessment.cells import Place
from monitoring.assessment.faults import AssessmentFault
from monitoring.assessment.months import after, last_day, twelve
from monitoring.assessment.rates import FIGURES, RATES
from schemas.codec import Codec
from streams import querylog
from streams.cli import assessment
from streams.cli.main import app
from streams.core.index import Index
from streams.kit import monthly
from streams.kit.reading import FileFault
from streams.law.code_classes import classes
from streams.law.faults import LawFault
from streams.law.loader import FOLDER, load
from topics.catalogue import Catalogue

BOOK = load()
CODEC = Codec.load()
OCTOBER = date(2026, 10, 1)
LISTING = "COURT_DEFAULTER_LISTING"


def days(*years: str) -> dict[date, reference.WorkingDay]:
    book = msgspec.structs.replace(BOOK, digest="", working_days={year: BOOK.working_days[year] for year in years})
    return {one.day: one for one in reference.working_days(Index.of(book))}


def test_working_days_are_numbered_through_a_run_of_years() -> None:
    """The first week of 2026: Thursday 1 and Friday 2 January are off, Sunday 4 is worked."""
    found = days("2025", "2026")
    assert found[date(2024, 12, 31)].passed == 0 and date(2024, 12, 30) not in found
    last = found[date(2025, 12, 31)].passed
    new_year = [found[date(2026, 1, day)].passed - last for day in range(1, 7)]
    assert new_year == [0, 0, 0, 1, 2, 3]
    assert {one.run for one in found.values()} == {1} and date(2027, 1, 1) not in found


def test_a_year_without_a_calendar_ends_the_run() -> None:
    found = days("2018", "2020", "2021")
    assert [found[date(year, 6, 1)].run for year in (2018, 2020, 2021)] == [1, 2, 2]
    assert found[date(2019, 12, 31)].run == 2 and found[date(2019, 12, 31)].passed == 0
    assert date(2019, 6, 1) not in found


def test_every_code_has_one_class_and_a_new_one_cannot_be_forgotten(tmp_path: Path) -> None:
    found = classes()
    assert found.keys() == BOOK.codes.keys()
    assert set(found.values()) == {
        "unreadable",
        "completeness",
        "compliance",
        "accuracy",
        "sequence",
        "repetition",
        "notice",
    }
    text = (FOLDER / "codes.yaml").read_text(encoding="utf-8")
    (tmp_path / "codes.yaml").write_text(re.sub(r"(code: ITEM_UNKNOWN\n) +class: \w+\n", r"\1", text), encoding="utf-8")
    with pytest.raises(LawFault, match="class"):
        classes(tmp_path)
    (tmp_path / "codes.yaml").write_text(text.replace("class: unreadable", "class: odd", 1), encoding="utf-8")
    with pytest.raises(LawFault, match="odd"):
        classes(tmp_path)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("TRAILING_BYTES", "unreadable"),
        ("DOCUMENT_INCOMPLETE", "completeness"),
        ("MINOR_SUBJECT", "compliance"),
        ("NAME_MISMATCH", "accuracy"),
        ("TARGET_NOT_SEEN", "sequence"),
        ("DUPLICATE_RECORD", "repetition"),
        ("REGION_CODE_UNKNOWN", "notice"),
    ],
)
def test_what_codes_count_as(code: str, kind: str) -> None:
    assert classes()[code] == kind


def test_cities_of_bodies_and_platforms() -> None:
    bodies = BOOK.bodies
    assert reference.city_of(bodies["SD-COURT"]) == ""
    assert reference.city_of(bodies["SD-COURT-370100"]) == reference.city_of(bodies["SD-COURT-370102"]) == "370100"
    platforms = reference.cities_of_channels(BOOK)
    assert platforms["city-jinan"] == "370100" and "court" not in platforms and len(platforms) == 16


@pytest.mark.parametrize("said", ["济南市", "370100", "city-jinan"])
def test_a_city_is_named_in_any_of_three_ways(said: str) -> None:
    assert assessment.city_of(said, assessment.names()) == "370100"


@pytest.mark.parametrize("said", ["北京市", "370102", "court", ""])
def test_what_is_no_city_is_told_with_those_there_are(said: str) -> None:
    done = CliRunner().invoke(app, ["bulletin", "--month", "2026-10", "--city", said])
    assert done.exit_code == 2 and "370200" in done.output


def test_every_rate_is_made_of_figures_and_has_its_formula() -> None:
    for code, rate in RATES.items():
        assert {rate.top, *rate.of} <= FIGURES.keys(), code
        assert rate.formula.startswith(rate.top) and all(name in rate.formula for name in rate.of), code
        assert rate.value({}) is None
    taken = {name for source in cells.SOURCES if "matter" not in source.key for name in source.figures}
    assert taken <= FIGURES.keys()


def test_months() -> None:
    assert last_day(date(2028, 2, 1)) == date(2028, 2, 29)
    assert twelve(OCTOBER)[0] == date(2025, 11, 1) and twelve(OCTOBER)[-1] == OCTOBER and len(twelve(OCTOBER)) == 12
    assert after(date(2026, 1, 1), -1) == date(2025, 12, 1)


def test_the_bars_come_with_who_set_them_and_what_is_wrong_with_a_file_is_said(tmp_path: Path) -> None:
    found = bars.load()
    assert found.set_by == "office" and "未定数值" in found.source and found.least == 10
    for text, why in (
        ("set_by: x\nsource: y\nleast: 10\nbars: [{rate: mood, over: 1.0}]", "mood"),
        ("set_by: x\nsource: y\nleast: 10\nbars: [{rate: lateness}]", "over"),
        ("set_by: x\nsource: y\nleast: 10\nbars: [{rate: lateness, over: 0.1, under: 0.2}]", "over"),
        ("set_by: x\nsource: y\nleast: 0\nbars: []", "least"),
        ("set_by: x\nleast: 1\nbars: []", "source"),
        ("set_by: x\nsource: y\nleast: 1\nbars: [{rate: lateness, over: 0.1}, {rate: lateness, over: 0.2}]", "twice"),
        ("{", "bars.yaml"),
    ):
        path = tmp_path / "bars.yaml"
        path.write_text(text, encoding="utf-8")
        with pytest.raises(AssessmentFault, match=why):
            bars.load(path)


@pytest.mark.parametrize(("value", "named"), [(0.1, False), (0.1001, True), (0.0, False)])
def test_a_bar_names_who_is_beyond_it_and_not_who_is_on_it(value: float, named: bool) -> None:
    assert bars.Bar("lateness", over=0.1).passes(value) is named
    assert bars.Bar("storage", under=0.9).passes(1 - value) is named


def test_a_return_as_written_is_read_and_an_item_makes_up_for_no_other(tmp_path: Path) -> None:
    """Listings: 10 produced, 7 came, 2 of the 3 accounted for. Bidding: 3 produced, 5 came: nothing is lacking."""
    said = {
        LISTING: monthly.Said(10, 10, 2, {"MINOR_SUBJECT": 1, "SIMPLE_PROCEDURE": 1}),
        "BIDDING_BAR": monthly.Said(3),
    }
    for kind in ("xlsx", "csv"):
        path = tmp_path / f"court.2026-10.{kind}"
        monthly.write(path, monthly.lines([], said, OCTOBER, BOOK))
        found = returns.read(tmp_path, OCTOBER, {"court"}, BOOK)
        assert found["court"][LISTING] == said[LISTING] and found["court"]["BIDDING_BAR"].produced == 3
        path.unlink()
    arrived = {("court", LISTING): 7, ("court", "BIDDING_BAR"): 5, ("tax", LISTING): 9}
    assert returns.count({"court": said}, arrived, BOOK, {"court": "370100"}) == {
        Place("court", "", "370100", "judicial"): Counter(
            {"produced": 10, "arrived": 7, "not_arrived": 3, "explained": 2, "unexplained": 1}
        ),
        Place("court", "", "370100", "construction"): Counter({"produced": 3, "arrived": 5}),
    }
    assert returns.count({"court": {LISTING: monthly.Said(None)}}, arrived, BOOK, {}) == {}


@pytest.mark.parametrize("name", ["court.csv", "mint.2026-10.csv", "court.2026.csv", "court.2026-10.old.csv"])
def test_a_return_whose_name_tells_no_channel_and_month_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("item\n", encoding="utf-8")
    with pytest.raises(AssessmentFault, match=r"CHANNEL\.MONTH"):
        returns.read(tmp_path, OCTOBER, {"court"}, BOOK)


def test_two_returns_of_one_channel_and_reasons_that_do_not_add_up_are_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no return", encoding="utf-8")
    for kind in ("csv", "json"):
        (tmp_path / f"court.2026-10.{kind}").write_text("item\n" if kind == "csv" else "[]", encoding="utf-8")
    with pytest.raises(AssessmentFault, match="second return"):
        returns.read(tmp_path, OCTOBER, {"court"}, BOOK)
    path = tmp_path / "figures.csv"
    for reason in ("MINOR_SUBJECT 1", "MINOR_SUBJECT 1; ITEM_UNKNOWN 2", "MINOR_SUBJECT 1; MINOR_SUBJECT 1", "why not"):
        path.write_text(f"item,produced,not_reported,reason\n{LISTING},5,2,{reason}\n", encoding="utf-8")
        with pytest.raises(FileFault, match="code of the law book"):
            monthly.figures(path, BOOK)
    path.write_text(f"item,not_reported,reason\n{LISTING},2,MINOR_SUBJECT 1; ITEM_UNKNOWN 1\n", encoding="utf-8")
    assert monthly.figures(path, BOOK)[LISTING].reasons == {"MINOR_SUBJECT": 1, "ITEM_UNKNOWN": 1}


def test_a_question_counts_in_the_month_of_the_office_and_a_refused_one_apart() -> None:
    assert queries.month_of(datetime(2026, 9, 30, 15, 59, tzinfo=UTC)) == date(2026, 9, 1)
    assert queries.month_of(datetime(2026, 9, 30, 16, 0, tzinfo=UTC)) == OCTOBER  # Beijing is eight hours ahead
    assert queries.counted(True, "audit", BOOK.purposes) == {"queries": 1, "queries_for_audit": 1}
    assert queries.counted(False, "audit", BOOK.purposes) == {"queries_refused": 1}
    assert queries.counted(True, "张三", BOOK.purposes) == {"queries_refused": 1}  # what was typed is no figure's name


@pytest.mark.parametrize("value", [None, b"", b"\x00junk", CODEC.encode("ClockTick", {"day": OCTOBER})])
def test_a_look_that_cannot_be_read_is_counted_and_stops_nothing(value: bytes | None) -> None:
    """It tells neither its day nor who asked; the broker tells when it came."""
    taken = int(datetime(2026, 9, 30, 16, 0, tzinfo=UTC).timestamp() * 1_000)
    assert queries.told(value, taken, CODEC, BOOK.purposes) == (OCTOBER, queries.OPERATORS, {queries.UNREADABLE: 1})
    said = {"officer": "T-1", "purpose": "audit", "command": "status", "content": "x", "channel": "org"}
    sound = CODEC.encode("QueryLogged", {**said, "at": datetime(2026, 8, 1, tzinfo=UTC)})
    assert queries.told(sound, taken, CODEC, BOOK.purposes)[:2] == (date(2026, 8, 1), "org")


def test_a_look_at_an_inbox_is_one_question_however_many_papers_it_shows() -> None:
    assert queries.INBOX == querylog.FILINGS
    look = querylog.Query("T-1", "objection", querylog.FILINGS, "x", channel="court")
    at, known = datetime(2026, 8, 1, tzinfo=UTC), gathering.purposes_of(BOOK, Catalogue.load())
    figures = [
        queries.told(CODEC.encode("QueryLogged", {**one._asdict(), "at": at}), 0, CODEC, known)[2]
        for one in (look, look._replace(subject="a" * 32), look._replace(subject="b" * 32))
    ]
    assert figures == [{"queries": 1, "queries_for_objection": 1}, {}, {}]


def test_a_question_to_the_portal_counts_for_the_purpose_of_the_published_catalogue() -> None:
    known = gathering.purposes_of(BOOK, Catalogue.load())
    assert queries.counted(True, "licensing", known) == {"queries": 1, "queries_for_licensing": 1}
    assert known.keys() >= {*BOOK.purposes, "licensing", "recruitment"}
