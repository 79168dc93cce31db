"""What the law promises the person, whatever happens in whatever order. Each docstring names guards whose loss was
seen to turn the test red."""

import tempfile
from collections import deque
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from book import LISTING, Life
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from stories import BOOKS, EDITIONS, Sent, Story, folded, histories, played, playing, story

from schemas.codec import Codec
from streams.core.decisions import Decision, DecisionKind, Outcome
from streams.core.disclosed import Moves
from streams.core.events import CaseStep, Matter
from streams.core.law import LawBook
from streams.core.lifting import standing as is_standing
from streams.core.standing import Standing
from streams.identity import Keyring
from streams.messages import Messages
from topics.catalogue import Catalogue

OPENED = {"what": "case", "matter": Matter.OBJECTION, "step": CaseStep.OPENED, "aims": True}
REJECTED = {**OPENED, "step": CaseStep.REJECTED}
BOOK_WITHOUT, BOOK_AGAIN = {"what": "law", "book": 2}, {"what": "law", "book": 0}
DOUBTED = {"what": "ending", "reason": "revoked", "name": "y", "aims": True}
DISPUTES = (Matter.OBJECTION, Matter.RECONSIDERATION, Matter.LAWSUIT)


def standing_of(now: Standing, receipt_id: str) -> list[str]:
    """Obligations that stand about the entry of one record, whatever number it has by now."""
    keys = [key for key, entry in now.entries.items() if entry.receipt_id == receipt_id]
    return [one.obligation_id for key in keys for one in now.obligations.get(key, ()) if is_standing(one)]


@settings(max_examples=80, deadline=None)
@given(histories)
def test_an_upheld_case_leaves_nothing_standing_and_nothing_comes_back(history: Story) -> None:
    """``close`` without its liftings; ``_apply_law`` without its look at ``ended_on``."""
    life, _ = played(history)
    fell: set[str] = set()
    for before, decision, after in folded(life):
        case = decision.case
        if case is not None and case.state is CaseStep.UPHELD and case.matter in DISPUTES:
            assert decision.key is not None
            entry = before.entries[decision.key]
            assert after.entries[decision.key].ended_on is not None
            fell.add(entry.receipt_id)
        for receipt_id in fell:
            assert standing_of(after, receipt_id) == []


@settings(max_examples=80, deadline=None)
@given(histories)
@example(story({"what": "determination"}, {"what": "case"}, {"what": "law", "book": 3}))
@example(story(BOOK_WITHOUT, {"what": "determination"}, {"what": "case"}, BOOK_AGAIN, {"what": "correction", "age": 5}))
def test_a_repair_leaves_at_most_the_ban_that_a_law_sets_and_nothing_new_begins(history: Story) -> None:
    """``_repair`` without ``lifted``; ``begun`` or ``_redo`` without their look at ``repaired``."""
    life, _ = played(history)
    left: dict[str, set[str]] = {}
    for before, decision, after in folded(life):
        if decision.kind is DecisionKind.REPAIRED:
            assert decision.key is not None
            entry = before.entries[decision.key]
            item = BOOKS[decision.law_digest].items[entry.determination.item]
            left[entry.receipt_id] = set(standing_of(after, entry.receipt_id))
            assert item.statutory_term or not left[entry.receipt_id]
            assert item.statutory_term or after.entries[decision.key].ended_reason == "repaired"
        for receipt_id, still in left.items():
            assert set(standing_of(after, receipt_id)) <= still


@settings(max_examples=80, deadline=None)
@given(histories)
def test_being_overdue_moves_nothing(history: Story) -> None:
    """``_say`` that confirms what was not answered; an ``overdue`` that is said again on every day."""
    life, _ = played(history)
    said: set[tuple[Any, ...]] = set()
    for before, decision, after in folded(life):
        if decision.kind is not DecisionKind.OVERDUE:
            assert decision.missed == ()
            continue
        assert (after.entries, after.obligations, after.cases) == (before.entries, before.obligations, before.cases)
        assert (decision.notices, decision.raised, decision.changed) == ((), (), ())
        for one in decision.missed:
            assert one.due_on < decision.decided_on
            entry = None if decision.key is None else before.entries[decision.key].receipt_id
            assert (one.kind, one.ref, entry, one.due_on) not in said
            said.add((one.kind, one.ref, entry, one.due_on))


