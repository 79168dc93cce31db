"""Charts as SVG drawn on the server: no script, no font, no picture from elsewhere; beside each stands its table."""

import re
from collections.abc import Sequence

import pygal
from pygal.style import Style

_SCRIPT = re.compile(r"<script.*?</script>|<!--.*?-->", re.DOTALL)  # pygal's settings for a script that is not here
_FONT = "system-ui, 'Noto Sans CJK SC', 'Microsoft YaHei', sans-serif"
_BAR_PX = 34  # height of one bar with its gap
_WIDE_PX = 7  # by so much pygal takes a Chinese character for too narrow


def bars(name: str, labels: Sequence[str], values: Sequence[int | None], *, standing: bool = False) -> str:
    """One row of bars with their numbers; a hidden value has none. ``standing``: upright, for years; else lying, for
    long names. ``name``: what it shows, for whoever hears it, and unique on its page. The same values give the same
    text."""
    kind = pygal.Bar if standing else pygal.HorizontalBar
    chart = kind(
        width=900,
        height=320 if standing else 60 + _BAR_PX * max(1, len(labels)),
        style=_style(),
        js=(),
        explicit_size=False,
        show_legend=False,
        show_y_guides=False,
        show_x_guides=False,
        print_values=True,
        print_values_position="top",
        range=(0, 1.12 * max((value for value in values if value), default=1)),  # room for the number of the longest
        margin=8,
        margin_left=8 if standing else 8 + _WIDE_PX * max(map(len, labels), default=0),
        spacing=8,
        truncate_label=-1,
        disable_xml_declaration=True,
        no_data_text="",
        formatter=lambda value: "" if value is None else f"{value:,}",
        include_x_axis=True,
    )
    chart.uuid = re.sub(r"\W", "", name) or "chart"
    shown = list(zip(labels, values, strict=True))
    if not standing:
        shown.reverse()  # pygal draws from below
    chart.x_labels = [label for label, _ in shown]
    chart.add("", [value for _, value in shown])
    drawn = _SCRIPT.sub("", str(chart.render(is_unicode=True)))
    drawn = drawn.replace("</style>", _quiet(f"#chart-{chart.uuid}", standing) + "</style>", 1)
    return drawn.replace("<svg ", f'<svg role="img" aria-label="{name}" ', 1)


def _quiet(chart: str, standing: bool) -> str:
    """What pygal has no setting for: thin guides, and the number of a lying bar behind its end."""
    guides = f"{chart} .axis .guide.line{{stroke:var(--line,#cbd5e1)!important;stroke-dasharray:none!important}}"
    if standing:
        return guides
    return f"{guides}{chart} .text-overlay text.value{{text-anchor:start;transform:translateX(6px)}}"


def _style() -> Style:
    return Style(
        background="transparent",
        plot_background="transparent",
        foreground="var(--quiet, #475569)",  # the page's own colours, where the chart stands in one
        foreground_strong="var(--text, #334155)",
        foreground_subtle="var(--line, #94a3b8)",
        font_family=_FONT,
        label_font_family=_FONT,
        value_font_family=_FONT,
        label_font_size=14,
        major_label_font_size=14,
        value_font_size=13,
        value_colors=("var(--text, #334155)",),
        opacity="1",
        opacity_hover="1",
        transition="none",
        colors=("var(--one, #2563eb)",),
    )
