"""Processes that stay and do something once a day end in order on SIGTERM, as a supervisor sends it."""

import asyncio
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from streams.cli import agents, audit


@pytest.fixture(autouse=True)
def caught() -> Iterator[None]:
    """A signal that a command does not take ends its test and not the session."""

    def untaken(*_: object) -> None:
        raise AssertionError("SIGTERM was not taken")

    before = signal.signal(signal.SIGTERM, untaken)
    yield
    signal.signal(signal.SIGTERM, before)


@pytest.mark.parametrize("command", ["clock run", "audit seal --follow"])
def test_a_command_that_stays_ends_in_order(command: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    ended = []

    async def days(*_: object) -> None:
        try:
            os.kill(os.getpid(), signal.SIGTERM)
            await asyncio.sleep(30)
        finally:
            ended.append(command)

    monkeypatch.setattr("streams.clock.follow_days", days)
    monkeypatch.setattr(agents, "_reader", lambda *_: None)
    monkeypatch.setattr(audit, "_reader", lambda: (None, None))
    if command == "clock run":
        agents.run()
    else:
        audit.seal(follow=True, copy=tmp_path / "seals.jsonl", new_key=False)
    assert ended == [command]
