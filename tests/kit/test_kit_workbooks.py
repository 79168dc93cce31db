"""Workbooks as offices have them: everything in them is read, or told."""

import re
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from streams.kit import reading
from streams.kit.reading import FileFault
from streams.kit.rows import left_out
from tests.kit.kit_stand import SOUND, checked


def made(path: Path, rows: list[dict[str, Any]], change: Callable[[openpyxl.Workbook], None] = lambda _: None) -> Path:
    book = openpyxl.Workbook()
    page = book.worksheets[0]
    page.append(list(SOUND))
    for row in rows:
        page.append(list(row.values()))
    change(book)
    book.save(path)
    return path


def workbook(path: Path, changes: dict[str, Any]) -> Path:
    return made(path, [SOUND | changes])


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, ("accepted", None)),
        ({"document_date": datetime(2026, 11, 1)}, ("accepted", None)),  # noqa: DTZ001  as a cell holds it
        ({"hearing": True, "ground": 1}, ("accepted", None)),
        ({"document_date": 20261101}, ("accepted", None)),
        ({"document_date": 46327}, ("unsendable", "FILE_DATE")),  # a day as a spreadsheet counts it, with no format
        ({"document_date": datetime(2026, 11, 1, 8)}, ("unsendable", "FILE_DATE")),  # noqa: DTZ001
        ({"subject.id_number": 990000198001010020}, ("unsendable", "FILE_NUMBER_CELL")),
        ({"event_id": 17}, ("unsendable", "FILE_NUMBER_CELL")),  # was it 00017?
        ({"document_no": "=1+1"}, ("unsendable", "FILE_FORMULA")),
        ({"document_no": "#N/A"}, ("unsendable", "FILE_FORMULA")),
    ],
)
def test_cells_of_a_workbook(tmp_path: Path, changes: dict[str, Any], found: tuple[str, str | None]) -> None:
    (one,) = checked(workbook(tmp_path / "a.xlsx", changes))
    assert (one.outcome, one.code) == found


def test_a_workbook_that_unpacks_to_too_much_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "_MOST_UNPACKED", 1_000)
    with pytest.raises(FileFault, match="split"):
        reading.read(workbook(tmp_path / "a.xlsx", {}))


def sheet_of(path: Path, change: Callable[[bytes], bytes]) -> Path:
    """The workbook with the XML of its sheet changed."""
    with zipfile.ZipFile(path) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    with zipfile.ZipFile(path, "w") as packed:
        for name, data in parts.items():
            packed.writestr(name, change(data) if name == "xl/worksheets/sheet1.xml" else data)
    return path


@pytest.mark.parametrize("said", [b"A1", b"A1:O2", b"A1:ZZ99"])
def test_every_row_is_read_whatever_the_file_says_of_its_size(tmp_path: Path, said: bytes) -> None:
    """Programs that write row by row do not know it at the head; what they say there must not cut the table."""
    path = made(tmp_path / "a.xlsx", [SOUND, SOUND, SOUND])
    sheet_of(path, lambda xml: re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="' + said + b'"', xml))
    assert [one.code for one in checked(path)] == [None, None, None]


def test_a_damaged_workbook_is_refused_with_the_cure(tmp_path: Path) -> None:
    path = sheet_of(made(tmp_path / "a.xlsx", [SOUND]), lambda xml: xml[: len(xml) // 2])
    with pytest.raises(FileFault, match=r"save it again as \.xlsx"):
        reading.read(path)


@pytest.mark.parametrize(("merged", "refused"), [("I2:I4", True), ("A4:B4", True), ("I5:I9", True), ("A1:A1", False)])
def test_merged_cells_are_refused_for_all_but_the_first_go_without_the_value(
    tmp_path: Path, merged: str, refused: bool
) -> None:
    path = made(tmp_path / "a.xlsx", [SOUND, SOUND, SOUND], lambda book: book.worksheets[0].merge_cells(merged))
    if not refused:
        assert len(checked(path)) == 3
        return
    with pytest.raises(FileFault, match=f"Sheet] {merged}.*unmerge"):
        reading.read(path)


def test_blank_cells_beyond_the_table_are_nothing(tmp_path: Path) -> None:
    def stray(book: openpyxl.Workbook) -> None:
        book.worksheets[0]["Z2"], book.worksheets[0]["B50"] = " ", "\u3000"

    assert [one.code for one in checked(made(tmp_path / "a.xlsx", [SOUND, SOUND], stray))] == [None, None]


def test_rows_that_are_filtered_away_are_read_and_told(tmp_path: Path) -> None:
    def filtered(book: openpyxl.Workbook) -> None:
        for number in (3, 9):
            book.worksheets[0].row_dimensions[number].hidden = True

    path = made(tmp_path / "a.xlsx", [SOUND, SOUND, SOUND], filtered)
    assert len(checked(path)) == 3
    assert reading.read(path).note.endswith("filtered away are read too: 1")
    assert reading.read(made(tmp_path / "b.xlsx", [SOUND])).note == ""


def test_sheets_that_are_not_read_are_named(tmp_path: Path) -> None:
    def more(book: openpyxl.Workbook) -> None:
        for title in ("认定 CreditDetermination", "认定 (2)", "代码 codes", "旧"):
            book.create_sheet(title).append(list(SOUND))
            book[title].append(list(SOUND.values()))
        book["认定 (2)"].sheet_state = "hidden"

    table = reading.read(made(tmp_path / "a.xlsx", [SOUND], more))
    assert "认定 (2)" in table.note and "旧" not in table.note
    assert left_out(table) == ["Sheet", "旧"]
    assert left_out(reading.read(made(tmp_path / "b.xlsx", [SOUND]))) == []
