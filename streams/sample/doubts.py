"""Records that are kept but move nothing, or go through with a warning: names, incomplete documents, odd codes."""

import msgspec

from streams.core.events import Feedback, FeedbackState
from streams.sample.cast import NEVER_ISSUED, born_eighteen_before
from streams.sample.desk import Desk, changed
from streams.sample.fates import DUPLICATE, held, warned
from streams.sample.papers import correction, ending, listing, order
from streams.sample.stories import LATER, Story

_INCOMPLETE = held("DOCUMENT_INCOMPLETE")
_UNKNOWN_REGION = warned("REGION_CODE_UNKNOWN")
_ORGANISATION = warned("ORGANISATION_CHECK_DIGIT")


def name_differs(desk: Desk) -> None:
    """The number is known under another name: perhaps the wrong person, so nothing is raised until it agrees."""
    first, second, third = desk.calendar.chain((1, 400), (1, 200))
    person, paper = desk.cast.person(), order(desk, second)
    desk.send(first, person, listing(desk, first), note="listing")
    stranger = person._replace(name="测试别名")
    desk.send(second, stranger, paper, held("NAME_MISMATCH"), "known number under another name")
    desk.send(third, person, paper, note="the same order under the right name")


def name_written_otherwise(desk: Desk) -> None:
    """Spaces and full-width letters are no other name."""
    first, second = desk.calendar.chain(LATER)
    person = desk.cast.person()._replace(name="测试甲A")
    desk.send(first, person, listing(desk, first), note="listing")
    desk.send(second, person._replace(name="测试 甲\uff21"), order(desk, second), note="name in another spelling")


def name_missing(desk: Desk) -> None:
    (day,) = desk.calendar.chain()
    nameless = desk.cast.person()._replace(name=None)
    desk.send(day, nameless, order(desk, day), held("NAME_MISSING"), "number without a name")


def name_alone(desk: Desk) -> None:
    first, second = desk.calendar.chain((1, 400))
    nameless, paper = desk.cast.name_alone(), listing(desk, first)
    desk.send(first, nameless, paper, held("NAME_ALONE"), "a name without a number")
    desk.send(second, nameless, paper, DUPLICATE, "the same name alone under another id")


def incomplete(desk: Desk) -> None:
    """A document without its number or a date is held; reported anew with it, it counts."""
    for field, empty in (("document_no", ""), ("document_date", None), ("effect_date", None)):
        first, second = desk.calendar.chain((1, 200))
        person, paper = desk.cast.person(), listing(desk, first)
        desk.send(first, person, changed(paper, **{field: empty}), _INCOMPLETE, f"listing without {field}")
        desk.send(second, person, paper, note=f"the same listing with its {field}")


def later_document_incomplete(desk: Desk) -> None:
    first, second, third = desk.calendar.chain(LATER, LATER)
    person, paper = desk.cast.person(), order(desk, first)
    desk.send(first, person, paper, note="order")
    revoked = msgspec.structs.replace(ending(desk, second, paper, "revoked"), document_no=None, document_digest=None)
    desk.send(second, person, revoked, _INCOMPLETE, "revocation without its document")
    fixed = msgspec.structs.replace(correction(desk, third, paper, changed(paper, conduct_end=None)), document_no="")
    desk.send(third, person, fixed, _INCOMPLETE, "correction without its document")


def region_unknown(desk: Desk) -> None:
    """Numbers live longer than region codes: a warning with every record of the person, never a refusal."""
    first, second = desk.calendar.chain(LATER)
    person, paper = desk.cast.person(region=NEVER_ISSUED), listing(desk, first)
    desk.send(first, person, paper, _UNKNOWN_REGION, "region code in no table")
    performed = ending(desk, second, paper, "performed")
    desk.send(second, person, performed, _UNKNOWN_REGION, "region code in no table, ending")


def organisation_check(desk: Desk) -> None:
    first, second = desk.calendar.chain((1, 120))
    unit = desk.cast.unit(agreeing=False)
    desk.send(first, unit, listing(desk, first), _ORGANISATION, "unit whose inner code disagrees")
    paper = order(desk, second, "legal_representative", unit.number)
    desk.send(second, desk.cast.person(), paper, _ORGANISATION, "order through a unit whose inner code disagrees")


def of_age_that_day(desk: Desk) -> None:
    """Full age begins on the eighteenth birthday itself."""
    (day,) = desk.calendar.chain()
    paper = changed(listing(desk, day), conduct_end=None)
    assert paper.document_date is not None
    person = desk.cast.person(born=born_eighteen_before(paper.document_date))
    desk.send(day, person, paper, note="eighteen on the day of the document")


def answer_without_obligation(desk: Desk) -> None:
    """Real obligation ids exist only once casework has decided, so the sample's answers name none that exists."""
    (day,) = desk.calendar.chain()
    state = desk.dice.one_of((FeedbackState.CONFIRMED, FeedbackState.IN_EFFECT, FeedbackState.LIFTED))
    answer = Feedback(desk.dice.some_bytes(16).hex(), state, None, "TEST-0001", desk.dice.before(desk.day(day), 0, 5))
    channel = desk.dice.one_of(desk.catalogue.channels_of("feedback"))
    desk.send(
        day, desk.cast.person(), answer, held("OBLIGATION_NOT_SEEN"), "answer to an unknown obligation", channel=channel
    )


DOUBTS: tuple[Story, ...] = (
    name_differs,
    name_written_otherwise,
    name_missing,
    name_alone,
    incomplete,
    later_document_incomplete,
    region_unknown,
    organisation_check,
    of_age_that_day,
    answer_without_obligation,
)
