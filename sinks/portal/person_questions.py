"""What a person may ask and file about herself. Her own looks are on record too, as ``self``."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Depends, FastAPI

from monitoring.catalogue import LOOKS_UNREADABLE
from sinks.portal import asking, filings, person
from sinks.portal.asking import Desk
from sinks.portal.filings import Filer, Paper
from sinks.portal.people import Known
from sinks.portal.refusals import Refusal
from sinks.portal.shapes import AboutRecord, ConsentAsked, Filed, LooksTold, Own, PageNumber
from sinks.portal.tokens import Person
from streams.core.law import LawBook
from streams.identity import check_citizen, normalise_name
from streams.querylog import SELF, Query


def add(app: FastAPI, desk: Desk, bearer: Callable[..., str], errors: dict[int | str, dict[str, Any]]) -> None:
    """The addresses under ``/me``."""

    @app.get("/me/record", name="record", responses=errors)
    def record(token: Annotated[str, Depends(bearer)]) -> Own:
        """Everything that is recorded, why, what others see of it, how to object. Free, as often as wanted."""
        return _record(desk, *_asked(desk, token, "record", "own record"))

    @app.get("/me/looks", name="looks", responses=errors)
    def looks(token: Annotated[str, Depends(bearer)], page: PageNumber = 1) -> LooksTold:
        """Who looked, when, for which purpose, refused ones too. The newest on the first page."""
        return _looks(desk, _asked(desk, token, "looks", "who looked")[1], page)

    @app.post("/me/objections", name="filing", operation_id="file_objection", responses=errors, status_code=202)
    def objections(asked: AboutRecord, token: Annotated[str, Depends(bearer)]) -> Filed:
        """异议 (条例 39): while it is pending the record is marked as disputed, everywhere."""
        return file(desk, token, "objection", asked)

    @app.post("/me/repairs", name="filing", operation_id="file_repair", responses=errors, status_code=202)
    def repairs(asked: AboutRecord, token: Annotated[str, Depends(bearer)]) -> Filed:
        """信用修复: granted by whoever determined, when its conditions are met."""
        return file(desk, token, "repair", asked)

    @app.post("/me/waivers", name="filing", operation_id="file_waiver", responses=errors, status_code=202)
    def waivers(asked: AboutRecord, token: Annotated[str, Depends(bearer)]) -> Filed:
        """放弃: the record of an honour ends. That is no sanction and leaves no negative record."""
        return file(desk, token, "waiver", asked)

    @app.post("/me/consents", name="filing", operation_id="file_consent", responses=errors, status_code=202)
    def consents(asked: ConsentAsked, token: Annotated[str, Depends(bearer)]) -> Filed:
        """同意, or its withdrawal, to one recipient for one purpose; as easily taken back as given."""
        return agree(desk, token, asked)


def everything(desk: Desk, token: str, page: int) -> tuple[Own, LooksTold]:
    """What a person's page shows: the record and who looked at it, a page of that, by one question on record.

    :raises Refusal:
    """
    found, known = _asked(desk, token, "record", "own record, who looked")
    return _record(desk, found, known), _looks(desk, known, page)


def file(desk: Desk, token: str, kind: str, asked: AboutRecord) -> Filed:
    """File an objection, a repair or a waiver. Raises Refusal, which is on record."""
    found, subject = asking.person(desk, token, "filing")
    query, filer = _filer(desk, found, subject, f"{kind} about {asked.record}")
    with asking.recorded(desk, query):
        paper = filings.about_record(kind, asked.record, filer, _law(desk, filer.known), desk.channels)
    return _sent(desk, paper)


def agree(desk: Desk, token: str, asked: ConsentAsked) -> Filed:
    """Give a consent or take it back. Raises Refusal, which is on record."""
    found, subject = asking.person(desk, token, "filing")
    query, filer = _filer(desk, found, subject, f"consent {asked.step} {asked.recipient} {asked.purpose}")
    with asking.recorded(desk, query):
        born = check_citizen(found.identity.number).birth_date
        paper = filings.consent(asked, born, filer, _law(desk, filer.known) or desk.book)
    return _sent(desk, paper)


def _record(desk: Desk, found: Person, known: Known) -> Own:
    return person.own(known, _law(desk, known), desk.channels, desk.today(), _named(desk, found, known))


def _looks(desk: Desk, known: Known, page: int) -> LooksTold:
    found = desk.people.looks(known.looks, page)
    desk.meters.counter(LOOKS_UNREADABLE).inc(found.unreadable)
    return person.looks(found, desk.applications, _law(desk, known) or desk.book, desk.channels, desk.today())


def _asked(desk: Desk, token: str, question: str, content: str) -> tuple[Person, Known]:
    found, subject = asking.person(desk, token, question)
    desk.log.write(Query(SELF, SELF, question, content, subject=subject))
    return found, desk.people.known(subject)


def _filer(desk: Desk, found: Person, subject: str, content: str) -> tuple[Query, Filer]:
    query = Query(SELF, SELF, "filing", content, subject=subject)
    desk.log.write(query)
    with asking.recorded(desk, query):
        day = desk.clock()
        if day is None:
            raise Refusal(
                503, "CLOCK_NOT_STARTED", "系统尚未启用，请稍后再试", "the deployment has no day yet; try later"
            )
    known = desk.people.known(subject)
    return query, Filer(known, found.session, _named(desk, found, known), min(day, desk.today()), desk.people)


def _named(desk: Desk, found: Person, known: Known) -> bool:
    """Whether the records carry the name that the issuer checked."""
    return desk.people.named(known.standing, normalise_name(found.identity.name))


def _law(desk: Desk, known: Known) -> LawBook | None:
    return desk.people.law(known.decisions[-1].law_digest) if known.decisions else None


def _sent(desk: Desk, paper: Paper) -> Filed:
    receipt = desk.cases.send(paper)
    return Filed(
        channel=paper.filing.channel,
        case_no=paper.filing.case_no,
        receipt_id=receipt,
        declaration=paper.declaration,
        digest=paper.digest,
    )
