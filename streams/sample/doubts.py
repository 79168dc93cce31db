"""Records that are kept but move nothing, or go through with a warning: names, incomplete documents, odd codes."""

import msgspec

from streams.core.events import Feedback, FeedbackState
from streams.sample import papers
from streams.sample.case import another, ends, made, opened
from streams.sample.cast import NEVER_ISSUED, born_eighteen_before
from streams.sample.desk import Desk, changed
from streams.sample.fates import DUPLICATE, held, warned
from streams.sample.matters import Matter
from streams.sample.stories import LATER, Story, anything
from streams.sample.turns import lasting

_INCOMPLETE = held("DOCUMENT_INCOMPLETE")
_UNKNOWN_REGION = warned("REGION_CODE_UNKNOWN")
_ORGANISATION = warned("ORGANISATION_CHECK_DIGIT")


def name_differs(desk: Desk) -> None:
    """The number is known under another name: perhaps the wrong person, so nothing is raised until it agrees."""
    case, days = opened(desk, anything, (1, 400), (1, 200), kind="person", alive=False)
    case.report(days[0])
    other = another(desk, case.party, days[1])
    other.party = case.party._replace(name="测试别名")
    other.report(days[1], held("NAME_MISMATCH"), "known number under another name")
    other.party = case.party
    other.report(days[2], note="the same under the right name")


def ended_under_another_name(desk: Desk) -> None:
    """It ends nothing, and nothing new is proposed until the department has confirmed its record; then it is ended."""
    case, days = opened(desk, lasting(desk), (1, 100), (1, 30), (1, 100), kind="person")
    case.report(days[0])
    known = case.party
    case.party = known._replace(name="测试别名")
    case.end(days[1], case.reason(), held("NAME_MISMATCH"), "under another name ended")
    case.party = known
    case.correct(days[2], case.paper, note="confirmed word for word")
    case.end(days[3], case.reason())


def name_written_otherwise(desk: Desk) -> None:
    """Spaces and full-width letters are no other name."""
    case, (first, second) = opened(desk, anything, LATER, kind="person", alive=False)
    case.party = case.party._replace(name="测试甲A")
    case.report(first)
    otherwise = case.party._replace(name="测试 甲\uff21")
    another(desk, otherwise, second).report(second, note="name in another spelling")


def name_missing(desk: Desk) -> None:
    case, (day,) = opened(desk, anything, kind="person")
    case.party = case.party._replace(name=None)
    case.report(day, held("NAME_MISSING"), "number without a name")


def name_alone(desk: Desk) -> None:
    case, (first, second) = opened(desk, anything, (1, 400), kind="person", alive=False)
    case.party = desk.cast.name_alone()
    case.report(first, held("NAME_ALONE"), "a name without a number")
    case.report(second, DUPLICATE, "the same name alone under another id")


def incomplete(desk: Desk) -> None:
    """A document without its number or a date is held; reported anew with it, it counts."""
    for field, empty in (("document_no", ""), ("document_date", None), ("effect_date", None)):
        case, (first, second) = opened(desk, _of_any_day, (1, 200))
        lacking = changed(case.paper, **{field: empty})
        case.report(first, _INCOMPLETE, f"without {field}", lacking)
        case.report(second, note=f"the same with its {field}")


def _of_any_day(matter: Matter) -> bool:
    """Without a date intake judges a document by the day of its report and counts its term from another day."""
    return matter.item.in_force_to is None and (matter.ground is None or matter.ground.stated_months is None)


def later_document_incomplete(desk: Desk) -> None:
    def needy(matter: Matter) -> bool:
        return any(desk.law.endings[code].needs_document for code in matter.reasons(desk.law)) and able(matter)

    able = lasting(desk)
    case, days = opened(desk, needy, LATER, LATER)
    case.report(days[0])
    reason = next(code for code in case.matter.reasons(desk.law) if desk.law.endings[code].needs_document)
    bare = msgspec.structs.replace(case.ending(days[1], reason), document_no=None, document_digest=None)
    case.again(days[1], bare, _INCOMPLETE, "ending without its document")
    fixed = papers.correction(case.office(days[2]), case.paper, case.amended())
    case.again(days[2], msgspec.structs.replace(fixed, document_no=""), _INCOMPLETE, "correction without its document")


def region_unknown(desk: Desk) -> None:
    """Numbers live longer than region codes: a warning with every record of the person, never a refusal."""
    case, (first, second) = opened(desk, ends(desk), LATER, kind="person")
    case.party = desk.cast.person(region=NEVER_ISSUED)
    case.report(first, _UNKNOWN_REGION, "region code in no table")
    ended = case.ending(second, case.reason())
    case.again(second, ended, _UNKNOWN_REGION, "region code in no table, ending")


def organisation_check(desk: Desk) -> None:
    case, (first,) = opened(desk, anything, kind="entity")
    case.party = desk.cast.unit(agreeing=False)
    case.report(first, _ORGANISATION, "unit whose inner code disagrees")
    matter, (second,) = desk.matter(lambda one: bool(one.item.roles) and "person" in one.item.subjects)
    role = desk.dice.one_of(matter.item.roles)
    reached = made(desk, matter, second, desk.cast.person(), role=role, entity_code=case.party.number)
    reached.report(second, _ORGANISATION, "through a unit whose inner code disagrees")


def of_age_that_day(desk: Desk) -> None:
    """Full age begins on the eighteenth birthday itself."""
    case, (day,) = opened(desk, _regardless_of_conduct, kind="person")
    paper = changed(case.paper, conduct_end=None)
    assert paper.document_date is not None
    case.party = desk.cast.person(born=born_eighteen_before(paper.document_date))
    case.report(day, note="eighteen on the day of the document", paper=paper)


def _regardless_of_conduct(matter: Matter) -> bool:
    counted = matter.ground is not None and matter.ground.counts_from == "conduct"
    return not counted and not matter.item.conduct_end_required


def answer_without_obligation(desk: Desk) -> None:
    """Real obligation ids exist only once casework has decided, so the sample's answers name none that exists."""
    (day,) = desk.calendar.chain()
    state = desk.dice.one_of((FeedbackState.CONFIRMED, FeedbackState.IN_EFFECT, FeedbackState.LIFTED))
    answer = Feedback(desk.dice.some_bytes(16).hex(), state, None, "TEST-0001", desk.dice.before(desk.day(day), 0, 5))
    channel = desk.dice.one_of(desk.catalogue.channels_of("feedback"))
    fate = held("OBLIGATION_NOT_SEEN")
    desk.send(day, desk.cast.person(), answer, fate, "answer to an unknown obligation", channel=channel)


DOUBTS: tuple[Story, ...] = (
    name_differs,
    ended_under_another_name,
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
