"""The clock's daemon outlives a broker that is away: a day that could not be ticked is ticked when it is back."""

import logging
import socket
from collections.abc import Iterator
from datetime import date

import pytest
from kafka.errors import KafkaConnectionError

from schemas.codec import Codec
from streams import clock
from streams.clock import ClockFault, ClockLog

FIRST, SECOND = date(2026, 3, 1), date(2026, 3, 2)


class Done(Exception):
    """The test has seen enough."""


class Calendar:
    """Today, asked once a round; ends the daemon after the last round."""

    def __init__(self, *days: date) -> None:
        self._days = iter(days)

    def __call__(self) -> date:
        for day in self._days:
            return day
        raise Done


@pytest.fixture
def nobody() -> Iterator[str]:
    """An address at which no broker answers."""
    with socket.socket() as held:  # bound, but nobody listens: the number is ours while this lasts
        held.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{held.getsockname()[1]}"


async def test_a_day_is_tried_until_the_broker_is_back(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, nobody: str
) -> None:
    monkeypatch.setattr(clock, "_WAKE_S", 0)
    monkeypatch.setattr(clock, "today_here", Calendar(FIRST, FIRST, FIRST, FIRST, SECOND, SECOND))
    ticked: list[date] = []
    tries: list[date] = []

    async def tick_to(day: date) -> int:
        tries.append(day)
        if len(tries) == 1:  # as aiokafka says that nobody answers
            async with clock.opened(ClockLog(nobody, "clock", 8), Codec.load(), None):  # type: ignore[arg-type]
                raise AssertionError("nobody is there to open it")
        if len(tries) == 2:  # as kafka-python says so
            raise KafkaConnectionError("nobody")
        ticked.append(day)
        return 1

    with pytest.raises(Done), caplog.at_level(logging.WARNING, "streams.clock"):
        await clock.follow_days(tick_to)
    assert tries == [FIRST, FIRST, FIRST, SECOND]
    assert ticked == [FIRST, SECOND], "each day once, and none is left out"
    assert [record.getMessage().partition(",")[0] for record in caplog.records if record.name == "streams.clock"] == [
        "the clock could not tick 2026-03-01"
    ] * 2


async def test_what_no_waiting_cures_ends_the_daemon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "today_here", Calendar(FIRST, FIRST))

    async def tick_to(_: date) -> int:
        raise ClockFault("refused")

    with pytest.raises(ClockFault):
        await clock.follow_days(tick_to)
