"""What one transaction takes: priority, readiness, bounds, and a record that needs several transactions."""

from collections.abc import Callable

import pytest
from test_engine_inbox import record

from streams.engine.batches import Fetched
from streams.engine.inbox import Inbox
from streams.engine.memory_store import MemoryStore
from streams.engine.ports import Output, Record, State, Transaction
from streams.engine.state import TaskTransaction
from streams.engine.turn import OUTPUTS, StepBug, Turn


class Script:
    """A step whose answers a test decides."""

    def __init__(
        self,
        handle: Callable[[Record], bool] = lambda record: True,
        ready: Callable[["Script", str], bool] = lambda script, topic: True,
    ) -> None:
        self.seen: list[tuple[str, int]] = []
        self._handle = handle
        self._ready = ready

    def begin(self, state: State) -> None:
        """Nothing to look up."""

    def ready(self, topic: str) -> bool:
        return self._ready(self, topic)

    def handle(self, record: Record, tx: Transaction) -> bool:
        self.seen.append((record.topic, record.offset))
        return self._handle(record)

    def flush(self, tx: Transaction) -> None: ...
    def rollback(self) -> None: ...


def inbox_of(**ends: int) -> Inbox:
    """Topics in the order given, each with the records 0 to its end."""
    inbox = Inbox(ends, 4, 1 << 20)
    inbox.open(dict.fromkeys(ends, 0))
    for topic, end in ends.items():
        inbox.offer(topic, Fetched(0, end, 1, [record(offset, topic) for offset in range(end)]))
    return inbox


def turn(inbox: Inbox, step: Script, limit: int = 100, resume: str | None = None) -> Turn:
    made = Turn(inbox, step, TaskTransaction(MemoryStore()), limit, resume)
    while made.run(1.0):
        pass
    return made


def test_topics_in_order_of_priority() -> None:
    step = Script()
    done = turn(inbox_of(a=2, b=2), step)
    assert step.seen == [("a", 0), ("a", 1), ("b", 0), ("b", 1)]
    assert (done.handled, done.offsets, done.unfinished) == (4, {"a": 2, "b": 2}, None)


def test_a_backlog_in_one_topic_keeps_no_other_of_its_rank_waiting() -> None:
    """One channel sends without end; what another channel ends is handled all the same."""
    inbox, step = Inbox(["clock", "busy", "quiet"], 2, 1 << 20, ranks=(1, 2, 2)), Script()
    inbox.open({"clock": 0, "busy": 0, "quiet": 0})
    for start in range(0, 60, 10):
        while "busy" not in inbox.unwanted(stuck=False):
            at = inbox.frontier("busy") or 0
            inbox.offer("busy", Fetched(at, at + 10, 1, [record(n, "busy") for n in range(at, at + 10)]))
        if not start:
            inbox.offer("quiet", Fetched(0, 1, 1, [record(0, "quiet")]))
        turn(inbox, step, limit=10)
    assert step.seen.index(("quiet", 0)) == 20  # after the two batches that were there before it


def test_a_bound_leaves_the_offset_at_the_next_record() -> None:
    inbox, step = inbox_of(a=5), Script()
    assert turn(inbox, step, limit=3).offsets == {"a": 3}
    assert turn(inbox, step, limit=3).offsets == {"a": 5}
    assert turn(inbox, step).empty


def test_a_topic_kept_back_goes_first_once_the_step_is_ready() -> None:
    step = Script(ready=lambda script, topic: topic != "a" or len(script.seen) >= 2)
    turn(inbox_of(a=2, b=3), step)
    assert step.seen == [("b", 0), ("b", 1), ("a", 0), ("a", 1), ("b", 2)]


def test_a_topic_that_stops_being_ready_stays_where_it_is() -> None:
    step = Script(ready=lambda script, topic: len(script.seen) < 2)
    done = turn(inbox_of(a=5), step)
    assert (done.offsets, done.unfinished) == ({"a": 2}, None)


def test_an_unfinished_record_is_committed_at_and_comes_again_first() -> None:
    answers = iter([True, False, False, True, True, True])
    inbox, step = inbox_of(a=0 + 2, b=1), Script(handle=lambda record: next(answers))
    first = turn(inbox, step)
    assert (first.offsets, first.unfinished, first.empty) == ({"a": 1}, "a", False)
    second = turn(inbox, step, resume=first.unfinished)
    assert (second.offsets, second.unfinished, second.handled, second.empty) == ({"a": 1}, "a", 0, False)
    third = turn(inbox, step, resume=second.unfinished)
    assert third.offsets == {"a": 2, "b": 1}
    assert step.seen == [("a", 0), ("a", 1), ("a", 1), ("a", 1), ("b", 0)]


def test_an_unfinished_record_is_not_overtaken_by_a_topic_of_higher_priority() -> None:
    answers = iter([False, True, True])
    inbox, step = inbox_of(a=0 + 1, b=1), Script(handle=lambda record: next(answers))
    inbox.drop_head("a")
    first = turn(inbox, step)
    inbox.offer("a", Fetched(1, 2, 2, [record(1, "a")]))
    turn(inbox, step, resume=first.unfinished)
    assert step.seen == [("b", 0), ("b", 0), ("a", 1)]


def test_after_a_restart_the_others_wait_for_the_unfinished_record() -> None:
    inbox, step = inbox_of(a=1, b=0), Script()
    assert turn(inbox, step, resume="b").empty
    inbox.offer("b", Fetched(0, 1, 2, [record(0, "b")]))
    turn(inbox, step, resume="b")
    assert step.seen == [("b", 0), ("a", 0)]


def test_a_bug_names_the_record() -> None:
    def fail(record: Record) -> bool:
        raise KeyError("x")

    with pytest.raises(StepBug, match="a:0:0") as caught:
        turn(inbox_of(a=1), Script(handle=fail))
    assert isinstance(caught.value.__cause__, KeyError)


def test_a_transaction_ends_with_the_record_that_fills_it() -> None:
    class Chatty(Script):
        def handle(self, record: Record, tx: Transaction) -> bool:
            for _ in range(OUTPUTS // 2):
                tx.emit(Output("out", None, b""))
            return super().handle(record, tx)

    inbox, step = inbox_of(a=5), Chatty()
    assert turn(inbox, step).offsets == {"a": 2}
    assert turn(inbox, step).offsets == {"a": 4}
    assert turn(inbox, step).offsets == {"a": 5}
    assert step.seen == [("a", offset) for offset in range(5)]
