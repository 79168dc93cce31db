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
    Order,
    Waiting,
)
from streams.core.events import Accepted, CaseStep, EventKind
from streams.core.limits import OVERFLOW, RECORDS
from streams.core.moved import after_moves
from streams.core.standing import WAITS_FOR, OrderRecords, Standing, forget_closed, mark, target_key

NAME_MISMATCH = "NAME_MISMATCH"

# Held as things stand today: after a correction the ending may have effect, the repair be late enough; a full standing
# keeps nothing of a record, and a department's keeps nothing of what says nothing of its orders.
MAY_COME_AGAIN = (
    "ENDING_WITHOUT_EFFECT",
    "REPAIR_TOO_EARLY",
    "ORDER_NOT_SEEN",
    "ORDER_OUT_OF_ORDER",
    "DATE_ORDER",  # an answer before its order: all else of that code intake refuses
    OVERFLOW,
)

_SILENT = (DecisionKind.HELD, DecisionKind.REVIEW)


def evolve(standing: Standing, decision: Decision) -> Standing:
    """The standing after ``decision``. Folding all decisions of a subject in order from ``Standing(subject)`` gives
    its current state exactly; ended entries stay in it, for duplicates and for history."""
    if decision.kind is DecisionKind.ERASED:
        return _erased(standing, decision)
    if decision.order is not None:
        standing = forget_closed(standing, decision.decided_on)
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
        last_day=_last_day(standing.last_day, decision),
        held_on=_held_on(standing.held_on, decision),
        other_names=_other_names(standing, decision),
        doubts=_doubts(standing.doubts, decision),
    )
    after = after if decision.moves is None else after_moves(after, decision.moves)
    return _procedure(after, standing, decision) if _concerns_procedure(standing, decision) else after


def _erased(standing: Standing, decision: Decision) -> Standing:
    """Nothing is left but what still waits for its target: it may end what comes tomorrow."""
    if not standing.waiting:
        return Standing(standing.subject)
    waits = {one.content_digest: one.receipt_id for one in standing.waiting}
    return Standing(standing.subject, waiting=standing.waiting, seen=waits, last_day=decision.decided_on)


def _last_day(known: date | None, decision: Decision) -> date:
    """What is only held, or given up, keeps nobody's record longer than it is kept anyway (docs/adr/0021)."""
    return known if decision.kind in _SILENT and known is not None else decision.decided_on


def _held_on(known: date | None, decision: Decision) -> date | None:
    return max(known or decision.decided_on, decision.decided_on) if decision.kind in _SILENT else known


def _concerns_procedure(standing: Standing, decision: Decision) -> bool:
    """Whether anything beside entries and obligations may move: for an ordinary document nothing does."""
    return bool(
        decision.case
        or decision.missed
        or decision.consent
        or decision.order
        or decision.kind in (DecisionKind.REPAIRED, DecisionKind.CORRECTED)
        or standing.cases
        or standing.repaired
        or standing.missed
        or standing.corrected
    )


def _procedure(after: Standing, before: Standing, decision: Decision) -> Standing:
    """``after`` with what became of cases, repairs, consents, orders, and of what was overdue."""
    if decision.order is not None:
        after = _orders(after, decision, decision.order)
    return replace(
        after,
        cases=_cases(before.cases, decision),
        repaired=_repaired(before.repaired, decision),
        corrected=_corrected(before.corrected, decision),
        missed=_missed(before, decision),
        consents=_consents(before.consents, decision),
    )


def _orders(after: Standing, decision: Decision, order: Order) -> Standing:
    """The order as it stands, with the digest of one more record about it."""
    known = after.order_records.get(order.order_no, OrderRecords())
    closed_on = decision.decided_on if order.done else None
    records = OrderRecords((*known.digests, decision.cause.content_digest), closed_on)
    return replace(
        after,
        orders={**after.orders, order.order_no: order},
        order_records={**after.order_records, order.order_no: records},
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
    (order between partitions is not assumed), an ending without effect, a repair too early, a waiting record that was
    given up, or was held when its target came."""
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
        gone = (one for one in standing.waiting if one.receipt_id == decision.settles and would_change(one))
        return {**given_up, **{target_key(one): one.receipt_id for one in gone}}
    if not given_up or not (_over(decision) or _looked_at(decision)):
        return given_up
    return {key: receipt for key, receipt in given_up.items() if standing.key_now(key) != decision.key}


def _over(decision: Decision) -> bool:
    return decision.entry is not None and decision.entry.ended_on is not None


def _looked_at(decision: Decision) -> bool:
    """Whether a department corrects its record now, and so has looked at it again."""
    direct = decision.cause.kind is EventKind.CORRECTION and decision.settles is None
    return decision.kind is DecisionKind.CORRECTED and direct


def _doubts(doubts: dict[str, str], decision: Decision) -> dict[str, str]:
    """Entries against which something was said under another name, until they are over or looked at again."""
    entry = decision.entry
    if entry is None:
        return doubts
    if decision.kind is DecisionKind.HELD and decision.code == NAME_MISMATCH:
        return {**doubts, entry.receipt_id: decision.settles or decision.cause.receipt_id}
    if entry.receipt_id not in doubts or not (_over(decision) or _looked_at(decision)):
        return doubts
    return {one: receipt for one, receipt in doubts.items() if one != entry.receipt_id}


def would_change(said: Accepted | Waiting) -> bool:
    """Whether the record says that its target is wrong or over. An application, or one turned down, does not."""
    return said.case is None or said.case.step is CaseStep.UPHELD


def _cases(cases: dict[str, tuple[Case, ...]], decision: Decision) -> dict[str, tuple[Case, ...]]:
    """The case moved to its new state, under the key its entry has now."""
    key, case = decision.key, decision.case
    new_key = key if decision.entry is None else decision.entry.key
    if key is None or new_key is None or (case is None and (decision.entry is None or key not in cases)):
        return cases
    before = cases.get(key, ())
    if _over(decision) or decision.kind is DecisionKind.CORRECTED:
        before = tuple(replace(one, correction_due=None) if one.correction_due else one for one in before)
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


def _corrected(corrected: dict[str, date], decision: Decision) -> dict[str, date]:
    """When each live entry was last corrected."""
    entry = decision.entry
    if entry is None:
        return corrected
    if _over(decision):
        return {one: day for one, day in corrected.items() if one != entry.receipt_id}
    if decision.kind is not DecisionKind.CORRECTED:
        return corrected
    return {**corrected, entry.receipt_id: decision.decided_on}


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
    if decision.key is not None and (_over(decision) or decision.kind is DecisionKind.CORRECTED):
        cases = standing.cases.get(decision.key, ())
        gone |= {mark(MissedKind.CORRECTION, case.case_no, entry) for case in cases}
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
