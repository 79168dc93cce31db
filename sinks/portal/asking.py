"""The one way to an answer: who asks, how often, for what, on record - and only then what is told.

``QueryLogged`` is committed before anything about a person is read. A refusal found later is put on record as well,
before it leaves. Where the log cannot be written nobody gets either.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import NamedTuple, Protocol

from monitoring.meters import Meters
from sinks.portal.applications import Applications, Information, Row
from sinks.portal.board import Board
from sinks.portal.figures import Figures
from sinks.portal.filings import Sender
from sinks.portal.inbox import Inbox
from sinks.portal.limits import Even, Limiter
from sinks.portal.people import People
from sinks.portal.refusals import Refusal, purpose_not_allowed
from sinks.portal.tokens import Officer, Person, Tokens
from streams.core.decisions import Decision
from streams.core.law import LawBook
from streams.querylog import SELF, Query
from topics.catalogue import Catalogue


class Log(Protocol):
    def write(self, query: Query) -> None:
        """Returns when committed. Raises ``querylog.Refused``."""
        ...


class Desk(NamedTuple):
    """What the portal works with. ``book``: the law book of this release, for words; ``today``: the day in China;
    ``clock``: the day of the last tick, by which intake judges what is filed; ``find``: decisions by their id or by the
    receipt id of their record, raises ``explain.NotFound``, ``InboxClosed``."""

    tokens: Tokens
    applications: Applications
    channels: Catalogue
    book: LawBook
    people: People
    log: Log
    cases: Sender
    inbox: Inbox
    find: Callable[[str], list[Decision]]
    clock: Callable[[], date | None]
    limiter: Limiter
    even: Even
    meters: Meters
    today: Callable[[], date]
    board: Board
    figures: Figures


def officer(desk: Desk, token: str, question: str) -> Officer:
    """The officer behind a token. Raises Refusal: 401; on record: 403 for a person, 429 (the first of a row)."""
    found = desk.tokens.verify(token)
    query = _knock(desk, found, question)
    if isinstance(found, Person):
        refusal = Refusal(403, "OFFICERS_ONLY", "本项仅供部门工作人员使用", "for officers of a department only")
        desk.log.write(query._replace(content="for officers only", refused=refusal.code))
        raise refusal
    return found


def person(desk: Desk, token: str, question: str) -> tuple[Person, str]:
    """The person behind a token, and the subject. Raises Refusal as ``officer`` does."""
    found = desk.tokens.verify(token)
    query = _knock(desk, found, question)
    if isinstance(found, Officer):
        refusal = Refusal(403, "PERSONS_ONLY", "本项仅供本人使用", "for the person alone")
        desk.log.write(query._replace(content="for the person alone", refused=refusal.code))
        raise refusal
    return found, desk.people.token(found.identity)


def _knock(desk: Desk, found: Officer | Person, question: str) -> Query:
    """What stands on record of whoever asks before it is known about whom. Raises Refusal: asked too often."""
    if isinstance(found, Officer):
        asker = f"{found.channel}/{found.officer}"
        query = Query(found.officer, "none", question, "", channel=found.channel)
    else:
        asker = desk.people.token(found.identity)
        query = Query(SELF, SELF, question, "", subject=asker)
    turn = desk.limiter.turn(asker)
    if turn.allowed:
        return query
    if turn.first:
        desk.log.write(query._replace(content="too many questions", refused="TOO_MANY"))
    raise Refusal(429, "TOO_MANY", "查询过于频繁，请一分钟后再试", "too many questions: wait a minute")


def row(desk: Desk, asks: Officer, purpose: str, information: frozenset[Information], day: date) -> Row:
    """The row that allows it. Raises Refusal: by the catalogue, or because the officer has no such task."""
    found = desk.applications.allowed(purpose, asks.channel, information, day)
    if purpose not in asks.purposes:
        raise purpose_not_allowed(purpose, "本部门未授予您此用途", "your department did not give you this purpose")
    return found


@contextmanager
def recorded(desk: Desk, query: Query) -> Iterator[None]:
    """Whatever refusal comes out of the block goes on record with its code before it leaves."""
    try:
        yield
    except Refusal as refusal:
        desk.log.write(query._replace(refused=refusal.code))
        raise
