"""``evolve``: a standing is the fold of its decisions. Nothing is decided again, so no later law rewrites history."""

from collections.abc import Iterable
from datetime import date

from msgspec.structs import replace

from streams.core.decisions import (
    Case,
    ConsentGiven,
    Decision,
    DecisionKind,
    Entry,
    MissedKind,
    Obligation,
    Waiting,
)
from streams.core.disclosed import BureauRecord, Move, Moves, Publication, Reward, publications_after
from streams.core.events import CaseStep, EventKind
from streams.core.limits import OVERFLOW, RECORDS
from streams.core.standing import WAITS_FOR, Standing, mark, target_key

# Held as things stand today: after a correction the ending may have effect; a full standing keeps nothing of a record.
MAY_COME_AGAIN = ("ENDING_WITHOUT_EFFECT", "ORDER_NOT_SEEN", OVERFLOW)


def evolve(standing: Standing, decision: Decision) -> Standing:
    """The standing after ``decision``. Folding all decisions of a subject in order from ``Standing(subject)`` gives
    its current state exactly; ended entries stay in it, for duplicates and for history."""
    if decision.kind is DecisionKind.ERASED:
        return Standing(standing.subject)
    after = replace(
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
        other_names=_other_names(standing, decision),
    )
    after = after if decision.moves is None else _seen_by_others(after, decision.moves)
    return _procedure(after, standing, decision) if _concerns_procedure(standing, decision) else after


def _seen_by_others(after: Standing, moves: Moves) -> Standing:
    """``after`` with what others than the executing departments see."""
    return replace(
        after,
        publications=_publications(after, moves),
        bureau=_bureau(after, moves),
        rewards=_rewards(after, moves),
    )


def _concerns_procedure(standing: Standing, decision: Decision) -> bool:
    """Whether anything beside entries and obligations may move: for an ordinary document nothing does."""
    return bool(
        decision.case
        or decision.missed
        or decision.consent
        or decision.order
        or decision.kind is DecisionKind.REPAIRED
        or standing.cases
        or standing.repaired
        or standing.missed
    )


def _procedure(after: Standing, before: Standing, decision: Decision) -> Standing:
    """``after`` with what became of cases, repairs, consents, orders, and of what was overdue."""
    order = decision.order
    return replace(
        after,
        cases=_cases(before.cases, decision),
        repaired=_repaired(before.repaired, decision),
        missed=_missed(before, decision),
        consents=_consents(before.consents, decision),
        orders=before.orders if order is None else {**before.orders, order.order_no: order},
    )


def _name_in_force(decision: Decision) -> str:
    """The first name that a recorded document states stays in force; what was only held proves no name."""
    return decision.name_check if decision.kind is DecisionKind.RECORDED else ""


def _other_names(standing: Standing, decision: Decision) -> tuple[str, ...]:
    """Every name check a record about this subject came with: whoever erases must know what was sealed."""
    known = standing.name_check or _name_in_force(decision)
    others = standing.other_names
    if decision.name_check in ("", known, *others) or decision.code == OVERFLOW or len(others) >= RECORDS:
        return others
    return (*others, decision.name_check)


def _publications(standing: Standing, moves: Moves) -> dict[str, Publication]:
    return publications_after(standing.publications, moves.publications)


def _bureau(standing: Standing, moves: Moves) -> dict[str, BureauRecord]:
    left = dict(standing.bureau)
    for one in moves.bureau:
        left[one.record.record_id] = one.record
        if one.move is Move.ENDED:
            del left[one.record.record_id]
    return left


def _rewards(standing: Standing, moves: Moves) -> dict[str, Reward]:
    left = dict(standing.rewards)
    for one in moves.rewards:
        left[one.reward.reward_id] = one.reward
        if one.move is Move.ENDED:
            del left[one.reward.reward_id]
    return left


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
        gone = (one for one in standing.waiting if one.receipt_id == decision.settles and _would_change(one))
        return {**given_up, **{target_key(one): one.receipt_id for one in gone}}
    over = decision.entry is not None and decision.entry.ended_on is not None
    reviewed = decision.kind is DecisionKind.CORRECTED and decision.cause.kind is EventKind.CORRECTION
    if not given_up or not (over or reviewed):
        return given_up
    return {key: receipt for key, receipt in given_up.items() if standing.key_now(key) != decision.key}


def _would_change(waiting: Waiting) -> bool:
    """Whether the record says that its target is wrong or over. An application, or one turned down, does not."""
    return waiting.case is None or waiting.case.step is CaseStep.UPHELD


def _cases(cases: dict[str, tuple[Case, ...]], decision: Decision) -> dict[str, tuple[Case, ...]]:
    """The case moved to its new state, under the key its entry has now."""
    key, case = decision.key, decision.case
    new_key = key if decision.entry is None else decision.entry.key
    if key is None or new_key is None or (case is None and (new_key == key or key not in cases)):
        return cases
    before = cases.get(key, ())
    kept = {other: value for other, value in cases.items() if other != key}
    others = before if case is None else tuple(one for one in before if one.case_no != case.case_no)
    return {**kept, new_key: others if case is None else (*others, case)}


def _repaired(repaired: dict[str, date], decision: Decision) -> dict[str, date]:
    """Entries that live on after their repair, under the key they have now."""
    key, entry = decision.key, decision.entry
    if key is None:
        return repaired
    if decision.kind is DecisionKind.REPAIRED and entry is None:
        return {**repaired, key: decision.decided_on}
    if key not in repaired or entry is None or entry.key == key:
        return repaired
    return {entry.key if one == key else one: day for one, day in repaired.items()}


def _missed(standing: Standing, decision: Decision) -> dict[str, date]:
    """What was decided to be overdue, until what is due moves on."""
    missed = standing.missed
    if not missed and not decision.missed:
        return missed
    entry = None if decision.key is None else standing.entries.get(decision.key)
    if decision.missed:
        return {**missed, **{mark(one.kind, one.ref, entry): one.due_on for one in decision.missed}}
    gone = set()
    for one in decision.changed:
        waits = WAITS_FOR.get(one.state)
        gone |= {mark(kind, one.obligation_id) for kind in WAITS_FOR.values() if kind is not waits}
    if decision.case is not None:
        gone.add(mark(MissedKind.CASE, decision.case.case_no, entry))
    if decision.order is not None and decision.order.done:
        gone.add(mark(MissedKind.ORDER, decision.order.order_no))
    return {key: day for key, day in missed.items() if key not in gone}


def _consents(consents: tuple[ConsentGiven, ...], decision: Decision) -> tuple[ConsentGiven, ...]:
    """The newest word on each recipient and purpose."""
    new = decision.consent
    if new is None:
        return consents
    kept = (one for one in consents if (one.recipient, one.purpose) != (new.recipient, new.purpose))
    return (*kept, new)
