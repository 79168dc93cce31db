"""The two small files by which ``up``, ``down``, ``status`` and a supervisor understand each other.

``launch.json`` says how to start a server (written by ``up``), ``run.json`` how it fares (written by its supervisor).
"""

from pathlib import Path
from typing import Literal, TypeVar

import msgspec

from streams.local.processes import Pid

T = TypeVar("T")
SERVERS = ("kafka", "clickhouse")
CONSOLE = "console"
KEPT = (*SERVERS, CONSOLE)  # what supervisors keep alive


class Launch(msgspec.Struct, frozen=True):
    """How to start one server. ``ports`` by use; ``parent``: end with this process; None = stay up."""

    server: Literal["kafka", "clickhouse", "console"]
    command: list[str]
    environment: dict[str, str]
    ports: dict[str, int]
    parent: Pid | None = None


class Run(msgspec.Struct):
    """How a server fares. ``since`` is the Unix time at which the present process was started."""

    server: str
    supervisor: Pid
    process: Pid | None
    state: Literal["starting", "ready", "waiting", "failed"]
    ports: dict[str, int]
    restarts: int
    since: float


class Room:
    """The files of one server under a data folder."""

    def __init__(self, data_dir: Path, server: str) -> None:
        self.server = server
        self.folder = data_dir.absolute() / server
        self.launch_file = self.folder / "launch.json"
        self.run_file = self.folder / "run.json"
        self.ports_file = self.folder / "ports.json"
        self.log = self.folder / "server.log"
        self.data = self.folder / "data"

    def run(self) -> Run | None:
        return read(self.run_file, Run)


def read(file: Path, kind: type[T]) -> T | None:
    """The value in a file, or None if there is no such file."""
    try:
        return msgspec.json.decode(file.read_bytes(), type=kind)
    except FileNotFoundError:
        return None


def write(file: Path, value: object) -> None:
    """Replace a file whole and readable by its owner only, so that no reader sees half of it."""
    partial = file.with_suffix(".partial")
    partial.touch(mode=0o600)
    partial.write_bytes(msgspec.json.format(msgspec.json.encode(value)))
    partial.replace(file)
