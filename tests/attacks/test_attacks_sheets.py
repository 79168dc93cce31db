"""Formulas in what we write for spreadsheets: whatever a department typed or another sent, no cell computes."""

import csv
import io
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl
import pytest

from monitoring.assessment import bars, export, files
from monitoring.assessment.bulletin import Names, bulletin
from monitoring.assessment.cells import Cells, Place
from monitoring.assessment.gathering import Months
from streams.kit import errors, output
from streams.kit.cells import FORMULA_STARTS, computes, unguarded
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


def cells_of(path: Path) -> list[str]:
    """Every text of the file; fails where one computes."""
    if path.suffix == ".csv":
        rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"), newline="")))
        assert not [cell for row in rows for cell in row if computes(cell)]
        return [unguarded(cell) for row in rows for cell in row]
    book = openpyxl.load_workbook(path)
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert not [cell for cell in cells if cell.data_type == "f"]
    assert all(cell.quotePrefix for cell in cells if str(cell.value).startswith(FORMULA_STARTS))
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


def assessed() -> tuple[Cells, Names]:
    """A month in which every name that is shown is a formula: of channels, bodies, cities and fields."""
    codes = [f"c{number}" for number in range(len(FORMULAS))]
    named = dict(zip(codes, FORMULAS, strict=True))
    cells: Cells = {Place(code, code, code, code): Counter(passed=50, taken=40, on_time=20, late=20) for code in codes}
    cells |= {Place(code): Counter(supplied=50, stored=20, readable=50, complete=20, compliant=20) for code in codes}
    return cells, Names(named, named, named, named)


def test_in_a_bulletins_workbook(tmp_path: Path) -> None:
    (cells, names), month = assessed(), date(2026, 10, 1)
    told = bulletin(Months({month: cells}, {}), month, date(2026, 11, 5), names, bars.load())
    found = cells_of(files.write(told, tmp_path)["xlsx"])  # a name stands before its code
    assert all(any(cell.startswith(one) for cell in found) for one in FORMULAS if not one.startswith("\r"))


def test_in_what_an_evaluator_gets(tmp_path: Path) -> None:
    (cells, names), out = assessed(), tmp_path / "given"
    paths = export.write(cells, date(2026, 10, 1), names, out, tmp_path / "units.json")
    found = [cell for path in paths if path.suffix == ".csv" for cell in cells_of(path)]
    assert {one for one in FORMULAS if not one.startswith("\r")} < set(found) and export.PROVINCE in found


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
