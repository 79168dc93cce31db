"""Records out of turn: overtaking their target, corrected, sent twice, changed without a correction, without effect."""

from datetime import date

from streams.core.events import Correction, Determination, Ending
from streams.sample import papers
from streams.sample.case import another, ends, of_item, opened
from streams.sample.desk import Desk, Want, changed
from streams.sample.fates import ACCEPTED, CHANGED, DUPLICATE, held
from streams.sample.lives import most_days, over_after
from streams.sample.matters import Matter
from streams.sample.stories import LATER, LISTING, ORDER, Story, anything, termed

WAITS = (1, 29)  # days a target may stay away: the thirtieth tick gives up
GIVEN_UP = (31, 150)
OUTLIVES = 100  # days of life that a short story asks for
_EARLY = date(2026, 6, 30)  # thirty ticks and more are left until the last day
_NOT_SEEN = held("TARGET_NOT_SEEN")
_WITHOUT_EFFECT = held("ENDING_WITHOUT_EFFECT")
_OVERFLOW_AFTER = 100  # records that may wait for one subject's targets, see core/limits.py
_RECORD_EACH = 40  # days of publication: two years and more


def lasting(desk: Desk) -> Want:
    """Wants what can be ended and lives long enough for a story of some months."""
    able = ends(desk)
    return lambda matter: matter.life >= OUTLIVES and able(matter)


def regrounded(matter: Matter) -> bool:
    """Wants an item with grounds to choose among."""
    return matter.life >= OUTLIVES and len(matter.item.grounds) > 1


def remembered(want: Want) -> Want:
    """Wants what is still known long after its end: five years. An honour is erased a month after it, and what comes
    about it then is about nothing (docs/adr/0016)."""
    return lambda matter: matter.item.info_class == "negative" and want(matter)


def ending_overtakes(desk: Desk) -> None:
    case, (first, second) = opened(desk, lasting(desk), WAITS)
    case.end(first, fate=_NOT_SEEN, note="ended before it was reported")
    case.report(second, note="reported after its ending: settles it")


def correction_overtakes(desk: Desk) -> None:
    case, (first, second) = opened(desk, regrounded, WAITS)
    case.correct(first, case.amended(), _NOT_SEEN, "corrected before it was reported")
    case.report(second, note="reported after its correction: settles it")


def both_overtake(desk: Desk) -> None:
    """Correction and ending wait together; the target settles both."""
    case, (first, second, third) = opened(desk, lasting(desk), (1, 14), (1, 14))
    case.end(first, fate=_NOT_SEEN, note="ended before it was reported")
    case.correct(second, _served(case.paper), _NOT_SEEN, "corrected before it was reported")
    case.report(third, note="reported after its correction and ending: settles both")


def overtaking_without_effect(desk: Desk) -> None:
    """An ending for records without a term waits for one that turns out to have a term: it ends nothing."""
    case, (first, second, third) = opened(desk, _spared_by_its_term(desk), WAITS, LATER)
    case.end(first, _only_without_term(desk, case.matter), _NOT_SEEN, "of no use here, before its record:")
    case.report(second, note="with a term: what waited has no effect")
    case.end(third, note="ended after all")


def waiting_sent_twice(desk: Desk) -> None:
    case, (first, second, third) = opened(desk, lasting(desk), (1, 14), (1, 14))
    early = case.end(first, fate=_NOT_SEEN, note="ended before it was reported")
    case.again(second, early, DUPLICATE, "the waiting ending under another id")
    case.report(third, note="reported after its ending: settles it")


def never_settles(desk: Desk) -> None:
    case, (day,) = opened(desk, lasting(desk), until=_EARLY)
    case.end(day, fate=_NOT_SEEN, note="ending of a record that never comes: review")


def given_up_and_sent_again(desk: Desk) -> None:
    """The target comes after the review: it counts in full, and the ending must be reported anew."""
    case, (first, second, third) = opened(desk, lasting(desk), GIVEN_UP, (1, 200))
    early = case.end(first, fate=_NOT_SEEN, note="ending given up after 30 ticks")
    case.report(second, note="reported after the review of its ending")
    case.again(third, early, ACCEPTED, "the same ending reported anew")


def corrected(desk: Desk) -> None:
    """The ground was wrong: the term changes with it."""
    case, (first, second) = opened(desk, regrounded, (5, 300), alive=False)
    case.report(first, note="with a wrong ground")
    case.correct(second, case.amended(), note="correction of the ground")


def number_corrected(desk: Desk) -> None:
    """After it the record is still known by its old number: what ends, ends by either, once."""
    case, days = opened(desk, of_item(ORDER), (1, 200), (1, 200), (1, 200), kind="person", until=date(2025, 1, 1))
    fixed = papers.renumbered(case.paper, case.body, desk.number())
    case.report(days[0], note="with a wrong number")
    case.correct(days[1], fixed, note="correction of the number")
    case.end(days[2], "creditor_consent", note="under the old number ended")
    case.paper = fixed
    case.end(days[3], "creditor_consent", _WITHOUT_EFFECT, "under the new number of what has ended, ended")


