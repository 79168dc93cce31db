"""``chengxin publish``, ``receipts``: records go to Kafka, receipts come back. Exit codes as in ``department``."""

import contextlib
import time
from datetime import datetime
from itertools import chain, count
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from streams.cli import department
from streams.cli.department import Asked, Channel, Day, Errors, KitFolder, RecordKind
from streams.cli.screen import Json, answer, screen

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence, Set

    from streams.core.law import LawBook
    from streams.kit.answers import Answer
    from streams.kit.checking import Checked
    from streams.kit.journal import Journal
    from streams.kit.rows import Draft
    from streams.kit.sending import Keys
    from streams.kit.sheet import Line
    from streams.reader import Reader
    from streams.settings import Settings

UNSENT = 3
ChannelKey = Annotated[
    Path | None,
    typer.Option(envvar="CHENGXIN_CHANNEL_KEY", help="file of your channel's key: receipts are checked against it"),
]


def publish(
    file: Annotated[Path, typer.Argument(help=".csv, .xlsx, .jsonl or .json")],
    channel: Channel,
    *,
    record: RecordKind = None,
    kit: KitFolder = None,
    expect: Annotated[str | None, typer.Option(help="digest of the kit the office has announced")] = None,
    day: Day = None,
    errors: Errors = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="check and count; send nothing")] = False,
    channel_key: ChannelKey = None,
    json: Json = False,
) -> None:
    """Check every row, send the sound ones, write what is not sent to an error file beside FILE.

    What was acknowledged stands in FILE.journal.jsonl: run again after a break, only the rest is sent. Rows that the
    server would hold for review are sent, and corrected by redrive; rows it would reject are not.
    """
    from streams.kit import redriving
    from streams.kit.journal import Journal
    from streams.settings import Settings

    settings = Settings()
    opened = department.open_kit(kit, expect)
    keys = keys_of(settings, channel_key)
    table, checked = department.check_file(opened, Asked(file, channel, record, department.day_of(day)), keys.own)
    checked = redriving.sent_first(checked)
    console = screen(plain=True, json=json)
    department.show(console, table, checked)
    unsent = [one for one in checked if not one.sendable]
    if unsent:
        department.write_errors(errors or beside(file), table, unsent)
    journal, sent = Journal.beside(file), None
    if dry_run:
        console.print(_would(checked, journal, channel), soft_wrap=True)
    else:
        sent = send(settings, [one.draft for one in checked if one.sendable], journal, keys, channel)
        console.print(sent.told())
    if json:
        answer({"rows": len(checked), "outcomes": department.counted(checked), "sent": sent and sent._asdict()})
    if any(one.faulty for one in checked):
        raise typer.Exit(1)


def receipts(
    channel: Channel,
    *,
    since: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M"], help="receipts of this time and later")
    ] = None,
    follow: Annotated[bool, typer.Option(help="go on until Ctrl-C")] = False,
    json: Annotated[
        bool, typer.Option("--json", help="a line of JSON for each receipt; of a sheet its totals")
    ] = False,
    sheet: Annotated[Path | None, typer.Option(help="对账单 / reconciliation sheet: .xlsx, .csv or .json")] = None,
    journal: Annotated[
        list[Path] | None, typer.Option(help="journals to reconcile; default: all in this folder")
    ] = None,
    arrived: Annotated[
        bool, typer.Option("--arrived", help="sheet of what lies in the channel's topics, for who has no journal")
    ] = False,
    kit: KitFolder = None,
    wait: Annotated[float, typer.Option(min=0, help="seconds to wait for receipts that are still missing")] = 30,
) -> None:
    """The channel's receipts as they come; or, with --sheet, every row that was sent with its receipt. Exit 3 where a
    receipt is missing or is about other bytes than were sent, 1 where a row was not accepted."""
    from streams import addresses
    from streams.kit import journal as journals
    from streams.reader import Reader
    from streams.settings import Settings

    settings = Settings()
    department.known_channel(channel)
    if arrived and (sheet is None or journal):
        raise typer.BadParameter("与 --sheet 同用、不与 --journal 同用 / it goes with --sheet and without --journal")
    reader = Reader(settings, addresses.find_kafka(settings))
    if sheet is None:
        _print(reader, channel, since, follow, json)
        return
    if arrived:
        lines = lying(reader, channel, since, wait)
    else:
        lines = reconciled(reader, channel, journals.required(journal), since, wait)
    _write(sheet, lines, department.open_kit(kit).book, json)
    _judged({line.fate.outcome for line in lines})


def _judged(outcomes: "Set[str]") -> None:
    """Exit as the fates of a sheet demand."""
    if outcomes & {"missing", "digest_differs"}:
        raise typer.Exit(UNSENT)
    if outcomes - {"accepted", "warned", "duplicate"}:
        raise typer.Exit(1)


def keys_of(settings: "Settings", channel_key: Path | None) -> "Keys":
    from streams.kit import keys
    from streams.kit.sending import Keys

    return Keys(keys.own(settings.data_dir / "kit"), None if channel_key is None else keys.of_channel(channel_key))


def beside(file: Path) -> Path:
    """The error file where none is named: a new one, for the last may have been corrected in place."""
    suffix = ".json" if file.suffix.lower() == ".jsonl" else file.suffix.lower()
    names = (f"{file.stem}.errors{number}{suffix}" for number in chain([""], (f".{n}" for n in count(2))))
    return next(place for name in names if not (place := file.with_name(name)).exists())


