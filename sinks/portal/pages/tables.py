"""Tables of the statistics as charts beside them."""

from collections.abc import Mapping

from markupsafe import Markup

from monitoring.assessment.suppress import TOTAL
from sinks.portal import charts
from sinks.portal.statistics import Axis, Statistics, Table

DRAWN = {"field_year": ("field", "year"), "city_year": ("city",)}  # table -> its sides that are drawn


def drawn(figures: Statistics) -> Mapping[str, list[Markup]]:
    """Charts by table."""
    if figures.as_of is None:
        return {}
    return {
        code: [Markup(chart(figures.table(code), side)) for side in sides]  # noqa: S704 pygal escapes
        for code, sides in DRAWN.items()
    }


def chart(table: Table, side: str) -> str:
    """The totals of one side of a table as SVG: years stand, names lie."""
    axis = table.rows if side == table.rows.code else table.columns
    values = [table.cells[_place(table, axis, member)] for member in axis.members]
    labels = [zh for zh, _ in axis.members.values()]
    return charts.bars(f"记入的文书，按{axis.words[0]}", labels, values, standing=side == "year")


def _place(table: Table, axis: Axis, member: str) -> tuple[str, str]:
    return (member, TOTAL) if axis is table.rows else (TOTAL, member)
