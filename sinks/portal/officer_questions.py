"""What an officer may ask: the status of a person for a purpose, whom a proposal is about, what people have filed."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Depends, FastAPI

from sinks.portal import asking, officer
from sinks.portal.applications import Information
from sinks.portal.asking import Desk
from sinks.portal.refusals import Refusal, not_yours
from sinks.portal.shapes import Filings, FilingsAsked, ResolveAsked, Resolved, Status, StatusAsked
from sinks.portal.tokens import Officer
from streams.identity import IdentifierFault, check_citizen, normalise_name
from streams.identity.sealing import Identity
from streams.querylog import FILINGS, Query

STATUS = frozenset({Information.OWN_MEASURES, Information.OWN_DOCUMENTS, Information.ALL_RECORDS})
DOCUMENTS = frozenset({Information.OWN_DOCUMENTS})
RESOLVE = frozenset({Information.OWN_PROPOSALS})
CONFIRMATION = "confirmation"
OBJECTION = "objection"


def add(app: FastAPI, desk: Desk, bearer: Callable[..., str], errors: dict[int | str, dict[str, Any]]) -> None:
    """The three addresses."""

    @app.post("/status", name="status", responses=errors)
    def status(asked: StatusAsked, token: Annotated[str, Depends(bearer)]) -> Status:
        """What stands about a person, as far as the application catalogue lets this department know for the purpose."""
        asks = asking.officer(desk, token, "status")
        with desk.even.answer():
            return _status(desk, asks, asked)

    @app.post("/resolve", name="resolve", responses=errors)
    def resolve(asked: ResolveAsked, token: Annotated[str, Depends(bearer)]) -> Resolved:
        """Whom an open proposal to this department is about, for the officer who confirms or refuses it."""
        return _resolve(desk, asking.officer(desk, token, "resolve"), asked)

    @app.post("/filings", name="filings", responses=errors)
    def papers(asked: FilingsAsked, token: Annotated[str, Depends(bearer)]) -> Filings:
        """What people have filed about this department's documents: nobody by name or number."""
        asks = asking.officer(desk, token, "filings")
        query = Query(asks.officer, OBJECTION, FILINGS, f"办件 {asked.matter}", channel=asks.channel)
        with asking.recorded(desk, query):
            asking.row(desk, asks, OBJECTION, DOCUMENTS, desk.today())
        desk.log.write(query)
        found = desk.inbox.filed(asks.channel)
        subjects = {subject for one in found if (subject := desk.people.opened(one.case_ref, asks.channel))}
        for subject in sorted(subjects):  # each of them can read that the paper was looked at
            desk.log.write(query._replace(subject=subject))
        return Filings(filings=found)


def _status(desk: Desk, asks: Officer, asked: StatusAsked) -> Status:
    day = desk.today()
    query = Query(asks.officer, asked.purpose, "status", f"办件 {asked.matter}", channel=asks.channel)
    with asking.recorded(desk, query):
        identity = _checked(asked)
        subject = desk.people.token(identity)
        query = query._replace(subject=subject)
    with asking.recorded(desk, query):
        row = asking.row(desk, asks, asked.purpose, STATUS, day)
    query = query._replace(content=f"{row.code}, 办件 {asked.matter}")
    desk.log.write(query)
    known = desk.people.known(subject)
    entries = officer.told(known.standing, row, asks.channel, day)
    if not entries:
        return officer.nothing(row, day)
    with asking.recorded(desk, query):
        if not desk.people.named(known.standing, normalise_name(asked.name)):
            raise Refusal(
                409,
                "NAME_MISMATCH",
                "姓名与该号码在案的姓名不一致，不予答复；请核对证件",
                "the name is not the one known for this number: check the document",
            )
    return officer.status(known.standing, entries, row, desk.people.law(known.decisions[-1].law_digest), day)


def _checked(asked: StatusAsked) -> Identity:
    try:
        found = check_citizen(asked.number)
    except IdentifierFault as fault:
        raise Refusal(422, "NUMBER_INVALID", "公民身份号码不正确", f"number: {fault.expected}") from None
    return Identity(found.kind, found.number, asked.name)


def _resolve(desk: Desk, asks: Officer, asked: ResolveAsked) -> Resolved:
    day = desk.today()
    subject = desk.people.opened(asked.case_ref, asks.channel)
    content = f"obligation {asked.obligation_id}, 办件 {asked.matter}"
    about = subject or desk.people.whose(asked.case_ref, desk.channels.channels)  # another's reference is a person too
    query = Query(asks.officer, CONFIRMATION, "resolve", content, subject=about, channel=asks.channel)
    with asking.recorded(desk, query):
        asking.row(desk, asks, CONFIRMATION, RESOLVE, day)
        if subject is None:
            raise not_yours()
    desk.log.write(query)
    with asking.recorded(desk, query):
        standing = desk.people.known(subject).standing
        found = officer.proposal(standing, asked.obligation_id, asks.channel, day)
        if found is None:
            raise not_yours()
        identity = desk.people.identity(standing)
        if identity is None:
            raise not_yours()
    return officer.resolved(standing, *found, identity)
