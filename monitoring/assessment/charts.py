"""The trend of twelve months as SVG, drawn here: no script, no font, no picture from elsewhere."""

import re
from collections.abc import Sequence

import pygal
from pygal.style import Style

from monitoring.assessment.bulletin import Month
from monitoring.assessment.rates import RATES

# told apart by the colour-blind too
_SHOWN = {"storage": "#1d4ed8", "timeliness": "#0f766e", "feedback": "#f59e0b"}
_SCRIPT = re.compile(r"<script.*?</script>|<!--.*?-->", re.DOTALL)  # pygal's settings for a script that is not here
_FONT = "system-ui, 'Noto Sans CJK SC', 'Microsoft YaHei', sans-serif"


def trend(months: Sequence[Month]) -> str:
    """Bars of the rates of _SHOWN, month by month, in percent; a month without a figure has none. The same months give
    the same text."""
    chart = pygal.Bar(
        width=1040,
        height=300,
        style=_style(),
        js=(),
        explicit_size=False,
        legend_at_bottom=True,
        legend_at_bottom_columns=len(_SHOWN),
        show_y_guides=True,
        range=(0, 100),
        y_labels=[0, 25, 50, 75, 100],
        margin=8,
        spacing=8,
        disable_xml_declaration=True,
        no_data_text="",
        formatter=_percent,
    )
    chart.uuid = "trend"
    chart.x_labels = [f"{one.month:%Y-%m}" for one in months]
    for code in _SHOWN:
        values = [None if (value := one.rates[code]) is None else 100 * value for one in months]
        chart.add(f"{RATES[code].zh} {code}", values)
    return _SCRIPT.sub("", str(chart.render(is_unicode=True)))


def _percent(value: float | None) -> str:
    return "" if value is None else f"{value:.0f}%"


def _style() -> Style:
    return Style(
        background="transparent",
        plot_background="transparent",
        foreground="#334155",
        foreground_strong="#0f172a",
        foreground_subtle="#e2e8f0",
        font_family=_FONT,
        label_font_family=_FONT,
        legend_font_family=_FONT,
        legend_font_size=13,
        label_font_size=12,
        major_label_font_size=12,
        opacity="1",
        opacity_hover="1",
        transition="none",
        colors=tuple(_SHOWN.values()),
    )
