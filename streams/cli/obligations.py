"""``chengxin obligations``: what departments owe, and what is past its day. Counts and identifiers, no person."""

from typing import Annotated

import typer

from streams.cli.screen import Json, answer, screen

_SHOWN = 40  # identifiers shown; the last line has them all
_KINDS = {"answer": "反馈建议", "proof": "反馈解除", "case": "办结案件", "order": "答复督导", "correction": "报送更正"}


def obligations(
    overdue: Annotated[bool, typer.Option("--overdue", help="only what is past its day, with its identifiers")] = False,
    json: Json = False,
) -> None:
    """Obligations by department, state and deadline; what is overdue with its identifiers. The last line is JSON."""
    from rich.table import Table

    from sinks.clickhouse.connection import connect
    from streams import addresses
    from streams.obligations import sheet
    from streams.settings import Settings

    settings = Settings()
    with connect(addresses.find(settings).clickhouse, settings.database) as client:
        found = sheet(client)
    console = screen(plain=True, json=json)
    if not overdue:
        table = Table("部门 department", "状态 state", "期限 due", "数量 obligations", title="措施 obligations")
        for one in found.counts:
            table.add_row(one.executor, one.state, one.due, f"{one.obligations:,}")
        console.print(table)
    table = Table("部门 department", "事项 what", "编号 id", "期限 due", title="超期 overdue")
    for late in found.overdue[:_SHOWN]:
        table.add_row(late.department, f"{_KINDS[late.kind]} {late.kind}", late.id, f"{late.due_on}")
    if len(found.overdue) > _SHOWN:
        table.add_row("…", f"{len(found.overdue) - _SHOWN:,} more", "", "")
    console.print(table)
    answer(found.summary(overdue))
