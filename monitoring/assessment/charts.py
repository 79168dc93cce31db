"""The trend of twelve months."""

from collections.abc import Sequence

import pygal

from monitoring.assessment.bulletin import Month
from monitoring.assessment.rates import RATES
from streams.charts import PLAIN, drawn, style

# told apart by the colour-blind too
_SHOWN = {"storage": "#1d4ed8", "timeliness": "#0f766e", "feedback": "#f59e0b"}


def trend(months: Sequence[Month]) -> str:
    """Bars of the rates of _SHOWN, month by month, in percent; a month without a figure has none."""
    chart = pygal.Bar(
        **PLAIN,
        width=1040,
        height=300,
        style=style(list(_SHOWN.values()), legend_font_size=13),
        legend_at_bottom=True,
        legend_at_bottom_columns=len(_SHOWN),
        range=(0, 100),
        y_labels=[0, 25, 50, 75, 100],
        spacing=8,
        formatter=_percent,
    )
    chart.x_labels = [f"{one.month:%Y-%m}" for one in months]
    for code in _SHOWN:
        values = [None if (value := one.rates[code]) is None else 100 * value for one in months]
        chart.add(f"{RATES[code].zh} {code}", values)
    return drawn(chart, "trend")


def _percent(value: float | None) -> str:
    return "" if value is None else f"{value:.0f}%"
