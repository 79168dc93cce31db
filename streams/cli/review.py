"""``chengxin review``: records that are held, by reason. Counts and identifiers, no person."""

from typing import TYPE_CHECKING, Annotated

import typer

from streams.cli.screen import Json, answer, screen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.table import Table

    from streams.review import Held

_SHOWN = 40  # records shown; --json has them all


def review(
    reason: Annotated[
        str | None, typer.Option(help="only records held for this code, e.g. DOCUMENT_INCOMPLETE")
    ] = None,
    channel: Annotated[str | None, typer.Option(help="only records of this channel")] = None,
    json: Json = False,
) -> None:
    """Held records by reason, with the cure of each, and the identifiers of the oldest. What was settled since, or was
    sent again as it should have been, is not here."""
    from rich.table import Table

    from sinks.clickhouse.connection import connect
    from streams import addresses
    from streams.law import loader
    from streams.review import held, summary
    from streams.settings import Settings
    from topics.catalogue import Catalogue

    codes = loader.load().codes
    if reason is not None and reason not in codes:
        raise typer.BadParameter(f"{reason}: no code of streams/law/codes.yaml", param_hint="--reason")
    if channel is not None and channel not in Catalogue.load().channels:
        raise typer.BadParameter(f"{channel}: no channel of topics/", param_hint="--channel")
    settings = Settings()
    with connect(addresses.find(settings).clickhouse, settings.database) as client:
        records = held(client, reason, channel)
    said, console = summary(records), screen(plain=True, json=json)
    table = Table("原因 reason", "说明与处理 what and cure", "数量 records", "最早 since", title="待处理 held")
    for code, number in said["by_reason"].items():
        oldest = min(one.since for one in records if one.code == code)
        table.add_row(code, f"{codes[code].zh}；{codes[code].cure_zh}", f"{number:,}", f"{oldest}")
    console.print(table)
    console.print(_oldest(records))
    if json:
        answer(said)


def _oldest(records: "Sequence[Held]") -> "Table":
    """The first of them, each by its receipt."""
    from rich.table import Table

    title = "有疑义的在先，其余按时间 what puts a standing record in doubt, then the oldest"
    table = Table("回执 receipt", "渠道 channel", "原因 reason", "起 since", "疑义 doubt", title=title)
    for one in records[:_SHOWN]:
        table.add_row(one.receipt_id, one.channel, one.code, f"{one.since}", "!" if one.doubt else "")
    if len(records) > _SHOWN:
        table.add_row("…", f"{len(records) - _SHOWN:,} more", "", "", "")
    return table
