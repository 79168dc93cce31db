"""The person's side: objections, reconsiderations, lawsuits, repairs.

Whoever issued the document decides (谁认定、谁修复), so a case goes through the channel of the document's body.
"""

from datetime import date, timedelta

from streams.core.events import CaseStep, Handling
from streams.core.events import Matter as About
from streams.sample.case import ends, made, of_item, opened
from streams.sample.desk import Desk, Want
from streams.sample.fates import ACCEPTED, DUPLICATE, held
from streams.sample.matters import Matter
from streams.sample.stories import LISTING, Story

_SOON = (1, 120)
_WAITS = (1, 29)  # days a target may stay away: the thirtieth tick gives up
_BY_LEVEL = date(2026, 4, 1)  # order 36: conditions, and a least term of publication for each level
_LEAST_YEAR = (370, 900)  # days after which the least term of the most serious level is over, and a margin
_DAY = timedelta(days=1)
_NOT_SEEN = held("TARGET_NOT_SEEN")


def contested(desk: Desk) -> Want:
    """Wants a negative record that can be ended, of an item all of whose bodies decide cases."""
    able, deciding = ends(desk), frozenset(desk.catalogue.channels_of("cases"))

    def want(matter: Matter) -> bool:
        channels = {desk.channel(body) for body in desk.matters.reporters(matter.item)}
        return matter.item.info_class == "negative" and channels <= deciding and able(matter)

    return want


def objection_rejected(desk: Desk) -> None:
    case, days = opened(desk, contested(desk), _SOON, _SOON)
    case.report(days[0])
    handling = desk.dice.weighted({Handling.OWN: 70, Handling.OTHER_UNIT: 25, Handling.CREDIT_BUREAU: 5})
    number = case.step(days[1], About.OBJECTION, CaseStep.OPENED, handling=handling)
    case.step(days[2], About.OBJECTION, CaseStep.REJECTED, number=number)


def objection_upheld(desk: Desk) -> None:
    """Everything falls with it; what would end the record afterwards has nothing to end."""
    case, days = opened(desk, contested(desk), _SOON, _SOON, _SOON)
    case.report(days[0])
    number = case.step(days[1], About.OBJECTION, CaseStep.OPENED)
    case.step(days[2], About.OBJECTION, CaseStep.UPHELD, number=number)
    reason = case.matter.reasons(desk.law)[-1]
    case.end(days[3], reason, held("ENDING_WITHOUT_EFFECT"), "after its objection was upheld, ended")


def objection_withdrawn(desk: Desk) -> None:
    case, days = opened(desk, contested(desk), _SOON, _SOON)
    case.report(days[0])
    number = case.step(days[1], About.OBJECTION, CaseStep.OPENED)
    case.step(days[2], About.OBJECTION, CaseStep.WITHDRAWN, number=number)


def objection_amends(desk: Desk) -> None:
    """The record stays, with the content that its correction gives."""
    case, days = opened(desk, contested(desk), _SOON, _SOON, _SOON)
    case.report(days[0])
    number = case.step(days[1], About.OBJECTION, CaseStep.OPENED)
    case.step(days[2], About.OBJECTION, CaseStep.AMENDED, number=number)
    case.correct(days[3], case.amended(), note="correction that the objection brought")


def ordered_correction_stays_away(desk: Desk) -> None:
    """Three working days, and it is overdue."""
    case, days = opened(desk, contested(desk), _SOON, _SOON)
    case.report(days[0])
    number = case.step(days[1], About.OBJECTION, CaseStep.OPENED)
    case.step(days[2], About.OBJECTION, CaseStep.AMENDED, number=number, note="without its correction")


