"""``chengxin kit``, ``template``, ``validate``: what a department does before it sends anything; no server is needed.

Exit codes of all commands for departments: 0 all is well; 1 rows are faulty (see the error file), or something sent has
another fate than accepted; 2 a mistake in the call, a file that cannot be read, no servers; 3 not everything was
acknowledged, or a receipt is missing; 130 interrupted.
"""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from streams.cli.screen import Json, answer, screen

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from rich.console import Console

    from streams.core.law import LawBook
    from streams.kit.checking import Checked
    from streams.kit.folder import Kit
    from streams.kit.reading import Table

_SHOWN = 20  # faulty rows shown; the error file of validate has them all

Channel = Annotated[str, typer.Option(envvar="CHENGXIN_CHANNEL", help="渠道代码 / your channel, e.g. court")]
KitFolder = Annotated[
    Path | None, typer.Option("--kit", envvar="CHENGXIN_KIT", help="kit folder; default: the files of this release")
]
RecordKind = Annotated[
    str | None, typer.Option(help="记录类型 / what rows are that do not say it: CreditDetermination ...")
]
Day = Annotated[
    datetime | None, typer.Option(formats=["%Y-%m-%d"], help="check as of this day; default: today in China")
]
Errors = Annotated[Path | None, typer.Option(help="错误文件 / error file to write: .csv, .xlsx or .json")]


def kit(
    folder: Annotated[Path, typer.Argument(help="folder to make or to bring up to date")],
    in_force: Annotated[
        bool, typer.Option(help="with the law book in force on the servers, not this release's")
    ] = False,
) -> None:
    """Write what a department needs to check without servers: schemas, law book, channels. Prints the digest."""
    from streams.kit import folder as kits
    from streams.law import loader
    from streams.settings import Settings
    from topics.catalogue import Catalogue

    book = _book_in_force() if in_force else loader.load()
    said = kits.write(folder, book, Catalogue.load(), day_of(None), Settings().allow_synthetic)
    typer.echo(said.digest)


def template(
    item: Annotated[
        str, typer.Argument(help="事项代码 / an item of the catalogue, or OfficerFeedback, PersonConsent ...")
    ],
    *,
    out: Annotated[Path, typer.Option("--out", help="the .xlsx to write; default: <ITEM>.xlsx")] = Path(),
    channel: Annotated[str | None, typer.Option(envvar="CHENGXIN_CHANNEL", help="only bodies of this channel")] = None,
    kit: KitFolder = None,
    example: Annotated[bool, typer.Option(help="with a filled row about somebody who does not exist")] = False,
    day: Day = None,
) -> None:
    """Write an XLSX to fill in: headings in Chinese and English, drop-downs for everything that has a closed list."""
    from streams.kit import example as examples
    from streams.kit.template import OF_ITEM, workbook
    from streams.kit.words import RECORDS

    opened = open_kit(kit)
    found = opened.book.items.get(item)
    if found is None and (item not in RECORDS or item in OF_ITEM):
        raise typer.BadParameter(f"{item}: 数据清单中没有该事项 / no item of the catalogue", param_hint="ITEM")
    filled = {}
    if example and found is not None:
        filled = {name: [row] for name, row in examples.example(opened.book, found, channel, day_of(day)).items()}
    place = out if out != Path() else Path(f"{item}.xlsx")
    if place.exists():
        raise typer.BadParameter(f"{place}: 已存在，请另起文件名 / is there already: name another", param_hint="--out")
    workbook(opened, found, OF_ITEM if found else (item,), channel, filled).save(place)
    typer.echo(f"{place}")


def validate(
    file: Annotated[Path, typer.Argument(help=".csv, .xlsx, .jsonl or .json")],
    channel: Channel,
    *,
    record: RecordKind = None,
    kit: KitFolder = None,
    expect: Annotated[str | None, typer.Option(help="digest of the kit the office has announced")] = None,
    day: Day = None,
    errors: Errors = None,
    json: Json = False,
) -> None:
    """Check every row as the server would, without servers; exit 1 where a row would not be accepted."""
    opened = open_kit(kit, expect)
    table, checked = check_file(opened, Asked(file, channel, record, day_of(day)), bytes(32))
    show(screen(plain=True, json=json), table, checked)
    write_errors(errors, table, checked)
    if json:
        answer({"rows": len(checked), "outcomes": counted(checked)})
    if any(one.faulty for one in checked):
        raise typer.Exit(1)


