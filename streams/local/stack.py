"""Up, down and status of the servers of one data folder.

>>> with running(Path("data")) as stack:                    # doctest: +SKIP
...     print(stack.kafka_bootstrap, stack.clickhouse_url)
"""

import contextlib
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from streams.local import clickhouse, console, kafka, tls
from streams.local.cache import locked, require_space
from streams.local.errors import not_secure, server_not_up
from streams.local.launch import CONSOLE, KEPT, SERVERS, Room, Run, write
from streams.local.processes import Pid, alive, stop, this_process
from streams.local.progress import OnTerminal, Reporter

DATA_BYTES = 512 << 20
NAMES = {"kafka": "Kafka", "clickhouse": "ClickHouse", "console": "console"}
PREPARE = {"kafka": kafka.prepare, "clickhouse": clickhouse.prepare, "console": console.prepare}
UP_S = 120.0
DOWN_S = 30.0  # longer than a supervisor's own grace towards its server


class Stack(NamedTuple):
    """Addresses, in the form of the environment variables KAFKA_BOOTSTRAP and CLICKHOUSE_URL. None: not wanted."""

    kafka_bootstrap: str | None
    clickhouse_url: str | None


class Health(NamedTuple):
    """One server as ``status`` reports it. ``uptime_s`` of the present process; ``state`` "stopped" if none runs."""

    server: str
    state: str
    pid: int | None
    supervisor_pid: int | None
    ports: dict[str, int]
    uptime_s: float
    restarts: int
    log: Path


def up(
    data_dir: Path,
    want_kafka: bool = True,
    want_clickhouse: bool = True,
    progress: Reporter | None = None,
    *,
    ports: dict[str, int] | None = None,
    parent: Pid | None = None,
    secure: bool = False,
) -> Stack:
    """Start what is wanted and not running, wait until it answers. Harmless if all of it runs already.

    ``ports`` fixes ports by use (kafka, controller, native, http), else they are chosen and kept; ``parent``: the
    servers end with that process; ``secure``: the folder's broker takes logins only, from now on and for good; make
    them with ``streams.security.local``. Raises LocalStackError; then nothing that this call started is left.
    """
    report = progress or OnTerminal()
    wanted = [server for server, yes in zip(SERVERS, (want_kafka, want_clickhouse), strict=True) if yes]
    begun: list[Room] = []
    with _alone(data_dir, report):
        try:
            for server in wanted:
                room = Room(data_dir, server)
                if secure and server == "kafka" and not tls.secured(room):
                    if _supervised(room):
                        raise not_secure()
                    tls.secure(room)
                if not _supervised(room):
                    begun.append(room)
                    _start(room, ports or {}, parent, report)
            runs = {server: _wait(Room(data_dir, server)) for server in wanted}
        except BaseException:
            for room in begun:
                _end(room)
            raise
    kafka_run, clickhouse_run = runs.get("kafka"), runs.get("clickhouse")
    return Stack(
        kafka.address(kafka_run.ports) if kafka_run else None,
        clickhouse.address(Room(data_dir, "clickhouse"), clickhouse_run.ports) if clickhouse_run else None,
    )


def up_console(data_dir: Path, progress: Reporter | None = None, port: int | None = None) -> str:
    """Start the folder's console if it does not run; returns its address at once, where it answers in a moment.

    It looks for the folder's servers itself. Raises LocalStackError: the port is taken, or there is no room.
    """
    report, room = progress or OnTerminal(), Room(data_dir, CONSOLE)
    with _alone(data_dir, report):
        if not _supervised(room):
            _start(room, {} if port is None else {CONSOLE: port}, None, report)
    run = room.run()
    assert run is not None, "its supervisor has given its first sign"
    return console.address(run.ports)


def down(data_dir: Path, progress: Reporter | None = None, servers: tuple[str, ...] = KEPT) -> list[str]:
    """End the folder's servers, its console and their supervisors; data and ports are kept. Returns whom it ended."""
    if not data_dir.exists():
        return []
    with _alone(data_dir, progress or OnTerminal()):
        return [server for server in servers if _end(Room(data_dir, server))]


def status(data_dir: Path, servers: tuple[str, ...] = SERVERS) -> list[Health]:
    """One line for each of ``servers`` that was ever started in the folder."""
    rooms = [Room(data_dir, server) for server in servers]
    return [_health(room) for room in rooms if room.folder.exists()]


