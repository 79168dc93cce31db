"""``chengxin auditor``: the second program looks at what the first one did, and says ``match`` or what differs."""

from pathlib import Path
from typing import Annotated

import typer

import streams

app = typer.Typer(help="独立审计 / check invariants over law files, topics and tables")
LAW = Path(streams.__file__).parent / "law"


@app.callback(invoke_without_command=True)
def auditor(
    *,
    bootstrap: Annotated[str | None, typer.Option(help="Kafka host:port; default: the settings")] = None,
    clickhouse_url: Annotated[str | None, typer.Option(help="clickhouse://...; default: the settings")] = None,
    prefix: Annotated[str | None, typer.Option(help="topic prefix; default: the settings")] = None,
    database: Annotated[str | None, typer.Option(help="ClickHouse database; default: the settings")] = None,
    law: Annotated[Path, typer.Option(help="folder of the law files of the book in force")] = LAW,
    tables: Annotated[bool, typer.Option(help="compare ClickHouse too")] = True,
) -> None:
    """Read everything once and check it. Run it when nothing is in flight. Exit code 1 when anything differs."""
    from rich.console import Console

    from monitoring.auditor.audit import audit
    from monitoring.auditor.show import show
    from streams.settings import Settings

    settings = Settings()
    kafka = bootstrap or settings.kafka_bootstrap
    url = clickhouse_url or settings.clickhouse_url
    if kafka is None or (tables and url is None):
        raise typer.BadParameter(
            "name the servers: --bootstrap and --clickhouse-url, or KAFKA_BOOTSTRAP, CLICKHOUSE_URL"
        )
    console = Console()
    with console.status("reading") as status:
        report = audit(
            kafka,
            url if tables else None,
            settings.prefix if prefix is None else prefix,
            database or settings.database,
            law,
            progress=lambda topic, records: status.update(f"{topic}: {records:,} records"),
        )
    show(report, console)
    if not report.match:
        raise typer.Exit(1)