@settings(max_examples=80, deadline=None)
@given(histories)
def test_only_active_rules_in_force_raise(history: Story) -> None:
    """``why_not`` without its look at ``active``, or at the rule's own window."""
    life, _ = played(history)
    for _, decision, _ in folded(life):
        law = BOOKS[decision.law_digest]
        for obligation in decision.raised:
            rule, day = law.rules[obligation.rule], decision.decided_on
            assert rule.active and rule.inactive_reason is None
            assert (rule.in_force_from or day) <= day <= (rule.in_force_to or day)
            assert obligation.executor == rule.executor
            assert obligation.ends_on is None or obligation.ends_on >= day


@cache
def messages() -> Callable[..., Any]:
    """What departments read of one decision, as they would decode it: topic, record."""
    codec, catalogue = Codec.load(), Catalogue.load()
    with tempfile.TemporaryDirectory() as folder:
        keys = Keyring.load(Path(folder), catalogue.channels, create=True)
    outputs = Messages(codec, catalogue, "", keys)

    def read(decision: Any, after: Standing) -> list[dict[str, Any]]:
        told = outputs.of(decision, after, BOOKS[decision.law_digest], 0)
        return [codec.decode(one.value).value for one in told if one.topic.endswith(".current")]

    return read


@settings(max_examples=120, deadline=None)
@given(histories)
@example(story({"what": "determination"}, OPENED, REJECTED))
@example(story({"what": "determination"}, OPENED, {"what": "correction", "new_number": "2"}, REJECTED))
def test_what_departments_last_heard_is_marked_while_a_dispute_is_pending_and_not_after(history: Story) -> None:
    """``_open`` or ``_close`` that tell nobody; ``_cases`` that leaves a case at the old number."""
    life, _ = played(history)
    read, marked, pending = messages(), dict[str, bool](), dict[str, set[str]]()
    for before, decision, after in folded(life):
        if decision.case is not None and decision.key is not None and decision.case.matter in DISPUTES:
            cases = pending.setdefault(before.entries[decision.key].receipt_id, set())
            (cases.add if decision.case.state is CaseStep.OPENED else cases.discard)(decision.case.case_no)
        for snapshot in read(decision, after):
            marked[snapshot["obligation_id"]] = snapshot["disputed"]
        for key, group in after.obligations.items():
            disputed = bool(pending.get(after.entries[key].receipt_id))
            assert [marked[one.obligation_id] for one in group if is_standing(one)].count(not disputed) == 0


def versions_told(decision: Decision) -> Iterator[tuple[str, int]]:
    """Identifier and version of everything the decision tells the public or a bureau."""
    moves = decision.moves or Moves()
    yield from ((one.publication.publication_id, one.publication.version) for one in moves.publications)
    yield from ((one.record.record_id, one.record.version) for one in moves.bureau if one.record.fed_on)


SERIOUS = {"item": LISTING, "ground": "2", "aims": True}
PASSED = {"days": 1}


