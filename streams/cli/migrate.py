"""``chengxin migrate``: bring the ClickHouse database to this release. Dry run first."""

from typing import Annotated

import typer

from sinks.clickhouse import cluster as clusters
from sinks.clickhouse import migrate as migrations
from sinks.clickhouse import rights as grants
from sinks.clickhouse.connection import connect
from streams import addresses
from streams.settings import Settings
from topics.catalogue import Catalogue

app = typer.Typer(help="数据库迁移 / bring the ClickHouse database to this release")


@app.callback(invoke_without_command=True)
def migrate(
    apply: Annotated[bool, typer.Option("--apply", help="执行待办语句 / run what is printed")] = False,
    cluster: Annotated[str | None, typer.Option(help="print the variant for this cluster of replicas")] = None,
    rights: Annotated[bool, typer.Option("--rights", help="print roles, grants and row policies")] = False,
) -> None:
    """Print the statements the database lacks; with --apply run them. Exit 2 where files and database disagree.

    With --cluster: everything a fresh cluster needs, printed only. It was parsed by a server and run on none. The same
    holds for --rights: who may see what, for a server that keeps its users itself.
    """
    settings = Settings()
    if rights:
        _print_rights(settings, apply)
        return
    if cluster is not None:
        _print_variant(cluster, settings.database, apply)
        return
    try:
        client = connect(addresses.find_clickhouse(settings))
    except addresses.NoServers as fault:
        typer.echo(str(fault), err=True)
        raise typer.Exit(2) from None
    try:
        todo = migrations.pending(client, settings.database)
        for migration in todo:
            typer.echo(f"-- {migration.number:04}_{migration.name} {migration.checksum[:12]}")
            for statement in migration.statements:
                typer.echo(f"{statement};")
        if apply:
            migrations.apply(client, settings.database)
    except migrations.MigrationFault as fault:
        typer.echo(f"数据库与本版本不符 / {fault}", err=True)
        raise typer.Exit(2) from None
    finally:
        client.disconnect()
    typer.echo(_summary(settings.database, len(todo), apply))


def _print_variant(cluster: str, database: str, apply: bool) -> None:
    if apply:
        typer.echo("集群语句未经运行，不代为执行 / the variant for clusters was run nowhere: not applied", err=True)
        raise typer.Exit(2)
    typer.echo("-- 未在此运行 / not run here: parsed by a server, executed on none (sinks/clickhouse/cluster.py)")
    for name, value in clusters.SETTINGS.items():
        typer.echo(f"-- 汇入用户须设 / the sink's user needs: {name} = {value}")
    for statement in clusters.statements(cluster, database, migrations.load()):
        typer.echo(f"{statement};")


def _print_rights(settings: Settings, apply: bool) -> None:
    if apply:
        typer.echo("权限语句未经运行，不代为执行 / these statements were run nowhere: not applied", err=True)
        raise typer.Exit(2)
    typer.echo("-- 未在此运行 / not run here: parsed by a server, executed on none (sinks/clickhouse/rights.py)")
    accesses = grants.accesses(Catalogue.load(), settings.database, settings.prefix)
    for statement in grants.statements(accesses, settings.database):
        typer.echo(f"{statement};")


def _summary(database: str, count: int, done: bool) -> str:
    if count == 0:
        return f"{database}: 已是最新 / up to date"
    if done:
        return f"{database}: 已执行 {count} 项 / applied {count}"
    return f"{database}: 待执行 {count} 项，加 --apply 执行 / {count} pending, run with --apply"
