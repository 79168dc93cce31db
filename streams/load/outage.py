"""ClickHouse away for a while, as after a power cut: killed, nobody starts it, then it is back with its data."""

import os
import signal
import time
from pathlib import Path

from streams.local import stack
from streams.local.processes import this_process

SERVER = "clickhouse"


class Outage:
    """Of the local ClickHouse of one data folder. ``seconds`` is how long it did not answer, known at the end."""

    def __init__(self, data_dir: Path, wanted_s: float) -> None:
        self._data_dir = data_dir
        self._wanted_s = wanted_s
        self._began: float | None = None
        self.seconds: float | None = None

    @property
    def under_way(self) -> bool:
        return self._began is not None and self.seconds is None

    @property
    def over(self) -> bool:
        return self.seconds is not None

    def begin(self) -> None:
        """SIGKILL its supervisor: the kernel kills the server with it, and nobody is left to start another."""
        (health,) = [one for one in stack.status(self._data_dir) if one.server == SERVER]
        assert health.supervisor_pid is not None and health.state == "ready", health
        os.kill(health.supervisor_pid, signal.SIGKILL)
        self._began = time.monotonic()

    def end_if_due(self) -> bool:
        """Start it again once the time is over; True when that happened now."""
        if self._began is None or self.over or time.monotonic() - self._began < self._wanted_s:
            return False
        stack.up(self._data_dir, want_kafka=False, parent=this_process())
        self.seconds = time.monotonic() - self._began
        return True
