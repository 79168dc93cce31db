"""The console beside the servers of one machine: kept alive by a supervisor as they are, ended by ``down``."""

import sys
import urllib.request

from streams.local.launch import Launch, Room
from streams.local.ports import LOOPBACK, choose
from streams.local.processes import Pid
from streams.local.progress import Reporter


def prepare(room: Room, wanted: dict[str, int], parent: Pid | None, report: Reporter) -> Launch:
    """Choose its port; how to start it. In a secure folder it takes the login made for it, and none of Kafka."""
    ports = choose(room, ("console",), wanted, report)
    command = [sys.executable, "-m", "streams.cli.main", "console", "--port", str(ports["console"])]
    folder = room.folder.parent
    environment = {"CHENGXIN_DATA_DIR": str(folder), "CHENGXIN_KAFKA_LOGIN": ""}
    login = folder / "logins" / "console.clickhouse"
    if login.exists():
        environment["CLICKHOUSE_URL_FILE"] = str(login)
    return Launch("console", command, environment, ports, parent)


def answers(ports: dict[str, int], _room: Room) -> bool:
    """Whether it answers."""
    try:
        with urllib.request.urlopen(f"http://{LOOPBACK}:{ports['console']}/style.css", timeout=2) as reply:
            return bool(reply.status == 200)
    except OSError:
        return False


def address(ports: dict[str, int]) -> str:
    return f"http://{LOOPBACK}:{ports['console']}"
