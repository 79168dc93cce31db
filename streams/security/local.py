"""The locks of a secure local stack: accounts with their logins, and the rights of each, by the folder's own key."""

import contextlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from sinks.clickhouse import rights as tables
from streams import addresses
from streams.addresses import Addresses
from streams.local import clickhouse, kafka, stack, tls
from streams.local.launch import Room
from streams.local.ports import LOOPBACK
from streams.security import granting, users
from streams.security.files import private, private_folder
from streams.security.rights import ADMIN, accounts, rights
from streams.settings import Settings
from topics.access import SETTING, secret
from topics.catalogue import Catalogue

PORT_UNKNOWN = 0  # until the server has chosen one


def logins(data_dir: Path) -> Path:
    """Where the login files lie, ``<account>.conf``."""
    return data_dir.absolute() / "logins"


def login(data_dir: Path, account: str) -> Path:
    return users.login_file(logins(data_dir), account)


def prepare(settings: Settings, catalogue: Catalogue) -> None:
    """Before the servers start: ClickHouse's accounts, each with what its work needs. A password that was made before
    stays. The embedded engine reads them at its start only, and no other."""
    room, made = Room(settings.data_dir, "clickhouse"), []
    for access in tables.accesses(catalogue, settings.database, settings.prefix):
        password = _password(url_file(settings.data_dir, access.account))
        rows = {(settings.database, table): condition for table, condition in access.rows.items()}
        made.append(clickhouse.account(access.account, password, access.grants, rows))
        _keep(url_file(settings.data_dir, access.account), access.account, password, PORT_UNKNOWN)
    private_folder(room.folder)
    private(clickhouse.accounts_file(room), "".join(made))


def close(settings: Settings, catalogue: Catalogue) -> None:
    """Give every account of the catalogue its login and exactly its rights; harmless to repeat.

    Raises KafkaError, GrantFault.
    """
    kafka_room, clickhouse_run = Room(settings.data_dir, "kafka"), Room(settings.data_dir, "clickhouse").run()
    run = kafka_room.run()
    assert run is not None, "the folder's broker runs"
    inside = kafka.inside(kafka_room, run.ports)
    users.create(inside, [ADMIN, *accounts(catalogue)], logins(settings.data_dir), tls.authority(kafka_room))
    granting.bring(inside, granting.compare(inside, rights(catalogue, settings.prefix)))
    if clickhouse_run is not None:
        for access in tables.accesses(catalogue, settings.database, settings.prefix):
            file = url_file(settings.data_dir, access.account)
            _keep(file, access.account, _password(file), clickhouse_run.ports["native"])


@contextlib.contextmanager
def running(settings: Settings) -> Iterator[Addresses]:
    """``addresses.running``; a secure folder opens with its locks, and unless told otherwise this process comes as
    its administrator: whoever plays every department and checks everything could be no other."""
    if not _locked(settings):
        with addresses.running(settings) as found:
            yield found
        return
    catalogue = Catalogue.load()
    prepare(settings, catalogue)
    os.environ.setdefault(SETTING, str(login(settings.data_dir, ADMIN)))
    with addresses.running(settings) as found:
        close(settings, catalogue)
        yield found


def own(settings: Settings, account: str) -> dict[str, str]:
    """What a process is started with so that it comes as ``account``, and as nobody where there is none of that name;
    nothing where the servers are not those of a secure folder."""
    if not _locked(settings):
        return {}
    file, url = login(settings.data_dir, account), url_file(settings.data_dir, account)
    found = {SETTING: str(file) if file.exists() else ""}
    if settings.clickhouse_url is None:
        found["CLICKHOUSE_URL"] = secret(url).strip() if url.exists() else ""
    return found


def _locked(settings: Settings) -> bool:
    return settings.kafka_bootstrap is None and stack.secured(settings.data_dir)


def url_file(data_dir: Path, account: str) -> Path:
    """The file for CLICKHOUSE_URL_FILE of an account."""
    return logins(data_dir) / f"{account}.clickhouse"


def _password(file: Path) -> str:
    """The one that the file holds, else a new one."""
    kept = urlsplit(secret(file)).password if file.exists() else None
    return kept or secrets.token_urlsafe(32)


def _keep(file: Path, account: str, password: str, port: int) -> None:
    private_folder(file.parent)
    private(file, f"clickhouse://{account}:{password}@{LOOPBACK}:{port}\n")
