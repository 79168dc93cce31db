"""征信: what a credit bureau is told of a person: after notice, and only what is public by law or consented to.

征信业管理条例 13 (public by law, or consent), 15 (the person is told first); PIPL 15 (a consent can be taken back).
"""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from monitoring.auditor.findings import Finding, Invariant
from monitoring.auditor.lawbook import Law
from monitoring.auditor.view import Consents, Reported, View, place

Fields = dict[str, Any]
BEFORE_BUREAU = "before_bureau"
CONSENT = ("credit_bureau", "credit_reporting")  # whom a consent must name, and for what
_PUT, _DELETE = "put", "delete"
_OF_THE_PERSON = ("case_ref", "ground", "item", "item_ground", "body", "document_no", "document_date", "told_on")
_CONSENTED, _BY_LAW = "consented", "public_by_law"


def fold_notices(view: View, decision: Fields) -> Iterator[Finding]:
    """Who is to be fed is told in the same decision, and fed on a later day."""
    moves, where = _moves(decision), f"decision {decision['decision_id']}"
    notices = sum(notice["kind"] == BEFORE_BUREAU for notice in decision["notices"])
    begun = sum(one["move"] == "begun" for one in moves)
    if notices != begun:
        yield Finding(Invariant.BUREAU_NOTICE, where, f"{notices} notices before feeding", str(begun))
    for one in moves:
        yield from _told(view, one, decision["decided_on"], where)


def _told(view: View, move: Fields, day: date, where: str) -> Iterator[Finding]:
    record = move["record"]
    identifier = record["record_id"]
    if move["move"] == "ended":
        view.told_of_feed.pop(identifier, None)
        return
    if move["move"] == "begun":
        view.told_of_feed[identifier] = day
    told = view.told_of_feed.get(identifier)
    if record["fed_on"] is not None and (told is None or told >= record["fed_on"]):
        seen = f"{identifier} fed on {record['fed_on']}, told on {told}"
        yield Finding(Invariant.BUREAU_NOTICE, where, seen, "told on a day before")


def fold_records(view: View, decision: Fields, law: Law) -> Iterator[Finding]:
    """What the bureau holds, or is about to be fed, after the decision. Publications and consents are folded before."""
    for move in _moves(decision):
        record = move["record"]
        where = f"decision {decision['decision_id']}"
        if record["fed_on"] is not None:
            yield from _newer(view, record, where)
            view.to_be_fed[record["record_id"]] = (_PUT if move["move"] != "ended" else _DELETE, record["version"])
        if move["move"] == "ended":
            view.reported.pop(record["record_id"], None)
            continue
        one = Reported(decision["subject"], record["key"], record["ground"])
        view.reported[record["record_id"]] = one
        yield from _groundless(view, one, law, view.consents, where)


def _newer(view: View, record: Fields, where: str) -> Iterator[Finding]:
    """Whoever keeps the highest version of a record misses a message under one that was there before."""
    _, before = view.to_be_fed.get(record["record_id"], ("", 0))
    if record["version"] <= before:
        seen = f"{record['record_id']} version {record['version']}"
        yield Finding(Invariant.BUREAU_TOLD, where, seen, f"above {before}")


def fold_fed(view: View, key: str, value: Fields | None) -> Iterator[Finding]:
    """One record of the topic ``bureau``; the last one of each record counts."""
    if value is None:
        view.fed.pop(key, None)
        return
    view.fed[key] = (value["action"], value["version"])
    if value["record_id"] != key:
        yield Finding(Invariant.BUREAU_TOLD, f"bureau record {key}", value["record_id"], "the key")
    left = [name for name in _OF_THE_PERSON if value["action"] == _DELETE and value[name] is not None]
    if left:
        yield Finding(
            Invariant.BUREAU_TOLD, f"bureau record {key}", f"deleted with {', '.join(left)}", "nothing is left"
        )


def told(view: View) -> Iterator[Finding]:
    """At the end: the topic says of each record what was decided last."""
    for identifier in sorted(view.to_be_fed.keys() | view.fed.keys()):
        seen, expected = view.fed.get(identifier), view.to_be_fed.get(identifier)
        if seen != expected:
            yield Finding(Invariant.BUREAU_TOLD, f"bureau record {identifier}", str(seen), str(expected))


def grounded(view: View) -> Iterator[Finding]:
    """At the end: every record rests on the person's last word, or on a State rule that shows it to all."""
    for identifier, one in view.reported.items():
        yield from _groundless(view, one, view.law, view.consented, f"bureau record {identifier}")


def _groundless(view: View, one: Reported, law: Law, consents: Consents, where: str) -> Iterator[Finding]:
    if one.ground == _CONSENTED and (one.subject, *CONSENT) in consents:
        return
    if one.ground == _BY_LAW and view.in_public(view.now(place(one.subject, one.key)), law, "exposure"):
        return
    expected = "a consent to the bureau that stands" if one.ground == _CONSENTED else "in public by a State rule"
    yield Finding(Invariant.BUREAU_GROUND, where, f"{one.key} by {one.ground}", expected)


def _moves(decision: Fields) -> list[Fields]:
    return [] if decision["moves"] is None else decision["moves"]["bureau"]


CHECKS: tuple[tuple[Invariant, Callable[[View], Iterator[Finding]], Callable[[View], int]], ...] = (
    (Invariant.BUREAU_GROUND, grounded, lambda view: len(view.reported)),
    (Invariant.BUREAU_TOLD, told, lambda view: len(view.to_be_fed)),
)
