"""Rows become records: framed bytes as a topic takes them, or every cell that stands in the way."""

import hmac
from datetime import date
from hashlib import sha256
from typing import Any, NamedTuple

from streams.kit.cells import BETWEEN, Cell, CellFault, shown, value
from streams.kit.columns import Column, Headings, columns, folded
from streams.kit.folder import Kit
from streams.kit.reading import EXTRA, UNREADABLE, FileFault, Row, Sheet, Table
from streams.kit.words import ABOUT, CODES, RECORDS

ERROR_COLUMNS = (
    "错误行 error_row",
    "错误列 error_column",
    "错误代码 error_code",
    "结果 error_outcome",
    "填写的值 error_seen",
    "应为 error_expected",
    "处理办法 error_cure",
)
RECEIPT_COLUMNS = frozenset({"receipt_id", "回执编号", "回执编号receipt_id"})
_RECORD = frozenset({"record", "记录类型"})
_OWN = frozenset(folded(name) for name in ERROR_COLUMNS)
_LETTERS = str.maketrans("0123456789abcdef", "abcdefghijklmnop")


class Problem(NamedTuple):
    """One thing wrong with one cell. ``column``: the heading in the file; ``seen``: what the department typed."""

    column: str
    code: str
    seen: str
    expected: str


class Draft(NamedTuple):
    """A row as a record. ``data`` is None where ``problems`` stand in the way."""

    sheet: str
    row: Row
    record: str
    family: str
    event_id: str
    value: dict[str, Any]
    data: bytes | None
    headings: dict[str, str]  # path -> heading of the file
    problems: tuple[Problem, ...]

    @property
    def document(self) -> tuple[str, str, date | None]:
        """Item, number and day of the document that the row is about."""
        inner = self.value.get("replacement") or self.value
        named = self.value.get("target") or inner
        day = inner.get("document_date") or self.value.get("day")
        return named.get("item", ""), named.get("document_no") or "", day


