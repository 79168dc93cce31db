"""Folds decisions, deltas and .current into the view, checking each step of each obligation on the way."""

from collections.abc import Iterator
from typing import Any

from monitoring.auditor.findings import Finding, Invariant
from monitoring.auditor.lawbook import Law
from monitoring.auditor.terms import uncapped_day
from monitoring.auditor.view import BY_OFFICER, STATES, EntryFact, ObligationFact, View, place

Fields = dict[str, Any]

ALLOWED: dict[str, frozenset[str]] = {
    "": frozenset({"proposed"}),
    # a state follows itself when a last day or a due day changes
    "proposed": frozenset({"proposed", "confirmed", "refused", "not_applicable", "lifting"}),
    "confirmed": frozenset({"confirmed", "in_effect", "lifting"}),
    "in_effect": frozenset({"in_effect", "lifting"}),
    "lifting": frozenset({"lifting", "lifted"}),
    "refused": frozenset(),
    "not_applicable": frozenset(),
    "lifted": frozenset(),
}


def fold_entry(view: View, decision: Fields, law: Law) -> EntryFact | None:
    """The entry the decision is about, as it stands after it."""
    key, entry = decision["key"], decision["entry"]
    if key is None and entry is None:
        return None
    before = place(decision["subject"], key if key is not None else entry["key"])
    if entry is None:
        return view.entries.get(before)
    after = place(decision["subject"], entry["key"])
    fact = view.entries.pop(before, None)
    if fact is None or fact.erased:  # what comes again after an erasure is a new case
        fact = EntryFact(entry)
    else:
        fact.take(entry)
    if after != before:
        view.moved[before] = after
    view.entries[after] = fact
    view.places.setdefault(decision["subject"], set()).add(after)
    item = law.items.get(fact.item)
    if item is not None and item.cap is not None:
        fact.own_last_day = uncapped_day(law, entry["determination"])
        known = view.capped.setdefault(decision["subject"], [])
        if fact not in known:
            known.append(fact)
    return fact


def fold_erased(view: View, decision: Fields) -> Iterator[Finding]:
    """All entries of an erased subject; nothing may be erased while it lives. What waited in vain, a cap and the name
    in force are forgotten with it, so what comes again is judged as new."""
    subject = decision["subject"]
    view.erased_on[subject] = decision["decided_on"]
    view.given_up.pop(subject, None)
    view.capped.pop(subject, None)
    view.known_as.forget(subject)
    if view.placed.pop(subject, None):
        yield Finding(Invariant.ERASED, f"subject {subject}", "erased while a place stands", "withdrawn before")
    for where in sorted(view.places.pop(subject, set())):
        fact = view.entries.get(where)
        if fact is None:
            continue
        if not fact.ended:
            yield Finding(Invariant.ERASED, f"entry {where}", "erased while it lives", "erased after its end")
        fact.erased = True


def fold_raised(view: View, decision: Fields, entry: EntryFact | None) -> Iterator[Finding]:
    for obligation in decision["raised"]:
        identifier = obligation["obligation_id"]
        if identifier in view.obligations:
            yield Finding(Invariant.VERSIONS, f"obligation {identifier}", "raised twice", "raised once")
        fact = view.obligations.setdefault(identifier, ObligationFact(entry))
        yield from _step(view, fact, obligation, decision)


def fold_changed(view: View, decision: Fields) -> Iterator[Finding]:
    for obligation in decision["changed"]:
        identifier = obligation["obligation_id"]
        fact = view.obligations.get(identifier)
        if fact is None:
            yield Finding(Invariant.VERSIONS, f"obligation {identifier}", "changed", "raised before it is changed")
            fact = view.obligations[identifier] = ObligationFact(None)
        yield from _step(view, fact, obligation, decision)


