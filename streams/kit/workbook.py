"""XLSX as we write it: every cell is text, and no cell of ours is ever a formula."""

from collections.abc import Sequence
from typing import Any

from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from streams.kit.cells import FORMULA_STARTS

TEXT = "@"
_HEAD = PatternFill("solid", fgColor="DDE7F3")
_MOST = 32_000  # characters a cell takes


def put(sheet: Worksheet, row: int, column: int, text: str) -> None:
    """Write ``text`` as text: a leading = stays a character, also when somebody edits the cell."""
    cell: Any = sheet.cell(row, column)
    cell.value = _printable(text)
    cell.data_type = "s"
    cell.number_format = TEXT
    cell.quotePrefix = text.startswith(FORMULA_STARTS)


def head(sheet: Worksheet, headings: Sequence[str], required: Sequence[bool] = ()) -> None:
    """The first row: bold, in sight when the sheet is scrolled, columns wide enough."""
    for number, heading in enumerate(headings, 1):
        put(sheet, 1, number, heading)
        cell = sheet.cell(1, number)
        cell.font = Font(bold=True, color="9C0006" if required and required[number - 1] else "000000")
        cell.fill = _HEAD
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        sheet.column_dimensions[get_column_letter(number)].width = max(14, min(40, 2 * len(heading)))
    sheet.freeze_panes = "A2"


def _printable(text: str) -> str:
    """XML holds no control characters; a cell has an end."""
    return "".join(one if one >= " " or one in "\t\n" else "�" for one in text)[:_MOST]
