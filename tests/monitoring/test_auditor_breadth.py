"""Terms of every form, caps, grounds, severity and incentives: what the auditor derives, and what it must not miss."""

import copy
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from audit_history import BOOK, LAW_DIR, History, only
from audit_papers import day, listing
from msgspec.structs import replace

from monitoring.auditor.findings import Invariant as I
from streams.core import terms
from streams.core.decisions import Outcome
from streams.core.events import Determination
from streams.core.law import LawBook
from streams.law import canonical
from streams.law.loader import load

MORE = Path(__file__).parent / "breadth"
ADULT = "990000198001010020"
Story = Callable[[History], object]


class SpelledOut(yaml.SafeDumper):
    def ignore_aliases(self, data: object) -> bool:
        return True


@pytest.fixture(scope="module")
def law(tmp_path_factory: pytest.TempPathFactory) -> tuple[LawBook, Path]:
    """The project's law with rows for every form of term."""
    folder = tmp_path_factory.mktemp("law") / "law"
    shutil.copytree(LAW_DIR, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    spelled_out = yaml.safe_load((MORE / "T-ITEMS.yaml").read_text(encoding="utf-8"))  # law files refer to nothing
    rows = yaml.dump(spelled_out, Dumper=SpelledOut, allow_unicode=True)
    (folder / "items" / "T-ITEMS.yaml").write_text(rows, encoding="utf-8")
    for file in MORE.glob("T-*.v1.yaml"):
        shutil.copy(file, folder / "memoranda")
    return load(folder), folder


@pytest.fixture
def history(law: tuple[LawBook, Path]) -> History:
    return History(book=law[0], law_dir=law[1]).start()


def paper(item: str, ground: str | None = None, number: str = "1", **changes: Any) -> Determination:
    return listing(f"T{number}", item=item, ground=ground, basis="L-CPL", **changes)


ENDS = [
    (paper("T_FINDING", "months"), "2019-07-10"),
    (paper("T_FINDING", "days"), "2019-07-07"),
    (paper("T_FINDING", "conduct", conduct_end=day("2018-12-31")), "2019-12-31"),
    (paper("T_FINDING", "life"), "2024-01-08"),  # no law says so: five years from the document
    (paper("T_FINDING", "life", conduct_end=day("2018-06-30")), "2023-06-30"),
    (paper("T_FINDING", "stated", valid_until=day("2019-12-01")), "2019-12-01"),
    (paper("T_LONG", "1", conduct_end=day("2018-06-30")), "2027-01-10"),
    (paper("T_CAPPED", "3"), "2022-01-10"),
    (paper("T_WARNING"), "2024-01-08"),
    (paper("COURT_DEFAULTER_LISTING", "1"), None),  # the duty is still to be done
    (paper("T_LONG", "1"), "2027-01-10"),
]


@pytest.mark.parametrize(("content", "last"), ENDS, ids=lambda one: getattr(one, "item", str(one)))
def test_every_form_of_term_is_derived_and_one_day_more_is_found(
    history: History, content: Determination, last: str | None
) -> None:
    assert history.determination(content) is Outcome.ACCEPTED
    entry = history.decisions[0]["entry"]
    assert entry["ends_on"] == (last and day(last))
    found = history.audit()
    assert found.match, found.findings
    entry["ends_on"] = day("2040-01-01")
    assert I.TERM_END in only(history)


@pytest.mark.parametrize("until", ["2019-04-06", "2020-01-09"])
def test_a_stated_day_outside_its_bounds(history: History, until: str) -> None:
    """Three to twelve months from 8 January; a term written to end on the day before is the least."""
    inside = {"2019-04-06": "2019-04-07", "2020-01-09": "2020-01-08"}[until]
    history.determination(paper("T_FINDING", "stated", valid_until=day(inside)))
    assert history.audit().match
    history.accepted[-1]["determination"]["valid_until"] = day(until)
    assert only(history) == {I.STATED_DAY, I.SAME_CONTENT}


@pytest.mark.parametrize("ground", ["months", "stated"])
def test_a_day_stated_where_none_may_be_and_none_where_it_must(history: History, ground: str) -> None:
    stated = day("2019-10-01") if ground == "stated" else None
    history.determination(paper("T_FINDING", ground, valid_until=stated))
    history.accepted[-1]["determination"]["valid_until"] = None if stated else day("2019-10-01")
    assert only(history) == {I.STATED_DAY, I.SAME_CONTENT}


@pytest.mark.parametrize("field", ["sector", "level", "channel", "body"])
def test_a_document_of_a_body_that_may_not_report_it(history: History, field: str) -> None:
    history.determination(paper("T_FINDING", "months"))
    accepted = history.accepted[-1]
    if field == "channel":
        accepted["channel"] = "police"
    else:
        body = {"sector": "SD-POLICE", "level": "SD-COURT-370102", "body": "NOBODY"}[field]
        accepted["determination"]["body"] = body
    assert only(history) - {I.SAME_CONTENT} == {I.PROVIDER}


def test_a_measure_for_another_ground(history: History) -> None:
    history.determination(paper("T_FINDING", "months"))
    assert len(history.decisions[0]["raised"]) == 2
    history.decisions[0]["entry"]["determination"]["ground"] = "life"
    assert I.RULE_OF_ITEM in only(history)


def test_an_executor_told_through_another_channel(history: History) -> None:
    history.determination(paper("T_FINDING", "months"))
    for one in (history.decisions[0]["raised"][0], history.deltas[0], *history.current.values()):
        if one["obligation_id"] == history.deltas[0]["obligation_id"]:
            one["executor_body"] = "SD-POLICE"
    assert only(history) == {I.REMIT}


@pytest.mark.parametrize(
    ("item", "document", "level"),
    [("T_WARNING", "2026-04-01", "minor"), ("T_WARNING", "2026-03-31", "ordinary"), ("T_PRAISE", "2026-04-01", "none")],
)
def test_severity_is_that_of_the_documents_day(history: History, item: str, document: str, level: str) -> None:
    history.tick("2026-04-02")
    history.determination(paper(item, document_date=day(document), effect_date=day(document)))
    severity = history.decisions[0]["entry"]["severity"]
    assert severity["level"] == level and history.audit().match
    severity["level"] = "ordinary" if level != "ordinary" else "none"
    assert only(history) == {I.SCALE}


def test_a_record_only_item_that_raises_something(history: History) -> None:
    history.determination(paper("T_RECORD"))
    assert not history.decisions[0]["raised"] and history.audit().match
    other = History(book=history.book, law_dir=history.law_dir).start()
    other.determination(paper("T_WARNING"))
    other.decisions[0]["entry"]["determination"]["item"] = "T_RECORD"
    assert I.OWN_RECORD in only(other)


def test_a_reward_among_the_sanctions(history: History) -> None:
    history.determination(paper("T_PRAISE"))
    assert history.decisions[0]["raised"] and history.audit().match
    there = copy.deepcopy(history)
    there.deltas[0]["_family"] = "sanctions"
    assert only(there) == {I.INCENTIVE}
    next(iter(history.current.values()))["_family"] = "sanctions"
    assert only(history) == {I.INCENTIVE}


@pytest.mark.parametrize("item", ["T_PRAISE", "T_WARNING"])
def test_a_reward_for_bad_conduct_and_a_sanction_for_good(history: History, item: str) -> None:
    history.determination(paper(item))
    raised = history.decisions[0]["raised"][0]
    for one in (raised, *history.deltas, *history.current.values()):
        one["incentive"] = not one["incentive"]
    for one in history.deltas:
        one["_family"] = "rewards" if one["incentive"] else "sanctions"
    assert I.INCENTIVE in only(history)


def three_in_a_row(history: History) -> None:
    """Two, two and three years, each from the day on which the one before ends: together five."""
    for number, effect in enumerate(("2019-01-10", "2021-01-10", "2023-01-10")):
        history.tick(effect)
        ground = "3" if number == 2 else "2"
        content = paper("T_CAPPED", ground, str(number), document_date=day(effect), effect_date=day(effect))
        history.determination(content)


def the_first_of_two_comes_late(history: History) -> None:
    history.tick("2021-06-01")
    history.determination(paper("T_CAPPED", "3", "b", document_date=day("2021-01-10"), effect_date=day("2021-01-10")))
    history.determination(paper("T_CAPPED", "2", "a"))
    history.determination(paper("T_CAPPED", "3", "c", effect_date=day("2019-01-09"), document_date=day("2019-01-08")))


@pytest.mark.parametrize("tell", [three_in_a_row, the_first_of_two_comes_late])
def test_a_chain_ends_at_its_cap(history: History, tell: Story) -> None:
    tell(history)
    entries = {one["entry"]["key"]: one["entry"] for one in history.decisions if one["entry"]}
    assert max(entry["ends_on"] for entry in entries.values()) <= day("2024-01-10")
    found = history.audit()
    assert found.match, found.findings
    assert found.checked[I.CAP]


def test_a_term_that_a_late_record_does_not_shorten(history: History) -> None:
    the_first_of_two_comes_late(history)
    moved = [one for one in history.decisions if one["code"] == "cap_reached"]
    assert moved
    history.decisions = [one for one in history.decisions if one not in moved]
    assert I.CAP in only(history)


def test_a_last_day_that_moves_for_no_reason(history: History) -> None:
    history.determination(paper("T_FINDING", "months"))
    history.tick("2019-07-11")
    assert history.decisions[-1]["kind"] == "expired" and history.audit().match
    history.decisions[-1]["entry"]["ends_on"] = day("2019-08-10")
    assert only(history) == {I.TERM_END}


def finding(ground: str, **changes: Any) -> Story:
    def told(history: History) -> None:
        history.reported(paper("T_FINDING", ground, **changes), ADULT)

    told.__name__ = f"finding_{ground}"
    return told


def foreign_body(history: History) -> None:
    history.reported(paper("T_FINDING", "months", body="SD-POLICE"), ADULT)


def sentenced(history: History) -> None:
    """Nobody sees how old the offender was on the day of the act."""
    history.reported(paper("T_SENTENCE"), ADULT)


def warned(history: History) -> None:
    history.tick("2026-04-02")
    history.determination(paper("T_WARNING", document_date=day("2026-04-01"), effect_date=day("2026-04-01")))


def recorded_only(history: History) -> None:
    history.determination(paper("T_RECORD"))


def praised(history: History) -> None:
    history.determination(paper("T_PRAISE"))


def lengthened_by_law(history: History) -> None:
    history.determination(paper("T_LONG", "1", conduct_end=day("2018-06-30")))


def nothing(*_: Any, **__: Any) -> tuple[()]:
    return ()


def one_day_more(start: date, days: int) -> date:
    return date.fromordinal(start.toordinal() + days + 1)


def without_cap(law: LawBook, determination: Determination, _: object) -> terms.Stop | None:
    return terms.stop_of(law, determination)


def by_effect(_: object, determination: Determination) -> date | None:
    return determination.effect_date


@pytest.mark.parametrize("until", ["2025-12-31", "2026-01-02"])
def test_a_later_book_may_seal_what_an_earlier_one_let_stand(until: str) -> None:
    code = "MEDICAL_ORDER_DETENTION"
    items = {**BOOK.items, code: replace(BOOK.items[code], stands_until=None, in_force_to=None)}
    earlier = canonical.parse(canonical.dump(replace(BOOK, items=items)))
    history = History(today=day("2025-06-10"), book=earlier).start()
    made = {"document_date": day("2025-06-03"), "effect_date": day("2025-06-03")}
    report = listing(item=code, ground=None, body="SD-POLICE", basis="L-PUBLIC-SECURITY", **made)
    history.determination(report, channel="police")
    history.tick(until)
    history.law_becomes(BOOK)
    history.tick("2026-01-03")
    assert [one["code"] for one in history.decisions][1:] == ["record_sealed", "record_sealed"]
    assert history.decisions[-1]["kind"] == "expired"
    assert history.audit().match, history.audit().findings


SABOTAGES: list[tuple[str, Any, Story, I]] = [
    ("streams.core.terms.add_days", one_day_more, finding("days"), I.TERM_END),
    ("streams.core.terms.counted_day", by_effect, finding("days"), I.TERM_END),
    ("streams.core.terms._five_years_run", lambda *_: True, lengthened_by_law, I.TERM_END),
    ("streams.core.check_determination._valid_until", nothing, finding("stated"), I.STATED_DAY),
    (
        "streams.core.check_determination._valid_until",
        nothing,
        finding("stated", valid_until=day("2029-01-01")),
        I.STATED_DAY,
    ),
    ("streams.core.check_determination._conduct_end", nothing, sentenced, I.NO_MINOR),
    ("streams.core.check_determination._provider", nothing, foreign_body, I.PROVIDER),
    ("streams.core.determination.capped_stop", without_cap, three_in_a_row, I.TERM_END),
    ("streams.core.determination.hold_caps", nothing, the_first_of_two_comes_late, I.CAP),
    ("streams.core.caps._annulled", lambda *_: True, three_in_a_row, I.TERM_END),
    (
        "streams.core.severity._TESTS",
        {"list_decision": nothing, "minor_document": nothing, "any": lambda *_: True},
        warned,
        I.SCALE,
    ),
    ("streams.core.measures.barred_by_item", lambda *_: None, recorded_only, I.OWN_RECORD),
]


@pytest.mark.parametrize(("sabotage", "off", "tell", "found"), SABOTAGES, ids=lambda one: getattr(one, "__name__", ""))
def test_a_rule_switched_off_in_the_core_is_found(
    history: History, monkeypatch: pytest.MonkeyPatch, sabotage: str, off: Any, tell: Story, found: I
) -> None:
    bent = copy.deepcopy(history)
    tell(history)
    assert history.audit().match, history.audit().findings
    monkeypatch.setattr(sabotage, off)
    tell(bent)
    assert found in only(bent), bent.audit().findings
