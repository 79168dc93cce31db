"""What is in public, what a bureau is given and who is on the red list: pure answers for one day, at every boundary."""

from datetime import date, timedelta
from typing import Any

import pytest
from book import LISTING, SUBJECT, Life, book, correction, determination, ending
from msgspec.structs import replace

from streams.core import bureau, publication, redlist
from streams.core.decisions import Entry
from streams.core.disclosed import Move, Reward
from streams.core.events import SubjectKind
from streams.core.facts import Facts
from streams.core.law import LawBook

DAY = date(2026, 11, 2)
ONE = timedelta(days=1)


def entries(day: date, *documents: Any, kind: SubjectKind = SubjectKind.PERSON) -> dict[str, Entry]:
    life = Life(book(), day)
    for number, document in enumerate(documents):
        life.sends(replace(document, document_no=str(number)), kind=kind)
    return life.standing.entries


def facts(found: dict[str, Entry], day: date, *, law: LawBook | None = None, **more: Any) -> Facts:
    fields: dict[str, Any] = {"disputed": (), "consents": (), "repaired": (), "doubted": (), **more}
    return Facts(law or book(), SUBJECT, found, day=day, **fields)


def public(found: dict[str, Entry], day: date, disputed: tuple[str, ...] = (), law: LawBook | None = None) -> Any:
    return publication.wanted(facts(found, day, law=law, disputed=disputed))


def honour(day: date, item: str = "HONOUR", ground: str | None = "moral_model", basis: str = "R-SHANDONG") -> Any:
    return determination(day, item, body="SD-CIVILITY", ground=ground, basis=basis)


def test_nobody_is_public_without_an_active_row() -> None:
    order = entries(DAY, determination(DAY, "COURT_CONSUMPTION_ORDER"))
    tax = entries(DAY, determination(DAY, "TAX_SERIOUS_CASE", ground="evasion", basis="O-TAX-54"))
    assert public(order, DAY) == {} and public(tax, DAY) == {}
    assert public(entries(DAY, honour(DAY)), DAY) == {}
    assert public(entries(DAY, determination(DAY), kind=SubjectKind.ENTITY), DAY) == {}


def test_a_listed_defaulter_is_public_and_a_dispute_marks_him() -> None:
    found = entries(DAY, determination(DAY, ground="2"))
    ((key, entry),) = found.items()
    (one,) = public(found, DAY).values()
    assert (one.rule, one.list, one.since, one.disputed) == ("COURT-DEFAULTERS", "exposure", DAY, False)
    assert one.last_day == date(2028, 11, 2) == entry.ends_on
    (marked,) = public(found, DAY, (key,)).values()
    assert replace(marked, disputed=False) == one and marked.disputed


@pytest.mark.parametrize(
    ("document", "day", "last"),
    [
        # two years of art. 2 and three more: order 36 ends the publication after three, the entry goes on
        (determination(date(2026, 4, 1), ground="2", extra_years=3), DAY, date(2029, 4, 1)),
        (determination(date(2026, 4, 1), ground="2"), DAY, date(2028, 4, 1)),
        # no term of its own: three years from the document
        (determination(date(2026, 4, 1)), DAY, date(2029, 4, 1)),
        # an older document is bound too, from the day the order is in force and not before
        (determination(date(2024, 6, 3)), date(2024, 6, 3), date(2027, 6, 3)),
        (determination(date(2022, 6, 1)), date(2022, 6, 1), date(2026, 3, 31)),
    ],
)
def test_the_earliest_stop_ends_the_publication(document: Any, day: date, last: date) -> None:
    found = entries(day, document)
    (one,) = public(found, day).values()
    assert one.last_day == last
    assert public(found, last) and not public(found, last + ONE)
    assert publication.next_day(book(), [one], found.values(), day) == last + ONE


def test_what_is_minor_is_not_published_by_default() -> None:
    (entry,) = entries(DAY, determination(DAY)).values()
    minor = replace(entry, severity=replace(entry.severity, level="minor"))
    assert public({entry.key: minor}, DAY) == {}