def _book_in_force() -> "LawBook":
    """The book by which the deployment decides on the day of its clock."""
    from streams import addresses, clock
    from streams.reader import Reader
    from streams.settings import Settings

    settings = Settings()
    reader = Reader(settings, addresses.find_kafka(settings))
    log = clock.ClockLog(reader.bootstrap, reader.topic("clock"), reader.partitions)
    day, laws = clock.last_committed(log, reader.codec)
    begun = [law for law in laws if day is not None and law.from_day <= day]
    if not begun:
        raise clock.ClockFault("没有法律簿生效 / no law book is in force there yet: run `chengxin up`")
    return reader.shelf.get(begun[-1].digest)


def day_of(given: datetime | None) -> "date":
    from streams.clock import today_here

    return today_here() if given is None else given.date()


def open_kit(folder: Path | None, expect: str | None = None) -> "Kit":
    from streams.kit import folder as kits

    opened = kits.of_release(day_of(None)) if folder is None else kits.load(folder)
    if expect is not None and expect != opened.said.digest:
        typer.echo(
            f"工具包（{opened.said.made_on} 制作）与公布的不是同一版本，请重新下载 / "
            f"the kit made on {opened.said.made_on} is not the one announced: download it again",
            err=True,
        )
    return opened


class Asked(NamedTuple):
    """What is to be checked, and as whose."""

    file: Path
    channel: str
    record: str | None
    day: "date"


def check_file(opened: "Kit", asked: Asked, key: bytes) -> "tuple[Table, list[Checked]]":
    """Read a file and check its rows, with a bar on a terminal. ``key``: of event ids made here."""
    from rich.console import Console
    from rich.progress import Progress

    from streams.kit import reading
    from streams.kit.checking import check
    from streams.kit.offline import Checker
    from streams.kit.rows import Maker, left_out
    from streams.kit.words import RECORDS

    if asked.channel not in opened.said.channels:
        raise typer.BadParameter(f"{asked.channel}: 没有该渠道 / no channel", param_hint="--channel")
    if asked.record is not None and asked.record not in RECORDS:
        raise typer.BadParameter(f"{asked.record}: one of {', '.join(RECORDS)}", param_hint="--record")
    table = reading.read(asked.file)
    if table.note:
        typer.echo(f"{asked.file}: {table.note}", err=True)
    if others := left_out(table):
        names = "、".join(others)
        typer.echo(
            f"{asked.file}: 未读取的工作表 / sheets not read, for others are named by a record: {names}", err=True
        )
    drafts = Maker(opened, asked.channel, asked.record, key).make(table)
    with Progress(console=Console(stderr=True), transient=True) as bars:
        bar = bars.add_task("校验 checking", total=len(drafts))
        return table, check(drafts, Checker(opened, asked.channel, asked.day), opened.book, lambda: bars.advance(bar))


def known_channel(channel: str) -> None:
    """Refuse a channel that no topic has."""
    from topics.catalogue import Catalogue

    if channel not in Catalogue.load().channels:
        raise typer.BadParameter(f"{channel}: 没有该渠道 / no channel", param_hint="--channel")


def show(console: "Console", table: "Table", checked: "Sequence[Checked]") -> None:
    from rich.table import Table as Grid

    from streams.kit.checking import outcomes
    from streams.kit.errors import sentence
    from streams.kit.words import OUTCOMES

    grid = Grid("结果 outcome", "代码 code", "行数 rows", title=f"{table.path.name}: {len(checked)} 行 / rows")
    for (outcome, code), number in sorted(outcomes(checked).items()):
        grid.add_row(f"{OUTCOMES[outcome]} {outcome}", code, f"{number:,}")
    console.print(grid)
    faulty = [one for one in checked if one.faulty]
    for one in faulty[:_SHOWN]:
        for finding in one.findings:
            where = f"{one.draft.sheet} {one.draft.row.number}".strip()
            console.print(f"{where}: {finding.column}: {finding.code}: {sentence(finding)}", soft_wrap=True)
    if len(faulty) > _SHOWN:
        console.print(f"… {len(faulty) - _SHOWN:,} more; `validate --errors FILE` writes them all")


def write_errors(place: Path | None, table: "Table", checked: "Sequence[Checked]") -> None:
    from streams.kit import errors

    if place is not None:
        if place.resolve() == table.path.resolve():
            raise typer.BadParameter(f"{place}: 会覆盖输入文件 / would overwrite the input", param_hint="--errors")
        number = errors.write(place, table, checked)
        typer.echo(f"{place}: {number} 行 / rows", err=True)


def counted(checked: "Sequence[Checked]") -> list[dict[str, object]]:
    """Rows by outcome and code, for JSON."""
    from streams.kit.checking import outcomes

    return [{"outcome": o, "code": code or None, "rows": n} for (o, code), n in sorted(outcomes(checked).items())]
