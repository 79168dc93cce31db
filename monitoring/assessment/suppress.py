"""Small cells hidden (design rule 8), and with them as many others as keep a hidden cell from being worked out. Pure.

Tables are cells and *lines*: members that add up to a total. Tables that share totals are given together, so that what
one hides the other does not tell. Three rules, until none asks for more:

1. a cell under LEAST is hidden, and a 0 as well as a 9: nobody looks the same as nine;
2. where a line hides something, what the reader can subtract - the sum of its hidden members beside a shown total - is
   of two cells at least and itself no small cell; beside a hidden total some member is hidden;
3. no hidden cell follows from the lines together (Gaussian elimination finds those that do), and the bounds that the
   lines set to a small one, as no count is below 0, leave LEAST values at least.

Where a rule fails the smallest shown cell of the line is hidden too.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import product

LEAST = 10
TOTAL = "*"
_PRIME = (1 << 61) - 1  # elimination modulo a prime: whole numbers stay small
Key = tuple[str, ...]  # a member or TOTAL on each axis
Line = tuple[Key, ...]  # members, then their total


def cube(leaves: Mapping[Key, int], axes: Sequence[Sequence[str]]) -> dict[Key, int]:
    """Every cell of a table with its sum; what ``leaves`` lacks is 0. Of an empty axis a leaf names the total.

    >>> cube({("a", "x"): 2, ("b", "x"): 3}, [["a", "b"], ["x"]])[("*", "x")]
    5
    """
    cells = dict.fromkeys(product(*((*axis, TOTAL) for axis in axes)), 0)
    for leaf, number in leaves.items():
        for key in product(*({member, TOTAL} for member in leaf)):
            cells[key] += number
    return cells


def lines(axes: Sequence[Sequence[str]]) -> Iterator[Line]:
    """The lines of a table: along each axis, for every choice on the others. An empty axis has its total alone."""
    for at, axis in enumerate(axes):
        if axis:
            others = [(*members, TOTAL) for number, members in enumerate(axes) if number != at]
            for rest in product(*others):
                yield tuple((*rest[:at], member, *rest[at:]) for member in (*axis, TOTAL))


def suppressed(cells: Mapping[Key, int], through: Sequence[Line]) -> dict[Key, int | None]:
    """The cells as they may be shown, None for a hidden one. The same cells are always shown the same way."""
    hidden = {key for key, number in cells.items() if number < LEAST}
    lines_of: dict[Key, list[Line]] = {}
    for line in through:
        for key in line:
            lines_of.setdefault(key, []).append(line)
    waiting = list(through)
    while waiting:
        while waiting:
            line = waiting.pop()
            if not _safe(line, cells, hidden) and (more := _smallest(line, cells, hidden)) is not None:
                hidden.add(more)
                waiting += lines_of[more]
        for key in sorted(worked_out(through, hidden)) or _tight(through, cells, hidden):
            found = [one for line in lines_of[key] if (one := _smallest(line, cells, hidden)) is not None]
            if found:
                more = min(found, key=lambda one: (cells[one], one))
                hidden.add(more)
                waiting += lines_of[more]
                break
    return {key: None if key in hidden else number for key, number in cells.items()}


def _safe(line: Line, cells: Mapping[Key, int], hidden: set[Key]) -> bool:
    *members, total = line
    gone = [key for key in members if key in hidden]
    if total in hidden:
        return bool(gone)
    return not gone or (len(gone) > 1 and sum(cells[key] for key in gone) >= LEAST)


def _smallest(line: Line, cells: Mapping[Key, int], hidden: set[Key]) -> Key | None:
    """The shown cell of the line that costs least to hide, its total last of all."""
    shown = [key for key in line if key not in hidden]
    return min(shown, key=lambda key: (key == line[-1], cells[key], key), default=None)


def _tight(through: Sequence[Line], cells: Mapping[Key, int], hidden: set[Key]) -> list[Key]:
    """Small cells whose bounds are too close together: bounds are drawn from line to line until none moves."""
    low = {key: 0 if key in hidden else number for key, number in cells.items()}
    most = sum(cells.values())
    high = {key: most if key in hidden else number for key, number in cells.items()}
    moved = True
    while moved:
        moved = False
        for *members, total in through:
            least, greatest = sum(low[key] for key in members), sum(high[key] for key in members)
            now = {key: (low[total] - greatest + high[key], high[total] - least + low[key]) for key in members}
            for key, (lower, upper) in {**now, total: (least, greatest)}.items():
                if lower > low[key] or upper < high[key]:
                    low[key], high[key], moved = max(low[key], lower), min(high[key], upper), True
    return sorted(key for key in hidden if cells[key] < LEAST and high[key] - low[key] < LEAST - 1)


def worked_out(through: Sequence[Line], hidden: set[Key]) -> set[Key]:
    """Hidden cells that follow exactly from what is shown: those alone in a row once all rows are reduced."""
    rows: list[dict[Key, int]] = []
    for *members, total in through:
        row = {key: 1 for key in members if key in hidden}
        if total in hidden:
            row[total] = _PRIME - 1
        if row:
            rows.append(row)
    holding: dict[Key, set[int]] = {}
    for at, row in enumerate(rows):
        for key in row:
            holding.setdefault(key, set()).add(at)
    pivots: list[int] = []
    todo = set(range(len(rows)))
    while todo:
        at = min(todo, key=lambda one: (len(rows[one]), one))  # short rows first: few cells are filled in
        todo.remove(at)
        if rows[at]:
            _eliminate(rows, holding, at)
            pivots.append(at)
    return {next(iter(rows[at])) for at in pivots if len(rows[at]) == 1}


def _eliminate(rows: list[dict[Key, int]], holding: dict[Key, set[int]], at: int) -> None:
    """Take the row's rarest cell out of every other row."""
    row = rows[at]
    pivot = min(row, key=lambda key: (len(holding[key]), key))
    inverse = pow(row[pivot], -1, _PRIME)
    for other in sorted(holding[pivot] - {at}):
        factor = rows[other][pivot] * inverse % _PRIME
        for key, number in row.items():
            left = (rows[other].get(key, 0) - factor * number) % _PRIME
            if left:
                rows[other][key] = left
                holding[key].add(other)
            else:
                rows[other].pop(key, None)
                holding[key].discard(other)
