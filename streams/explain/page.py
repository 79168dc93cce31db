"""The page of one decision on a terminal: what ``chengxin explain`` prints."""

from collections.abc import Iterator

from rich import box
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from streams.core.decisions import Decision
from streams.core.law import LawBook
from streams.explain.parts import Facts, Grid, Part, parts


def page(decision: Decision, law: LawBook) -> RenderableType:
    """The parts of the page in one frame; ``law`` is the book the decision names."""
    title = f"决定 {decision.decision_id}"
    return Panel(Group(*_spaced(parts(decision, law))), title=title, border_style="cyan", padding=(1, 2))


def _spaced(parts: list[Part]) -> Iterator[RenderableType]:
    for number, part in enumerate(parts):
        if number:
            yield Text()
        yield _drawn(part)


def _drawn(part: Part) -> RenderableType:
    if isinstance(part, Facts):
        return _facts(part)
    return _grid(part) if isinstance(part, Grid) else Text(part.text)


def _facts(part: Facts) -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in part.rows:
        table.add_row(name, value)
    return table


def _grid(part: Grid) -> Table:
    table = Table(box=box.SIMPLE_HEAD, title=part.title, title_justify="left", expand=True)
    for name in part.columns:
        table.add_column(name, overflow="fold", no_wrap=name == "规则")
    for row in part.rows:
        table.add_row(*row)
    return table
