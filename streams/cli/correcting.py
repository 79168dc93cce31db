"""``chengxin redrive``, ``return``: what was refused goes in again, and the month is accounted for."""

from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from streams.cli import department, sending
from streams.cli.department import Asked, Channel, Day, Errors, KitFolder, RecordKind
from streams.cli.screen import Json, answer, screen
from streams.cli.sending import ChannelKey

if TYPE_CHECKING:
    from collections.abc import Sequence

    from streams.kit.monthly import Line
    from streams.kit.redriving import Before, Chains, Ready
    from streams.kit.sending import Keys
    from streams.reader import Reader
    from streams.settings import Settings


def redrive(
    file: Annotated[Path, typer.Argument(help="corrected rows, each with the receipt it answers: column receipt_id")],
    channel: Channel,
    *,
    record: RecordKind = None,
    kit: KitFolder = None,
    day: Day = None,
    errors: Errors = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="check and count; send nothing")] = False,
    channel_key: ChannelKey = None,
    json: Json = False,
) -> None:
    """Send corrected records again, each for a receipt that rejected or held it. What is unchanged (told with the
    channel's key), answered already, or was refused three times is kept back. Exit codes as of publish."""
    from streams import addresses
    from streams.kit import answers, redriving
    from streams.reader import Reader
    from streams.settings import Settings

    settings = Settings()
    keys = sending.keys_of(settings, channel_key)
    asked = Asked(file, channel, record, department.day_of(day))
    table, checked = department.check_file(department.open_kit(kit), asked, keys.own)
    reader = Reader(settings, addresses.find_kafka(settings))
    before = _before(reader, keys, channel, file)
    found = answers.read(reader.bootstrap, reader.catalogue.name("receipts", channel, settings.prefix), reader.codec)
    ready, checked = redriving.judge(checked, found, before)
    console = screen(plain=True, json=json)
    department.show(console, table, checked)
    unsent = [one for one in checked if not one.sendable]
    if unsent:
        department.write_errors(errors or sending.beside(file), table, unsent)
    done = None if dry_run else _again(settings, ready, before, keys, channel)
    console.print(done.told() if done is not None else f"试运行，未发送 / dry run, nothing sent: {len(ready)}")
    if json:
        answer({"rows": len(checked), "ready": len(ready), "sent": done and done._asdict()})
    if len(ready) < len(checked):
        raise typer.Exit(1)


def _again(
    settings: "Settings", ready: "Sequence[Ready]", before: "Before", keys: "Keys", channel: str
) -> sending.Sent:
    """Send them; which receipt each answers is kept, however that ends."""
    from streams.kit import redriving

    try:
        return sending.send(settings, [one.draft for one in ready], before.journal, keys, channel)
    finally:
        before.chains.add(redriving.chained(ready, before))


def _before(reader: "Reader", keys: "Keys", channel: str, file: Path) -> "Before":
    """What is known of earlier sendings: this deployment's chains, the journals beside the file."""
    from streams.kit import journal as journals
    from streams.kit.journal import Journal, row_key
    from streams.kit.redriving import Before

    sent = [one for path in journals.chosen(None, file.parent) for one in journals.read(path)]
    named = partial(row_key, keys.own, channel)
    return Before(_chains(reader, channel), keys.channel, Journal.beside(file), named, sent)


def _chains(reader: "Reader", channel: str) -> "Chains":
    """What the department sent again to this deployment."""
    from streams.kit.redriving import Chains
    from streams.kit.sending import cluster_of

    settings = reader.settings
    place = settings.data_dir / "kit" / f"redrives.{channel}.jsonl"
    return Chains(place, cluster_of(reader.bootstrap, settings.prefix))


def monthly_return(
    channel: Channel,
    month: Annotated[datetime, typer.Option(formats=["%Y-%m"], help="the month whose documents are accounted for")],
    out: Annotated[Path, typer.Option(help="月报 / the return to write: .xlsx, .csv or .json")],
    *,
    figures: Annotated[
        Path | None,
        typer.Option(help="your figures: columns item, produced, published, not_reported, reason"),
    ] = None,
    journal: Annotated[
        list[Path] | None, typer.Option(help="journals of what was sent; default: all in this folder")
    ] = None,
    kit: KitFolder = None,
    wait: Annotated[float, typer.Option(min=0, help="seconds to wait for receipts that are still missing")] = 30,
    json: Json = False,
) -> None:
    """The monthly return: produced, published, reported, not reported with the reason, beside what arrived by its
    receipts. Without figures a form with what arrived filled in. Exit 1 where a difference is not explained."""
    from streams import addresses
    from streams.kit import journal as journals
    from streams.kit import monthly, redriving
    from streams.reader import Reader
    from streams.settings import Settings

    settings = Settings()
    department.known_channel(channel)
    book = department.open_kit(kit).book
    said = {} if figures is None else monthly.figures(figures, book)
    reader = Reader(settings, addresses.find_kafka(settings))
    sent = sending.reconciled(reader, channel, journals.chosen(journal), None, wait)
    fates = redriving.not_sent_again((line.fate for line in sent), _chains(reader, channel))
    lines = monthly.lines(fates, said, month.date(), book)
    monthly.write(out, lines)
    if json:
        answer({"month": f"{month:%Y-%m}", "items": lines})
    else:
        _show(out, lines)
    if any(line.unexplained for line in lines):
        raise typer.Exit(1)


def _show(out: Path, lines: "Sequence[Line]") -> None:
    from rich.table import Table

    names = (
        "产生 produced",
        "报送 reported",
        "未报送 not reported",
        "退回 rejected",
        "无回执 missing",
        "差额 unexplained",
    )
    grid = Table(title=f"月报 / return {out}")
    grid.add_column("事项 item", overflow="fold")  # half a code is none
    for name in names:
        grid.add_column(name)
    for line in lines:
        numbers = (line.produced, line.reported, line.not_reported, line.rejected, line.missing, line.unexplained)
        grid.add_row(line.item, *("" if number is None else f"{number:,}" for number in numbers))
    screen(plain=True).print(grid)