def number_taken(desk: Desk) -> None:
    case, days = opened(desk, lasting(desk), (1, 200), (1, 200))
    other = papers.determination(case.office(days[1]), case.matter)
    case.report(days[0])
    case.report(days[1], note="another document about the same subject", paper=other)
    clash = changed(case.paper, document_no=other.document_no)
    case.correct(days[2], clash, CHANGED, "correction to a number that another record bears")


def corrected_after_its_end(desk: Desk) -> None:
    case, days = opened(desk, remembered(lasting(desk)), LATER, LATER)
    case.report(days[0])
    case.end(days[1])
    case.correct(days[2], case.amended(), note="correction of an ended record")


def sent_again(desk: Desk) -> None:
    case, (day,) = opened(desk, anything)
    draft = case.report(day)
    desk.send_again(draft, DUPLICATE, f"{case.about} the same message again within the step")


def sent_under_another_id(desk: Desk) -> None:
    case, (first, second) = opened(desk, remembered(anything), (1, 400), alive=False)
    case.report(first)
    case.again(second, case.paper, DUPLICATE, "the same content under another id")


def all_sent_twice(desk: Desk) -> None:
    """Record, correction and ending once more each: nothing moves."""
    case, days = opened(desk, of_item(LISTING, "1"), *[(1, 200)] * 5)
    case.report(days[0])
    correcting = case.correct(days[1], _served(case.paper))
    ended = case.end(days[2])
    contents: tuple[Determination | Correction | Ending, ...] = (case.paper, correcting, ended)
    for day, content in zip(days[3:], contents, strict=True):
        case.again(day, content, DUPLICATE, "second of two, after the record has ended")


def changed_without_correction(desk: Desk) -> None:
    case, (first, second) = opened(desk, remembered(regrounded), (1, 400), alive=False)
    case.report(first)
    case.report(second, CHANGED, "the same document, another ground", case.amended())


def term_runs(desk: Desk) -> None:
    """What ends a record without a term does not help while a term runs."""
    case, days = opened(desk, _spared_by_its_term(desk), (20, 300), (20, 300))
    case.report(days[0])
    case.end(days[1], _only_without_term(desk, case.matter), _WITHOUT_EFFECT, "of no use while the term runs, ended")
    case.end(days[2])


def ended_twice(desk: Desk) -> None:
    case, days = opened(desk, remembered(lasting(desk)), LATER, LATER)
    case.report(days[0])
    case.end(days[1])
    reasons = case.matter.reasons(desk.law)
    case.end(days[2], reasons[-1], _WITHOUT_EFFECT, "a second time ended")


def ended_after_its_term(desk: Desk) -> None:
    able, short = ends(desk), termed(1, 760)
    case, days = opened(desk, remembered(lambda matter: short(matter) and able(matter)), (780, 1_100), alive=False)
    case.paper = changed(case.paper, extra_years=0)
    assert over_after(case.matter.item, case.paper) < desk.day(days[1]), case.about
    case.report(days[0])
    case.end(days[1], fate=_WITHOUT_EFFECT, note="after its term ended")


def overflows(desk: Desk) -> None:
    """So many endings of records never seen, all about one subject, that the next one is not kept any more.

    A record every two years keeps the subject from being erased meanwhile, for what is only held does not
    (docs/adr/0021).
    """
    days = desk.calendar.every_day()
    recorded = days[::_RECORD_EACH]
    said = [day for day in days if day not in recorded]
    if len(said) <= _OVERFLOW_AFTER:
        return
    party = desk.cast.unit()
    able = ends(desk)
    for day in recorded:
        another(desk, party, day, remembered(lasting(desk))).report(day)
    for number, day in enumerate(said[: _OVERFLOW_AFTER + 1]):
        fate = _NOT_SEEN if number < _OVERFLOW_AFTER else held("SUBJECT_OVERFLOW")
        another(desk, party, day, able).end(day, fate=fate, note="of one subject with too many such records, ended")


def _served(paper: Determination) -> Determination:
    return changed(paper, document_digest=papers.digest(f"{paper.document_no} as served"))


def _only_without_term(desk: Desk, matter: Matter) -> str:
    return next(code for code in matter.item.endings if desk.law.endings[code].only_without_term)


def _spared_by_its_term(desk: Desk) -> Want:
    """Wants a record with a term, of an item that knows an ending for records without one."""
    able = lasting(desk)

    def want(matter: Matter) -> bool:
        without = any(desk.law.endings[code].only_without_term for code in matter.item.endings)
        return without and most_days(matter.ground) is not None and able(matter)

    return want


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
ONCE: tuple[Story, ...] = (overflows,)
