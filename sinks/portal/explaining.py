"""One decision explained to an officer who may see every record: on record first, then read from the committed log.

Only a row of the application catalogue that gives ``all_records`` allows it: a decision names the measures of many
departments, so whoever is told of its own ones alone is not shown the whole.
"""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Depends, FastAPI
from pydantic import BaseModel, Field

from sinks.portal import asking
from sinks.portal.applications import Information
from sinks.portal.asking import Desk
from sinks.portal.refusals import Refusal
from sinks.portal.shapes import HEX32, Matter, Purpose, Strict
from sinks.portal.tokens import Officer
from streams.core.decisions import Decision
from streams.explain import NotFound, parts
from streams.explain.parts import Facts, Grid
from streams.explain.parts import Part as Said
from streams.querylog import Query

EXPLAIN = frozenset({Information.ALL_RECORDS})


class ExplainAsked(Strict):
    """说明: why was this decided? By a decision's id, or the receipt's of the record that led to it."""

    decision_id: Annotated[str, Field(pattern=HEX32)]
    purpose: Purpose
    matter: Matter


class Part(BaseModel):
    """A piece of an explanation: names and values, or a table if there are ``columns``, or a sentence."""

    title: str | None = None
    columns: list[str] = []
    rows: list[list[str]] = []
    text: str | None = None


class Explanation(BaseModel):
    """One decision. The subject is a code; no name and no number of a person."""

    decision_id: str
    kind: str
    parts: list[Part]


class Explained(BaseModel):
    """The answer. ``row``: of the application catalogue, by which it was allowed."""

    row: str
    explanations: list[Explanation]


class PurposeKnown(BaseModel):
    """A purpose of the application catalogue."""

    code: str
    zh: str


class OfficerKnown(BaseModel):
    """Whom a token proves. ``purposes``: those for which decisions are explained to that officer today."""

    officer: str
    channel: str
    channel_name: str
    purposes: list[PurposeKnown]


def add(app: FastAPI, desk: Desk, bearer: Callable[..., str], errors: dict[int | str, dict[str, Any]]) -> None:
    """The two addresses."""

    @app.get("/officer", name="officer", responses=errors)
    def officer(token: Annotated[str, Depends(bearer)]) -> OfficerKnown:
        """Whom a token proves, and for which purposes decisions are explained to that officer. About no person."""
        asks = asking.officer(desk, token, "officer")
        purposes = desk.applications.purposes
        return OfficerKnown(
            officer=asks.officer,
            channel=asks.channel,
            channel_name=desk.channels.channels[asks.channel].name,
            purposes=[PurposeKnown(code=code, zh=purposes[code].zh) for code in _may(desk, asks)],
        )

    @app.post("/explain", name="explain", responses=errors)
    def explain(asked: ExplainAsked, token: Annotated[str, Depends(bearer)]) -> Explained:
        """A decision, or those that a record led to: why, on which rule, what did not apply, how to object."""
        return _explain(desk, asking.officer(desk, token, "explain"), asked)


def _may(desk: Desk, asks: Officer) -> list[str]:
    found = []
    for purpose in sorted(asks.purposes & desk.applications.purposes.keys()):
        try:
            asking.row(desk, asks, purpose, EXPLAIN, desk.today())
        except Refusal:
            continue
        found.append(purpose)
    return found


def _explain(desk: Desk, asks: Officer, asked: ExplainAsked) -> Explained:
    query = Query(
        asks.officer,
        asked.purpose,
        "explain",
        f"办件 {asked.matter}",
        decision_id=asked.decision_id,
        channel=asks.channel,
    )
    with asking.recorded(desk, query):
        row = asking.row(desk, asks, asked.purpose, EXPLAIN, desk.today())
    query = query._replace(content=f"{row.code}, 办件 {asked.matter}")
    desk.log.write(query)
    with asking.recorded(desk, query):
        found = _kept(desk, asked.decision_id)
    return Explained(
        row=row.code,
        explanations=[
            Explanation(
                decision_id=one.decision_id,
                kind=one.kind.value,
                parts=[_part(part) for part in parts(one, desk.people.law(one.law_digest))],
            )
            for one in found
        ],
    )


def _kept(desk: Desk, wanted: str) -> list[Decision]:
    """Those of the decisions that no erasure took, by the log itself and not by a copy. Raises Refusal, Behind."""
    try:
        found = desk.find(wanted)
    except NotFound:
        found = []
    kept = [
        one
        for one in found
        if one.decision_id in {known.decision_id for known in desk.people.known(one.subject).decisions}
    ]
    if not kept:
        raise Refusal(
            404,
            "NO_DECISION",
            "没有这项决定：编号有误、尚未入库，或者期满已删除",
            "no such decision: another id, one that is not stored yet, or one whose subject is erased",
        )
    return kept


def _part(part: Said) -> Part:
    if isinstance(part, Facts):
        return Part(rows=[list(row) for row in part.rows])
    if isinstance(part, Grid):
        return Part(title=part.title, columns=list(part.columns), rows=[list(row) for row in part.rows])
    return Part(text=part.text)
