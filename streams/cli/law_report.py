"""``chengxin law report``: what the book holds, what is missing, as tables, as a page and as one JSON object."""

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Column, Table

from streams.cli.screen import Json, screen, tell

if TYPE_CHECKING:
    from streams.law.report.build import Report
    from streams.law.report.chains import Heading

CASES = Path(__file__).parents[2] / "tests" / "cases"
Cases = Annotated[
    list[Path] | None, typer.Option("--cases", help="case files or folders; default: those of this release")
]


def report(
    folder: Annotated[
        Path | None, typer.Argument(help="folder of law files; default: the files of this release")
    ] = None,
    cases: Cases = None,
    html: Annotated[Path, typer.Option(help="where the page goes")] = Path("build/law-report.html"),
    on: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="day that counts as today; default: today in China")
    ] = None,
    json_only: Json = False,
) -> None:
    """Tables, an HTML page, and as the last line one JSON object. Exit 1 if a case, a day or a row is to be mended."""
    from streams.cases.read import CaseFault
    from streams.clock import today_here
    from streams.law import loader
    from streams.law.report.build import build
    from streams.law.report.page import page

    tell(loader.check(folder))
    try:
        made = build(folder, cases or [CASES], on.date() if on else today_here())
    except CaseFault as fault:
        tell([fault])
    html.parent.mkdir(parents=True, exist_ok=True)
    html.write_text(page(made), encoding="utf-8")
    console = screen(json=json_only)
    _print(made, console)
    console.print(f"page: {html}", markup=False, soft_wrap=True)
    typer.echo(json.dumps(made.figures()))
    if not made.sound:
        raise typer.Exit(1)


def _print(made: "Report", console: Console) -> None:
    for title, headings in (
        ("11 key fields", made.fields),
        ("12 key groups", made.groups),
        ("4 kinds of key conduct", made.conducts),
    ):
        console.print(_chains(title, headings, made))
    console.print(_memoranda(made))
    if made.left_out:
        console.print(_left_out(made))
    console.print(_checked(made))
    for kind, found in (("gap", made.gaps), ("conflict", made.conflicts)):
        for one in found:
            console.print(f"{kind} from {one.day}: {one.what}", style="red", markup=False)
    for name in made.proof.failed:
        console.print(f"case differs: {name}", style="red", markup=False)
    for rule, lacks in made.proof.without(made.book).items():
        console.print(f"{rule}: no case that {' or '.join(lacks)} it", style="red", markup=False)
    console.print(
        f"active_rules counts rules in the book that act while they are in force ({made.active}); "
        f"on {made.day} {made.in_force} of them are. memoranda counts every text that sets measures, statutes too. "
        "fields and groups count where something can follow for a person on that day."
    )


def _chains(title: str, headings: tuple["Heading", ...], made: "Report") -> Table:
    """Determination, the paper its measures stand on, the measures of that day: item by item, or why there is none."""
    from streams.law.report import words

    table = Table(_text("name", 2), _text("determination", 3), _text("paper", 3), _text("measure", 5), title=title)
    table.caption = f"on {made.day}; none = nothing follows for a person, with the reason"
    for one in headings:
        name = f"{one.name}{'' if one.has_chain_on(made.day) else ' (none)'}"
        table.add_section()
        for chain in one.chains:
            live = chain.live(made.day)
            papers = sorted({made.book.instruments[code].title for rule in live for code in rule.basis})
            measures = sorted({made.book.measures[rule.measure].name for rule in live})
            why = [words.reason(code, made.book) for code in chain.reasons] or ["施行期间已过"]
            table.add_row(name, chain.item.name, "；".join(papers), "；".join(measures) or f"none: {'；'.join(why)}")
            name = ""
    return table


def _text(name: str, ratio: int | None = None) -> Column:
    """A column whose texts are broken and never cut."""
    return Column(name, overflow="fold", ratio=ratio)


def _memoranda(made: "Report") -> Table:
    from streams.law.report import words

    counts = [Column(name, justify="right") for name in ("text", "active", "today", "idle")]
    table = Table(Column("version", no_wrap=True), _text("title", 3), *counts, _text("why idle, or not there", 4))
    table.show_lines = True
    table.caption = (
        "text: measures the text is said to have; today: active rows in force on that day; idle: inactive rows"
    )
    table.title = f"{len(made.versions)} versions of texts that set measures"
    for one in made.versions:
        why = [f"{words.reason(code, made.book)} ({number})" for code, number in one.reasons().items()]
        why += [words.reason(one.unread, made.book)] if one.unread else []
        numbers = (len(one.active), len(one.in_force(made.day)), len(one.inactive))
        table.add_row(one.name, one.title, str(one.measures_in_text or ""), *map(str, numbers), "；".join(why))
    return table


def _left_out(made: "Report") -> Table:
    from streams.law.report import words

    table = Table(
        Column("code", no_wrap=True), _text("title"), _text("why"), title="memoranda that are named and not loaded"
    )
    for one in made.left_out:
        table.add_row(one.instrument.code, one.instrument.title, words.reason(one.reason, made.book))
    return table


def _checked(made: "Report") -> Table:
    table = Table(Column("last checked", no_wrap=True), Column("instruments", justify="right"), _text("codes"))
    table.title = f"{len(made.book.instruments)} instruments by the day their source was last looked at"
    for day, papers in made.by_checked_day().items():
        table.add_row(str(day), str(len(papers)), " ".join(one.code for one in papers))
    return table
