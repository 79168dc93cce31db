"""What all charts of our pages have in common: SVG drawn here, with no script, font or picture from elsewhere."""

import re
from collections.abc import Sequence
from typing import Any

import pygal
from pygal.style import Style

_SCRIPT = re.compile(r"<script.*?</script>|<!--.*?-->", re.DOTALL)  # pygal's settings for a script that is not here
_FONT = "system-ui, 'Noto Sans CJK SC', 'Microsoft YaHei', sans-serif"
PLAIN: dict[str, Any] = {
    "js": (),
    "explicit_size": False,
    "show_y_guides": True,
    "margin": 8,
    "disable_xml_declaration": True,
    "no_data_text": "",
}


def style(colours: Sequence[str], **more: Any) -> Style:
    """The look of a chart of ``colours``; ``more``: what pygal's Style takes besides."""
    return Style(
        background="transparent",
        plot_background="transparent",
        foreground="#334155",
        foreground_strong="#0f172a",
        foreground_subtle="#e2e8f0",
        font_family=_FONT,
        value_font_family=_FONT,
        label_font_family=_FONT,
        legend_font_family=_FONT,
        major_label_font_family=_FONT,
        label_font_size=12,
        major_label_font_size=12,
        opacity="1",
        opacity_hover="1",
        transition="none",
        colors=tuple(colours),
        **more,
    )


def drawn(chart: pygal.Graph, name: str) -> str:
    """The chart as text, the same for the same figures. ``name`` tells charts of one page apart."""
    chart.uuid = name
    return _SCRIPT.sub("", str(chart.render(is_unicode=True)))
