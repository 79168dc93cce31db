"""One real ClickHouse on the loopback interface, with one user and a generated password."""

import hashlib
import os
import secrets
import sys
import urllib.request
from pathlib import Path
from xml.sax.saxutils import escape

from streams.local.engine import find_engine
from streams.local.launch import Launch, Room
from streams.local.ports import LOOPBACK, choose
from streams.local.processes import Pid
from streams.local.progress import Reporter

USER = "chengxin"
# The embedded engine opens its ports from a session of its own user "default" at 127.0.0.1, which therefore must exist
# without a password; it may open ports and nothing else.
DOORKEEPER = f"""<default><password/><networks><ip>{LOOPBACK}</ip></networks><profile>default</profile>
<quota>default</quota><grants><query>GRANT SYSTEM LISTEN ON *.*</query>
<query>GRANT CREATE TEMPORARY TABLE ON *.*</query></grants></default>"""


def prepare(room: Room, wanted: dict[str, int], parent: Pid | None, report: Reporter) -> Launch:
    """Fetch what is missing, choose ports and password, write the settings; how to start it."""
    engine = find_engine(report)
    ports = choose(room, ("native", "http"), wanted, report)
    room.data.mkdir(exist_ok=True)
    users = room.folder / "users.xml"
    _private(users, _users(password(room), embedded=engine.embedded))
    settings = room.folder / "config.xml"
    settings.write_text(
        f"<clickhouse><logger><level>warning</level><console>1</console></logger><path>{escape(str(room.data))}/</path>"
        f"<users_config>{escape(str(users))}</users_config><listen_host>{LOOPBACK}</listen_host>"
        f"<tcp_port>{ports['native']}</tcp_port><http_port>{ports['http']}</http_port>"
        "<default_profile>default</default_profile><mark_cache_size>67108864</mark_cache_size></clickhouse>"
    )
    if engine.embedded:
        server = [sys.executable, "-m", "streams.local.embedded_clickhouse", str(engine.path)]
        command = [*server, str(settings), str(room.data), str(ports["native"]), str(ports["http"])]
    else:
        command = [str(engine.path), "server", f"--config-file={settings}"]
    # Without this a real server forks, and the supervisor would watch the wrong process.
    return Launch("clickhouse", command, {"CLICKHOUSE_WATCHDOG_ENABLE": "0"}, ports, parent)


def password(room: Room) -> str:
    """The password of this data folder, made once and kept in a file of mode 0600."""
    file = room.folder / "password"
    if not file.exists():
        _private(file, secrets.token_urlsafe(24))
    return file.read_text()


def answers(ports: dict[str, int]) -> bool:
    """Whether the server answers. No login: the embedded engine opens its HTTP port last, after the native one."""
    try:
        with urllib.request.urlopen(f"http://{LOOPBACK}:{ports['http']}/ping", timeout=2) as reply:
            return bool(reply.read().strip() == b"Ok.")
    except OSError:
        return False


def address(room: Room, ports: dict[str, int]) -> str:
    """The value of CLICKHOUSE_URL."""
    return f"clickhouse://{USER}:{password(room)}@{LOOPBACK}:{ports['native']}"


def _users(secret: str, embedded: bool) -> str:
    digest = hashlib.sha256(secret.encode()).hexdigest()
    return (
        f"<clickhouse><profiles><default/></profiles><quotas><default/></quotas><users>{DOORKEEPER if embedded else ''}"
        f"<{USER}><password_sha256_hex>{digest}</password_sha256_hex><networks><ip>{LOOPBACK}</ip></networks>"
        f"<profile>default</profile><quota>default</quota></{USER}></users></clickhouse>"
    )


def _private(file: Path, text: str) -> None:
    file.unlink(missing_ok=True)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as handle:
        handle.write(text)
