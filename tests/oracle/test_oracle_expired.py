"""What departments sent is kept thirty days: the oracle counts what it cannot work out again, and forgives no more."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from oracle_history import START, Bend, Messages, alter, double, drop, expire, headed, messages, play, verify

from streams.engine.ports import Output
from streams.oracle import Verification
from streams.oracle.expiry import Wanted, forgiven
from streams.oracle.history import History, Message
from tests.flow.flow_stand import Stand


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Stand:
    return play(Stand(tmp_path_factory.mktemp("keys")).begin(START))


def without(stand: Stand, topic: str, first: int, bend: Bend = lambda _: None) -> Verification:
    """The history bent, once ``topic`` begins at ``first``."""
    seen: Messages = messages(stand)
    firsts = expire(seen, topic, first)
    bend(seen)
    return verify(stand, seen, firsts=firsts)


@pytest.mark.parametrize(
    ("first", "expired"),
    [
        (1, {"accepted": 1}),
        (5, {"accepted": 4, "receipts": 1}),
        (8, {"accepted": 5, "receipts": 3, "quarantine": 1}),
        (99, {"accepted": 8, "receipts": 3, "quarantine": 1}),
    ],
)
def test_sources_that_have_expired_are_counted(honest: Stand, first: int, expired: dict[str, int]) -> None:
    """Offsets 4, 5 and 7 were rejected, 7 because nobody could read it."""
    found = without(honest, "events.court", first)
    assert found.difference is None and found.expired == expired
    assert str(found).startswith("match, without what has expired: ")


BENT: dict[str, Callable[[], Bend]] = {
    "a source that is still kept": lambda: drop("events.court", 0),
    "an accepted record": lambda: drop("accepted", 2),
    "an accepted record of a source that is kept": lambda: drop("accepted", -3),
    "its decision": lambda: drop("decisions", 0),
    "its receipt": lambda: drop("receipts.court", 0),
    "its receipt says otherwise": lambda: alter("receipts.court", 0, outcome="held"),
    "a rejection twice": lambda: double("receipts.court", 4),
    "its identity": lambda: drop("identities", 0),
    "a header of its decision": lambda: headed("decisions", 0, ("a", b"b")),
}


@pytest.mark.parametrize("bend", BENT.values(), ids=BENT.keys())
def test_nothing_else_is_forgiven(honest: Stand, bend: Callable[[], Bend]) -> None:
    assert without(honest, "events.court", 6, bend()).difference is not None


def test_without_an_expired_offset_a_missing_source_is_a_difference(honest: Stand) -> None:
    seen = messages(honest)
    expire(seen, "events.court", 1)
    assert verify(honest, seen).difference is not None


@pytest.mark.parametrize("topic", ["receipts.court", "sanctions.hr", "notices"])
def test_what_we_wrote_expires_too(honest: Stand, topic: str) -> None:
    """Receipts, changes and notices are kept 1,100 days, decisions for ever."""
    found = without(honest, topic, 1)
    if topic == "receipts.court":  # its source is still there: that cannot be
        assert found.difference is not None and found.difference.expected == "one receipt"
    else:
        assert found.difference is None and found.expired == {topic.partition(".")[0]: 1}
    assert without(honest, topic, 1, drop(topic)).difference is not None, "more is missing than has expired"


@pytest.mark.parametrize("topic", ["notices", "sanctions.hr"])
@pytest.mark.parametrize("number", [0, 1, -1])
def test_a_record_lost_behind_one_that_is_left_is_found(honest: Stand, topic: str, number: int) -> None:
    """However many records may have expired: of the oldest one left all that came later is wanted."""
    seen = messages(honest)
    firsts = expire(seen, topic, 2)
    firsts[topic, 0] += 50  # markers of transactions count as places too
    assert verify(honest, seen, firsts=firsts).difference is None
    drop(topic, number)(seen)
    assert (verify(honest, seen, firsts=firsts).difference is None) == (number == 0), (
        "the oldest may go, none behind it"
    )


@pytest.mark.parametrize("topic", ["decisions", "accepted", "clock"])
def test_what_is_kept_for_ever_does_not_expire(honest: Stand, topic: str) -> None:
    found = without(honest, topic, 1)
    assert found.difference is not None and found.difference.expected == "from offset 0: kept for ever"


def test_a_record_of_another_task_is_not_older_than_what_caused_it() -> None:
    """Tasks share a partition; in which order they write there nobody knows, but nothing comes before its cause."""
    wanted = [_notice(b"a", 1_000), _notice(b"c", 9_000)]
    left = [Message("notices", 0, 7, 5_000, b"b", b"")]
    assert forgiven(History(left, {("notices", 0): 7}), "notices", wanted) == Counter([b"a"])


def test_what_lay_in_a_partition_that_begins_at_0_has_not_expired() -> None:
    wanted = [_notice(b"%d" % number, number) for number in range(20)]
    found = forgiven(History([], {("notices", 1): 50}, {"notices": 2}), "notices", wanted)
    assert 0 < found.total() < len(wanted)


def _notice(key: bytes, caused_ms: int) -> Wanted:
    return Wanted(Output("notices", key, b""), f"casework {key.decode()}", caused_ms)


def test_an_old_deployment_without_its_first_sources_and_receipts(tmp_path: Path) -> None:
    stand = play(Stand(tmp_path / "keys").begin(START))
    seen = messages(stand)
    firsts = expire(seen, "events.court", 4) | expire(seen, "receipts.court", 4)
    found = verify(stand, seen, firsts=firsts)
    assert found.difference is None and found.expired == {"accepted": 4, "receipts": 4}
