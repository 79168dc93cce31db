"""The map of ``flow.py`` and ``topics/`` for readers: a picture for the README, tables for docs/architecture.md.

Nothing is drawn that the agents are not built from, and nothing they are built from is left out.
"""

from collections.abc import Iterable, Iterator
from html import escape
from typing import NamedTuple

from streams.flow import AGENTS, Agent
from topics.catalogue import Catalogue, Family

HOLDS = {  # what a topic holds of a person: fill, line, words
    "identity": ("#fde7e5", "#9c1710", "身份 identity in clear"),
    "sealed": ("#fff0cf", "#724500", "加密 sealed"),
    "masked": ("#e8e4fb", "#4c3a9c", "脱敏 masked"),
    "token": ("#dfeaf8", "#0b4f9c", "标识符 token"),
    "none": ("#eef1f5", "#59616e", "无 nobody"),
}
CHECKERS = ("oracle", "auditor", "sealer")  # they read nearly all of it, so the picture leaves them out
_WIDTH, _TOP, _STEP, _HEIGHT = 1230, 66, 36, 26
_COLUMNS = {"in": (20, 130), "between": (445, 120), "out": (850, 165)}  # of topics: left edge, width
_AGENTS = {"intake": (215, 175), "casework": (625, 165)}


class Place(NamedTuple):
    """A box of the picture, by its left upper corner."""

    left: float
    top: float
    width: float
    height: float

    @property
    def enters(self) -> tuple[float, float]:
        return self.left, self.top + self.height / 2

    @property
    def leaves(self) -> tuple[float, float]:
        return self.left + self.width, self.top + self.height / 2


def inputs(catalogue: Catalogue, agent: Agent) -> tuple[Family, ...]:
    """What an agent reads, first what is taken first."""
    found = [one for one in catalogue.families.values() if one.input is not None and one.input.agent == agent.name]
    return tuple(sorted(found, key=lambda one: (0 if one.input is None else one.input.priority, one.family)))


def picture(catalogue: Catalogue) -> str:
    """The flow as an SVG that needs nothing beside it."""
    columns = _columns(catalogue)
    longest = max(len(names) for names in columns.values())
    bottom = _TOP + longest * _STEP
    places: dict[str, Place] = {}
    for column, names in columns.items():
        left, width = _COLUMNS[column]
        first = _TOP + (longest - len(names)) * _STEP / 2 if column != "out" else _TOP
        places |= {name: Place(left, first + n * _STEP, width, _HEIGHT) for n, name in enumerate(names)}
    middle = _TOP + longest * _STEP / 2 - 7
    agents = {one.name: Place(_AGENTS[one.name][0], middle - 52, _AGENTS[one.name][1], 104) for one in AGENTS}
    parts = [
        *_lines(catalogue, places, agents),
        *(_topic(catalogue.families[name], place, name in columns["out"]) for name, place in places.items()),
        *(_agent(one, agents[one.name]) for one in AGENTS),
        *_legend(bottom + 14),
    ]
    size = f'viewBox="0 0 {_WIDTH} {bottom + 50}" width="{_WIDTH}" height="{bottom + 50}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-labelledby="title desc" '
        'font-family="system-ui, \'Noto Sans CJK SC\', sans-serif" font-size="13">\n'
        f'<title id="title">数据流 the flow</title><desc id="desc">{escape(_said(catalogue))}</desc>\n'
        '<rect width="100%" height="100%" rx="10" fill="#fff"/>\n'
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path d="M0,0 L8,4 L0,8 z" fill="#59616e"/></marker></defs>\n'
        f"{_heading('in', '报送 what comes in')}{_heading('between', '历史 the history')}"
        f"{_heading('out', '结果 what follows, and who reads it')}\n" + "\n".join(parts) + "\n</svg>\n"
    )


def tables(catalogue: Catalogue) -> str:
    """The same as Markdown, with every family: the page docs/map.md."""
    agents = "\n".join(
        f"| `{one.name}` | {one.purpose} | {_names(family.topic for family in inputs(catalogue, one))} "
        f"| {_names(catalogue.families[name].topic for name in one.writes)} | `{one.changelog}` |"
        for one in AGENTS
    )
    families = "\n".join(
        f"| `{one.topic}` | {one.purpose} | {', '.join(one.writers)} | {', '.join(one.readers)} "
        f"| {'last per key' if one.cleanup == 'compact' else one.retention} | {one.personal_data} |"
        for one in catalogue.families.values()
    )
    return (
        "# The map\n\nWritten by `chengxin topics docs` from [flow.py](../streams/flow.py) and "
        "[topics/](../topics/README.md); a test compares. How it hangs together: "
        "[architecture.md](architecture.md).\n\n"
        "![the flow](flow.svg)\n\n## Agents\n\n"
        "| agent | what for | reads, first what is taken first | writes | state |\n"
        f"| --- | --- | --- | --- | --- |\n{agents}\n\n## Topics\n\n"
        "| topic | what for | written by | read by | kept | of a person |\n| --- | --- | --- | --- | --- | --- |\n"
        f"{families}\n"
    )


