"""``chengxin up``, ``down``, ``status``: the servers of one machine, for people. The work is in ``streams.local``."""

import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from streams.cli.screen import Json, answer, screen
from streams.local.errors import LocalStackError

if TYPE_CHECKING:
    from streams.local.stack import Stack
    from streams.settings import Settings

DataDir = Annotated[Path, typer.Option("--data-dir", envvar="CHENGXIN_DATA_DIR", help="folder of the servers' data")]
DEFAULT_DATA_DIR = Path(".data")
PORT_HELP = "a fixed port instead of a chosen one"


def up(
    data_dir: DataDir = DEFAULT_DATA_DIR,
    *,
    kafka: Annotated[bool, typer.Option(help="start Kafka")] = True,
    clickhouse: Annotated[bool, typer.Option(help="start ClickHouse")] = True,
    kafka_port: Annotated[int | None, typer.Option(min=1, max=65535, help=PORT_HELP)] = None,
    clickhouse_port: Annotated[int | None, typer.Option(min=1, max=65535, help=PORT_HELP)] = None,
    console: Annotated[bool, typer.Option(help="start the operator's console too, once there are servers")] = True,
    secure: Annotated[bool, typer.Option("--secure", help="TLS, a login for each account, rights; for good")] = False,
) -> None:
    """Start Kafka and ClickHouse here, create topics and tables, put the law book in force with a first tick, and
    print the addresses as exports for a shell. Servers named by KAFKA_BOOTSTRAP or CLICKHOUSE_URL are not started.

    With --secure nobody gets in without a login; they lie in the folder's logins/, one file per account
    (docs/security.md). A folder once secure stays so."""
    from streams import addresses
    from streams.local import stack
    from streams.settings import Settings

    settings = Settings().model_copy(update={"data_dir": data_dir})
    kafka, clickhouse = kafka and not settings.kafka_bootstrap, clickhouse and not settings.clickhouse_url
    if settings.kafka_bootstrap:
        addresses.answering(settings.kafka_bootstrap)
    ports = {use: port for use, port in (("kafka", kafka_port), ("native", clickhouse_port)) if port is not None}
    secure = kafka and (secure or stack.secured(data_dir))
    running = (_started_secure if secure else _started)(settings, kafka, clickhouse, ports)
    bootstrap = settings.kafka_bootstrap or running.kafka_bootstrap
    url = settings.clickhouse_url or running.clickhouse_url
    if bootstrap and url:
        _prepare(settings, bootstrap, url)
    page = stack.up_console(data_dir) if console and bootstrap and url else None
    for name, value in (("KAFKA_BOOTSTRAP", bootstrap), ("CLICKHOUSE_URL", url), ("CHENGXIN_CONSOLE", page)):
        if value:
            typer.echo(f"export {name}={shlex.quote(value)}")


def _started(
    settings: "Settings", kafka: bool, clickhouse: bool, ports: dict[str, int], *, secure: bool = False
) -> "Stack":
    """The folder's servers, running. Exit 2 where they cannot be had."""
    from streams.local import stack

    try:
        return stack.up(settings.data_dir, kafka, clickhouse, ports=ports, secure=secure)
    except LocalStackError as fault:
        Console(stderr=True).print(str(fault), markup=False, highlight=False, style="red")
        raise typer.Exit(2) from None


def _started_secure(settings: "Settings", kafka: bool, clickhouse: bool, ports: dict[str, int]) -> "Stack":
    """The same behind logins; what is done from here on is done as the administrator: there are topics to create."""
    from streams.security import local as locks
    from streams.security.rights import ADMIN
    from topics import access
    from topics.catalogue import Catalogue

    locks.prepare(settings, Catalogue.load())
    running = _started(settings, kafka, clickhouse, ports, secure=True)
    locks.close(settings, Catalogue.load())
    os.environ.setdefault(access.SETTING, str(locks.login(settings.data_dir, ADMIN)))
    return running


def _prepare(settings: "Settings", bootstrap: str, url: str) -> None:
    """Topics, tables, law book and first tick; what is said goes to stderr, the exports to stdout."""
    import asyncio

    from streams import clock, setup
    from streams.addresses import Addresses
    from streams.app import Parts
    from streams.law import loader

    parts = Parts(settings, bootstrap)
    say = Console(stderr=True).print
    asyncio.run(setup.prepare(parts, Addresses(bootstrap, url), loader.load(), clock.today_here(), say))


def down(data_dir: DataDir = DEFAULT_DATA_DIR) -> None:
    """Stop the servers of the folder and its console; their data stays."""
    from streams.local import stack

    ended = stack.down(data_dir)
    typer.echo(f"已停止 / stopped: {', '.join(ended) or '-'}")


def status(data_dir: DataDir = DEFAULT_DATA_DIR, json: Json = False) -> None:
    """Servers, processes, ports, uptime and restarts. Exit code 1 unless every server started here is ready."""
    from streams.local import stack
    from streams.local.launch import KEPT

    table = Table("server", "state", "pid", "supervisor", "ports", "uptime", "restarts")
    healths = stack.status(data_dir, KEPT)
    if not healths and not json:
        typer.echo(f"{data_dir}: 从未启动过服务器 / no server was ever started here: run `chengxin up`", err=True)
        raise typer.Exit(1)
    for health in healths:
        ports = "\n".join(f"{use} {port}" for use, port in health.ports.items())
        uptime, pids = f"{health.uptime_s:.0f} s", (str(health.pid or "-"), str(health.supervisor_pid or "-"))
        table.add_row(health.server, health.state, *pids, ports, uptime, str(health.restarts))
    screen(json=json).print(table)
    for health in () if json else healths:
        typer.echo(f"日志 / log: {health.log}")
    if json:
        answer([{**health._asdict(), "log": str(health.log)} for health in healths])
    if not healths or any(health.state != "ready" for health in healths):
        raise typer.Exit(1)
