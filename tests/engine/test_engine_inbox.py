"""The rule against loss and repetition, under every disorder a rebalance, a seek or a lost message can make."""

from types import SimpleNamespace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from streams.engine.batches import Fetched
from streams.engine.inbox import RECORD_BYTES, Inbox, Offer


def record(offset: int, topic: str = "t") -> Any:
    return SimpleNamespace(topic=topic, partition=0, offset=offset, timestamp=0, key=b"k", value=b"v", headers=())


def drain(inbox: Inbox, topic: str = "t") -> list[int]:
    taken = []
    while (waiting := inbox.head(topic)) is not None:
        taken.extend(record.offset for record in waiting.records[waiting.at :])
        inbox.drop_head(topic)
    return taken


@st.composite
def logs(draw: st.DrawFn) -> tuple[set[int], int, list[tuple[int, int]]]:
    """A log with holes (compaction, markers, aborted), a committed offset, and fetches of any intervals."""
    end = draw(st.integers(1, 30))
    present = draw(st.sets(st.integers(0, end - 1)))
    committed = draw(st.integers(0, end))
    bounds = st.tuples(st.integers(0, end), st.integers(0, end)).filter(lambda pair: pair[0] < pair[1])
    return present, committed, draw(st.lists(bounds, max_size=12))


@settings(max_examples=500)
@given(log=logs())
def test_taken_is_a_gapless_run_from_the_committed_offset(log: tuple[set[int], int, list[tuple[int, int]]]) -> None:
    present, committed, fetches = log
    inbox = Inbox(["t"], 4, 1 << 20)
    inbox.open({"t": committed})
    for stamp, (start, end) in enumerate(fetches):
        records = [record(offset) for offset in sorted(present) if start <= offset < end]
        before = inbox.frontier("t") or 0
        offer = inbox.offer("t", Fetched(start, end, stamp, records))
        if offer is Offer.GAP:  # what the task does then: seek to the frontier, the next fetch begins there
            assert start > before
            again = [record(offset) for offset in sorted(present) if before <= offset < end]
            assert inbox.offer("t", Fetched(before, end, stamp, again)) is Offer.TAKEN
    reached = inbox.frontier("t") or 0
    assert drain(inbox) == [offset for offset in sorted(present) if committed <= offset < reached]


def test_a_stale_batch_cannot_jump_over_what_is_read_again() -> None:
    """Fetched before the rebalance: 150 to 199. Committed: 100. Taking it would lose 100 to 149."""
    inbox = Inbox(["t"], 4, 1 << 20)
    inbox.open({"t": 100})
    stale = Fetched(150, 200, 1, [record(offset) for offset in range(150, 200)])
    assert inbox.offer("t", stale) is Offer.GAP
    assert inbox.offer("t", Fetched(100, 160, 2, [record(offset) for offset in range(100, 160)])) is Offer.TAKEN
    assert inbox.offer("t", stale) is Offer.TAKEN
    assert drain(inbox) == list(range(100, 200))


def test_markers_alone_move_the_frontier_and_the_offset_to_commit() -> None:
    inbox = Inbox(["t"], 4, 1 << 20)
    inbox.open({"t": 0})
    inbox.offer("t", Fetched(0, 2, 1, [record(0), record(1)]))
    assert inbox.offer("t", Fetched(2, 3, 2, [])) is Offer.TAKEN
    waiting = inbox.head("t")
    assert waiting is not None and waiting.end == 3
    assert inbox.frontier("t") == 3


def test_closed_takes_nothing_and_opening_forgets() -> None:
    inbox = Inbox(["t"], 1, 1 << 20)
    fetched = Fetched(0, 1, 1, [record(0)])
    assert inbox.offer("t", fetched) is Offer.CLOSED
    inbox.open({"t": 0})
    inbox.offer("t", fetched)
    assert inbox and inbox.size and inbox.unwanted(stuck=False) == {"t"}
    inbox.open({"t": 0})
    assert not inbox and not inbox.size and not inbox.unwanted(stuck=False)


def test_a_backlog_in_many_topics_is_fetched_a_part_at_a_time() -> None:
    """What waits is bounded by bytes; what would be handled earlier may still come, and so does all else in the end."""
    topics = ["clock", *(f"t{number}" for number in range(20))]
    inbox = Inbox(topics, 4, 10 * RECORD_BYTES)
    inbox.open(dict.fromkeys(topics, 0))
    left, most, handled = dict.fromkeys(topics[1:], 8), 0, 0
    while left or inbox:
        wanted = [topic for topic in left if topic not in inbox.unwanted(stuck=False)]
        assert "clock" not in inbox.unwanted(stuck=False)
        if wanted:
            assert inbox.offer(wanted[0], Fetched(0, 8, 1, [record(n) for n in range(left.pop(wanted[0]))]))
        else:
            topic = next(topic for topic in topics if inbox.head(topic))
            handled += len(drain(inbox, topic))
        most = max(most, inbox.size)
    assert handled == 20 * 8
    assert inbox.size == 0 < most < 20 * RECORD_BYTES


def test_where_nothing_may_be_handled_yet_what_is_missing_may_come() -> None:
    inbox = Inbox(["a", "b", "c"], 4, 1)
    inbox.open({"a": 0, "b": 0, "c": 0})
    inbox.offer("a", Fetched(0, 1, 1, [record(0)]))
    assert inbox.unwanted(stuck=False) == {"a", "b", "c"}
    assert inbox.unwanted(stuck=True) == {"a"}
