"""``chengxin load``: on servers of its own, a backlog worked off with ClickHouse down in the middle; with ``--rate`` a
steady load and a burst, and how long everything took."""

import contextlib
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from streams.cli.screen import screen

if TYPE_CHECKING:
    from streams.addresses import Addresses
    from streams.load.result import Result
    from streams.load.steady_result import Steady
    from streams.settings import Settings

RECORDS = 1_000_000
DOWN_S = 300.0
MINUTES = 10.0
RECORD_BYTES = 15_000  # on disk, with everything that follows from a record; measured 13,000 on the courts' items
_BACKLOG, _STEADY = Path("build/load.json"), Path("build/load-steady.json")


def load(
    records: Annotated[int, typer.Option(min=2_000, help="records of the backlog")] = RECORDS,
    down: Annotated[float, typer.Option(min=1, help="seconds for which ClickHouse is away")] = DOWN_S,
    state: Annotated[Literal["disk", "memory"], typer.Option(help="where the workers keep standings")] = "disk",
    rate: Annotated[float | None, typer.Option(min=1, help="no backlog: so many records a second")] = None,
    minutes: Annotated[float, typer.Option(min=0.1, help="for how long, with --rate")] = MINUTES,
) -> None:
    """Write a backlog, work it off while ClickHouse is away for a while, prove that nothing is lost or doubled.

    With --rate: a steady load, then ten times as much for ten seconds; how long records took to their receipt, to the
    departments' topics, to ClickHouse. On a fresh folder with servers of its own, whatever the environment names.
    """
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # both end the run in order
    found: Result | Steady
    if rate is None:
        found, report = _backlog(records, down, state), _BACKLOG
    else:
        found, report = _steady(rate, minutes, state), _STEADY
    for fault in found.faults():
        typer.echo(fault, err=True)
    report.parent.mkdir(exist_ok=True)
    report.write_text(found.as_json() + "\n")
    typer.echo(found.as_json())
    if found.faults():
        raise typer.Exit(1)


def _backlog(records: int, down: float, state: str) -> "Result":
    from streams.load.session import Load, Wanted

    with _servers(records, state) as (settings, addresses):
        return Load(settings, addresses, screen(), Wanted(records, down)).run()


def _steady(rate: float, minutes: float, state: str) -> "Steady":
    from streams.load.steady import SteadyLoad, Wanted

    wanted = Wanted(rate, minutes)
    with _servers(wanted.records, state) as (settings, addresses):
        return SteadyLoad(settings, addresses, screen(), wanted).run()


@contextlib.contextmanager
def _servers(records: int, state: str) -> "Iterator[tuple[Settings, Addresses]]":
    """Servers of the run's own on a fresh folder with room for what follows from ``records``."""
    from streams.addresses import Addresses
    from streams.local import stack
    from streams.local.cache import require_space
    from streams.settings import Settings

    require_space(Path(tempfile.gettempdir()), records * RECORD_BYTES)
    with _folder() as folder, stack.running(folder) as here:
        assert here.kafka_bootstrap is not None and here.clickhouse_url is not None
        fresh = {"data_dir": folder, "prefix": "", "state": state, "database": "chengxin"}
        settings = Settings().model_copy(update={**fresh, "kafka_bootstrap": None, "clickhouse_url": None})
        yield settings, Addresses(here.kafka_bootstrap, here.clickhouse_url)


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="chengxin-load-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