def test_a_row_shows_from_its_first_day_to_its_last() -> None:
    row = replace(book().publicity["COURT-DEFAULTERS"], in_force_from=DAY + ONE, in_force_to=DAY + 2 * ONE)
    law = replace(book(), digest="row", publicity={row.code: row})
    found = entries(DAY, determination(DAY))
    assert [len(public(found, DAY + n * ONE, law=law)) for n in range(4)] == [0, 1, 1, 0]
    assert publication.next_day(law, (), found.values(), DAY) == DAY + ONE
    standing = tuple(public(found, DAY + ONE, law=law).values())
    assert publication.next_day(law, standing, found.values(), DAY + ONE) == DAY + 3 * ONE
    gone = publication.compare(facts(found, DAY + 3 * ONE, law=law), standing, {})
    assert [(one.move, one.reason) for one in gone] == [(Move.ENDED, publication.RULE_ENDED)]
    other = replace(row, grounds=("2",))
    assert public(found, DAY + ONE, law=replace(law, digest="ground", publicity={row.code: other})) == {}


def test_ends_with_its_reason_and_tells_a_change_once() -> None:
    life = Life(book(), DAY)
    life.sends(determination(DAY, ground="2"))
    before = tuple(public(life.standing.entries, DAY).values())
    nothing = publication.compare(facts(life.standing.entries, DAY), before, public(life.standing.entries, DAY + ONE))
    assert nothing == ()
    life.sends(correction(DAY, determination(DAY, ground="3")))
    changes = publication.compare(facts(life.standing.entries, DAY), before, public(life.standing.entries, DAY))
    assert [(one.move, one.publication.version, one.publication.since, one.reason) for one in changes] == [
        (Move.CHANGED, 2, DAY, publication.ENTRY_CHANGED)
    ]
    life.sends(ending(DAY))
    gone = publication.compare(facts(life.standing.entries, DAY), before, public(life.standing.entries, DAY))
    assert [(one.move, one.reason) for one in gone] == [(Move.ENDED, "performed")]


def test_the_end_of_the_term_is_told_as_such() -> None:
    found = entries(date(2026, 4, 1), determination(date(2026, 4, 1)))
    standing = tuple(public(found, date(2026, 4, 1)).values())
    after = date(2029, 4, 2)
    gone = publication.compare(facts(found, after), standing, public(found, after))
    assert [(one.move, one.reason) for one in gone] == [(Move.ENDED, publication.TERM_ENDED)]


# --- credit bureau


def fed(found: dict[str, Entry], day: date, consented: bool = False, disputed: tuple[str, ...] = ()) -> Any:
    shown = tuple(public(found, day).values())
    return bureau.wanted(facts(found, day, disputed=disputed, consents=(bureau.CONSENT,) if consented else ()), shown)


def feed(standing: Any, now: Any, found: dict[str, Entry], day: date, ticking: bool = False) -> Any:
    return bureau.compare(facts(found, day, ticking=ticking), standing, now)


def test_told_first_fed_at_a_later_tick_and_deleted_with_the_ground() -> None:
    life = Life(book(), DAY)
    life.sends(determination(DAY, ground="2"))
    found = life.standing.entries
    (first,) = feed((), fed(found, DAY), found, DAY)
    told = first.record
    assert (first.move, told.ground, told.told_on, told.fed_on) == (Move.BEGUN, "public_by_law", DAY, None)
    for day, ticking in ((DAY, True), (DAY + ONE, False)):
        assert feed((told,), fed(found, day), found, day, ticking) == ()
    assert bureau.next_day((told,)) == DAY + ONE
    (feeding,) = feed((told,), fed(found, DAY + ONE), found, DAY + ONE, True)
    put = feeding.record
    assert (put.told_on, put.fed_on, put.version) == (DAY, DAY + ONE, 1)
    ((key, _),) = found.items()
    (marking,) = feed((put,), fed(found, DAY + ONE, disputed=(key,)), found, DAY + ONE)
    marked = marking.record
    assert (marked.disputed, marked.version, marked.fed_on) == (True, 2, DAY + ONE)
    life.sends(ending(DAY))
    after = life.standing.entries
    gone = feed((marked,), fed(after, DAY + ONE), after, DAY + ONE)
    assert [(one.move, one.record.version, one.reason) for one in gone] == [(Move.ENDED, 3, "performed")]


def test_only_what_is_public_or_consented_and_serious() -> None:
    order = entries(DAY, determination(DAY, "COURT_CONSUMPTION_ORDER"))
    assert fed(order, DAY, consented=True) == {}
    tax = entries(DAY, determination(DAY, "TAX_SERIOUS_CASE", ground="evasion", basis="O-TAX-54"))
    assert fed(tax, DAY) == {}
    (one,) = fed(tax, DAY, consented=True).values()
    assert (one.ground, one.last_day) == ("consented", date(2031, 11, 2))
    gone = feed((one,), fed(tax, DAY), tax, DAY, True)
    assert [one.reason for one in gone] == ["consent_withdrawn"]


