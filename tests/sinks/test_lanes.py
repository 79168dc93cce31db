"""Lanes: when a block is due, what is in it, when reading pauses."""

from types import SimpleNamespace

from sinks.clickhouse.lanes import RECORD_BYTES, Lane, Limits, crowded
from sinks.clickhouse.plan import Block
from sinks.clickhouse.tables import RECEIPTS

LIMITS = Limits(block_rows=4, block_bytes=100, linger_s=0.5)


def records(*offsets, size=10):
    return [SimpleNamespace(offset=offset, timestamp=0, value=b"x" * size) for offset in offsets]


def lane(**changes):
    return Lane("t", 0, RECEIPTS, 1, **({"known": True} | changes))


def offsets(found):
    return [record.offset for record in found]


def test_a_lane_is_due_when_full_or_after_the_linger():
    one = lane()
    one.add(records(0, 1), now=10.0)
    assert not one.due(LIMITS, 0.5, 10.4)
    assert one.due(LIMITS, 0.5, 10.5)
    one.add(records(2, 3), now=10.4)
    assert one.due(LIMITS, 0.5, 10.4)


def test_blocks_end_at_rows_or_bytes_but_hold_at_least_one():
    one = lane()
    one.add(records(0, 1, 2, 3, 4, 5), now=0)
    assert offsets(one.batch(LIMITS)) == [0, 1, 2, 3]
    big = lane()
    big.add(records(0, 1, size=80), now=0)
    assert offsets(big.batch(LIMITS)) == [0]
    huge = lane()
    huge.add(records(0, size=800), now=0)
    assert offsets(huge.batch(LIMITS)) == [0]


def test_records_below_the_place_or_read_twice_are_dropped():
    one = lane(next=5)
    one.add(records(3, 4, 5, 6), now=0)
    one.add(records(6, 7), now=0)
    assert offsets(one.records) == [5, 6, 7]
    assert one.size == 30


def test_a_replay_is_read_to_its_end_whatever_the_limits_and_stored_alone():
    one = lane(next=0, replay=Block(0, 7, "d"))
    one.add(records(0, 1, 2, 3, 4), now=0)
    assert one.wants_more(LIMITS, crowded=True)
    assert not one.due(LIMITS, 0.5, 99)
    one.add(records(6, 7, 9), now=0)
    assert not one.wants_more(LIMITS, crowded=False)
    assert one.due(LIMITS, 0.5, 0)
    assert offsets(one.batch(LIMITS)) == [0, 1, 2, 3, 4, 6, 7]
    one.stored(SimpleNamespace(block=one.replay), now=1.0)
    assert (one.next, one.replay, offsets(one.records), one.size, one.closing) == (8, None, [9], 10, 8)


def test_an_unplaced_lane_reads_and_stores_nothing():
    one = lane(known=False)
    assert not one.wants_more(LIMITS, crowded=False)
    assert not one.due(LIMITS, 0, 99)


def test_hundreds_of_partitions_together_stay_within_the_buffer_and_one_poll():
    limits = Limits(buffer_bytes=1_000_000, poll_records=50, block_rows=20_000)
    lanes = [lane() for _ in range(600)]
    each = 1_000 + RECORD_BYTES
    polls = 0
    while reading := [one for one in lanes if one.wants_more(limits, crowded(lanes, limits))]:
        one = min(reading, key=lambda one: len(one.records))  # whoever is emptiest is served first
        one.add(records(*range(one.next + len(one.records), one.next + len(one.records) + 50), size=1_000), now=0)
        polls += 1
    assert limits.buffer_bytes <= sum(one.memory for one in lanes) <= limits.buffer_bytes + limits.poll_records * each
    assert polls < 600 and any(not one.records for one in lanes)
    lanes[0].stored(SimpleNamespace(block=Block(0, 49, "d")), now=1.0)
    assert all(one.wants_more(limits, crowded(lanes, limits)) for one in lanes)  # those that found no place too


def test_a_crowded_sink_still_reads_what_it_must_replay():
    limits = Limits(buffer_bytes=100)
    replaying, other = lane(replay=Block(0, 7, "d")), lane()
    replaying.add(records(0, 1), now=0)
    assert crowded([replaying, other], limits)
    assert replaying.wants_more(limits, crowded=True)
    assert not other.wants_more(limits, crowded=True)


def test_the_memory_of_a_lane_counts_what_python_adds():
    one = lane()
    one.add(records(0, 1, 2), now=0)
    assert one.memory == 30 + 3 * RECORD_BYTES
    one.stored(SimpleNamespace(block=Block(0, 1, "d")), now=1.0)
    assert one.memory == 10 + RECORD_BYTES
