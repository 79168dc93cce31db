"""``chengxin auditor``: the second program looks at what the first one did, and says ``match`` or what differs."""

from pathlib import Path
from typing import Annotated

import typer

import streams
from streams.cli.screen import Json, answer, screen

app = typer.Typer(help="独立审计 / check invariants over law files, topics and tables")
LAW = Path(streams.__file__).parent / "law"


@app.callback(invoke_without_command=True)
def auditor(
    *,
    bootstrap: Annotated[str | None, typer.Option(help="Kafka host:port; default: the settings")] = None,
    prefix: Annotated[str | None, typer.Option(help="topic prefix; default: the settings")] = None,
    database: Annotated[str | None, typer.Option(help="ClickHouse database; default: the settings")] = None,
    law: Annotated[Path | None, typer.Option(help="law files of the book in force; default: the project's own")] = None,
    json: Json = False,
) -> None:
    """Read everything once and check it. Run it when nothing is in flight. Exit code 1 when anything differs."""
    from monitoring.auditor.audit import audit
    from monitoring.auditor.show import show
    from streams import addresses
    from streams.settings import Settings

    given = {"kafka_bootstrap": bootstrap, "prefix": prefix, "database": database}
    settings = Settings().model_copy(update={name: value for name, value in given.items() if value is not None})
    found = addresses.find(settings)
    console = screen(json=json)
    with console.status("reading") as status:
        report = audit(
            found.kafka,
            found.clickhouse,
            settings.prefix,
            settings.database,
            law or LAW,
            progress=lambda topic, records: status.update(f"{topic}: {records:,} records"),
        )
    show(report, console)
    if json:
        answer({"match": report.match, "checked": report.checked, "failed": report.failed})
    if not report.match:
        raise typer.Exit(1)
