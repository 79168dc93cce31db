"""Open obligations by the month of their day, as SVG drawn here: no script, no font, no picture from elsewhere."""

import math
import re
from collections.abc import Sequence
from datetime import date

import pygal
from pygal.style import Style

from monitoring.console.tables import OPEN, Due
from monitoring.console.words import Words

_MOST = 18  # months
_LINES = 5  # across the chart; whole numbers
_COLOURS = ("#0b4f9c", "#b45309")  # told apart by the colour-blind too
_SCRIPT = re.compile(r"<script.*?</script>|<!--.*?-->", re.DOTALL)  # pygal's settings for a script that is not here
_FONT = "system-ui, 'Noto Sans CJK SC', 'Microsoft YaHei', sans-serif"


def due_by_month(months: Sequence[Due], say: Words) -> str:
    """Stacked bars, the first months; the table beside it has all. The same figures give the same text."""
    shown: list[date] = sorted({one.month for one in months})[:_MOST]
    chart = pygal.StackedBar(
        width=1040, height=260, style=_style(), js=(), explicit_size=False, legend_at_bottom=True,
        legend_at_bottom_columns=len(OPEN), show_y_guides=True, margin=8, spacing=8, min_scale=2,
        disable_xml_declaration=True, no_data_text="", truncate_label=-1, formatter=_whole, value_formatter=_whole,
    )  # fmt: skip
    chart.uuid = "due"
    tallest = max((sum(one.obligations for one in months if one.month == month) for month in shown), default=0)
    chart.y_labels = range(0, tallest + 1, max(1, math.ceil(tallest / _LINES)))
    chart.x_labels = [f"{month:%Y-%m}" for month in shown]
    for state in OPEN:
        figures = {one.month: one.obligations for one in months if one.state == state}
        chart.add(say(f"state_{state}"), [figures.get(month) for month in shown])
    return _SCRIPT.sub("", str(chart.render(is_unicode=True)))


def _whole(value: float | None) -> str:
    return "" if value is None else f"{value:,.0f}"


def _style() -> Style:
    return Style(
        background="transparent", plot_background="transparent", foreground="#334155", foreground_strong="#0f172a",
        foreground_subtle="#e2e8f0", font_family=_FONT, label_font_family=_FONT, legend_font_family=_FONT,
        legend_font_size=13, label_font_size=12, major_label_font_size=12, opacity="1", opacity_hover="1",
        transition="none", colors=_COLOURS,
    )  # fmt: skip
