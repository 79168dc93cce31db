"""``chengxin chaos``: faults on real servers of its own, and the proof that nothing is lost, doubled or wrong."""

import contextlib
import json
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from streams.cli.screen import screen

if TYPE_CHECKING:
    from streams.chaos.session import Wanted

MINUTES = 55.0
SEED = 2018
_REPORT = Path("build/chaos.json")
_LOGS = Path("build/chaos-logs")  # of a run that came to grief
_BESIDE_S = 75.0  # servers up before, everything caught up after
_PROOF = 0.22  # of the whole, for oracle and auditor


def chaos(
    seed: Annotated[int, typer.Option(help="equal seeds give equal plans of faults")] = SEED,
    minutes: Annotated[
        float, typer.Option(min=2, help="for the whole run, its proof too; under 3: longer than that")
    ] = MINUTES,
) -> None:
    """Kill, freeze, cut off, fill up and mislead everything at random moments while publishers go on sending.

    On a fresh folder with servers of its own, whatever the environment names.
    """
    from streams.chaos import disk

    play(wanted(seed, minutes, disk.inside([sys.executable, "-m", "streams.cli.main", *sys.argv[1:]])))


def play(wanted: "Wanted") -> None:
    """Run it, write the report, print the last line; exit 1 where anything came of it."""
    from streams.chaos.session import Chaos

    signal.signal(signal.SIGTERM, signal.default_int_handler)  # both end the run in order
    with _folder() as folder:
        result = Chaos(folder, screen(), wanted).run()
        if result.faults():
            _keep_logs(folder)
    _REPORT.parent.mkdir(exist_ok=True)
    _REPORT.write_bytes(result.report() + b"\n")
    for fault in result.faults():
        typer.echo(fault, err=True)
    typer.echo(json.dumps(result.last_line(), ensure_ascii=False))
    if result.faults():
        raise typer.Exit(1)


def wanted(seed: int, minutes: float, mountable: bool) -> "Wanted":
    """A plan that fits: of the time given, what is left beside starting and proving."""
    from streams.chaos.plan import KINDS, ROUNDS, plan
    from streams.chaos.session import Wanted

    kinds: tuple[str, ...] = KINDS
    if not mountable:
        typer.echo(
            "不能挂载小文件系统，磁盘写满不演练 / no small file system may be mounted: no disk runs full", err=True
        )
        kinds = tuple(kind for kind in KINDS if kind != "disk")
    faults_s = max(60.0, 60 * minutes * (1 - _PROOF) - _BESIDE_S)
    rounds = max(1, round(ROUNDS * minutes / MINUTES))
    return Wanted(seed, plan(seed, faults_s, rounds, kinds, rest_s=5.0), faults_s, mountable)


def _keep_logs(folder: Path) -> None:
    """What servers and processes said, for whoever has to find out: the folder of the run is about to go."""
    shutil.rmtree(_LOGS, ignore_errors=True)
    for log in folder.rglob("*.log"):
        if log.stem.isdigit():
            continue  # records of a broker
        kept = _LOGS / log.relative_to(folder)
        kept.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(log, kept)
    typer.echo(f"日志 / logs: {_LOGS}", err=True)


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    """A fresh data folder, and the catalogue of the run for this process and all it starts."""
    from streams.chaos import channels

    folder = Path(tempfile.mkdtemp(prefix="chengxin-chaos-"))
    try:
        os.environ["CHENGXIN_TOPICS"] = str(channels.write(folder / "topics"))
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