def _columns(catalogue: Catalogue) -> dict[str, list[str]]:
    """Families by column: what comes from outside, what one agent hands on, what leaves the last."""
    first, last = AGENTS[0], AGENTS[-1]
    outward = [*last.writes]
    return {
        "in": [one.family for one in inputs(catalogue, first)],
        "between": [name for name in first.writes if name not in outward],
        "out": [*(name for name in outward if name not in first.writes), *(n for n in outward if n in first.writes)],
    }


def _lines(catalogue: Catalogue, places: dict[str, Place], agents: dict[str, Place]) -> Iterator[str]:
    for agent in AGENTS:
        here = agents[agent.name]
        for family in inputs(catalogue, agent):
            yield _curve(places[family.family].leaves, here.enters, "#0b4f9c")
        for name in agent.writes:
            yield _curve(here.leaves, places[name].enters, "#9aa5b4", under=_passes(agent, name))


def _passes(agent: Agent, name: str) -> bool:
    """Whether a line has to go round a later agent: it writes what that one writes too."""
    return agent is not AGENTS[-1] and name in AGENTS[-1].writes


def _curve(start: tuple[float, float], end: tuple[float, float], colour: str, under: bool = False) -> str:
    (x0, y0), (x1, y1) = start, end
    bend = (x1 - x0) * (0.35 if under else 0.5)
    control = f"{x0 + bend * 0.3:.0f},{y1 + 40:.0f} {x1 - bend:.0f},{y1:.0f}" if under else (
        f"{x0 + bend:.0f},{y0:.0f} {x1 - bend:.0f},{y1:.0f}"
    )  # fmt: skip
    dashes = ' stroke-dasharray="4 3"' if under else ""
    return (
        f'<path d="M{x0:.0f},{y0:.0f} C{control} {x1:.0f},{y1:.0f}" fill="none" stroke="{colour}" '
        f'stroke-width="1.3" marker-end="url(#tip)"{dashes}/>'
    )


def _topic(family: Family, place: Place, leaves: bool) -> str:
    fill, line, _ = HOLDS[family.personal_data]
    x, y = place.left + 10, place.top + 17.5
    box = (
        f'<rect x="{place.left}" y="{place.top:.0f}" width="{place.width}" height="{place.height}" rx="13" '
        f'fill="{fill}" stroke="{line}"/><text x="{x}" y="{y:.0f}" fill="#1a1d21">'
        f"{escape(_shown(family.topic))}</text>"
    )
    if not leaves:
        return box
    readers = ", ".join(one for one in family.readers if one not in CHECKERS)
    beside = place.left + place.width + 10
    return f'{box}<text x="{beside}" y="{y:.0f}" fill="#59616e" font-size="12">{escape(readers or "checkers")}</text>'


def _agent(agent: Agent, place: Place) -> str:
    words, lines = agent.purpose.split(), [""]
    for word in words:
        if len(lines[-1]) + len(word) > 24:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    said = "".join(
        f'<text x="{place.left + 12}" y="{place.top + 44 + 15 * n:.0f}" fill="#dfe8f5" font-size="12">{escape(line)}'
        "</text>"
        for n, line in enumerate(lines)
    )
    return (
        f'<rect x="{place.left}" y="{place.top:.0f}" width="{place.width}" height="{place.height}" rx="8" '
        f'fill="#12314f"/>'
        f'<text x="{place.left + 12}" y="{place.top + 24:.0f}" fill="#fff" font-size="15" font-weight="700">'
        f"{agent.name}</text>{said}"
    )


def _legend(top: float) -> Iterator[str]:
    yield f'<text x="20" y="{top + 17:.0f}" fill="#59616e" font-size="12">个人信息 of a person:</text>'
    left = 150.0
    for fill, line, words in HOLDS.values():
        yield (
            f'<rect x="{left:.0f}" y="{top + 6:.0f}" width="16" height="14" rx="4" fill="{fill}" stroke="{line}"/>'
            f'<text x="{left + 22:.0f}" y="{top + 17:.0f}" fill="#59616e" font-size="12">{words}</text>'
        )
        left += 165
    told = f"{', '.join(CHECKERS)} read besides"
    yield f'<text x="{_WIDTH - 200}" y="{top + 17:.0f}" fill="#59616e" font-size="12">{told}</text>'


def _heading(column: str, words: str) -> str:
    return f'<text x="{_COLUMNS[column][0]}" y="40" fill="#59616e" font-size="13" font-weight="700">{words}</text>'


def _shown(topic: str) -> str:
    return topic.replace("{channel}", "*").replace("{partner}", "*")


def _names(topics: Iterable[str]) -> str:
    return ", ".join(f"`{_shown(topic)}`" for topic in topics)


def _said(catalogue: Catalogue) -> str:
    """The picture in words, for whoever does not see it."""
    return " ".join(
        f"{one.name} reads {', '.join(family.topic for family in inputs(catalogue, one))} and writes "
        f"{', '.join(catalogue.families[name].topic for name in one.writes)}."
        for one in AGENTS
    )
