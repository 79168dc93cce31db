"""Formulas in what we write for spreadsheets: whatever a department typed or another sent, no cell computes."""

import csv
import io
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest

from streams.kit import errors, output
from streams.kit.cells import FORMULA_STARTS, unguarded
from streams.kit.checking import Checked, Finding
from streams.kit.reading import Row, Sheet, Table
from streams.kit.rows import Draft

FORMULAS = (
    "=1+1",
    '=HYPERLINK("http://127.0.0.1/?"&A1,"see")',
    "=cmd|'/C calc'!A0",
    "+cmd|'/C calc'!A0",
    "-2+3+cmd|'/C calc'!A0",
    "@SUM(1+1)*cmd|'/C calc'!A0",
    "\t=1+1",
    "\r=1+1",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(1)",
    '=DDE("cmd";"/C calc";"")',
    '=WEBSERVICE("http://127.0.0.1/"&A1)',
    '=IMPORTXML(CONCAT("http://127.0.0.1/",A1),"//a")',
)


def active(text: str) -> bool:
    """Whether a spreadsheet that opens this CSV would take the cell for a formula."""
    return text.startswith(FORMULA_STARTS)


def cells_of(path: Path) -> list[str]:
    """Every text of the file; fails where one computes."""
    if path.suffix == ".csv":
        rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))
        assert not [cell for row in rows for cell in row if active(cell)]
        return [unguarded(cell) for row in rows for cell in row]
    book = openpyxl.load_workbook(path)
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert all(cell.quotePrefix for cell in cells if active(str(cell.value)))
    return [str(cell.value) for cell in cells]


@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
@pytest.mark.parametrize("formula", FORMULAS)
def test_in_any_table_that_a_department_keeps(tmp_path: Path, formula: str, ending: str) -> None:
    """Receipts, reconciliation sheet, monthly return: one place writes them all."""
    path = tmp_path / f"sheet{ending}"
    rows = [["heading", formula], [formula, "plain"], ["plain", formula]]
    output.write(path, "sheet", rows, {"page": rows}, {})
    if not formula.startswith(("\t", "\r")):  # a workbook keeps no carriage return; what matters is that none computes
        assert cells_of(path).count(formula) == 3
    else:
        cells_of(path)


@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
@pytest.mark.parametrize("formula", FORMULAS)
def test_in_an_error_file_by_cell_heading_and_what_was_seen(tmp_path: Path, formula: str, ending: str) -> None:
    row = Row(2, {"document_no": formula, formula: formula, "item": "X"})
    table = Table(tmp_path / "rows.csv", (Sheet("", ("document_no", formula, "item"), [row]),), "")
    finding = Finding("document_no", "TEXT_NOT_ALLOWED", formula, formula, "错", "wrong", formula, formula)
    checked = _checked(row, formula, finding)
    path = tmp_path / f"errors{ending}"
    assert errors.write(path, table, [checked]) == 1
    assert len(cells_of(path)) > 8


def _checked(row: Row, formula: str, finding: Finding) -> Checked:
    draft = Draft("", row, "CreditDetermination", "events", formula, {}, None, {}, ())
    return Checked(draft, "rejected", finding.code, (finding,), ())


def test_the_search_finds_a_cell_that_computes(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active["A1"] = "=1+1"
    book.save(tmp_path / "sheet.xlsx")
    with pytest.raises(AssertionError):
        cells_of(tmp_path / "sheet.xlsx")
    (tmp_path / "sheet.csv").write_text(f"plain,=1+1\r\n{datetime.now(UTC):%Y}", encoding="utf-8-sig")
    with pytest.raises(AssertionError):
        cells_of(tmp_path / "sheet.csv")