def _step(view: View, fact: ObligationFact, obligation: Fields, decision: Fields) -> Iterator[Finding]:
    where = f"obligation {obligation['obligation_id']}, decision {decision['decision_id']}"
    state, version = obligation["state"], obligation["version"]
    if version != fact.version + 1:
        yield Finding(Invariant.VERSIONS, where, f"version {version}", f"version {fact.version + 1}")
    if state not in ALLOWED[fact.state]:
        expected = f"one of {sorted(ALLOWED[fact.state])}"
        yield Finding(Invariant.TRANSITIONS, where, f"{fact.state or 'nothing'} -> {state}", expected)
    if state in BY_OFFICER and state != fact.state:
        yield from _answered(view, obligation, decision, where)
    fact.state = STATES[STATES.index(state)] if state in STATES else state  # one string object per state
    fact.version = version
    fact.rule = obligation["rule"]
    fact.ends_on = obligation["ends_on"]
    fact.due = obligation["due"]["day"]
    fact.incentive = obligation["incentive"]
    fact.decided ^= fingerprint(obligation, decision["decision_id"])


def _answered(view: View, obligation: Fields, decision: Fields, where: str) -> Iterator[Finding]:
    said = view.feedback.get(decision["cause"]["receipt_id"])
    expected = (obligation["obligation_id"], obligation["state"])
    if decision["kind"] != "answered" or said != expected:
        seen = f"{obligation['state']} by a decision of kind {decision['kind']}, feedback {said}"
        yield Finding(Invariant.OFFICER_ONLY, where, seen, f"accepted feedback {expected}")


def fold_delta(view: View, family: str, channel: str | None, delta: Fields) -> Iterator[Finding]:
    """One record of ``sanctions.<channel>`` or ``rewards.<channel>``."""
    where = f"obligation {delta['obligation_id']}"
    fact = view.obligations.get(delta["obligation_id"])
    if fact is None:
        yield Finding(Invariant.DELTAS, where, f"a change on {family}.{channel}", "an obligation of a decision")
        return
    if delta["version"] != fact.delta_version + 1 or (delta["previous_version"] or 0) != fact.delta_version:
        seen = f"version {delta['version']} after {delta['previous_version']}"
        yield Finding(Invariant.VERSIONS, where, seen, f"version {fact.delta_version + 1} after {fact.delta_version}")
    yield from _on_its_topic(delta, (family, channel), where)
    fact.delta_version = delta["version"]
    fact.delta ^= fingerprint(delta, delta["decision_id"])


def _on_its_topic(record: Fields, topic: tuple[str, str | None], where: str) -> Iterator[Finding]:
    """Rewards and sanctions never share a topic, and nobody reads what another department is to do."""
    family, channel = ("rewards" if record["incentive"] else "sanctions"), record["executor"]
    if topic[0] != family:
        yield Finding(Invariant.INCENTIVE, where, f"on {topic[0]}.{topic[1]}", f"on {family}.{channel}")
    if topic[1] != channel:
        yield Finding(Invariant.DELTAS, where, f"on {topic[0]}.{topic[1]}", f"on {family}.{channel}")


def fold_current(view: View, topic: tuple[str, str | None], identifier: str, value: Fields | None) -> Iterator[Finding]:
    """One record of a ``.current`` topic (family and channel); a tombstone takes the obligation away."""
    fact = view.obligations.get(identifier)
    if fact is None:
        if value is not None:
            yield Finding(Invariant.CURRENT, f"obligation {identifier}", "on .current", "an obligation of a decision")
        return
    if value is not None and value["obligation_id"] != identifier:
        yield Finding(Invariant.CURRENT, f"obligation {identifier}", value["obligation_id"], "the key")
    if value is not None:
        yield from _on_its_topic(value, topic, f"obligation {identifier}")
    fact.current = None if value is None else (value["version"], value["state"])
    fact.disputed = value is not None and value["disputed"]
    fact.doubted = value is not None and value["doubted"]


def fingerprint(obligation: Fields, decision_id: str) -> int:
    """A number for one change; equal for the same change wherever it stands. Folding by xor forgets the order, which
    the versions hold."""
    due = obligation["due"]
    return hash(
        (
            obligation["obligation_id"],
            obligation["version"],
            obligation["state"],
            obligation["rule"],
            obligation["measure"],
            obligation["executor"],
            obligation["since"],
            obligation["ends_on"],
            obligation["lift_reason"],
            due["state"],
            due["day"],
            decision_id,
        )
    )
