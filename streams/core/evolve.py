"""``evolve``: a standing is the fold of its decisions. Nothing is decided again, so no later law rewrites history."""

from collections.abc import Iterable

from msgspec.structs import replace

from streams.core.decisions import Decision, DecisionKind, Entry, Obligation, Waiting
from streams.core.events import EventKind
from streams.core.limits import OVERFLOW
from streams.core.standing import Standing, target_key

# Held as things stand today: after a correction the ending may have effect; a full standing keeps nothing of a record.
MAY_COME_AGAIN = ("ENDING_WITHOUT_EFFECT", OVERFLOW)


def evolve(standing: Standing, decision: Decision) -> Standing:
    """The standing after ``decision``. Folding all decisions of a subject in order from ``Standing(subject)`` gives
    its current state exactly; ended entries stay in it, for duplicates and for history."""
    return replace(
        standing,
        name_check=standing.name_check or _name_in_force(decision),
        department_tokens={**standing.department_tokens, **decision.department_tokens}
        if decision.department_tokens
        else standing.department_tokens,
        entries=_entries(standing.entries, decision),
        obligations=_obligations(standing.obligations, decision),
        waiting=_waiting(standing.waiting, decision),
        seen=_seen(standing, decision),
        moved=_moved(standing.moved, decision),
        given_up=_given_up(standing, decision),
        last_day=decision.decided_on,
    )


def _name_in_force(decision: Decision) -> str:
    """The first name that a recorded document states stays in force; what was only held proves no name."""
    return decision.name_check if decision.kind is DecisionKind.RECORDED else ""


def _entries(entries: dict[str, Entry], decision: Decision) -> dict[str, Entry]:
    entry = decision.entry
    if entry is None:
        return entries
    if decision.key is None or decision.key == entry.key:
        return {**entries, entry.key: entry}
    kept = {key: value for key, value in entries.items() if key != decision.key}
    return {**kept, entry.key: entry}  # a correction of the document number moves the entry


def _obligations(
    obligations: dict[str, tuple[Obligation, ...]], decision: Decision
) -> dict[str, tuple[Obligation, ...]]:
    key = decision.key
    if key is None:
        return obligations
    new_key = key if decision.entry is None else decision.entry.key
    before = obligations.get(key, ())
    after = merged(before, decision.changed) + decision.raised
    if new_key == key and after == before:
        return obligations
    kept = {other: value for other, value in obligations.items() if other != key or new_key == key}
    return {**kept, new_key: after} if after else kept


def merged(obligations: tuple[Obligation, ...], changed: Iterable[Obligation]) -> tuple[Obligation, ...]:
    """``obligations`` with each changed one in the place of the one it changes."""
    by_id = {obligation.obligation_id: obligation for obligation in changed}
    if not by_id:
        return obligations
    return tuple(by_id.get(obligation.obligation_id, obligation) for obligation in obligations)


def _waiting(waiting: tuple[Waiting, ...], decision: Decision) -> tuple[Waiting, ...]:
    if decision.settles is not None:
        waiting = tuple(one for one in waiting if one.receipt_id != decision.settles)
    return waiting if decision.waiting is None else (*waiting, decision.waiting)


def _seen(standing: Standing, decision: Decision) -> dict[str, str]:
    """Digests of records already decided. Those are not kept that may come again and fit: a feedback that was held
    (order between partitions is not assumed), an ending without effect, a waiting record that was given up, or was
    held when its target came."""
    seen = standing.seen
    held = decision.kind is DecisionKind.HELD
    if decision.settles is not None and (held or decision.kind is DecisionKind.REVIEW):
        dropped = {one.content_digest for one in standing.waiting if one.receipt_id == decision.settles}
        return {digest: receipt for digest, receipt in seen.items() if digest not in dropped}
    may_come_again = held and (decision.cause.kind is EventKind.FEEDBACK or decision.code in MAY_COME_AGAIN)
    digest = decision.cause.content_digest
    if not digest or may_come_again or digest in seen:
        return seen
    return {**seen, digest: decision.cause.receipt_id}


def _moved(moved: dict[str, str], decision: Decision) -> dict[str, str]:
    """Every number an entry ever had leads to the one it has."""
    old, entry = decision.key, decision.entry
    if old is None or entry is None or old == entry.key:
        return moved
    following = {key: entry.key if now == old else now for key, now in moved.items() if key != entry.key}
    return {**following, old: entry.key}


def _given_up(standing: Standing, decision: Decision) -> dict[str, str]:
    """What waited in vain bars its target until the entry is over or its department corrects it."""
    given_up = standing.given_up
    if decision.kind is DecisionKind.REVIEW:
        targets = {target_key(one): one.receipt_id for one in standing.waiting if one.receipt_id == decision.settles}
        return {**given_up, **targets}
    over = decision.entry is not None and decision.entry.ended_on is not None
    reviewed = decision.kind is DecisionKind.CORRECTED and decision.cause.kind is EventKind.CORRECTION
    if not given_up or not (over or reviewed):
        return given_up
    return {key: receipt for key, receipt in given_up.items() if standing.key_now(key) != decision.key}