class Maker:
    """Makes records of one channel. ``record``: of rows that do not say what they are; ``key``: of event ids made here.

    A row without an event id gets one that only the holder of ``key`` can work out: the same row, the same id.
    """

    def __init__(self, kit: Kit, channel: str, record: str | None, key: bytes) -> None:
        self._kit = kit
        self._channel = channel
        self._record = record
        self._key = key
        self._headings = {name: Headings(columns(kit.codec, name)) for name in RECORDS}

    def make(self, table: Table) -> list[Draft]:
        """Every row of the file in its order. Raises FileFault where headings are unknown or missing."""
        named = [sheet for sheet in table.sheets if record_of(sheet.name) is not None]
        drafts: list[Draft] = []
        for sheet in named or table.sheets:
            if table.path.suffix.lower() in (".csv", ".xlsx"):
                self._check(table, sheet)
            drafts.extend(self._draft(sheet, row) for row in sheet.rows)
        return drafts

    def _check(self, table: Table, sheet: Sheet) -> None:
        """The headings of a table, once for all rows."""
        where = f"{table.path} [{sheet.name}]" if sheet.name else f"{table.path}"
        record = record_of(sheet.name) or self._record
        if record is None:
            if any(folded(name) in _RECORD for name in sheet.headings):
                return
            kinds = ", ".join(RECORDS)
            raise FileFault(f"{where}: 不知道是哪种记录 / which record? give --record ({kinds}) or a column `record`")
        headings = self._headings[record]
        wrong = [name for name in sheet.headings if name.strip() and not _ours(name) and headings.find(name) is None]
        if wrong:
            names = "、".join(wrong)
            raise FileFault(f"{where}: 没有这些列 / no such columns of {record}: {names}; begin your own with #")
        said = [found.path for name in sheet.headings if (found := headings.find(name)) is not None]
        twice = [path for path in dict.fromkeys(said) if said.count(path) > 1]
        if twice:
            raise FileFault(f"{where}: 两列同义 / two headings for one column of {record}: {', '.join(twice)}")
        lacking = [column for column in headings.columns if column.path not in said and _needed(column)]
        if lacking:
            names = "、".join(f"{column.headings[0]} {column.path}" for column in lacking)
            raise FileFault(f"{where}: 缺少列 / columns of {record} are missing: {names}")

    def _draft(self, sheet: Sheet, row: Row) -> Draft:
        record = record_of(sheet.name) or _said_record(row) or self._record
        if UNREADABLE in row.cells:
            problem = Problem("", "FILE_ROW_UNREADABLE", shown(row.cells[UNREADABLE])[:200], "{...}")
            return Draft(sheet.name, row, "", "", "", {}, None, {}, (problem,))
        if record not in self._headings:
            problem = Problem("record", "FILE_RECORD_UNKNOWN", shown(_cell_of(row)), " | ".join(RECORDS))
            return Draft(sheet.name, row, "", "", "", {}, None, {}, (problem,))
        assert record is not None
        family = self._kit.family(record, self._channel)
        found, headings, problems = self._values(record, row)
        if family is None:
            problems.append(Problem("record", "FILE_RECORD_NOT_SENT", record, "a record this channel sends"))
        data = None
        if not problems:
            found["event_id"] = found["event_id"] or self._event_id(record, found)
            data = self._kit.codec.encode(record, found)
        event_id = found.get("event_id") or ""
        return Draft(sheet.name, row, record, family or "", event_id, found, data, headings, tuple(problems))

    def _values(self, record: str, row: Row) -> tuple[dict[str, Any], dict[str, str], list[Problem]]:
        headings, problems = {}, []
        cells: dict[str, Cell] = {}
        for name, cell in row.cells.items():
            column = self._headings[record].find(name)
            if column is not None and cells.get(column.path) in (None, ""):
                headings[column.path], cells[column.path] = name, cell
            elif cell in (None, ""):
                continue  # a column of the other records of the file
            elif name == EXTRA:
                problems.append(Problem("", "FILE_CELLS_EXTRA", shown(cell), "as many cells as headings"))
            elif not _ours(name):
                problems.append(Problem(name, "FILE_COLUMN_UNKNOWN", name, "a heading of the template"))
        found: dict[str, Any] = {}
        for column in self._headings[record].columns:
            try:
                _put(found, column.path, value(cells.get(column.path), column))
            except CellFault as fault:
                heading = headings.get(column.path, column.path)
                problems.append(Problem(heading, fault.code, shown(cells.get(column.path)), fault.expected))
        return found, headings, problems

    def _event_id(self, record: str, found: dict[str, Any]) -> str:
        """Letters alone, so that no run of digits can pass for an identity number."""
        data = self._kit.codec.encode(record, {**found, "event_id": ""})
        mac = hmac.new(self._key, f"event id|{self._channel}|{record}|".encode() + data, sha256)
        return f"row-{mac.hexdigest()[:32].translate(_LETTERS)}"


def left_out(table: Table) -> list[str]:
    """Names of the sheets that hold rows and are not read, because other sheets are named by a record."""
    others = [sheet for sheet in table.sheets if record_of(sheet.name) is None]
    if len(others) == len(table.sheets):
        return []
    return [sheet.name for sheet in others if sheet.rows and sheet.name not in (CODES, ABOUT)]


def record_of(sheet: str) -> str | None:
    """The record that a sheet's name stands for, English, Chinese or both as in a template."""
    said = {folded(part) for part in (sheet, *sheet.split())}
    return next((name for name, zh in RECORDS.items() if {folded(name), zh} & said), None)


def _said_record(row: Row) -> str | None:
    said = shown(_cell_of(row)).partition(BETWEEN)[0].strip()
    return record_of(said) or said or None


def _cell_of(row: Row) -> Cell:
    return next((cell for name, cell in row.cells.items() if folded(name) in _RECORD), None)


def of_errors(name: str) -> bool:
    """Whether a heading is one that an error file adds."""
    return folded(name) in _OWN


def _ours(name: str) -> bool:
    """Headings that are no field: the kind of record, the receipt it corrects, an error file's own, and #."""
    said = folded(name)
    return name.startswith("#") or said in _RECORD or of_errors(name) or said in RECEIPT_COLUMNS


def _needed(column: Column) -> bool:
    return column.required or (column.kind == "string" and not column.nullable and column.path not in _MADE)


_MADE = ("event_id", "officer")


def _put(found: dict[str, Any], path: str, said: Any) -> None:
    *places, last = path.split(".")
    for place in places:
        found = found.setdefault(place, {})
    found[last] = said
