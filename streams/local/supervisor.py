"""Keeps one server alive: ``python -m streams.local.supervisor DATA_DIR SERVER``, started by ``up``.

Starts the server, waits until it answers, starts it again with growing pauses when it dies, and writes all of it to
``run.json``. The server dies with its supervisor; the supervisor ends on SIGTERM or with the process that owns it.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType

from streams.local import clickhouse, console, kafka
from streams.local.launch import Launch, Room, Run, read, write
from streams.local.processes import alive, die_with_parent, identify, stop, this_process

ANSWERS: dict[str, Callable[[dict[str, int], Room], bool]] = {
    "kafka": kafka.answers,
    "clickhouse": clickhouse.answers,
    "console": console.answers,
}
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.25, 15.0
STEADY_S = 60.0  # a server that lived this long starts again with the first pause
FIRST_ATTEMPTS = 2  # one that never answered in so many starts is not tried again
GRACE_S = 20.0
LOG_BYTES = 20 << 20


class Supervisor:
    """One server of one data folder."""

    def __init__(self, room: Room, launch: Launch) -> None:
        self.room = room
        self.launch = launch
        self.ending = False
        self.ever_ready = False
        self.run = Run(launch.server, this_process(), None, "starting", launch.ports, 0, time.time())

    def end(self, _signal: int, _frame: FrameType | None) -> None:
        self.ending = True

    def watch(self) -> None:
        """Until asked to end, or until the server has proved that it cannot start."""
        pause = FIRST_PAUSE_S
        while not self._orphaned():
            began = time.monotonic()
            self._live_once()
            if self._orphaned():
                break
            if not self.ever_ready and self.run.restarts + 1 >= FIRST_ATTEMPTS:
                self._note("failed")
                return
            pause = FIRST_PAUSE_S if time.monotonic() - began > STEADY_S else min(pause * 2, LONGEST_PAUSE_S)
            self._note("waiting")
            self._sleep(pause)
            self.run.restarts += 1
        self.room.run_file.unlink(missing_ok=True)

    def _live_once(self) -> None:
        """One life of the server, from start to death."""
        if self.room.log.exists() and self.room.log.stat().st_size > LOG_BYTES:
            self.room.log.replace(self.room.log.with_suffix(".log.1"))
        with self.room.log.open("ab") as log:
            child = subprocess.Popen(
                self.launch.command, cwd=self.room.folder, env={**os.environ, **self.launch.environment},
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, preexec_fn=die_with_parent,  # noqa: PLW1509 - one thread
            )  # fmt: skip
        known = identify(child.pid)
        self.run.process, self.run.since = known, time.time()
        self._note("starting")
        while child.poll() is None and not self._orphaned():
            if self.run.state == "starting" and ANSWERS[self.launch.server](self.launch.ports, self.room):
                self.ever_ready = True
                self._note("ready")
            self._sleep(0.1)
        stop(known, GRACE_S)
        child.wait()
        self.run.process = None

    def _orphaned(self) -> bool:
        self.ending = self.ending or (self.launch.parent is not None and not alive(self.launch.parent))
        return self.ending

    def _sleep(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until and not self.ending:
            time.sleep(0.05)

    def _note(self, state: str) -> None:
        self.run.state = state  # type: ignore[assignment]
        write(self.room.run_file, self.run)


def main(data_dir: str, server: str) -> int:
    room = Room(Path(data_dir), server)
    launch = read(room.launch_file, Launch)
    assert launch is not None
    supervisor = Supervisor(room, launch)
    signal.signal(signal.SIGTERM, supervisor.end)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    write(room.run_file, supervisor.run)  # ``up`` waits for this first sign of life
    supervisor.watch()
    return 0 if supervisor.ending else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
