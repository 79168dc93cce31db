"""Open obligations by the month of their day, as SVG drawn here: no script, no font, no picture from elsewhere."""

import math
from collections.abc import Sequence
from datetime import date

import pygal

from monitoring.console.tables import OPEN, Due
from monitoring.console.words import Words
from streams.charts import PLAIN, drawn, style

_MOST = 18  # months
_LINES = 5  # across the chart; whole numbers
_COLOURS = ("#0b4f9c", "#b45309")  # told apart by the colour-blind too


def due_by_month(months: Sequence[Due], say: Words) -> str:
    """Stacked bars, the first months; the table beside it has all. The same figures give the same text."""
    shown: list[date] = sorted({one.month for one in months})[:_MOST]
    chart = pygal.StackedBar(
        **PLAIN,
        width=1040,
        height=260,
        style=style(_COLOURS, legend_font_size=13),
        legend_at_bottom=True,
        legend_at_bottom_columns=len(OPEN),
        spacing=8,
        min_scale=2,
        truncate_label=-1,
        formatter=_whole,
        value_formatter=_whole,
    )
    tallest = max((sum(one.obligations for one in months if one.month == month) for month in shown), default=0)
    chart.y_labels = range(0, tallest + 1, max(1, math.ceil(tallest / _LINES)))
    chart.x_labels = [f"{month:%Y-%m}" for month in shown]
    for state in OPEN:
        figures = {one.month: one.obligations for one in months if one.state == state}
        chart.add(say(f"state_{state}"), [figures.get(month) for month in shown])
    return drawn(chart, "due")


def _whole(value: float | None) -> str:
    return "" if value is None else f"{value:,.0f}"