@settings(max_examples=40, deadline=None)
@given(histories)
@example(story({"what": "determination"}, DOUBTED, {"what": "law", "book": 3}, {"what": "correction", "name": "x"}))
@example(
    story(
        {"what": "determination", **SERIOUS},
        {**DOUBTED, **SERIOUS, **PASSED},
        {"what": "correction", "name": "x", **SERIOUS},
        {"what": "ending", **SERIOUS, **PASSED},
    )
)
@example(story({"what": "determination", **SERIOUS}, {"what": "correction", **SERIOUS, "new_number": "2"}))
def test_nothing_new_begins_on_what_is_in_doubt_and_departments_last_heard_of_the_doubt(history: Story) -> None:
    """``hold_misnamed`` that only holds; ``begins_nothing`` that looks at repairs only; ``_redo`` that tells nobody."""
    life, _ = played(history)
    read, marked, newest = messages(), dict[str, bool](), dict[str, int]()
    for before, decision, after in folded(life):
        for told, version in versions_told(decision):
            assert version > newest.get(told, 0), "whoever keeps the highest version misses it"
            newest[told] = version
        if decision.raised and decision.entry is not None and decision.entry.receipt_id in before.doubts:
            assert (decision.kind, decision.settles) == (DecisionKind.CORRECTED, None)
        for snapshot in read(decision, after):
            marked[snapshot["obligation_id"]] = snapshot["doubted"]
        for key, group in after.obligations.items():
            doubted = after.entries[key].receipt_id in after.doubts
            assert [marked[one.obligation_id] for one in group if is_standing(one)].count(not doubted) == 0
        for one in (*after.publications.values(), *after.bureau.values()):
            now = after.entries[after.key_now(one.key)]  # what is not fed yet stands under the number it was told with
            assert now.receipt_id not in after.doubts


@settings(max_examples=60, deadline=None)
@given(histories)
def test_whatever_was_taken_is_known_again_at_the_end(history: Story) -> None:
    """``_seen`` that forgets the digest of a case; ``_repeated`` that looks at entries only. An order that was done is
    forgotten after its time (docs/adr/0021)."""
    life, sent = played(history)
    assume(not any(one.kind is DecisionKind.ERASED for one in life.decisions))  # then it is a new case, and meant to be
    kept = {digest for records in life.standing.order_records.values() for digest in records.digests}
    accepted = (event for event, receipt in sent if receipt.outcome is Outcome.ACCEPTED)
    taken = [event for event in accepted if event.supervision is None or event.content_digest in kept]
    for number, event in enumerate(taken):
        before = life.standing
        receipt, decisions = life.happens(
            replace(event, receipt_id=f"again{number:027d}", source_offset=10**6 + number)
        )
        assert receipt is not None and receipt.outcome is Outcome.DUPLICATE and decisions == ()
        assert life.standing is before


def alike() -> dict[str, tuple[LawBook, ...]]:
    """The editions of both books, under the same digests: whoever keeps anything by digest alone mixes them up."""
    names = [law.digest for law in EDITIONS["the book"]]
    return {
        name: tuple(replace(law, digest=digest) for law, digest in zip(laws, names, strict=True))
        for name, laws in EDITIONS.items()
    }


ALIKE = alike()


@settings(max_examples=50, deadline=None)
@given(histories, histories, st.lists(st.booleans(), max_size=32))
def test_the_order_across_subjects_is_irrelevant(one: Story, other: Story, turns: list[bool]) -> None:
    """``Index.of`` that trusts the digest; a ``decision_id`` without the subject."""
    alone, mixed = [life_of(one, "a"), life_of(other, "b")], [life_of(one, "a"), life_of(other, "b")]
    for _, steps_left in alone:
        deque(steps_left, maxlen=0)
    for turn in turns:
        next(mixed[turn][1], None)
    for _, steps_left in reversed(mixed):
        deque(steps_left, maxlen=0)
    made = [life.decisions for life, _ in mixed]
    assert made == [life.decisions for life, _ in alone]
    ids = [decision.decision_id for decisions in made for decision in decisions]
    assert len(ids) == len(set(ids))


def life_of(history: Story, subject: str) -> tuple[Life, Iterator[None]]:
    """A life not yet lived, and the steps that live it."""
    name, start, happened = history
    life = Life(ALIKE[name][0], start)
    life.standing = Standing(subject * 32)
    return life, playing(life, Sent(), ALIKE[name], happened)
