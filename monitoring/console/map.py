"""The map of the flow as nodes and arrows, from ``streams/flow.py`` and ``topics/*.yaml``; nothing is listed twice.

A family read by an agent is an input, one it writes an output; one that the sink reads goes on to ClickHouse.
"""

from collections.abc import Iterator
from typing import Literal, NamedTuple

from streams import flow
from topics.catalogue import Catalogue

SINK = "sink"
STORE = "clickhouse"
Kind = Literal["family", "agent", "sink", "store"]


class Node(NamedTuple):
    """``column``: from left to right; ``row``: from the top of its column."""

    name: str
    kind: Kind
    column: int
    row: int


class Arrow(NamedTuple):
    """From node to node, by name. ``step``: what carries it, so what its figures are of."""

    source: str
    target: str
    step: Literal["read", "write", "store", "rows"]

    @property
    def key(self) -> str:
        return f"{self.source}>{self.target}"


class Map(NamedTuple):
    """``aside``: families that no agent of the flow reads or writes, with the changelogs."""

    nodes: tuple[Node, ...]
    arrows: tuple[Arrow, ...]
    aside: tuple[str, ...]

    def node(self, name: str) -> Node:
        return next(node for node in self.nodes if node.name == name)


def draw(catalogue: Catalogue) -> Map:
    """The map of this release."""
    columns = list(_columns(catalogue))
    nodes = [
        Node(name, kind, column, row) for column, (kind, names) in enumerate(columns) for row, name in enumerate(names)
    ]
    shown = {node.name for node in nodes}
    aside = tuple(name for name in catalogue.families if name not in shown)
    return Map(tuple(nodes), tuple(_arrows(catalogue)), aside)


def reads(catalogue: Catalogue, agent: str) -> tuple[str, ...]:
    """Families that are inputs of an agent, what it reads first in front."""
    inputs = [(one.input.priority, one.family) for one in catalogue.families.values() if one.input is not None]
    return tuple(
        family
        for _, family in sorted(inputs)
        if (found := catalogue.families[family].input) is not None and found.agent == agent
    )


def stored(catalogue: Catalogue) -> tuple[str, ...]:
    """Families whose records the sink brings to ClickHouse."""
    return tuple(family.family for family in catalogue.families.values() if SINK in family.readers)


def _columns(catalogue: Catalogue) -> Iterator[tuple[Kind, tuple[str, ...]]]:
    """From left to right: what the first agent reads, the agent, what it writes, the next agent ..., sink and store."""
    drawn: set[str] = set()
    names = reads(catalogue, flow.AGENTS[0].name)
    for agent in flow.AGENTS:
        drawn.update(names)
        yield "family", names
        yield "agent", (agent.name,)
        names = tuple(name for name in agent.writes if name not in drawn)
        names = names if agent is flow.AGENTS[-1] else _edged(names, stored(catalogue))
    yield "family", names
    yield "sink", (SINK,)
    yield "store", (STORE,)


def _edged(names: tuple[str, ...], stored: tuple[str, ...]) -> tuple[str, ...]:
    """What is stored stands at the edges of a column between two agents: its arrow goes round the later one."""
    edge = [name for name in names if name in stored]
    return (*edge[:1], *(name for name in names if name not in edge), *edge[1:])


def _arrows(catalogue: Catalogue) -> Iterator[Arrow]:
    for agent in flow.AGENTS:
        for family in reads(catalogue, agent.name):
            yield Arrow(family, agent.name, "read")
        for family in agent.writes:
            yield Arrow(agent.name, family, "write")
    drawn = {family for agent in flow.AGENTS for family in agent.writes}
    for family in stored(catalogue):
        if family in drawn:
            yield Arrow(family, SINK, "store")
    yield Arrow(SINK, STORE, "rows")
