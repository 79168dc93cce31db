"""What must hold for every history of a subject, whatever departments send and in whatever order."""

from typing import Any

from hypothesis import given, settings
from msgspec import msgpack
from msgspec.structs import replace
from stories import Sent, Story, histories, obligations, played, record, steps

from streams.core.decisions import DecisionKind, ObligationState, Outcome
from streams.core.events import EventKind
from streams.core.evolve import MAY_COME_AGAIN, evolve
from streams.core.standing import Standing


@settings(max_examples=120, deadline=None)
@given(histories)
def test_a_standing_is_the_fold_of_its_decisions(history: Story) -> None:
    life, _ = played(history)
    again = Standing(life.standing.subject)
    for decision in life.decisions:
        again = evolve(again, decision)
    assert again == life.standing
    assert msgpack.encode(again) == msgpack.encode(life.standing)


@settings(max_examples=60, deadline=None)
@given(histories)
def test_the_same_history_gives_the_same_decisions(history: Story) -> None:
    assert msgpack.encode(played(history)[0].decisions) == msgpack.encode(played(history)[0].decisions)


@settings(max_examples=60, deadline=None)
@given(histories, steps())
def test_sent_twice_changes_nothing(history: Story, last: dict[str, Any]) -> None:
    life, _ = played(history)
    event = record(life, last, Sent())
    if event is None:
        return
    first, _ = life.happens(event)
    after = life.standing
    again = replace(event, receipt_id="f" * 32, source_offset=999_999)
    second, _ = life.happens(again)
    assert first is not None and second is not None
    assert replace(life.standing, last_day=None) == replace(after, last_day=None)
    codes = {fault.code for fault in first.faults}
    may_fit_later = event.kind is EventKind.FEEDBACK or codes & set(MAY_COME_AGAIN)
    never_kept = first.outcome is Outcome.HELD and may_fit_later
    if first.outcome is Outcome.NEEDS_CORRECTION or never_kept:
        assert second.outcome is first.outcome
    else:
        assert second.outcome is Outcome.DUPLICATE
        assert second.refers_to is not None


@settings(max_examples=60, deadline=None)
@given(histories)
def test_every_raised_obligation_is_still_told_of(history: Story) -> None:
    """Nothing is ever dropped: what was raised is in the standing, and each change raises its version by one; until
    all clocks of the subject are over and everything is erased."""
    life, _ = played(history)
    versions: dict[str, int] = {}
    for decision in life.decisions:
        if decision.kind is DecisionKind.ERASED:
            versions.clear()
        for obligation in decision.raised:
            assert obligation.obligation_id not in versions and obligation.version == 1
            versions[obligation.obligation_id] = 1
        for obligation in decision.changed:
            versions[obligation.obligation_id] += 1
            assert obligation.version == versions[obligation.obligation_id]
    assert {one.obligation_id: one.version for one in obligations(life.standing)} == versions


@settings(max_examples=50, deadline=None)
@given(histories)
def test_only_an_officer_confirms(history: Story) -> None:
    life, _ = played(history)
    states: dict[str, ObligationState] = {}
    for decision in life.decisions:
        for obligation in (*decision.raised, *decision.changed):
            before = states.get(obligation.obligation_id, ObligationState.PROPOSED)
            moved = obligation.state is not before and obligation.state is not ObligationState.LIFTING
            assert not moved or decision.feedback is not None
            states[obligation.obligation_id] = obligation.state


@settings(max_examples=50, deadline=None)
@given(histories)
def test_ids_are_never_used_twice(history: Story) -> None:
    life, _ = played(history)
    decisions = [decision.decision_id for decision in life.decisions]
    notices = [notice.notice_id for decision in life.decisions for notice in decision.notices]
    assert len(decisions) == len(set(decisions))
    assert len(notices) == len(set(notices))
