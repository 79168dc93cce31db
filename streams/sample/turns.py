"""Records out of turn: overtaking their target, corrected, sent twice, changed without a correction, without effect."""

from datetime import date

from streams.sample.desk import Desk, Payload, changed
from streams.sample.fates import CHANGED, DUPLICATE, held
from streams.sample.papers import correction, digest, ending, listing, listing_with_term, new_number, order
from streams.sample.stories import LATER, Story

WAITS = (1, 29)  # days a target may stay away: the thirtieth tick gives up
GIVEN_UP = (31, 150)
_EARLY = date(2026, 6, 30)  # thirty ticks and more are left until the last day
_NOT_SEEN = held("TARGET_NOT_SEEN")
_WITHOUT_EFFECT = held("ENDING_WITHOUT_EFFECT")


def ending_overtakes(desk: Desk) -> None:
    first, second = desk.calendar.chain(WAITS)
    person, paper = desk.cast.person(), listing(desk, first)
    desk.send(first, person, ending(desk, first, paper, "performed"), _NOT_SEEN, "ending before its listing")
    desk.send(second, person, paper, note="listing after its ending: settles it")


def correction_overtakes(desk: Desk) -> None:
    first, second = desk.calendar.chain(WAITS)
    person, paper = desk.cast.person(), listing(desk, first, ground="2")
    fixed = correction(desk, first, paper, changed(paper, ground="4", extra_years=0))
    desk.send(first, person, fixed, _NOT_SEEN, "correction before its listing")
    desk.send(second, person, paper, note="listing after its correction: settles it")


def both_overtake(desk: Desk) -> None:
    """Correction and ending wait together; the target settles both."""
    first, second, third = desk.calendar.chain((1, 14), (1, 14))
    person, paper = desk.cast.person(), order(desk, first)
    fixed = correction(desk, second, paper, changed(paper, conduct_end=None, document_digest=digest("as served")))
    desk.send(first, person, ending(desk, first, paper, "order_performed"), _NOT_SEEN, "ending before its order")
    desk.send(second, person, fixed, _NOT_SEEN, "correction before its order")
    desk.send(third, person, paper, note="order after its correction and ending: settles both")


def overtaking_without_effect(desk: Desk) -> None:
    """An ending of art. 10(4) waits for a listing that turns out to have a term: it ends nothing."""
    first, second, third = desk.calendar.chain(WAITS, LATER)
    person, paper = desk.cast.person(), listing_with_term(desk, first)
    early = ending(desk, first, paper, "no_property_found")
    desk.send(first, person, early, _NOT_SEEN, "art. 10(4) before its listing")
    desk.send(second, person, paper, note="listing with a term: what waited has no effect")
    desk.send(third, person, ending(desk, third, paper, "performed"), note="performed after all")


def waiting_sent_twice(desk: Desk) -> None:
    first, second, third = desk.calendar.chain((1, 14), (1, 14))
    person, paper = desk.cast.person(), listing(desk, first)
    early = ending(desk, first, paper, "revoked")
    desk.send(first, person, early, _NOT_SEEN, "ending before its listing")
    desk.send(second, person, early, DUPLICATE, "the waiting ending under another id")
    desk.send(third, person, paper, note="listing after its ending: settles it")


def never_settles(desk: Desk) -> None:
    (day,) = desk.calendar.chain(until=_EARLY)
    never_sent = listing(desk, day)
    early = ending(desk, day, never_sent, "performed")
    desk.send(day, desk.cast.person(), early, _NOT_SEEN, "ending of a listing that never comes: review")


def given_up_and_sent_again(desk: Desk) -> None:
    """The target comes after the review: it counts in full, and the ending must be reported anew."""
    first, second, third = desk.calendar.chain(GIVEN_UP, (1, 200))
    person, paper = desk.cast.person(), listing(desk, first)
    early = ending(desk, first, paper, "settlement_performed")
    desk.send(first, person, early, _NOT_SEEN, "ending given up after 30 ticks")
    desk.send(second, person, paper, note="listing after the review of its ending")
    desk.send(third, person, early, note="the same ending reported anew")


def corrected(desk: Desk) -> None:
    """The ground was wrong: the term changes with it."""
    first, second = desk.calendar.chain((5, 300))
    person, paper = desk.cast.person(), listing(desk, first, ground=desk.dice.one_of("146"))
    ground = "4" if paper.ground == "1" else "1"
    fixed = changed(paper, ground=ground, extra_years=0)
    desk.send(first, person, paper, note="listing with a wrong ground")
    desk.send(second, person, correction(desk, second, paper, fixed), note="correction of the ground")


