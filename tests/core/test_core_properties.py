"""What must hold for every history of a subject, whatever departments send and in whatever order."""

from datetime import date, timedelta
from typing import Any

from book import LISTING, ORDER, Life, accepted, book, correction, determination, ending, with_ground, with_item
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import msgpack
from msgspec.structs import replace

from streams.core.decisions import Obligation, ObligationState, Outcome
from streams.core.due import next_day
from streams.core.events import Accepted, EventKind, Feedback, FeedbackState
from streams.core.evolve import MAY_COME_AGAIN, evolve
from streams.core.law import Cap, LawBook
from streams.core.lifting import standing as is_standing
from streams.core.standing import Standing
from streams.core.terms import add_years

START = date(2018, 7, 2)
items = st.sampled_from([LISTING, LISTING, ORDER])
numbers = st.sampled_from(["1", "2"])
grounds = st.sampled_from(["1", "2", "5"])
reasons = st.sampled_from(["performed", "no_property_found", "revoked", "order_performed"])


@st.composite
def steps(draw: st.DrawFn) -> dict[str, Any]:
    """One thing that happens after some days, described without the state it will meet."""
    return {
        "what": draw(st.sampled_from(["determination"] * 3 + ["ending", "correction", "feedback", "repeat", "pass"])),
        "days": draw(st.sampled_from([0, 0, 1, 29, 30, 31, 200, 730, 731])),
        "item": draw(items),
        "number": draw(numbers),
        "ground": draw(grounds),
        "reason": draw(reasons),
        "conduct_days": draw(st.sampled_from([None, None, 10, 1_700])),
        "name": draw(st.sampled_from(["", "", "x", "y"])),
        "state": draw(st.sampled_from(list(FeedbackState))),
        "pick": draw(st.integers(0, 30)),
        "age": draw(st.integers(0, 800)),
    }


def with_other_terms() -> LawBook:
    """A book in which the court list has the other forms of term: months from the conduct, life, and a cap on both."""
    law = with_ground(book(), "months", "2", term_months=8, counts_from="conduct")
    law = with_ground(law, "life", "5", life=True)
    return with_item(law, "other terms", cap=Cap("listings", 1), term_ending="own_term_ended")


LAWS = {"the book": book(), "other terms": with_other_terms()}
Story = tuple[str, list[dict[str, Any]]]
histories = st.tuples(st.sampled_from(sorted(LAWS)), st.lists(steps(), max_size=14))


def played(history: Story) -> tuple[Life, list[Accepted]]:
    """Play a history with ticks as casework would (only on days that are due); check every step on the way."""
    name, happened = history
    life, sent = Life(LAWS[name], START), []
    for step in happened:
        pass_days(life, life.day + timedelta(days=step["days"]))
        event = record(life, step, sent)
        if event is None:
            continue
        before = life.standing
        receipt, decisions = life.happens(event)
        sent.append(event)
        assert receipt is not None
        assert receipt.receipt_id == event.receipt_id
        if receipt.outcome in (Outcome.DUPLICATE, Outcome.NEEDS_CORRECTION):
            assert not decisions and life.standing is before
        check_standing(life)
    return life, sent


def pass_days(life: Life, until: date) -> None:
    while (due := next_day(life.standing, life.law, life.day)) is not None and due <= until:
        assert due > life.day, "a tick left something due"
        assert life.ticks(due), "a tick was due and decided nothing"
        check_standing(life)
    life.day = until
    assert life.ticks(until) == (), "work was due on a day the due index did not name"


