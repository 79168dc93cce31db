"""``chengxin template``: a workbook for one item, with drop-downs for everything that has a closed list.

What it writes ``reading`` and ``rows`` read: sheet names name the record, drop-downs show code｜name.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import openpyxl
from openpyxl.utils import get_column_letter, quote_sheetname
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from streams.core.check_determination import EARLIEST
from streams.core.law import Item, LawBook
from streams.kit.cells import BETWEEN
from streams.kit.columns import Column, columns
from streams.kit.folder import Kit
from streams.kit.lists import choices
from streams.kit.words import ABOUT, CODES, RECORDS
from streams.kit.workbook import TEXT, head, put

OF_ITEM = ("CreditDetermination", "GroundEnding", "RecordCorrection", "CaseEvent")
_DAY_FORMAT = "yyyy-mm-dd"
_LAST_ROW = 10_000  # rows that have drop-downs
_PROMPT = 250  # characters that a spreadsheet shows


def workbook(
    kit: Kit,
    item: Item | None,
    records: Sequence[str],
    channel: str | None,
    rows: Mapping[str, Sequence[Mapping[str, Any]]],
) -> openpyxl.Workbook:
    """A workbook with a sheet for each of ``records``, holding ``rows`` (record -> values as the codec takes them)."""
    book = openpyxl.Workbook()
    assert book.active is not None
    book.remove(book.active)
    lists = _Lists(book, kit.book, item, channel)
    for record in records:
        found = columns(kit.codec, record)
        page = book.create_sheet(sheet_name(record))
        head(page, [_heading(column) for column in found], [_asked(column) for column in found])
        for number, column in enumerate(found, 1):
            _prepare(page, number, column, lists.place(record, column))
        for number, value in enumerate(rows.get(record, ()), 2):
            _fill(page, number, value, [(column, lists.of(record, column)) for column in found])
    lists.write()
    _about(book, kit, item)
    return book


def sheet_name(record: str) -> str:
    """Name of the sheet of a record: 认定 CreditDetermination."""
    return f"{RECORDS[record]} {record}"


def _heading(column: Column) -> str:
    return f"{column.headings[0]} {column.path}"


def _asked(column: Column) -> bool:
    """Told in red: without it the server refuses or holds every record."""
    return column.path != "event_id" and (column.required or (column.kind == "string" and not column.nullable))


class _Lists:
    """The sheet of codes: each closed list once, a column of it."""

    def __init__(self, book: openpyxl.Workbook, law: LawBook, item: Item | None, channel: str | None) -> None:
        self._book = book
        self._law = law
        self._item = item
        self._channel = channel
        self._places: dict[tuple[str, ...], int] = {}
        self._names: list[str] = []

    def of(self, record: str, column: Column) -> tuple[str, ...]:
        return choices(column, record, self._law, self._item, self._channel)

    def place(self, record: str, column: Column) -> str | None:
        """Where the column's choices will stand, as a formula names it; None for an open field."""
        found = self.of(record, column)
        if not found:
            return None
        if found not in self._places:
            self._names.append(_heading(column))
            self._places[found] = len(self._places) + 1
        letter = get_column_letter(self._places[found])
        return f"{quote_sheetname(CODES)}!${letter}$2:${letter}${len(found) + 1}"

    def write(self) -> None:
        page = self._book.create_sheet(CODES)
        head(page, self._names)
        for found, number in self._places.items():
            for row, text in enumerate(found, 2):
                put(page, row, number, text)


def _prepare(page: Worksheet, number: int, column: Column, place: str | None) -> None:
    """Format and drop-down of a column's empty cells."""
    letter = get_column_letter(number)
    page.column_dimensions[letter].number_format = _DAY_FORMAT if column.kind == "date" else TEXT
    check = None
    if place is not None:
        check = DataValidation(type="list", formula1=f"={place}", allow_blank=True)
    elif column.kind == "date":
        # a bound that no department reaches; the day itself is checked by validate
        check = DataValidation(type="date", operator="greaterThanOrEqual", formula1=_serial(EARLIEST), allow_blank=True)
    if check is None:
        return
    check.promptTitle, check.prompt = column.headings[0][:32], column.doc[:_PROMPT]
    check.error = "请从下拉列表选择 / choose from the list" if place else "日期 / a day: 2026-01-31"
    check.showErrorMessage, check.showInputMessage = True, True
    check.add(f"{letter}2:{letter}{_LAST_ROW}")
    page.add_data_validation(check)


def _serial(day: date) -> str:
    """A day as a spreadsheet counts it."""
    return str((day - date(1899, 12, 30)).days)


def _fill(page: Worksheet, row: int, value: Mapping[str, Any], found: Sequence[tuple[Column, tuple[str, ...]]]) -> None:
    for number, (column, allowed) in enumerate(found, 1):
        said = _at(value, column.path)
        if said is None:
            continue
        if isinstance(said, date):
            page.cell(row, number, said).number_format = _DAY_FORMAT
        else:
            put(page, row, number, _chosen(said, allowed))


def _at(value: Any, path: str) -> Any:
    for name in path.split("."):
        value = None if value is None else value.get(name)
    return value


def _chosen(said: Any, allowed: tuple[str, ...]) -> str:
    """As the drop-down shows it."""
    if isinstance(said, bool):
        return "是" if said else "否"
    return next((one for one in allowed if one.partition(BETWEEN)[0] == said), str(said))


def _about(book: openpyxl.Workbook, kit: Kit, item: Item | None) -> None:
    page = book.create_sheet(ABOUT)
    lines = [
        "每行一条记录，只涉及一个主体；红色列名必填 / one record a row, about one subject; fill red headings",
        "证件号码、文书号等列为文本格式，请勿改为数字。 / Numbers are text: a number format loses digits.",
        "事件编号可以不填，由程序生成。 / event_id may be left empty: it is made from the row.",
        "chengxin validate FILE --channel CHANNEL",
        "chengxin publish FILE --channel CHANNEL",
        f"法律簿 / law book {kit.book.digest}",
        f"工具包 / kit {kit.said.digest} {kit.said.made_on}",
    ]
    if item is not None:
        lines[:0] = [f"{item.name} {item.code}", f"依据 / clause: {item.clause}"]
    for number, line in enumerate(lines, 1):
        put(page, number, 1, line)
    page.column_dimensions["A"].width = 100
