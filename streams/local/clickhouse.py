"""One real ClickHouse on the loopback interface, with one user and a generated password."""

import hashlib
import secrets
import sys
import urllib.request
from collections.abc import Iterable, Mapping
from pathlib import Path
from xml.sax.saxutils import escape

from streams.local.engine import find_engine
from streams.local.launch import Launch, Room
from streams.local.ports import LOOPBACK, choose
from streams.local.processes import Pid
from streams.local.progress import Reporter
from streams.security.files import private

USER = "chengxin"
# Seconds in which what a merge or rewrite was made of is kept; ClickHouse's manual says 480, the embedded engine has 0.
# One that meets a full disk ends well (26.7.2), with a part of empty files, and the next start takes what it was made
# of instead. Such a part is found within a second (embedded_clickhouse.py); each rewrite keeps its rows twice so long.
OLD_PARTS_S = 60
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
    private(users, _users(password(room), accounts(room), embedded=engine.embedded))
    settings = room.folder / "config.xml"
    settings.write_text(
        f"<clickhouse><logger><level>warning</level><console>1</console></logger><path>{escape(str(room.data))}/</path>"
        f"<users_config>{escape(str(users))}</users_config><listen_host>{LOOPBACK}</listen_host>"
        f"<tcp_port>{ports['native']}</tcp_port><http_port>{ports['http']}</http_port>"
        f"<default_profile>default</default_profile><mark_cache_size>67108864</mark_cache_size>"
        f"<merge_tree><old_parts_lifetime>{OLD_PARTS_S}</old_parts_lifetime></merge_tree></clickhouse>"
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
        private(file, secrets.token_urlsafe(24))
    return file.read_text()


def answers(ports: dict[str, int], _room: Room) -> bool:
    """Whether the server answers. No login: the embedded engine opens its HTTP port last, after the native one."""
    try:
        with urllib.request.urlopen(f"http://{LOOPBACK}:{ports['http']}/ping", timeout=2) as reply:
            return bool(reply.read().strip() == b"Ok.")
    except OSError:
        return False


def address(room: Room, ports: dict[str, int]) -> str:
    """The value of CLICKHOUSE_URL."""
    return f"clickhouse://{USER}:{password(room)}@{LOOPBACK}:{ports['native']}"


def accounts_file(room: Room) -> Path:
    """Further users, written before the server starts by whoever knows the tables; a fragment of its users file."""
    return room.folder / "accounts.xml"


def accounts(room: Room) -> str:
    file = accounts_file(room)
    return file.read_text(encoding="utf-8") if file.exists() else ""


def account(name: str, secret: str, grants: Iterable[str], rows: Mapping[tuple[str, str], str]) -> str:
    """One further user: no more than ``grants``, and of the tables in ``rows``, by database and name, those rows alone
    for which the condition holds. It reads only, unless it may insert."""
    queries = "".join(f"<query>GRANT {escape(grant)}</query>" for grant in grants)
    policies = "".join(
        f"<{database}><{table}><filter>{escape(condition)}</filter></{table}></{database}>"
        for (database, table), condition in rows.items()
    )
    profile = "default" if any("INSERT" in grant for grant in grants) else "readers"
    databases = f"<databases>{policies}</databases>" if policies else ""
    return f"{_user(name, secret, profile)}<grants>{queries}</grants>{databases}</{name}>\n"


def _user(name: str, secret: str, profile: str) -> str:
    """The beginning of a user's element."""
    digest = hashlib.sha256(secret.encode()).hexdigest()
    return (
        f"<{name}><password_sha256_hex>{digest}</password_sha256_hex><networks><ip>{LOOPBACK}</ip></networks>"
        f"<profile>{profile}</profile><quota>default</quota>"
    )


def _users(secret: str, further: str, embedded: bool) -> str:
    # readonly 2: settings may be chosen for a query, nothing may be changed
    profiles = "<default/><readers><readonly>2</readonly></readers>" if further else "<default/>"
    users = f"{DOORKEEPER if embedded else ''}{_user(USER, secret, 'default')}</{USER}>{further}"
    return f"<clickhouse><profiles>{profiles}</profiles><quotas><default/></quotas><users>{users}</users></clickhouse>"
