"""Whom a fetch asks: the busy ones always, the others often enough."""

import time
from types import SimpleNamespace

from streams.engine.transport import BACKLOG, BRIEF_S, BUSY_S, FETCH_BYTES, FETCH_WAIT_MS, REST_S, Rota, rotate


def asked(rota: Rota, tps: frozenset[str]) -> tuple[set[str], int, int]:
    """Whom the next fetch asks, how long it waits (ms), and what is enough (bytes)."""
    fetcher = SimpleNamespace(
        _fetch_max_wait_ms=0, _fetch_min_bytes=0, _get_actions_per_node=lambda asked: set(asked.tps)
    )
    rotate(fetcher, rota)
    found = fetcher._get_actions_per_node(SimpleNamespace(tps=tps, state_value=None))
    return found, fetcher._fetch_max_wait_ms, fetcher._fetch_min_bytes


def test_while_records_come_a_fetch_is_brief_and_worth_its_answer() -> None:
    everybody, brief = frozenset("ab"), int(BRIEF_S * 1000)
    assert asked(Rota(), everybody) == ({"a", "b"}, FETCH_WAIT_MS, 1)
    rota = Rota()
    rota.gave({"a": 1}, time.monotonic())
    assert asked(rota, everybody) == ({"a", "b"}, brief, FETCH_BYTES)
    assert asked(rota, everybody) == ({"a"}, brief, FETCH_BYTES)


def test_the_first_record_after_a_rest_is_answered_at_once() -> None:
    rota = Rota()
    rota.gave({"a": 1, "gone": 1}, time.monotonic() - BUSY_S)
    assert asked(rota, frozenset("ab")) == ({"a", "b"}, FETCH_WAIT_MS, 1)


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
