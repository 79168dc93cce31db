"""``chengxin load``: a backlog worked off on servers of its own, with ClickHouse down in the middle."""

import contextlib
import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

import typer

from streams.cli.screen import screen

RECORDS = 1_000_000
DOWN_S = 300.0
RECORD_BYTES = 15_000  # on disk, with everything that follows from a record; measured 13,000 on the courts' items
_REPORT = Path("build/load.json")


def load(
    records: Annotated[int, typer.Option(min=2_000, help="records of the backlog")] = RECORDS,
    down: Annotated[float, typer.Option(min=1, help="seconds for which ClickHouse is away")] = DOWN_S,
    state: Annotated[Literal["disk", "memory"], typer.Option(help="where the workers keep standings")] = "disk",
) -> None:
    """Write a backlog, work it off while ClickHouse is away for a while, prove that nothing is lost or doubled.

    On a fresh folder with servers of its own, whatever the environment names: it kills ClickHouse.
    """
    from streams.addresses import Addresses
    from streams.load.session import Load, Wanted
    from streams.local import stack
    from streams.local.cache import require_space
    from streams.settings import Settings

    signal.signal(signal.SIGTERM, signal.default_int_handler)  # both end the run in order
    require_space(Path(tempfile.gettempdir()), records * RECORD_BYTES)
    with _folder() as folder, stack.running(folder) as here:
        assert here.kafka_bootstrap is not None and here.clickhouse_url is not None
        settings = Settings().model_copy(
            update={
                "data_dir": folder,
                "prefix": "",
                "state": state,
                "database": "chengxin",
                "kafka_bootstrap": None,
                "clickhouse_url": None,
            }
        )
        addresses = Addresses(here.kafka_bootstrap, here.clickhouse_url)
        found = Load(settings, addresses, screen(), Wanted(records, down)).run()
    for fault in found.faults():
        typer.echo(fault, err=True)
    _REPORT.parent.mkdir(exist_ok=True)
    _REPORT.write_text(found.as_json() + "\n")
    typer.echo(found.as_json())
    if found.faults():
        raise typer.Exit(1)


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="chengxin-load-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
