"""``chengxin migrate``: bring the ClickHouse database to this release. Dry run first."""

from typing import Annotated

import typer

from sinks.clickhouse import migrate as migrations
from sinks.clickhouse.connection import connect
from streams import addresses
from streams.settings import Settings

app = typer.Typer(help="数据库迁移 / bring the ClickHouse database to this release")


@app.callback(invoke_without_command=True)
def migrate(
    apply: Annotated[bool, typer.Option("--apply", help="执行待办语句 / run what is printed")] = False,
) -> None:
    """Print the statements the database lacks; with --apply run them. Exit 2 where files and database disagree."""
    settings = Settings()
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


def _summary(database: str, count: int, done: bool) -> str:
    if count == 0:
        return f"{database}: 已是最新 / up to date"
    if done:
        return f"{database}: 已执行 {count} 项 / applied {count}"
    return f"{database}: 待执行 {count} 项，加 --apply 执行 / {count} pending, run with --apply"