def _would(checked: "Sequence[Checked]", journal: "Journal", channel: str) -> str:
    sendable = [one.draft for one in checked if one.sendable]
    families = ", ".join(sorted({f"{draft.family}.{channel}" for draft in sendable})) or "-"
    before = f"日志中已有 / in the journal {len(journal.sent)}"
    return f"试运行，未发送 / dry run, nothing sent: {len(sendable)} -> {families}; {before}"


class Sent(NamedTuple):
    """How many records were acknowledged now, and how many earlier by the journal."""

    acknowledged: int
    before: int

    def told(self) -> str:
        return f"已确认 / acknowledged {self.acknowledged}, 此前已发 / sent before {self.before}"


def send(settings: "Settings", drafts: "Sequence[Draft]", journal: "Journal", keys: "Keys", channel: str) -> Sent:
    """Send what the journal does not hold, with a bar on a terminal. Exit 3 where the broker does not take all."""
    from rich.console import Console
    from rich.progress import Progress

    from streams import addresses, registries
    from streams.kit.sending import NotSent, Sender

    registries.require_same(settings)
    with (
        Sender(addresses.find_kafka(settings), settings.prefix, channel, keys, journal) as sender,
        Progress(console=Console(stderr=True), transient=True) as bars,
    ):
        waiting = len(sender.waiting(drafts))
        bar = bars.add_task("发送 sending", total=waiting)
        try:
            sent = sender.send(drafts, lambda number: bars.advance(bar, number))
        except NotSent as fault:
            typer.echo(str(fault), err=True)
            raise typer.Exit(UNSENT) from None
    return Sent(sent, len(drafts) - waiting)


def _print(reader: "Reader", channel: str, since: datetime | None, follow: bool, json: bool) -> None:
    import msgspec

    from streams.kit import answers

    topic = reader.catalogue.name("receipts", channel, reader.settings.prefix)
    with contextlib.suppress(KeyboardInterrupt):
        for one in answers.read(reader.bootstrap, topic, reader.codec, in_china(since), follow):
            if json:
                typer.echo(msgspec.json.encode({**one.receipt, "at": one.at}).decode())
                continue
            told = one.receipt
            where = ":".join(str(part) for part in one.place)
            fault = next(iter((*told["faults"], *told["warnings"])), None)
            said = "" if fault is None else f" {fault['code']} {fault['field'] or ''}".rstrip()
            typer.echo(f"{one.at:%Y-%m-%dT%H:%M:%SZ} {told['event_id'] or '-'} {where} {told['outcome']}{said}")


def reconciled(
    reader: "Reader", channel: str, journals: list[Path], since: datetime | None, wait: float
) -> "list[Line]":
    from streams.kit import answers, journal
    from streams.kit.sending import cluster_of
    from streams.kit.sheet import Line

    start, cluster = in_china(since), cluster_of(reader.bootstrap, reader.settings.prefix)
    sent = [
        (path.name.removesuffix(journal.ENDING), one)
        for path in journals
        for one in journal.read(path)
        if (one.topic.rpartition(".")[2], one.cluster) == (channel, cluster)
        and (start is None or one.sent_at is None or one.sent_at >= start)
    ]
    first = answers.first_receipt(one for _, one in sent) or start

    def look() -> list[Line]:
        fates = answers.matched((one for _, one in sent), _answers(reader, channel, first))
        return [Line(file, fate) for (file, _), fate in zip(sent, fates, strict=True)]

    return _complete(look, wait)


def lying(reader: "Reader", channel: str, since: datetime | None, wait: float) -> "list[Line]":
    """What lies in the channel's own topics now, with its receipts."""
    from streams.kit import arrived
    from streams.kit.sheet import Line

    there = arrived.spans(reader.bootstrap, reader.catalogue, channel, reader.settings.prefix, in_china(since))
    return _complete(lambda: [Line("", fate) for fate in arrived.lying(_answers(reader, channel), there)], wait)


def _answers(reader: "Reader", channel: str, first: datetime | None = None) -> "list[Answer]":
    from streams.kit import answers

    topic = reader.catalogue.name("receipts", channel, reader.settings.prefix)
    return list(answers.read(reader.bootstrap, topic, reader.codec, first))


def _complete(look: "Callable[[], list[Line]]", wait: float) -> "list[Line]":
    """What ``look`` sees once every receipt is there, or ``wait`` seconds are over."""
    deadline = time.monotonic() + wait
    while True:
        lines = look()
        if all(line.fate.answer is not None for line in lines) or time.monotonic() > deadline:
            return lines
        time.sleep(1)


def _write(place: Path, lines: "Sequence[Line]", book: "LawBook", json: bool) -> None:
    from rich.table import Table as Grid

    from streams.kit import sheet

    sheet.write(place, lines, book.codes)
    answers = [line.fate.answer for line in lines if line.fate.answer is not None]
    if answers and max(answers, key=lambda one: one.at).receipt["law_digest"] != book.digest:
        typer.echo("回执依据的法律簿与工具包不同，请重新下载 / decided by another law book than your kit's", err=True)
    grid = Grid("结果 outcome", "代码 code", "行数 rows", title=f"对账单 / sheet {place}: {len(lines)} 已发 / sent")
    totals = sheet.totals(lines)
    if json:
        answer({"rows": len(lines), "totals": [{"outcome": o, "code": c or None, "rows": n} for o, c, n in totals]})
        return
    for outcome, code, number in totals:
        grid.add_row(sheet.named(outcome), code, f"{number:,}")
    if all(line.fate.answer is not None for line in lines):
        grid.add_row(sheet.named("missing"), "", "0")
    screen(plain=True).print(grid)


def in_china(since: datetime | None) -> datetime | None:
    from streams.clock import HERE

    return None if since is None else since.replace(tzinfo=HERE)
