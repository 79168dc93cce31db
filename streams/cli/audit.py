"""``chengxin audit seal``, ``verify``: logs nobody can quietly edit (docs/adr/0023)."""

import asyncio
import contextlib
import signal
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from streams.reader import Reader
    from streams.settings import Settings

app = typer.Typer(help="Query log, decisions and deliveries under signed roots.", no_args_is_help=True)
Copy = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="copy of the seals, best elsewhere; default <data>/audit/seals.jsonl"),
]


@app.command()
def seal(
    copy: Copy = None,
    follow: Annotated[bool, typer.Option("--follow", help="now, and whenever a day of China has begun")] = False,
    new_key: Annotated[bool, typer.Option("--new-key", help="sign with a new key from now on")] = False,
) -> None:
    """Seal what was committed since the last seal. The last line of the copy is the root to be kept elsewhere."""
    from streams.audit import sealing
    from streams.clock import follow_days

    reader, settings = _reader()
    file = copy or settings.audit_dir / "seals.jsonl"

    async def once(new: bool) -> int:
        made = await sealing.seal(reader, file, new)
        records = sum(one.records for one in made.ranges)
        typer.echo(f"seal {made.number} {made.day}: {records} records, root {made.digest}, key {made.key}")
        return records

    if not follow:
        asyncio.run(once(new_key))
        return
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # both end it in order
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(follow_days(lambda _: once(False), "nothing was sealed on"))


@app.command()
def verify(
    copy: Copy = None,
    public_key: Annotated[
        Path | None, typer.Option(metavar="FILE", help="public keys to believe; default <data>/audit/seal.pub")
    ] = None,
    topics_only: Annotated[bool, typer.Option("--topics-only", help="leave ClickHouse out")] = False,
) -> None:
    """Find any changed, missing, reordered or added record under seal. Exit 1 where one is. The last line is JSON."""
    import msgspec

    from sinks.clickhouse.connection import connect
    from streams import addresses
    from streams.audit import keys, store, verifying
    from streams.audit.rows import Rows

    reader, settings = _reader()
    believed = keys.believed(public_key or settings.audit_dir / keys.PUBLIC)
    file = copy or settings.audit_dir / "seals.jsonl"
    if copy is not None and not copy.exists():
        raise keys.AuditFault(f"{copy}: 没有此文件 / no such file")
    now = datetime.now(UTC)
    with contextlib.ExitStack() as stack:
        tables = None
        if not topics_only:
            client = stack.enter_context(connect(addresses.find_clickhouse(settings), settings.database))
            tables = Rows(client, settings.prefix, now)
        report = verifying.verify(reader, believed, store.read_copy(file), now, tables)
    for finding in report.findings:
        typer.echo(str(finding))
    if report.count > len(report.findings):
        typer.echo(f"... {report.count - len(report.findings)} more")
    said = {name: getattr(report, name) for name in ("seals", "records", "gone", "set_aside", "unsealed", "rows")}
    typer.echo(msgspec.json.encode({**said, "findings": report.count}).decode())
    if report.count or not report.seals:
        raise typer.Exit(1)


def _reader() -> "tuple[Reader, Settings]":
    from streams import addresses
    from streams.reader import Reader
    from streams.settings import Settings

    settings = Settings()
    return Reader(settings, addresses.find_kafka(settings)), settings