@pytest.mark.parametrize(("offset", "held"), [(-1, True), (0, True), (1, False)])
def test_five_years_from_the_end_of_the_conduct(offset: int, held: bool) -> None:
    found = entries(DAY, determination(DAY, conduct_end=date(2022, 2, 28)))
    (one,) = fed(found, DAY).values()
    assert one.last_day == date(2027, 2, 28)
    day = date(2027, 2, 28) + offset * ONE
    live = {key: replace(entry, ended_on=None, ends_on=None) for key, entry in found.items()}
    assert bool(fed(live, day)) is held
    if not held:
        assert [move.reason for move in feed((one,), {}, live, day, True)] == ["bureau_five_years"]


# --- red list


def judged(found: dict[str, Entry], *consents: tuple[str, str], day: date = DAY) -> dict[str, Any]:
    return redlist.judge(facts(found, day, consents=consents), ())


@pytest.mark.parametrize(
    "document",
    [
        honour(DAY),
        honour(DAY, ground="excellent_volunteer"),
        honour(DAY, "VOLUNTEER_GOOD_RECORD", None, "R-SD-VOLUNTEER"),
        honour(DAY, "DONATION_RECORD", None, "L-CHARITY"),
    ],
)
def test_honours_volunteers_and_donors_are_on_the_red_list(document: Any) -> None:
    found = judged(entries(DAY, document))
    assert found["RED_LIST"].place is not None and found["RED_LIST"].reason == redlist.CONDITION_MET
    assert [found[code].place for code in ("XINYI_LOAN", "XINYI_RENT", "XINYI_TRAVEL")] == [None, None, None]


def test_a_partner_is_told_only_what_a_consent_names() -> None:
    found = judged(entries(DAY, honour(DAY)), ("partner_loan", "XINYI_LOAN"), ("partner_loan", "XINYI_RENT"))
    assert found["XINYI_LOAN"].place is not None and found["XINYI_LOAN"].place.ground == redlist.CONSENTED
    assert found["XINYI_RENT"].place is None and found["XINYI_TRAVEL"].place is None


def test_a_list_of_the_untrustworthy_takes_the_place_and_its_end_gives_it_back() -> None:
    life = Life(book(), DAY)
    life.sends(replace(honour(DAY), document_no="h"), channel="civility")
    life.sends(determination(DAY))
    consent = ("partner_loan", "XINYI_LOAN")
    barred = judged(life.standing.entries, consent)
    assert {code: verdict.reason for code, verdict in barred.items()} == dict.fromkeys(barred, redlist.ON_ADVERSE_LIST)
    life.sends(ending(DAY))
    assert judged(life.standing.entries, consent)["XINYI_LOAN"].place is not None


def test_an_ordinary_record_and_an_honour_that_ended() -> None:
    life = Life(book(), DAY)
    life.sends(replace(honour(DAY), document_no="h"), channel="civility")
    life.sends(determination(DAY, "COURT_CONSUMPTION_ORDER"))
    assert judged(life.standing.entries)["RED_LIST"].place is not None
    life.sends(ending(DAY, "honour_waived", "HONOUR", "h"), channel="civility")
    assert judged(life.standing.entries)["RED_LIST"].reason == redlist.NOT_ON_RED_LIST


def test_an_offer_is_open_from_its_first_day() -> None:
    found = entries(DAY, honour(DAY))
    offer = replace(book().offers["RED_LIST"], in_force_from=DAY + ONE, in_force_to=DAY + ONE)
    law = replace(book(), digest="offer", offers={"RED_LIST": offer})
    days = [DAY + n * ONE for n in range(3)]
    assert [redlist.judge(facts(found, day, law=law), ())["RED_LIST"].place is not None for day in days] == [
        False,
        True,
        False,
    ]
    assert redlist.next_day(law, tuple(found.values()), (), DAY) == DAY + ONE
    one = Reward("r", "RED_LIST", None, LISTING, redlist.CONDITION_MET, DAY + ONE)
    assert redlist.next_day(law, tuple(found.values()), (one,), DAY + ONE) == DAY + 2 * ONE
