"""``chengxin law``: the law book as its authors meet it."""

import asyncio
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Column, Table

from streams.cli.law_report import CASES, Cases, report
from streams.cli.screen import Json, answer, screen, tell
from streams.core.law import LawBook

if TYPE_CHECKING:
    from streams.reader import Reader

app = typer.Typer(help="The law book: check it, publish it, bring it into force.", no_args_is_help=True)
app.command()(report)


@app.callback()
def law() -> None:
    """Keeps ``law check`` a command of a group, whatever else the group holds."""


@app.command()
def check(
    folder: Annotated[
        Path | None, typer.Argument(help="folder of law files; default: the files of this release")
    ] = None,
    cases: Cases = None,
    json: Json = False,
) -> None:
    """Read every law file and play every case; print the rules and what is inactive, or each fault with its cure: what
    does not load, and each active rule without a case in which it acts and one in which it does not, or is lifted.
    Exit 1 on a fault.
    """
    from streams.cases.read import CaseFault
    from streams.law import loader
    from streams.law.files import read_folder
    from streams.law.report.proof import faults, prove

    tell(loader.check(folder))
    book = loader.load(folder)
    try:
        proof = prove(cases or [CASES], book)
    except CaseFault as fault:
        tell([fault])
    tell(faults(proof, book, read_folder(folder or loader.FOLDER, []).memoranda))
    if json:
        answer(_told(book, proof.cases))
        return
    _show(book, screen())
    active = {rule.rule_id for rule in book.rules.values() if rule.active}
    typer.echo(
        f"{proof.cases} cases passed; each of {len(active)} active rules has one in which it acts, and one in which it "
        f"does not apply ({len(active & proof.spares)}) or in which what it raised is lifted"
    )


@app.command()
def publish(
    folder: Annotated[
        Path | None, typer.Argument(help="folder of law files; default: the files of this release")
    ] = None,
) -> None:
    """Put the book of a folder on the shelf (topic lawbooks) and print its digest. It is not in force by that."""
    from streams.law import loader

    book = loader.load(folder)
    _reader().shelf.publish(book)
    typer.echo(book.digest)


@app.command()
def activate(
    digest: Annotated[str, typer.Argument(help="of a published book, as `chengxin law publish` printed it")],
    from_day: Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="first day decided by it")],
    what_if: Annotated[str | None, typer.Option(help="digest of the report of `chengxin what-if` about it")] = None,
    without_what_if: Annotated[str | None, typer.Option(help="why there is no report; is recorded")] = None,
    reports: Annotated[Path | None, typer.Option(help="folder of reports; default: what-if in the data folder")] = None,
) -> None:
    """Ask the clock to bring a published book into force, once a what-if report about it has been made. Standing cases
    are looked at again on that day."""
    from streams import clock
    from streams.setup import clock_log
    from streams.whatif import kept, supporting

    async def go() -> bool:
        reader = _reader()
        where = reports or kept.folder(reader.settings.data_dir)
        async with clock.opened(clock_log(reader), reader.codec, reader.shelf) as writer:
            laws = (await writer.read()).laws
            if laws and laws[-1] == (digest, from_day.date()):
                return False
            await asyncio.to_thread(reader.shelf.get, digest)
            asked = (reader, digest, what_if, without_what_if, where)
            support = await asyncio.to_thread(supporting.support, *asked) if laws else None
            return await writer.activate(digest, from_day.date(), support)

    typer.echo("已公布 / announced" if asyncio.run(go()) else "已在时钟上 / stands on the clock already")


def _reader() -> "Reader":
    from streams import addresses
    from streams.reader import Reader
    from streams.settings import Settings

    settings = Settings()
    return Reader(settings, addresses.find_kafka(settings))


def _told(book: LawBook, cases: int) -> dict[str, object]:
    """What ``law check`` says as one object: rules that act, and those that do not, with the reason."""
    active = [rule.rule_id for rule in book.rules.values() if rule.active]
    inactive = {rule.rule_id: rule.inactive_reason for rule in book.rules.values() if not rule.active}
    return {"digest": book.digest, "cases": cases, "active": active, "inactive": inactive}


def _show(book: LawBook, console: Console) -> None:
    active = [rule for rule in book.rules.values() if rule.active]
    waiting = [rule for rule in book.rules.values() if not rule.active]
    table = Table(_whole("rule"), "measure", _whole("executor"), _whole("from"), _whole("to"))
    table.title = f"{book.title}: {len(active)} active rules"
    table.caption = "* our mapping: the text names no department"
    for rule in active:
        mapped = "*" if rule.executor_source == "project_mapping" else ""
        ends = "" if rule.in_force_to is None else str(rule.in_force_to)
        name = book.measures[rule.measure].name
        table.add_row(rule.rule_id, name, f"{rule.executor}{mapped}", str(rule.in_force_from), ends)
    console.print(table)
    idle = Table(_whole("rule"), "measure", _whole("why"), title=f"{len(waiting)} inactive rows, kept as reference")
    for rule in waiting:
        idle.add_row(rule.rule_id, book.measures[rule.measure].name, rule.inactive_reason)
    console.print(idle)
    _show_publicity(book, console)
    console.print(f"{len(book.instruments)} instruments, {len(book.items)} items, {len(book.bodies)} bodies")
    console.print(f"digest {book.digest}", soft_wrap=True)


def _show_publicity(book: LawBook, console: Console) -> None:
    """Who may appear in public at all; every row that shows nobody says why."""
    table = Table(_whole("row"), "list", "text", _whole("shows"), title="natural persons in public (条例 20)")
    for row in book.publicity.values():
        text = f"《{book.instruments[row.instrument].title}》{row.clause}"
        table.add_row(
            row.code, row.name, text, ", ".join(row.shown) if row.active else f"nobody: {row.inactive_reason}"
        )
    console.print(table)


def _whole(name: str) -> Column:
    """A column of codes: never broken, because people copy them."""
    return Column(name, no_wrap=True)
