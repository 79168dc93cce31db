"""A what-if as tables on a terminal."""

from collections.abc import Iterable, Iterator

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from streams.core.law import LawBook
from streams.whatif.places import TABLES, TITLES, Places
from streams.whatif.report import Report, Row
from streams.whatif.stood import DIRECTIONS, Direction, Stood
from streams.whatif.words import COLUMNS, NOTES, figure


def tables(report: Report) -> RenderableType:
    """What ``chengxin what-if`` prints before the JSON."""
    return Group(*_parts(report))


def _parts(report: Report) -> Iterator[RenderableType]:
    yield _head(report)
    if not report.differs:
        yield Text("\n两种法律之下没有任何差别 / nothing differs under the two laws\n", style="bold")
    else:
        yield _table("措施合计 / measures, total", [Row("", "全部", report.totals)])
        for dimension in TABLES:
            if report.tables[dimension]:
                yield _table(TITLES[dimension], report.tables[dimension])
    for chinese, english in NOTES:
        yield Text(f"{chinese}\n{english}", style="dim")


def _head(report: Report) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row("草案 / draft", f"{report.title} {report.draft}")
    for reign in report.compared_with:
        table.add_row("比照 / compared with", f"{reign.law} ({reign.from_day} 起)")
    table.add_row("期间 / days", f"{report.from_day} .. {report.to_day}")
    table.add_row("记录 / records", f"{report.records:,}")
    return table


def _table(title: str, rows: Iterable[Row]) -> Table:
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD, title_style="bold")
    table.add_column("", overflow="fold", min_width=24)
    table.add_column("代码 / code", no_wrap=True)
    for direction in DIRECTIONS:
        table.add_column("\n".join(COLUMNS[direction]), justify="right", no_wrap=True)
    for row in rows:
        table.add_row(row.name, row.code, *(figure(row.persons[direction]) for direction in DIRECTIONS))
    return table


def samples(found: Iterable[tuple[Direction, Stood]], places: Places, draft: LawBook) -> Table:
    """Single proposals. Only for an officer whose look at each is on the query log."""
    table = Table(title="逐项 / single proposals", title_justify="left", box=box.SIMPLE_HEAD, title_style="bold")
    for name in ("差别", "主体代码 / 决定", "事项与规则", "措施与部门", "起止"):
        table.add_column(name, overflow="fold", no_wrap=name.startswith("主体"))  # a token is copied whole
    for direction, stood in found:
        item = draft.items.get(stood.item)
        last = "无期限" if stood.last.year == 9999 else stood.last.isoformat()
        table.add_row(
            "\n".join(COLUMNS[direction]),
            f"{stood.measured.subject}\n{stood.decision_id}",
            f"{item.name if item else stood.item}\n{stood.rule}",
            f"{places.name('measure', stood.measured.measure)}\n{places.name('department', stood.measured.executor)}",
            f"{stood.born}\n{last}",
        )
    return table
