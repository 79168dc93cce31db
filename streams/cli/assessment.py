"""``chengxin bulletin`` and ``chengxin assess``: the office's month, frozen once, told, and given to evaluators."""

import contextlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from streams.cli.screen import Json, answer, screen

if TYPE_CHECKING:
    from rich.console import Console

    from monitoring.assessment.bulletin import Bulletin, Names
    from monitoring.assessment.gathering import Office

app = typer.Typer(help="考核 / assessment: freeze a month, export for third-party evaluation", no_args_is_help=True)
_QUERY_S = 900.0  # a year of a province, counted anew
Month = Annotated[datetime, typer.Option(formats=["%Y-%m"], help="the month, e.g. 2026-10")]
Returns = Annotated[
    Path | None,
    typer.Option(help="folder of monthly returns named CHANNEL.MONTH.xlsx; without it nothing is concealed"),
]
_SHOWN = ("总体 totals", "点名 over the bar")


def bulletin(
    month: Month,
    *,
    city: Annotated[str | None, typer.Option(help="one city: its name, region code or channel; default: all")] = None,
    returns: Returns = None,
    bars: Annotated[
        Path | None, typer.Option(help="the office's own bars; default: monitoring/assessment/bars.yaml")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="folder; default: bulletin in the data folder")] = None,
    json: Json = False,
) -> None:
    """通报: the month as Markdown, XLSX and a page: totals, who is over which bar, ranking, cities, fields, trend. A
    frozen month is told as it was frozen, with what came in since."""
    from monitoring.assessment import bars as settings_of
    from monitoring.assessment import gathering
    from monitoring.assessment.bulletin import bulletin as make
    from monitoring.assessment.files import write
    from monitoring.assessment.months import twelve
    from streams.settings import Settings

    told, named = settings_of.load(bars), names()
    where = None if city is None else city_of(city, named)
    with office(returns) as asked:
        day = gathering.begun(asked, month.date())
        made = make(gathering.gather(asked, twelve(month.date())), month.date(), day, named, told, city=where)
    paths = write(made, out or Settings().data_dir / "bulletin")
    console = screen(plain=True, json=json)
    _show(console, made)
    for path in paths.values():
        console.print(f"{path}", soft_wrap=True)
    if json:
        answer(made)


def _show(console: "Console", made: "Bulletin") -> None:
    """What of a bulletin fits a screen."""
    from rich.table import Table

    from monitoring.assessment.tables import status, tables, title

    console.print(f"{title(made)}\n{status(made)}")
    for table in tables(made):
        if table.title in _SHOWN:
            grid = Table(*table.headings, title=table.title)
            for row in table.rows:
                grid.add_row(*(cell.text for cell in row))
            console.print(grid)


@app.command()
def freeze(month: Month, returns: Returns = None) -> None:
    """Keep the figures of a month that is over as they stand: later bulletins of it tell these. Once, and for good."""
    from monitoring.assessment import gathering

    with office(returns) as asked:
        kept = gathering.freeze(asked, month.date())
    number = sum(len(numbers) for numbers in kept.cells.values())
    typer.echo(f"{month:%Y-%m} 已定稿 / frozen: {number:,} 个数字 figures, 截至 as of {kept.as_of}")


@app.command()
def export(
    month: Month,
    out: Annotated[Path, typer.Option(help="a new folder for the evaluator")],
    keys: Annotated[Path, typer.Option(help="a new file, for the office alone: which unit is which")],
) -> None:
    """第三方评估: a frozen month for an evaluator outside. Units under pseudonyms, cells under 10 and what would give
    them away hidden, with a data dictionary."""
    from monitoring.assessment import gathering
    from monitoring.assessment.export import write

    with office(None) as asked:
        found = gathering.frozen_month(asked, month.date())
    for path in write(found, month.date(), names(), out, keys):
        typer.echo(f"{path}")


@contextlib.contextmanager
def office(returns: Path | None) -> "Iterator[Office]":
    """What the figures are read from: tables, query log, returns. Raises NoServers."""
    from monitoring.assessment.gathering import Office, query_log
    from sinks.clickhouse.connection import connect
    from streams import addresses
    from streams.law import loader
    from streams.reader import Reader
    from streams.settings import Settings

    screen()  # silences what the Kafka clients log
    settings, book = Settings(), loader.load()
    found = addresses.find(settings)
    reader = Reader(settings, found.kafka)
    channels = frozenset(reader.catalogue.channels)
    with connect(found.clickhouse, settings.database, timeout_s=_QUERY_S) as client:
        yield Office(client, book, channels, query_log(reader, book), returns)


def names() -> "Names":
    """Chinese names of channels, bodies, cities and fields."""
    from monitoring.assessment.bulletin import Names
    from streams.law import loader
    from topics.catalogue import Catalogue
    from topics.people import cities

    catalogue, book = Catalogue.load(), loader.load()
    return Names(
        channels={code: one.name for code, one in catalogue.channels.items()},
        bodies={code: one.name for code, one in book.bodies.items()},
        cities=cities(),
        fields=book.fields,
    )


def city_of(said: str, named: "Names") -> str:
    """Region code of the city that a code, a name or a platform's channel means."""
    from monitoring.assessment.reference import cities_of_channels
    from streams.law import loader

    found = {name: code for code, name in named.cities.items()} | cities_of_channels(loader.load())
    code = found.get(said, said)
    if code not in named.cities:
        known = "、".join(f"{name} {code}" for code, name in named.cities.items())
        raise typer.BadParameter(f"{said}: 不是本省的市 / no city: {known}", param_hint="--city")
    return code
