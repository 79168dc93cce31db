"""Charts of a what-if."""

from collections.abc import Sequence

import pygal

from streams.charts import PLAIN, drawn, style
from streams.whatif.bands import LEAST
from streams.whatif.report import Row
from streams.whatif.stood import DIRECTIONS, Direction
from streams.whatif.words import COLUMNS, figure

MOST = 16  # rows of a chart; the table below it has all
# Told apart by the colour-blind too, and by their order: what burdens in warm, what relieves in cool colours.
COLOURS: dict[Direction, str] = {
    "reached": "#c2410c",
    "released": "#0f766e",
    "longer": "#f59e0b",
    "shorter": "#38bdf8",
}
_WIDTH, _HEAD, _BAR, _GAP = 980, 74, 17, 15  # pixels
_NAME = 15  # characters of a name on an axis
_WIDER = 5  # pixels by which a Chinese character is wider than pygal takes it to be


def bars(name: str, rows: Sequence[Row]) -> str:
    """Horizontal bars, one group a row, the largest on top; a hidden figure has no bar. ``name`` tells charts of one
    page apart. The same rows give the same text."""
    shown = rows[:MOST]
    columns = [d for d in DIRECTIONS if any(row.persons[d] is not None for row in shown)]
    chart = pygal.HorizontalBar(
        **PLAIN,
        width=_WIDTH,
        height=_HEAD + len(shown) * (len(columns) * _BAR + _GAP),
        style=style([COLOURS[direction] for direction in columns], value_font_size=11, value_colors=("#0f172a",) * 4),
        legend_at_bottom=False,
        show_legend=False,
        print_values=True,
        print_values_position="top",
        spacing=6,
        margin_left=8 + _WIDER * max(len(_short(row.name)) for row in shown),
        margin_right=76,
        zero=0,
        min_scale=2,
    )
    chart.x_labels = [_short(row.name) for row in reversed(shown)]
    for direction in columns:
        figures = [row.persons[direction] for row in reversed(shown)]
        chart.add(" ".join(COLUMNS[direction]), figures, formatter=_told)
    return drawn(chart, name)


def _short(name: str) -> str:
    return name if len(name) <= _NAME else f"{name[: _NAME - 1]}…"


def _told(lower: float | None) -> str:
    return "" if lower is None else figure(int(lower) // LEAST * LEAST)
