"""``chengxin worker``, ``sink``, ``clock``: the processes of the pipeline."""

import asyncio
import contextlib
import os
import signal
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from streams.reader import Reader

PATIENCE_S = 15.0  # a process is often started while a broker comes up again beside it

clock = typer.Typer(help="The clock: days pass only through it.", no_args_is_help=True)


def worker() -> None:
    """Run one worker with both agents. Start several; they share the partitions."""
    from streams import addresses, app
    from streams.settings import Settings

    settings = Settings()
    app.run(settings, addresses.find_kafka(settings, PATIENCE_S))


def sink() -> None:
    """Run the ClickHouse sink."""
    from sinks.clickhouse.__main__ import main
    from streams import addresses, registries
    from streams.settings import Settings

    settings = Settings()
    registries.require_same(settings)
    found = addresses.find(settings, PATIENCE_S)
    os.environ["KAFKA_BOOTSTRAP"], os.environ["CLICKHOUSE_URL"] = found.kafka, found.clickhouse
    main()


@clock.command()
def tick(to: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="the last day to let pass")]) -> None:
    """Let every day up to --to pass, missed days one by one. A day ticked cannot be taken back."""
    from streams.clock import check_not_future

    check_not_future(to.date())
    typer.echo(f"{asyncio.run(_tick_to(_reader(), to.date()))} ticks")


@clock.command()
def run() -> None:
    """Tick each day when it begins in China, for as long as the process lives."""
    from streams.clock import follow_days

    signal.signal(signal.SIGTERM, signal.default_int_handler)  # both end it in order
    reader = _reader(PATIENCE_S)  # asked once: a broker that is away later is waited for, not complained of
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(follow_days(lambda day: _tick_to(reader, day)))


def _reader(patience_s: float = 2.0) -> "Reader":
    from streams import addresses
    from streams.reader import Reader
    from streams.settings import Settings

    settings = Settings()
    return Reader(settings, addresses.find_kafka(settings, patience_s))


async def _tick_to(reader: "Reader", day: date) -> int:
    from streams import clock as clocks
    from streams.setup import clock_log

    async with clocks.opened(clock_log(reader), reader.codec, reader.shelf) as writer:
        return await writer.tick_to(day)