def taken_further(desk: Desk) -> None:
    """Rejected, then a lawsuit or a reconsideration that undoes the document."""
    matter = desk.dice.one_of((About.RECONSIDERATION, About.LAWSUIT))
    case, days = opened(desk, contested(desk), _SOON, _SOON, _SOON)
    case.report(days[0])
    case.step(days[1], About.OBJECTION, CaseStep.REJECTED)  # its opening was not reported
    number = case.step(days[2], matter, CaseStep.OPENED)
    case.step(days[3], matter, CaseStep.UPHELD, number=number, revoked_on=desk.day(days[3]) - _DAY)


def case_overtakes(desk: Desk) -> None:
    """Opened before the record is here: it waits like an ending."""
    case, days = opened(desk, contested(desk), _WAITS, _SOON)
    number = case.step(days[0], About.OBJECTION, CaseStep.OPENED, _NOT_SEEN)
    case.report(days[1], note="reported after its objection: settles it")
    case.step(days[2], About.OBJECTION, CaseStep.REJECTED, number=number)


def step_out_of_order(desk: Desk) -> None:
    """Opened twice, and a word after the last one."""
    case, days = opened(desk, contested(desk), *[_SOON] * 4)
    case.report(days[0])
    number = case.step(days[1], About.OBJECTION, CaseStep.OPENED)
    again = held("CASE_OUT_OF_ORDER")
    case.step(days[2], About.OBJECTION, CaseStep.OPENED, again, number=number, note="a second time")
    case.step(days[3], About.OBJECTION, CaseStep.REJECTED, number=number)
    late = held("CASE_ALREADY_DECIDED")
    case.step(days[4], About.OBJECTION, CaseStep.UPHELD, late, number=number, note="after it was rejected")


def step_sent_twice(desk: Desk) -> None:
    case, days = opened(desk, contested(desk), _SOON, _SOON)
    case.report(days[0])
    said = case.said(days[1], About.OBJECTION, CaseStep.OPENED)
    case.again(days[1], said, ACCEPTED, "objection opened")
    case.again(days[2], said, DUPLICATE, "the same step under another id")


def repair_granted(desk: Desk) -> None:
    case, days = opened(desk, contested(desk), _LEAST_YEAR, _SOON)
    case.report(days[0])
    number = case.step(days[1], About.REPAIR, CaseStep.OPENED)
    case.step(days[2], About.REPAIR, CaseStep.UPHELD, number=number)


def repair_refused(desk: Desk) -> None:
    case, days = opened(desk, contested(desk), _SOON, _SOON)
    case.report(days[0])
    number = case.step(days[1], About.REPAIR, CaseStep.OPENED)
    case.step(days[2], About.REPAIR, CaseStep.REJECTED, number=number)


def repair_too_early(desk: Desk) -> None:
    """A list decision is serious: a year at least."""
    matter, days = desk.matter(of_item(LISTING), (1, 200), since=_BY_LEVEL)
    case = made(desk, matter, days[0], desk.cast.person())
    case.report(days[0])
    case.step(days[1], About.REPAIR, CaseStep.UPHELD, held("REPAIR_TOO_EARLY"), note="within the least term")


def repaired_twice(desk: Desk) -> None:
    """A ban whose period a law sets goes on after the repair; there is nothing more to repair."""
    able = contested(desk)

    def want(matter: Matter) -> bool:
        own = matter.ground is not None and matter.ground.own_term
        return matter.item.statutory_term and own and able(matter)

    case, days = opened(desk, want, _LEAST_YEAR, _SOON)
    case.report(days[0])
    case.step(days[1], About.REPAIR, CaseStep.UPHELD)
    case.step(days[2], About.REPAIR, CaseStep.UPHELD, held("REPAIR_ALREADY_GRANTED"), note="a second time")


RIGHTS: tuple[Story, ...] = (
    objection_rejected,
    objection_upheld,
    objection_withdrawn,
    objection_amends,
    ordered_correction_stays_away,
    taken_further,
    case_overtakes,
    step_out_of_order,
    step_sent_twice,
    repair_granted,
    repair_refused,
    repair_too_early,
    repaired_twice,
)
