"""The plan of faults: equal seeds, equal plans; every kind as often as was asked, within the time."""

from collections import Counter

import pytest

from streams.chaos.plan import KINDS, ROUNDS, plan
from streams.cli.chaos import MINUTES, wanted

LONG_S, SHORT_S = 2_500.0, 60.0


def test_the_same_seed_gives_the_same_plan_and_another_seed_another() -> None:
    assert plan(7, LONG_S, ROUNDS) == plan(7, LONG_S, ROUNDS)
    assert plan(7, LONG_S, ROUNDS) != plan(8, LONG_S, ROUNDS)


@pytest.mark.parametrize("seed", range(20))
def test_a_plan_has_every_kind_in_every_round_and_ends_in_time(seed: int) -> None:
    for seconds, rounds in ((SHORT_S, 1), (LONG_S, ROUNDS)):
        faults = plan(seed, seconds, rounds, rest_s=5.0)
        assert Counter(fault.kind for fault in faults) == dict.fromkeys(KINDS, rounds)
        assert faults == sorted(faults)
        assert all(0 <= fault.at_s <= seconds - 5.0 - fault.lasts_s + 0.1 for fault in faults)


def test_the_default_run_has_every_kind_ten_times_and_two_hundred_thousand_events() -> None:
    from streams.chaos.session import PER_S

    long = wanted(1, MINUTES, True)
    assert min(Counter(fault.kind for fault in long.faults).values()) >= 10
    assert set(Counter(fault.kind for fault in long.faults)) == set(KINDS)
    assert long.faults_s * PER_S >= 200_000
    assert long.faults_s < 60 * MINUTES


def test_the_short_run_has_every_kind_once() -> None:
    assert Counter(fault.kind for fault in wanted(1, 2, True).faults) == dict.fromkeys(KINDS, 1)


def test_where_nothing_may_be_mounted_the_disk_is_left_out_and_said_so(capsys: pytest.CaptureFixture[str]) -> None:
    kinds = {fault.kind for fault in wanted(1, 2, False).faults}
    assert kinds == set(KINDS) - {"disk"}
    assert "no disk runs full" in capsys.readouterr().err
