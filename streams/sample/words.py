"""Consents of persons, and orders of supervision with their answers."""

from datetime import date, timedelta

from streams.core.events import Consent, ConsentStep, Duty, Supervision, SupervisionStep
from streams.sample import papers
from streams.sample.cast import Party
from streams.sample.desk import Desk
from streams.sample.fates import ACCEPTED, Fate, held

SUPERVISOR = "credit"  # channel of the provincial office that supervises departments
BUREAU = ("credit_bureau", "credit_reporting")
_LATER = (1, 400)
_ANSWERED_IN = timedelta(days=10)
_KNOWN_WHEN_DONE = timedelta(days=30)  # an order that is done (docs/adr/0021)


def consent_given_and_withdrawn(desk: Desk) -> None:
    """To the bureau or to a partner; what was declared before the newest word comes too late."""
    days = desk.calendar.chain(_LATER, _LATER)
    party, to = desk.cast.person(), desk.dice.one_of(recipients(desk))
    declare(desk, days[0], party, ConsentStep.GIVEN, to)
    declare(desk, days[1], party, ConsentStep.WITHDRAWN, to)
    early = desk.day(days[0]) - timedelta(days=1)
    declare(desk, days[2], party, ConsentStep.GIVEN, to, fate=held("CONSENT_OVERTAKEN"), day=early)


def recipients(desk: Desk) -> list[tuple[str, str]]:
    """Each one who may be named, with a purpose."""
    return [BUREAU, *((offer.partner, offer.code) for offer in desk.law.offers.values() if offer.partner)]


def declare(
    desk: Desk,
    index: int,
    party: Party,
    step: ConsentStep,
    to: tuple[str, str],
    *,
    fate: Fate = ACCEPTED,
    day: date | None = None,
) -> None:
    """A declaration as a body that may take it down reports it."""
    digest = papers.digest(f"declaration {desk.number()}")
    said = Consent(step, to[0], to[1], day or desk.day(index), digest)
    desk.send(index, party, said, fate, f"consent {step.value} for {to[1]}", channel=SUPERVISOR)


def order(desk: Desk, index: int, department: str, number: str) -> Supervision:
    """An order to answer proposals within ten days."""
    day = desk.day(index)
    return Supervision(
        SupervisionStep.ORDERED, number, department, day, Duty.ANSWER_PROPOSALS, due_on=day + _ANSWERED_IN
    )


def answer(desk: Desk, index: int, department: str, number: str, *, done: bool) -> Supervision:
    return Supervision(SupervisionStep.ANSWERED, number, department, desk.day(index), done=done, officer="TEST-0001")


def orders(desk: Desk) -> None:
    """Each department has one number, so none is spoken of twice on a day. One order stays unanswered."""
    for department in ("railway", "market", "tax"):
        days = desk.calendar.chain(_LATER, _LATER, _LATER, _LATER)
        number = f"督测{desk.number()}号"
        supervise(desk, days[0], order(desk, days[0], department, number))
        if department == "tax":
            continue
        supervise(desk, days[1], order(desk, days[1], department, number), held("ORDER_OUT_OF_ORDER"))
        supervise(desk, days[2], answer(desk, days[2], department, number, done=False))
        supervise(desk, days[3], answer(desk, days[3], department, number, done=True))
        late = answer(desk, days[4], department, number, done=False)
        known = desk.day(days[4]) - desk.day(days[3]) <= _KNOWN_WHEN_DONE
        supervise(desk, days[4], late, held("ORDER_OUT_OF_ORDER" if known else "ORDER_NOT_SEEN"))
    (day,) = desk.calendar.chain()
    supervise(desk, day, answer(desk, day, "police", "督测0号", done=True), held("ORDER_NOT_SEEN"))


def supervise(
    desk: Desk, index: int, said: Supervision, fate: Fate = ACCEPTED, *, channel: str | None = None, note: str = ""
) -> None:
    """An order by the provincial office, an answer by the department itself."""
    by = channel or (SUPERVISOR if said.step is SupervisionStep.ORDERED else said.channel)
    desk.send(index, None, said, fate, note or f"supervision {said.step.value}: {said.channel}", channel=by)
