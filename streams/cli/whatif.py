"""``chengxin what-if``: what a draft law book would have done, before anybody decides on it."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from streams.cli.screen import Json, screen
from topics.catalogue import PLATFORM

if TYPE_CHECKING:
    from streams.querylog import Query
    from streams.reader import Reader
    from streams.whatif.run import Answer, Asked

_DAY = ["%Y-%m-%d"]
_SAMPLES = 3
Law = Annotated[Path, typer.Option(help="folder of draft law files, as `chengxin law check` takes it")]
First = Annotated[
    datetime | None, typer.Option("--from", formats=_DAY, help="the draft is in force from then; default: first day")
]
Last = Annotated[
    datetime | None, typer.Option("--to", formats=_DAY, help="compare until then; default: the last that has passed")
]
Officer = Annotated[str | None, typer.Option(help="with --purpose: single proposals too; goes on the query log")]
Purpose = Annotated[str | None, typer.Option(help="code of the application catalogue, e.g. audit")]
Department = Annotated[str, typer.Option(help="whose officer you are: a channel of the application catalogue")]
Samples = Annotated[int, typer.Option(min=1, max=20, help="single proposals of each kind")]
Out = Annotated[Path | None, typer.Option(help="folder of report and page; default: what-if in the data folder")]
Processes = Annotated[int, typer.Option(min=0, help="0: one for each core where that is quicker")]


def what_if(
    *,
    law: Law,
    first: First = None,
    last: Last = None,
    officer: Officer = None,
    purpose: Purpose = None,
    department: Department = PLATFORM,
    samples: Samples = _SAMPLES,
    out: Out = None,
    processes: Processes = 0,
    json: Json = False,
) -> None:
    """Replay the history with a draft law book: who is newly reached, who released, whose measure lasts longer or
    shorter. Nothing is changed; report and page are files; the last line is JSON with the report's digest."""
    from streams import addresses, querylog
    from streams.law import loader
    from streams.reader import Reader
    from streams.settings import Settings
    from streams.whatif import kept, page, report, tables
    from streams.whatif.run import Asked

    if (officer is None) != (purpose is None):
        raise typer.BadParameter("单项需同时给出 / single proposals need both --officer and --purpose")
    settings, draft = Settings(), loader.load(law)
    reader = Reader(settings, addresses.find_kafka(settings))
    days = first.date() if first else None, last.date() if last else None
    answer = _with_bar(reader, Asked(draft, *days, samples if officer is not None else 0, processes))
    console = screen(plain=True, json=json)
    console.print(tables.tables(answer.report))
    if officer is not None and purpose is not None:
        _log(reader, answer, querylog.Query(officer, purpose, "what-if", ""), department)
        console.print(tables.samples(answer.samples, answer.places, draft))
    data, html = kept.keep(answer.report, page.page(answer.report), out or kept.folder(settings.data_dir))
    console.print(f"报告 / report {data}\n网页 / page {html}", soft_wrap=True)
    typer.echo(report.line(answer.report))


def _with_bar(reader: "Reader", asked: "Asked") -> "Answer":
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from streams.engine import collector
    from streams.whatif.run import what_if as compare

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    collector.settle()
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("推演 / what-if", total=None)
        return compare(reader, asked, lambda done, whole: bar.update(task, completed=done, total=whole))


def _log(reader: "Reader", answer: "Answer", query: "Query", department: str) -> None:
    """Every person of whom a proposal is shown is on the query log before any is."""
    from sinks.portal import shell
    from sinks.portal.applications import Applications
    from streams.law import loader

    applications = Applications.load(loader.load(), reader.catalogue)
    for _, stood in answer.samples:
        about = query._replace(content=stood.decision_id, subject=stood.measured.subject)
        shell.record(reader, about, department, applications)