def running_addresses(data_dir: Path) -> Stack:
    """Addresses of the folder's servers that answer now; None for one that does not. Starts nothing."""
    runs = {server: run for server in SERVERS if (run := Room(data_dir, server).run()) and run.state == "ready"}
    live = {server: run for server, run in runs.items() if alive(run.supervisor)}
    return Stack(
        kafka.address(live["kafka"].ports) if "kafka" in live else None,
        clickhouse.address(Room(data_dir, "clickhouse"), live["clickhouse"].ports) if "clickhouse" in live else None,
    )


def secured(data_dir: Path) -> bool:
    """Whether the folder's broker takes logins only."""
    return tls.secured(Room(data_dir, "kafka"))


@contextlib.contextmanager
def running(
    data_dir: Path,
    want_kafka: bool = True,
    want_clickhouse: bool = True,
    progress: Reporter | None = None,
    *,
    secure: bool = False,
) -> Iterator[Stack]:
    """A stack for the length of a ``with``. It ends on exceptions too, and with this process however that dies.

    Servers of the folder that ran before are used and left running; a console that was started meanwhile ends too.
    """
    mine = tuple(server for server in KEPT if not _supervised(Room(data_dir, server)))
    try:
        yield up(data_dir, want_kafka, want_clickhouse, progress, parent=this_process(), secure=secure)
    finally:
        down(data_dir, progress, mine)


@contextlib.contextmanager
def _alone(data_dir: Path, report: Reporter) -> Iterator[None]:
    waiting = (
        "另一进程正在启动或停止同一目录的服务，请稍候 / another process is starting or stopping these servers, waiting"
    )
    with locked(data_dir / ".lock", report, waiting):
        yield


def _supervised(room: Room) -> bool:
    run = room.run()
    return run is not None and run.state != "failed" and alive(run.supervisor)


def _start(room: Room, ports: dict[str, int], parent: Pid | None, report: Reporter) -> None:
    _end(room)  # what a supervisor killed by force may have left
    room.folder.mkdir(parents=True, exist_ok=True)
    room.folder.chmod(0o700)
    require_space(room.folder, DATA_BYTES)
    launch = PREPARE[room.server](room, ports, parent, report)
    write(room.launch_file, launch)
    report.say(f"启动 {NAMES[room.server]} / starting {NAMES[room.server]}: {launch.ports}")
    own_log = room.folder / "supervisor.log"
    with own_log.open("ab") as log:
        supervisor = subprocess.Popen(
            [sys.executable, "-m", "streams.local.supervisor", str(room.folder.parent), room.server],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
        )  # fmt: skip
    try:
        while room.run() is None:
            if supervisor.poll() is not None:
                raise server_not_up(NAMES[room.server], "监护进程已退出", "its supervisor ended", own_log)
            time.sleep(0.02)
    except BaseException:
        supervisor.terminate()  # interrupted before anybody else could know of it
        raise


def _wait(room: Room) -> Run:
    deadline = time.monotonic() + UP_S
    while time.monotonic() < deadline:
        run = room.run()
        if run is None or run.state == "failed" or not alive(run.supervisor):
            raise server_not_up(NAMES[room.server], "进程已退出", "its process ended", room.log)
        if run.state == "ready":
            return run
        time.sleep(0.05)
    raise server_not_up(NAMES[room.server], f"{UP_S:.0f} 秒内没有应答", f"no answer within {UP_S:.0f} s", room.log)


def _end(room: Room) -> bool:
    run = room.run()
    if run is None:
        return False
    ended = alive(run.supervisor) or alive(run.process)
    stop(run.supervisor, DOWN_S)
    # The supervisor's last word may be newer than what was read above.
    stop((room.run() or run).process, DOWN_S)
    room.run_file.unlink(missing_ok=True)
    return ended


def _health(room: Room) -> Health:
    run = room.run()
    if run is None or not alive(run.supervisor):
        return Health(room.server, "stopped", None, None, {}, 0.0, 0, room.log)
    pid = run.process.pid if run.process else None
    uptime = time.time() - run.since if run.process else 0.0
    return Health(room.server, run.state, pid, run.supervisor.pid, run.ports, uptime, run.restarts, room.log)