def record(life: Life, step: dict[str, Any], sent: list[Accepted]) -> Accepted | None:
    life.offset += 1
    made = life.day - timedelta(days=step["age"])
    ground = step["ground"] if step["item"] == LISTING else None
    conduct = None if step["conduct_days"] is None else made - timedelta(days=step["conduct_days"])
    said = determination(made, step["item"], step["number"], ground=ground, conduct_end=conduct)
    match step["what"]:
        case "determination":
            return accepted(said, life.offset, name=step["name"])
        case "ending":
            return accepted(ending(life.day, step["reason"], step["item"], step["number"]), life.offset)
        case "correction":
            return accepted(correction(life.day, said, step["number"]), life.offset)
        case "feedback":
            return answer(life, step)
        case "repeat" if sent:
            return replace(sent[step["pick"] % len(sent)], receipt_id=f"{life.offset:032d}", source_offset=life.offset)
    return None


def answer(life: Life, step: dict[str, Any]) -> Accepted | None:
    every = obligations(life)
    if not every:
        return None
    obligation = every[step["pick"] % len(every)]
    said = Feedback(obligation.obligation_id, step["state"], None, "T001", life.day)
    return accepted(said, life.offset, channel=obligation.executor)


def obligations(life: Life) -> list[Obligation]:
    return [one for group in life.standing.obligations.values() for one in group]


def check_standing(life: Life) -> None:
    """Invariants of a standing after everything that happened."""
    for key, group in life.standing.obligations.items():
        entry = life.standing.entries[key]
        for obligation in group:
            if is_standing(obligation):
                assert entry.ended_on is None, "a measure outlived its ground"
                assert life.law.rules[obligation.rule].active, "an inactive rule fired"
                assert obligation.ends_on is None or obligation.ends_on >= life.day, "a measure outlived its last day"
                assert entry.ends_on is None or entry.ends_on >= life.day
        rules = [one.rule for one in group if is_standing(one)]
        assert len(rules) == len(set(rules)), "one rule twice for one entry"
        assert len({one.obligation_id for one in group}) == len(group)
    for entry in life.standing.entries.values():
        cap, began = life.law.items[entry.determination.item].cap, entry.determination.effect_date
        if cap is not None and entry.ended_on is None and began is not None:
            assert entry.ends_on is not None and entry.ends_on <= add_years(began, cap.years)
    following = next_day(life.standing, life.law, life.day)
    assert following is None or following > life.day


@settings(max_examples=300, deadline=None)
@given(histories)
def test_a_standing_is_the_fold_of_its_decisions(history: Story) -> None:
    life, _ = played(history)
    again = Standing(life.standing.subject)
    for decision in life.decisions:
        again = evolve(again, decision)
    assert again == life.standing
    assert msgpack.encode(again) == msgpack.encode(life.standing)


@settings(max_examples=150, deadline=None)
@given(histories)
def test_the_same_history_gives_the_same_decisions(history: Story) -> None:
    assert msgpack.encode(played(history)[0].decisions) == msgpack.encode(played(history)[0].decisions)


@settings(max_examples=150, deadline=None)
@given(histories, steps())
def test_sent_twice_changes_nothing(history: Story, last: dict[str, Any]) -> None:
    life, _ = played(history)
    event = record(life, last, [])
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


@settings(max_examples=150, deadline=None)
@given(histories)
def test_every_raised_obligation_is_still_told_of(history: Story) -> None:
    """Nothing is ever dropped: what was raised is in the standing, and each change raises its version by one."""
    life, _ = played(history)
    versions: dict[str, int] = {}
    for decision in life.decisions:
        for obligation in decision.raised:
            assert obligation.obligation_id not in versions and obligation.version == 1
            versions[obligation.obligation_id] = 1
        for obligation in decision.changed:
            versions[obligation.obligation_id] += 1
            assert obligation.version == versions[obligation.obligation_id]
    assert {one.obligation_id: one.version for one in obligations(life)} == versions


@settings(max_examples=100, deadline=None)
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


@settings(max_examples=100, deadline=None)
@given(histories)
def test_ids_are_never_used_twice(history: Story) -> None:
    life, _ = played(history)
    decisions = [decision.decision_id for decision in life.decisions]
    notices = [notice.notice_id for decision in life.decisions for notice in decision.notices]
    assert len(decisions) == len(set(decisions))
    assert len(notices) == len(set(notices))
