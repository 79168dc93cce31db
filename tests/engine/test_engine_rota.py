"""Whom a fetch asks: the busy ones always, the others often enough."""

import time
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

import pytest

from streams.engine import rota as rotas
from streams.engine.rota import BACKLOG, BRIEF_S, BUSY_S, FETCH_BYTES, FETCH_WAIT_MS, REST_S, Rota, rotate

NODE = {"a": 1, "b": 1, "c": 2}
EVERYBODY = frozenset("ab")


class Fetcher:
    """As aiokafka's: a request to each broker that leads something asked for and has none on its way."""

    def __init__(self, rota: Rota) -> None:
        self._in_flight: set[int] = set()
        self._fetch_max_wait_ms = self._fetch_min_bytes = 0
        rotate(self, rota)

    def _select_read_replica(self, tp: str) -> int:
        return NODE[tp]

    def _get_actions_per_node(self, asked: Any) -> Any:
        nodes = {NODE[tp] for tp in asked.tps} - self._in_flight
        return [(node, {tp for tp in asked.tps if NODE[tp] == node}) for node in sorted(nodes)], {}, 1.0, False, []

    def look(self, tps: frozenset[str] = EVERYBODY) -> dict[int, set[str]]:
        """Whom each request asks that is made now."""
        return dict(self._get_actions_per_node(SimpleNamespace(tps=tps, state_value=None))[0])


def test_while_records_come_a_fetch_is_brief_and_worth_its_answer() -> None:
    fetcher = Fetcher(rota := Rota())
    assert fetcher.look() == {1: {"a", "b"}}
    assert (fetcher._fetch_max_wait_ms, fetcher._fetch_min_bytes) == (FETCH_WAIT_MS, 1)
    rota.gave({"a": 1}, time.monotonic())
    assert fetcher.look() == {1: {"a"}}
    assert (fetcher._fetch_max_wait_ms, fetcher._fetch_min_bytes) == (int(BRIEF_S * 1000), FETCH_BYTES)


def test_the_first_record_after_a_rest_is_answered_at_once() -> None:
    fetcher = Fetcher(rota := Rota())
    rota.gave({"a": 1, "gone": 1}, time.monotonic() - BUSY_S)
    for _ in range(2):
        assert fetcher.look() == {1: {"a", "b"}}
        assert (fetcher._fetch_max_wait_ms, fetcher._fetch_min_bytes) == (FETCH_WAIT_MS, 1)


@pytest.mark.parametrize(("given", "rest"), [(BACKLOG - 1, BRIEF_S), (BACKLOG, REST_S)])
def test_in_a_backlog_the_idle_ones_wait_longer_but_not_for_ever(given: int, rest: float) -> None:
    rota = Rota()
    rota.asked_all({1}, {1}, 100.0)
    rota.gave({"a": given}, 100.0 + rest)
    assert rota.turn(EVERYBODY, 99.99 + rest, ()) == {"a"}
    assert rota.turn(EVERYBODY, 100.01 + rest, ()) == EVERYBODY


def test_whoever_left_the_assignment_is_not_asked() -> None:
    rota = Rota()
    rota.gave({"a": BACKLOG, "gone": BACKLOG}, 100.0)
    rota.asked_all({1}, {1}, 100.0)
    assert rota.turn(EVERYBODY, 100.1, ()) == {"a"}


def test_a_look_into_a_running_request_asks_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    """Requests a little longer than the rest, each with a look into it: the idle one must not miss every turn."""
    now = 100.0
    monkeypatch.setattr(rotas, "time", SimpleNamespace(monotonic=lambda: now))
    fetcher = Fetcher(rota := Rota())
    asked = []
    for request in range(100):
        rota.gave({"a": 1}, now)
        fetcher._in_flight.clear()
        (tps,) = fetcher.look().values()
        if "b" in tps:
            asked.append(now)
        fetcher._in_flight.add(1)
        now += 0.05
        assert fetcher.look() == {}
        now += 0.01 if request == 0 else 0.055  # the first is answered early
    assert max(later - at for at, later in pairwise(asked)) < 3 * BRIEF_S
    assert now - asked[-1] < 3 * BRIEF_S


def test_each_broker_has_its_own_turn() -> None:
    everybody, now = frozenset("abc"), 100.0
    rota = Rota()
    rota.gave({"a": 1}, now)
    rota.asked_all({1, 2}, named={1}, now=now)  # a request to the second was on its way
    assert rota.turn(everybody, now, {2}) == {"a"}
    assert rota.turn(everybody, now, ()) == everybody


def test_a_broker_that_leads_nothing_any_more_is_forgotten_and_a_new_one_is_due() -> None:
    rota = Rota()
    rota.gave({"a": 1}, 100.0)
    rota.asked_all({1, 2}, {1, 2}, 99.0)
    rota.asked_all({1}, {1}, 100.0)
    assert rota.turn(EVERYBODY, 100.0, ()) == {"a"}
    rota.asked_busy({3})
    assert rota.turn(EVERYBODY, 100.0, ()) == EVERYBODY
