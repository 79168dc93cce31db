"""Whom a fetch asks: the busy ones always, the others often enough."""

import time
from types import SimpleNamespace

from streams.engine.transport import BACKLOG, BRIEF_S, FETCH_WAIT_MS, REST_S, Rota, rotate


def asked(rota: Rota, tps: frozenset[str]) -> tuple[set[str], int]:
    """Whom the next fetch asks, and how long it waits (ms)."""
    fetcher = SimpleNamespace(_fetch_max_wait_ms=0, _get_actions_per_node=lambda asked: set(asked.tps))
    rotate(fetcher, rota)
    found = fetcher._get_actions_per_node(SimpleNamespace(tps=tps, state_value=None))
    return found, fetcher._fetch_max_wait_ms


def test_a_fetch_of_the_busy_ones_alone_is_brief() -> None:
    everybody, brief = frozenset("ab"), int(BRIEF_S * 1000)
    assert asked(Rota(), everybody) == ({"a", "b"}, FETCH_WAIT_MS)
    rota, now = Rota(), time.monotonic()
    rota.gave({"a": 1}, now)
    assert rota.turn(everybody, now) == everybody
    assert asked(rota, everybody) == ({"a"}, brief)


def test_in_a_backlog_the_idle_ones_wait_longer_but_not_for_ever() -> None:
    everybody = frozenset("ab")
    for given, rest in ((BACKLOG - 1, BRIEF_S), (BACKLOG, REST_S)):
        rota = Rota()
        rota.gave({"a": given}, 100.0)
        assert rota.turn(everybody, 100.0) == everybody
        rota.gave({"a": given}, 100.0 + rest)
        assert rota.turn(everybody, 99.99 + rest) == {"a"}
        assert rota.turn(everybody, 100.01 + rest) == everybody


def test_whoever_left_the_assignment_is_not_asked() -> None:
    rota = Rota()
    rota.gave({"a": BACKLOG, "gone": BACKLOG}, 100.0)
    rota.turn(frozenset("ab"), 100.0)
    assert rota.turn(frozenset("ab"), 100.1) == {"a"}
