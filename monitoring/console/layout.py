"""Where nodes and arrows of the map stand on the sheet, in SVG units. Agents, sink and store are bars as high as the
sheet, so every arrow is a straight line with room for its figures; what goes round a bar takes a lane at the edge."""

from typing import NamedTuple

from monitoring.console.map import Arrow, Map, Node

_ROW = 62
_LANE = 46  # above the first row and below the last one
_BOX, _BAR, _BOX_HEIGHT = 150, 56, 46
_GAP = 140  # between columns: room for two figures


class Box(NamedTuple):
    node: Node
    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        return self.y + self.height / 2


class Line(NamedTuple):
    """``path``: of the SVG element; the figures stand above and below the point ``x``, ``y``."""

    arrow: Arrow
    path: str
    x: float
    y: float


class Sheet(NamedTuple):
    width: float
    height: float
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]


def lay(drawn: Map) -> Sheet:
    """The whole drawing."""
    rows: dict[int, int] = {}
    for node in drawn.nodes:
        rows[node.column] = max(rows.get(node.column, 0), node.row + 1)
    height = max(rows.values()) * _ROW + 2 * _LANE
    xs, width = _columns(drawn)
    boxes = {node.name: _box(node, xs[node.column], rows[node.column], height) for node in drawn.nodes}
    lines, lanes = [], 0
    for arrow in drawn.arrows:
        source, target = boxes[arrow.source], boxes[arrow.target]
        if abs(source.node.column - target.node.column) == 1:
            lines.append(_straight(arrow, source, target))
        else:
            lines.append(_round(arrow, source, target, height, lanes))
            lanes += 1
    return Sheet(width, height, tuple(boxes.values()), tuple(lines))


def _columns(drawn: Map) -> tuple[list[float], float]:
    xs: list[float] = []
    x = 1.0
    for column in range(max(node.column for node in drawn.nodes) + 1):
        xs.append(x)
        kind = next(node.kind for node in drawn.nodes if node.column == column)
        x += (_BOX if kind == "family" else _BAR) + _GAP
    return xs, x - _GAP + 1


def _box(node: Node, x: float, rows: int, height: float) -> Box:
    if node.kind != "family":
        inner = node.kind == "agent"
        top = _LANE if inner else 1
        return Box(node, x, top, _BAR, height - 2 * top)
    step = (height - 2 * _LANE) / rows
    return Box(node, x, _LANE + (node.row + 0.5) * step - _BOX_HEIGHT / 2, _BOX, _BOX_HEIGHT)


def _straight(arrow: Arrow, source: Box, target: Box) -> Line:
    y = source.middle if source.node.kind == "family" else target.middle
    forward = source.x < target.x
    begin, end = (source.x + source.width, target.x) if forward else (source.x, target.x + target.width)
    return Line(arrow, f"M{begin:g} {y:g}H{end + (-2 if forward else 2):g}", (begin + end) / 2, y)


def _round(arrow: Arrow, source: Box, target: Box, height: float, lanes: int) -> Line:
    """Over the first row for the first such arrow, below the last row for those after it."""
    over = lanes == 0
    x = source.x + source.width - 14
    y = _LANE / 2 if over else height - _LANE / 2 + (lanes - 1) * 10
    begin = source.y if over else source.y + source.height
    return Line(arrow, f"M{x:g} {begin:g}V{y:g}H{target.x - 2:g}", target.x - _GAP / 2, y)
