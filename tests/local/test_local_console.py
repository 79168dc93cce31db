"""The console that ``chengxin up`` keeps: a supervisor starts it again when it dies, ``down`` ends it."""

import os
import signal
import time
import urllib.request
from pathlib import Path

import pytest

from streams.local import stack
from streams.local.launch import CONSOLE, Room, Run
from streams.local.processes import alive
from streams.local.progress import Silent

NOBODY = "clickhouse://console:secret@127.0.0.1:9"  # the law book is shown without a database
PATIENCE_S = 240  # of a busy machine; it takes a few seconds


def ready(folder: Path, restarts: int) -> Run:
    """Once it answers after that many restarts."""
    deadline = time.monotonic() + PATIENCE_S
    while (run := Room(folder, CONSOLE).run()) is None or run.restarts < restarts or run.state != "ready":
        assert time.monotonic() < deadline, run
        time.sleep(0.05)
    return run


def law(address: str) -> str:
    with urllib.request.urlopen(f"{address}/law?lang=en", timeout=60) as answer:
        return str(answer.read(), "utf-8")


def test_it_is_started_again_when_it_is_killed_and_ended_by_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLICKHOUSE_URL", NOBODY)
    address = stack.up_console(tmp_path, Silent())
    try:
        first = ready(tmp_path, restarts=0)
        assert first.process is not None and "Law book" in law(address)
        assert stack.up_console(tmp_path, Silent()) == address  # it runs already
        assert Room(tmp_path, CONSOLE).run() == first
        os.kill(first.process.pid, signal.SIGKILL)
        second = ready(tmp_path, restarts=1)
        assert second.process is not None and second.process != first.process and "Law book" in law(address)
    finally:
        ended = stack.down(tmp_path, Silent())
    assert ended == [CONSOLE] and not alive(second.process)
    assert [one.state for one in stack.status(tmp_path, (CONSOLE,))] == ["stopped"]
