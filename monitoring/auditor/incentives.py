"""守信激励: who has a place on the red list or on a partner's offer, why, and whether the partner is told no more."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from monitoring.auditor.findings import Finding, Invariant
from monitoring.auditor.lawbook import Law
from monitoring.auditor.view import Consents, Placed, View, place

Fields = dict[str, Any]
GIVEN, WITHDRAWN, GRANTED = "given", "withdrawn", "granted"
NAME_MISMATCH = "NAME_MISMATCH"
_OF_THE_PERSON = ("case_ref", "ground", "since")
_NO_REASON = "place_withdrawn"  # why a place fell is not the partner's to know (条例 20, 24)


def remember(view: View, value: Fields) -> None:
    """A declaration on ``accepted``: the last that was not refused says whether the consent stands. A withdrawal that
    was refused for its name counts all the same: nobody may go on with what a person took back."""
    said = value["consent"]
    if said is None:
        return
    why = view.refused.get(value["receipt_id"])
    if why is not None and (said["step"], why) != (WITHDRAWN, NAME_MISMATCH):
        return
    view.declared[value["receipt_id"]] = (said["recipient"], said["purpose"], said["step"])
    _stands(view.consented, said["step"] == GIVEN, (value["subject"], said["recipient"], said["purpose"]))


def _stands(consents: Consents, given: bool, whom: tuple[str, str, str]) -> None:
    (consents.add if given else consents.discard)(whom)


def fold_consent(view: View, decision: Fields) -> Iterator[Finding]:
    """What the decision keeps of a declaration is what the person declared."""
    kept = decision["consent"]
    if kept is None:
        return
    given = kept["withdrawn_on"] is None
    seen = (kept["recipient"], kept["purpose"], GIVEN if given else WITHDRAWN)
    declared = view.declared.get(decision["cause"]["receipt_id"])
    if seen != declared:
        yield Finding(Invariant.PARTNER, f"decision {decision['decision_id']}", f"consent {seen}", f"{declared}")
    _stands(view.consents, given, (decision["subject"], kept["recipient"], kept["purpose"]))


def fold_places(view: View, decision: Fields, law: Law) -> Iterator[Finding]:
    """Places that the decision grants, moves or withdraws."""
    day = decision["decided_on"]
    for one in () if decision["moves"] is None else decision["moves"]["rewards"]:
        reward = one["reward"]
        if one["move"] == "ended":
            view.placed.get(decision["subject"], {}).pop(reward["reward_id"], None)
            continue
        placed = Placed(decision["subject"], *(reward[name] for name in Placed._fields[1:]))
        view.placed.setdefault(placed.subject, {})[reward["reward_id"]] = placed
        yield from _unfounded(view, placed, law, day, f"decision {decision['decision_id']}")
        yield from _untold(view, placed, law, view.consents, f"decision {decision['decision_id']}")


def fold_partner(view: View, told: tuple[str | None, str], value: Fields | None) -> Iterator[Finding]:
    """One record of a partner's topic, ``told``: who reads it, its key; the last one of a place counts."""
    reader, key = told
    if value is None:
        view.partners.pop(told, None)
        return
    view.partners[told] = (value["state"], value["offer"])
    if value["partner"] != reader:
        yield Finding(Invariant.PARTNERS_TOLD, f"place {key}", f"{value['partner']}'s, read by {reader}", "its own")
    left = [name for name in _OF_THE_PERSON if value["state"] != GRANTED and value[name] is not None]
    if value["state"] != GRANTED and value["reason"] != _NO_REASON:
        left.append("reason")
    if left:
        yield Finding(Invariant.PARTNERS_TOLD, f"place {key}", f"withdrawn with {', '.join(left)}", "nothing is left")
    if value["reward_id"] != key:
        yield Finding(Invariant.PARTNERS_TOLD, f"place {key}", value["reward_id"], "the key")