def number_corrected(desk: Desk) -> None:
    """After it the record is still known by its old number: what ends, ends by either, once."""
    first, second, third, fourth = desk.calendar.chain((1, 200), (1, 200), (1, 200), until=date(2025, 1, 1))
    person, paper = desk.cast.person(), order(desk, first)
    fixed = changed(paper, document_no=new_number(desk, paper))
    desk.send(first, person, paper, note="order with a wrong number")
    desk.send(second, person, correction(desk, second, paper, fixed), note="correction of the number")
    ended = ending(desk, third, paper, "creditor_consent")
    desk.send(third, person, ended, note="ending under the old number")
    late = ending(desk, fourth, fixed, "creditor_consent")
    desk.send(fourth, person, late, held("ENDING_WITHOUT_EFFECT"), "ending under the new number of what has ended")


def number_taken(desk: Desk) -> None:
    first, second, third = desk.calendar.chain((1, 200), (1, 200))
    person, paper, other = desk.cast.person(), listing(desk, first), listing(desk, second)
    desk.send(first, person, paper, note="listing")
    desk.send(second, person, other, note="another listing of the same person")
    clash = correction(desk, third, paper, changed(paper, document_no=other.document_no))
    desk.send(third, person, clash, CHANGED, "correction to a number that another record bears")


def corrected_after_its_end(desk: Desk) -> None:
    first, second, third = desk.calendar.chain(LATER, LATER)
    person, paper = desk.cast.person(), listing(desk, first, ground="1")
    desk.send(first, person, paper, note="listing")
    desk.send(second, person, ending(desk, second, paper, "terminated"), note="ended by terminated")
    fixed = correction(desk, third, paper, changed(paper, ground="3"))
    desk.send(third, person, fixed, note="correction of an ended record")


def sent_again(desk: Desk) -> None:
    (day,) = desk.calendar.chain()
    draft = desk.send(day, desk.cast.person(), listing(desk, day), note="listing")
    desk.send_again(draft, DUPLICATE, "the same message again within the step")


def sent_under_another_id(desk: Desk) -> None:
    first, second = desk.calendar.chain((1, 400))
    person, paper = desk.cast.person(), order(desk, first)
    desk.send(first, person, paper, note="order")
    desk.send(second, person, paper, DUPLICATE, "the same content under another id")


def all_sent_twice(desk: Desk) -> None:
    """Listing, correction and ending once more each: nothing moves."""
    days = desk.calendar.chain(*[(1, 200)] * 5)
    person, paper = desk.cast.person(), listing(desk, days[0], ground="1")
    fixed = changed(paper, conduct_end=None, document_digest=digest("as served"))
    correcting = correction(desk, days[1], paper, fixed)
    ended = ending(desk, days[2], paper, "enforcement_refused")
    contents: tuple[Payload, ...] = (paper, correcting, ended)
    for day, content in zip(days[:3], contents, strict=True):
        desk.send(day, person, content, note="first of two")
    for day, content in zip(days[3:], contents, strict=True):
        desk.send(day, person, content, DUPLICATE, "second of two, after the record has ended")


def changed_without_correction(desk: Desk) -> None:
    first, second = desk.calendar.chain((1, 400))
    person, paper = desk.cast.person(), listing(desk, first, ground="4")
    desk.send(first, person, paper, note="listing")
    desk.send(second, person, changed(paper, ground="3"), CHANGED, "same document, another ground")


def term_runs(desk: Desk) -> None:
    """Art. 10(4) does not help while a term runs."""
    first, second, third = desk.calendar.chain((20, 300), (20, 300))
    person, paper = desk.cast.person(), listing_with_term(desk, first)
    desk.send(first, person, paper, note="listing with a term")
    early = ending(desk, second, paper, "no_property_found")
    desk.send(second, person, early, _WITHOUT_EFFECT, "art. 10(4) while the term runs")
    desk.send(third, person, ending(desk, third, paper, "stayed"), note="ended by stayed")


def ended_twice(desk: Desk) -> None:
    first, second, third = desk.calendar.chain(LATER, LATER)
    person, paper = desk.cast.person(), listing(desk, first, ground="1")
    desk.send(first, person, paper, note="listing")
    desk.send(second, person, ending(desk, second, paper, "performed"), note="ended by performed")
    again = ending(desk, third, paper, "revoked")
    desk.send(third, person, again, _WITHOUT_EFFECT, "an ending of a record that has ended")


def ended_after_its_term(desk: Desk) -> None:
    first, second = desk.calendar.chain((740, 1100))
    person, paper = desk.cast.person(), listing_with_term(desk, first)
    desk.send(first, person, paper, note="listing whose term runs out")
    late = ending(desk, second, paper, "performed")
    desk.send(second, person, late, _WITHOUT_EFFECT, "performed after the term")


TURNS: tuple[Story, ...] = (
    ending_overtakes,
    correction_overtakes,
    both_overtake,
    overtaking_without_effect,
    waiting_sent_twice,
    never_settles,
    given_up_and_sent_again,
    corrected,
    number_corrected,
    number_taken,
    corrected_after_its_end,
    sent_again,
    sent_under_another_id,
    all_sent_twice,
    changed_without_correction,
    term_runs,
    ended_twice,
    ended_after_its_term,
)
