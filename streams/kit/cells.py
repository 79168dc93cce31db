"""One cell becomes one field of a record, or says why it cannot.

Nothing is repaired by guessing: a number where text belongs has lost what nobody can bring back, so it is refused.
"""

import re
from datetime import date, datetime, time
from typing import Any, NamedTuple

from streams.kit.columns import MISSING, Column, folded
from streams.kit.words import NO, SYMBOLS, YES

BETWEEN = "｜"  # a drop-down shows code｜name; what follows is for the reader's eyes
_DAY = re.compile(
    r"(\d{4})(?:-(\d{1,2})-(\d{1,2})|/(\d{1,2})/(\d{1,2})|\.(\d{1,2})\.(\d{1,2})|年(\d{1,2})月(\d{1,2})日)"
    r"(?:[ T]00?:00(?::00(?:\.0+)?)?)?"  # midnight, as databases write a day
)
_PACKED_DAY = re.compile(r"(\d{4})(\d{2})(\d{2})")
_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?[eE]\+?\d+")
_WHOLE = re.compile(r"[+-]?\d{1,18}")
_INT = 1 << 31  # an Avro int is smaller
SPACE = " \t\r\n\u3000\u00a0\ufeff"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_LOST = re.compile("[\ud800-\udfff\ufffd]")  # half a character, or the sign that stands for one that is lost
_SHORT_NUMBER = re.compile(r"\d{1,4}")  # a code of the catalogue that looks like a number, such as ground 53
# last names of the columns that have a list of codes: only there a drop-down shows more than the code
LISTED = frozenset({"item", "body", "basis", "ground", "role", "reason", "recipient", "purpose", "channel"})


class Formula(NamedTuple):
    """A cell that a spreadsheet computes."""

    text: str


Cell = str | int | float | bool | date | datetime | time | Formula | None


class CellFault(Exception):
    """Why a cell is no value. ``code`` of words.FILE_CODES, ``expected`` as a receipt would say it."""

    def __init__(self, code: str, expected: str) -> None:
        super().__init__(code)
        self.code = code
        self.expected = expected


def shown(cell: Cell) -> str:
    """A cell as the department typed it: for its own error file.

    >>> shown(3.0), shown(None), shown(date(2026, 1, 31))
    ('3', '', '2026-01-31')
    """
    if cell is None:
        return ""
    if isinstance(cell, Formula):
        return whole(cell.text)
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime) and cell.time() == time():
        return cell.date().isoformat()
    return whole(str(cell))


def whole(text: str) -> str:
    """``text`` as any file can hold it: half a character, as JSON can hold one, becomes the sign for a lost one."""
    return _LOST.sub("\ufffd", text)


def value(cell: Cell, column: Column) -> Any:
    """The field's value. Raises CellFault.

    An empty cell is null where that is allowed, else the field's default, else empty text: what the server says of a
    record without a number is said here too.
    """
    if isinstance(cell, Formula):
        raise CellFault("FILE_FORMULA", "a value")
    if isinstance(cell, str):
        cell = cell.strip(SPACE)
    if cell is None or cell == "":
        return _empty(column)
    return _READ[column.kind](cell, column)


def _empty(column: Column) -> Any:
    if column.nullable:
        return None
    if column.default is not MISSING:
        return column.default
    if column.required:
        raise CellFault("FILE_VALUE_MISSING", _expected(column))
    return ""


def _expected(column: Column) -> str:
    if column.kind == "enum":
        return " | ".join(column.symbols)
    return {"date": "YYYY-MM-DD", "int": "0, 1, 2 ...", "boolean": "true | false"}.get(column.kind, "text")


def _text(cell: Any, column: Column) -> str:
    if isinstance(cell, str):
        if _SCIENTIFIC.fullmatch(cell):
            raise CellFault("FILE_SCIENTIFIC", "the whole number as text")
        if cell.startswith(("=", "＝")):
            raise CellFault("FILE_FORMULA", "a value")
        if _LOST.search(cell):
            raise CellFault("FILE_NOT_ENCODABLE", "Unicode")
        listed = column.path.rpartition(".")[2] in LISTED
        return cell.partition(BETWEEN)[0].strip(SPACE) if listed else cell
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        said = shown(cell)
        if column.path.endswith("ground") and _SHORT_NUMBER.fullmatch(said):
            return said
        raise CellFault("FILE_NUMBER_CELL", "text")
    raise CellFault("FILE_NUMBER_CELL", "text")


def _date(cell: Any, column: Column) -> date:
    if isinstance(cell, datetime):
        if cell.time() == time():
            return cell.date()
    elif isinstance(cell, date):
        return cell
    elif isinstance(cell, str | int | float) and not isinstance(cell, bool):
        said = shown(cell)
        found = _DAY.fullmatch(said) or _PACKED_DAY.fullmatch(said)
        if found is not None:
            try:
                year, month, day = (int(part) for part in found.groups() if part is not None)
                return date(year, month, day)
            except ValueError:
                pass
    raise CellFault("FILE_DATE", _expected(column))


def _int(cell: Any, column: Column) -> int:
    said = _whole(cell)
    if said is None or not -_INT <= said < _INT:
        raise CellFault("FILE_NUMBER", _expected(column))
    return said


def _whole(cell: Any) -> int | None:
    match cell:
        case bool():
            return None
        case int():
            return cell
        case float() if cell.is_integer():
            return int(cell)
        case str() if _WHOLE.fullmatch(cell):
            return int(cell)
    return None


def _boolean(cell: Any, column: Column) -> bool:
    if isinstance(cell, bool):
        return cell
    said = folded(shown(cell).partition(BETWEEN)[0])
    if said in YES or said in NO:
        return said in YES
    raise CellFault("FILE_YES_NO", _expected(column))


def _enum(cell: Any, column: Column) -> str:
    said = folded(shown(cell).partition(BETWEEN)[0])
    for symbol in column.symbols:
        if said in (symbol, SYMBOLS[symbol]):
            return symbol
    raise CellFault("FILE_CHOICE", _expected(column))


_READ = {"string": _text, "date": _date, "int": _int, "boolean": _boolean, "enum": _enum}


def guarded(text: str) -> str:
    """A CSV cell that no spreadsheet takes for a formula.

    >>> guarded("=1+1"), guarded("3"), guarded("-")
    ("'=1+1", '3', '-')
    """
    return f"'{text}" if computes(text) else text


def computes(text: str) -> bool:
    """Whether a spreadsheet that opens a CSV would take the cell for a formula; a sign alone is none."""
    return len(text) > 1 and text.startswith(FORMULA_STARTS)


def unguarded(text: str) -> str:
    """What ``guarded`` was given.

    >>> unguarded("'=1+1"), unguarded("'quoted'")
    ('=1+1', "'quoted'")
    """
    return text[1:] if text[:1] == "'" and text.startswith(FORMULA_STARTS, 1) else text
