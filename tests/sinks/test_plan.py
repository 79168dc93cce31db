"""Every case of the sink's one decision, as a table: witnesses in, step out."""

import itertools

import pytest

from sinks.clickhouse.plan import Block, GoOn, Held, Log, Replay, Rewind, Skip, Stop, plan

NOTHING = Held(None, None)
BLOCK = Block(10, 19, "d")
LOG = Log(0, 100)

CASES = [
    # name, committed, block, held, log, step
    ("a new topic", None, None, NOTHING, LOG, GoOn(0)),
    ("a new topic whose beginning has expired", None, None, NOTHING, Log(7, 100), GoOn(7)),
    ("group offsets lost", None, None, Held(30, None), LOG, Skip),
    ("group offsets lost before the first block", None, None, Held(0, None), LOG, Skip),
    ("group offsets lost, position not yet written", None, None, Held(20, 29), LOG, Skip),
    ("both agree", 20, None, Held(20, None), LOG, GoOn(20)),
    ("both agree at the end of the topic", 100, None, Held(100, None), LOG, GoOn(100)),
    ("planned, nothing arrived", 10, BLOCK, Held(10, None), LOG, Replay(BLOCK)),
    ("first block planned, nothing arrived", 0, Block(0, 9, "d"), Held(0, None), LOG, Replay(Block(0, 9, "d"))),
    ("planned, rows arrived, position did not", 10, BLOCK, Held(10, 19), LOG, Skip),
    ("the same, the last records are no rows", 10, BLOCK, Held(10, 15), LOG, Skip),
    ("planned, all arrived, next commit missing", 10, BLOCK, Held(20, None), LOG, Skip),
    ("database restored from before", 50, None, Held(30, None), LOG, Rewind),
    ("database restored from before, block planned", 10, BLOCK, Held(4, None), LOG, Rewind),
    ("database restored: rows younger than positions", 50, None, Held(20, 29), LOG, Rewind),
    ("database empty", 50, None, NOTHING, LOG, Rewind),
    ("database empty, block planned", 10, BLOCK, NOTHING, LOG, Rewind),
    ("database empty, topic's beginning expired", 50, None, NOTHING, Log(40, 100), Rewind),
    ("restored from before what the topic still has", 50, None, Held(30, None), Log(40, 100), Stop),
    ("expired before stored", 20, None, Held(20, None), Log(40, 100), Stop),
    ("planned block expired", 10, BLOCK, Held(10, None), Log(15, 100), Stop),
    ("planned block arrived, then expired", 10, BLOCK, Held(20, None), Log(20, 100), Skip),
    ("topic created anew, database old", None, None, Held(200, None), LOG, Stop),
    ("topic created anew, group and database old", 200, None, Held(200, None), LOG, Stop),
    ("database ahead without a plan", 20, None, Held(30, None), LOG, Stop),
    ("rows ahead without a plan", 20, None, Held(20, 25), LOG, Stop),
    ("database ahead of the planned block", 10, BLOCK, Held(30, None), LOG, Stop),
    ("rows beyond the planned block", 10, BLOCK, Held(10, 25), LOG, Stop),
    ("position inside the planned block", 10, BLOCK, Held(15, None), LOG, Stop),
    ("a plan that is not for this offset", 12, BLOCK, Held(12, None), LOG, Stop),
]


@pytest.mark.parametrize(
    ("committed", "block", "held", "log", "step"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_case(committed, block, held, log, step):
    found = plan(committed, block, held, log)
    assert isinstance(found, step) if isinstance(step, type) else found == step


def test_skips_to_the_end_of_the_block_even_when_rows_end_earlier():
    assert plan(10, BLOCK, Held(10, 15), LOG).start == 20


def test_rewinds_to_what_is_held_and_doubts_all_that_was_stored_before():
    step = plan(10, BLOCK, Held(4, None), LOG)
    assert (step.start, step.until) == (4, 20)


def test_a_stop_says_what_to_do():
    for _, committed, block, held, log, step in CASES:
        if step is Stop:
            assert len(plan(committed, block, held, log).why) > 60


def honest_histories():
    """Every state a crash can leave when three blocks of four records are stored as the sink does it."""
    committed, block, recorded, rows = None, None, None, None
    yield committed, block, Held(recorded, rows), 0
    recorded = 0
    for start in (0, 4, 8):
        yield committed, block, Held(recorded, None), start
        committed, block = start, Block(start, start + 3, "d")
        yield committed, block, Held(recorded, None), start
        for last in (start + 2, start + 3):  # the last record may be a tick
            yield committed, block, Held(recorded, last), start + 4
        recorded = start + 4
        yield committed, block, Held(recorded, None), start + 4
    committed, block = 12, None
    yield committed, block, Held(recorded, None), 12


def test_no_crash_of_the_sink_alone_ends_in_a_stop_and_none_skips_or_repeats():
    for (committed, block, held, first_missing), end in itertools.product(honest_histories(), (12, 40)):
        step = plan(committed, block, held, Log(0, end))
        assert not isinstance(step, Stop | Rewind), (committed, block, held)
        start = step.block.start if isinstance(step, Replay) else step.start
        assert start == first_missing
