"""Any old decision is made again, byte for byte; bend one thing it rests on and it is not."""

from datetime import timedelta

import pytest
from oracle_history import START, Bend, Messages, alter, drop, flip, messages, place, play
from test_oracle_history import as_written_before

from streams.oracle.history import History
from streams.oracle.rerun import Rerun, Tally
from streams.sample import build
from tests.flow.flow_stand import BOOK, CATALOGUE, CODEC, Stand

OF_THE_SAMPLE = 2_000
TAKEN = 1_000


@pytest.fixture(scope="module")
def honest(tmp_path_factory: pytest.TempPathFactory) -> Stand:
    return play(Stand(tmp_path_factory.mktemp("keys")).begin(START))


def rerun(stand: Stand, seen: Messages) -> Rerun:
    return Rerun(History(seen), CODEC, stand.books.__getitem__)


def test_every_decision_of_every_kind_comes_out_again(honest: Stand) -> None:
    again = rerun(honest, messages(honest))
    assert len(again.ids()) == len(honest.topics["decisions"]) > 10
    assert [again.rerun(one) for one in again.ids()] == [None] * len(again.ids())


def test_so_do_those_that_older_agents_wrote_in_their_version(honest: Stand) -> None:
    seen = messages(honest)
    as_written_before(seen)
    again = rerun(honest, seen)
    assert [again.rerun(one) for one in again.ids()] == [None] * len(again.ids())


BENT: dict[str, tuple[Bend, str]] = {
    "the decision says another day": (alter("decisions", decided_on=START + timedelta(days=1)), "recorded_on"),
    "a bit of the decision": (flip("decisions", at=80), ""),
    "its event is missing": (drop("accepted", 2), "its event"),
    "its event says another ground": (alter("accepted", 2, content_digest="0" * 32), "content_digest"),
}


@pytest.mark.parametrize(("bend", "named"), BENT.values(), ids=BENT.keys())
def test_what_was_bent_is_told(honest: Stand, bend: Bend, named: str) -> None:
    seen = messages(honest)
    bend(seen)
    again = rerun(honest, seen)
    first = again.ids()[0]
    difference = again.rerun(first)
    assert difference is not None and named in f"{difference}"


def test_a_missing_earlier_decision_is_told_by_those_that_rest_on_it(honest: Stand) -> None:
    seen = messages(honest)
    ended = next(n for n, one in enumerate(honest.read("decisions")) if one["kind"] == "ended")
    subject = honest.read("decisions")[ended]["subject"]
    recorded = next(n for n, one in enumerate(honest.read("decisions")) if one["subject"] == subject)
    later = honest.read("decisions")[ended]["decision_id"]
    seen.pop(place(seen, "decisions", recorded))
    assert rerun(honest, seen).rerun(later) is not None


def test_a_decision_that_is_not_there_is_no_match(honest: Stand) -> None:
    with pytest.raises(KeyError):
        rerun(honest, messages(honest)).rerun("0" * 32)


def test_a_thousand_of_the_sample_at_random(tmp_path_factory: pytest.TempPathFactory) -> None:
    sample = build(3, OF_THE_SAMPLE, CODEC, BOOK, CATALOGUE)
    stand = Stand(tmp_path_factory.mktemp("keys")).begin(sample.days[0].day)
    for one in sample.days:
        stand.tick(one.day)
        for record in one.records:
            stand.send(record.topic, record.value)
    seen = messages(stand)
    assert rerun(stand, seen).at_random(TAKEN, seed=2018) == Tally(TAKEN, 0, ())


def test_a_seed_takes_the_same_ones_and_no_more_than_there_are(honest: Stand) -> None:
    again = rerun(honest, messages(honest))
    whole = len(again.ids())
    assert [again.at_random(number, seed=1).rerun for number in (1, whole - 1, whole, whole + 1)] == [
        *(1, whole - 1, whole, whole)
    ]
    seen = messages(honest)
    alter("decisions", decided_on=START + timedelta(days=1))(seen)
    bent = rerun(honest, seen)
    found = [bent.at_random(3, seed) for seed in (1, 1, 2, 3, 4)]
    assert found[0] == found[1] and len({one.different for one in found}) > 1


def test_what_differs_is_counted_and_told(honest: Stand) -> None:
    seen = messages(honest)
    alter("decisions", decided_on=START + timedelta(days=1))(seen)
    tally = rerun(honest, seen).at_random(TAKEN, seed=1)
    assert tally.different >= 1 and tally.equal == tally.rerun - tally.different
    assert len(tally.first) == min(tally.different, 10) and "recorded_on" in str(tally.first)
