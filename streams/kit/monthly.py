"""The monthly return (月报): what a department produced, published, reported and did not report, beside what arrived.

A reason for not reporting is a code of the law book's receipts: what the server would have refused anyway.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

import msgspec

from streams.core.law import LawBook
from streams.kit import output
from streams.kit.answers import Fate
from streams.kit.cells import CellFault, shown, value
from streams.kit.columns import MISSING, Column, folded
from streams.kit.reading import FileFault, read

_NAMES = {
    "item": "事项代码",
    "name": "事项名称",
    "produced": "产生",
    "published": "公示",
    "not_reported": "未报送",
    "reason": "未报送原因",
    "reported": "报送",
    "accepted": "接收",
    "held": "待核",
    "rejected": "退回",
    "needs_correction": "须更正",
    "missing": "无回执",
    "unexplained": "差额",
}
_COUNTED = {"warned": "accepted", "duplicate": "accepted", "digest_differs": "missing"}
_ORDER = ("accepted", "held", "needs_correction", "rejected", "missing")  # the best that became of a record


class Said(msgspec.Struct):
    """What the department says of one item and month."""

    produced: int | None = None
    published: int | None = None
    not_reported: int = 0
    reasons: dict[str, int] = msgspec.field(default_factory=dict)


class Line(msgspec.Struct, frozen=True):
    """One item of the return. ``reported``: documents that arrived; ``unexplained``: produced and neither reported nor
    accounted for, below zero where more arrived than were produced; None where nothing was said."""

    item: str
    name: str
    produced: int | None
    published: int | None
    not_reported: int
    reason: str
    reported: int
    accepted: int
    held: int
    rejected: int
    needs_correction: int
    missing: int
    unexplained: int | None


def figures(path: Path, book: LawBook) -> dict[str, Said]:
    """The department's own figures by item; a return that ``write`` wrote says the same.

    Raises FileFault: an unknown item, a reason that is no code, no number.
    """
    found: dict[str, Said] = {}
    for sheet in read(path).sheets:
        for row in sheet.rows:
            cells = {_name(heading): cell for heading, cell in row.cells.items()}
            item = shown(cells.get("item")).strip()
            where = f"{path}: {row.number}"
            if item not in book.items:
                raise FileFault(f"{where}: {item}: 数据清单中没有该事项 / no item of the catalogue")
            said = found.setdefault(item, Said())
            said.produced = _sum(said.produced, _number(where, "produced", cells.get("produced")))
            said.published = _sum(said.published, _number(where, "published", cells.get("published")))
            less = _number(where, "not_reported", cells.get("not_reported"))
            if less:
                said.not_reported += less
                for reason, number in _reasons(where, shown(cells.get("reason")).strip(), less, book).items():
                    said.reasons[reason] = said.reasons.get(reason, 0) + number
    return found


def _reasons(where: str, text: str, less: int, book: LawBook) -> dict[str, int]:
    """One code for all that was not reported, or codes with numbers as a written return has them."""
    if text in book.codes:
        return {text: less}
    parts = [part.split() for part in text.split(";")]
    if all(len(part) == 2 and part[0] in book.codes and part[1].isdecimal() for part in parts):
        found = {code: int(number) for code, number in parts}
        if len(found) == len(parts) and sum(found.values()) == less:
            return found
    raise FileFault(f"{where}: 未报送须填原因代码 / a code of the law book is needed, not {text!r}")


def _sum(one: int | None, other: int | None) -> int | None:
    return one if other is None else (one or 0) + other


def _name(heading: str) -> str:
    said = {folded(part) for part in (heading, *heading.split())}
    return next((name for name, zh in _NAMES.items() if {name, zh} & said), heading)


def _number(where: str, name: str, cell: object) -> int | None:
    column = Column(name, (name,), "int", True, MISSING)
    try:
        found = value(cell, column)  # type: ignore[arg-type]
    except CellFault as fault:
        raise FileFault(f"{where}: {name}: {fault.expected}, not {cell!r}") from None
    if found is not None and found < 0:
        raise FileFault(f"{where}: {name}: {found} < 0")
    return None if found is None else int(found)


def lines(fates: Iterable[Fate], said: dict[str, Said], month: date, book: LawBook) -> list[Line]:
    """The return of ``month`` (its first day): documents of that month, item by item."""
    best: dict[str, tuple[str, str]] = {}  # event id -> item, outcome: a record sent twice is one
    for fate in fates:
        day = fate.sent.document_day
        if fate.sent.record == "CreditDetermination" and day is not None and day.replace(day=1) == month:
            outcome = _COUNTED.get(fate.outcome, fate.outcome)
            _, known = best.get(fate.sent.event_id, ("", _ORDER[-1]))
            best[fate.sent.event_id] = fate.sent.item, min(outcome, known, key=_ORDER.index)
    arrived: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for item, outcome in best.values():
        arrived[item][outcome] += 1
    items = sorted(arrived.keys() | said.keys())
    return [_line(item, arrived[item], said.get(item, Said()), book) for item in items]


def _line(item: str, arrived: dict[str, int], said: Said, book: LawBook) -> Line:
    reported = sum(arrived.get(name, 0) for name in ("accepted", "held", "needs_correction"))
    return Line(
        item=item,
        name=book.items[item].name if item in book.items else "",
        produced=said.produced,
        published=said.published,
        not_reported=said.not_reported,
        reason="; ".join(f"{code} {number}" for code, number in sorted(said.reasons.items())),
        reported=reported,
        accepted=arrived.get("accepted", 0),
        held=arrived.get("held", 0),
        rejected=arrived.get("rejected", 0),
        needs_correction=arrived.get("needs_correction", 0),
        missing=arrived.get("missing", 0),
        unexplained=None if said.produced is None else said.produced - reported - said.not_reported,
    )


def write(path: Path, found: Sequence[Line]) -> None:
    """Write the return in the format of ``path``'s ending. Raises FileFault, OSError."""
    names = Line.__struct_fields__
    headings = [f"{_NAMES[name]} {name}" for name in names]
    rows = [headings, *([_text(getattr(line, name)) for name in names] for line in found)]
    output.write(path, "月报的格式应为 / a return is one of", rows, {"月报 return": rows}, found)


def _text(said: object) -> str:
    return "" if said is None else str(said)