def founded(view: View) -> Iterator[Finding]:
    """At the end: every place has its honour, and nobody who has one is on an adverse list."""
    day = view.last_day
    if day is None:
        return
    for identifier, placed in view.places_of_honour():
        where, entry = f"place {identifier}", view.entries.get(place(placed.subject, placed.key))
        yield from _unfounded(view, placed, view.law, day, where)
        if entry is not None and not entry.ended and not entry.live_on(day):
            yield Finding(Invariant.RED_LIST, where, f"its honour ended on {entry.ends_on}", f"withdrawn on {day}")


def let_know(view: View) -> Iterator[Finding]:
    """At the end: every partner's place rests on the person's last word, or on a State rule."""
    for identifier, placed in view.places_of_honour():
        yield from _untold(view, placed, view.law, view.consented, f"place {identifier}")


def partners_told(view: View) -> Iterator[Finding]:
    """Partners know of the places that stand, and of no other."""
    stand: dict[tuple[str | None, str], tuple[str, str]] = {
        (placed.partner, identifier): (GRANTED, placed.offer)
        for identifier, placed in view.places_of_honour()
        if placed.partner is not None
    }
    told = {place: said for place, said in view.partners.items() if said[0] == GRANTED}
    for reader, identifier in sorted(stand.keys() | told.keys(), key=str):
        seen, expected = told.get((reader, identifier)), stand.get((reader, identifier))
        if seen != expected:
            where = f"place {identifier}, told {reader}"
            said = str(seen or view.partners.get((reader, identifier)))
            yield Finding(Invariant.PARTNERS_TOLD, where, said, str(expected or "withdrawn"))


def _unfounded(view: View, placed: Placed, law: Law, day: date, where: str) -> Iterator[Finding]:
    """No rule, no live honour, or a live list of the untrustworthy (F-1798 art. 19)."""
    offer, entry = law.offers.get(placed.offer), view.entries.get(place(placed.subject, placed.key))
    cited = offer is not None and offer.instrument in law.instruments
    if offer is None or not cited or not offer.in_force(day) or offer.partner != placed.partner:
        seen = f"{placed.partner or 'a place'} by {placed.offer}"
        yield Finding(
            Invariant.RED_LIST, where, seen, f"an offer of that partner, in force on {day}, that cites its text"
        )
    if entry is None or entry.ended or entry.doubted or not entry.person or entry.item not in law.honours:
        seen = "no record" if entry is None else f"{entry.item}, ended on {entry.ended_on}, doubted {entry.doubted}"
        expected = f"a person's live, undoubted record of {', '.join(sorted(law.honours))}"
        yield Finding(Invariant.RED_LIST, where, seen, expected)
    if (listed := _adverse(view, placed.subject, law)) is not None:
        yield Finding(
            Invariant.RED_LIST, where, f"a place beside {listed}", "none while a list of the untrustworthy lives"
        )


def _adverse(view: View, subject: str, law: Law) -> str | None:
    for where in sorted(view.places.get(subject, ())):
        fact = view.entries.get(where)
        item = None if fact is None else law.items.get(fact.item)
        if fact is None or item is None or fact.ended or fact.repaired or fact.doubted or fact.in_doubt:
            continue
        if item.list_decision and item.info_class == "negative":
            return item.code
    return None


def _untold(view: View, placed: Placed, law: Law, consents: Consents, where: str) -> Iterator[Finding]:
    """A partner that has no ground to know the person."""
    if placed.partner is None or (placed.subject, placed.partner, placed.offer) in consents:
        return
    if not view.in_public(place(placed.subject, placed.key), law, "honours"):
        seen = f"{placed.partner} by {placed.ground} for {placed.offer}"
        yield Finding(Invariant.PARTNER, where, seen, "a consent that stands and names both, or a State rule")


def _with_partner(view: View) -> int:
    return sum(placed.partner is not None for _, placed in view.places_of_honour())


CHECKS: tuple[tuple[Invariant, Callable[[View], Iterator[Finding]], Callable[[View], int]], ...] = (
    (Invariant.RED_LIST, founded, lambda view: sum(map(len, view.placed.values()))),
    (Invariant.PARTNER, let_know, _with_partner),
    (Invariant.PARTNERS_TOLD, partners_told, lambda view: len(view.partners)),
)
