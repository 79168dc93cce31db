"""The error file: the faulty rows as the department wrote them, with what is wrong and how to cure it beside them.

It shows what was typed, so it stays with the department: readable by its owner only. Corrected in place it can be sent
as it is: its own columns are not read.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import openpyxl

from streams.kit.cells import guarded, shown
from streams.kit.checking import Checked, Finding
from streams.kit.output import FORMATS, private
from streams.kit.reading import EXTRA, UNREADABLE, FileFault, Table
from streams.kit.rows import ERROR_COLUMNS, of_errors
from streams.kit.words import OUTCOMES
from streams.kit.workbook import head, put

_BETWEEN = " | "
_HIDDEN = (EXTRA, UNREADABLE)


def write(path: Path, table: Table, checked: Sequence[Checked]) -> int:
    """Write those of ``checked``, rows of ``table``, that are faulty, in the format of ``path``'s ending; returns how
    many.

    Raises FileFault for another ending, OSError.
    """
    faulty = [one for one in checked if one.faulty]
    suffix = path.suffix.lower()
    if suffix not in FORMATS:
        raise FileFault(f"{path}: 错误文件的格式应为 / an error file is one of {', '.join(FORMATS)}")
    if suffix == ".csv":
        data = _csv(path, table, faulty).encode("utf-8-sig")
    elif suffix == ".json":
        data = msgspec.json.format(msgspec.json.encode([_object(one) for one in faulty])) + b"\n"
    else:
        packed = io.BytesIO()
        _xlsx(table, faulty).save(packed)
        data = packed.getvalue()
    private(path, data)
    return len(faulty)


def _csv(path: Path, table: Table, faulty: Sequence[Checked]) -> str:
    sheets = [sheet for sheet in table.sheets if sheet.name in {one.draft.sheet for one in faulty}]
    if len(sheets) > 1:
        raise FileFault(f"{path}: 多个工作表有错误 / several sheets have faults: write them to .xlsx or .json")
    lines: list[str] = []
    writer = csv.writer(_Lines(lines), lineterminator="\r\n")
    headings = [name for sheet in sheets for name in sheet.headings if _mirrored(name)]
    writer.writerow([*map(guarded, headings), *ERROR_COLUMNS])
    for one in faulty:
        writer.writerow(
            [guarded(shown(one.draft.row.cells.get(name))) for name in headings] + [*map(guarded, _told(one))]
        )
    return "".join(lines)


class _Lines:
    """What csv writes to."""

    def __init__(self, lines: list[str]) -> None:
        self.write = lines.append


def _xlsx(table: Table, faulty: Sequence[Checked]) -> openpyxl.Workbook:
    """A sheet for each sheet that has faults, under its name."""
    book = openpyxl.Workbook()
    assert book.active is not None
    book.remove(book.active)
    for sheet in table.sheets:
        rows = [one for one in faulty if one.draft.sheet == sheet.name]
        if not rows:
            continue
        page = book.create_sheet(sheet.name or "errors")
        headings = [name for name in sheet.headings if _mirrored(name)]
        head(page, [*headings, *ERROR_COLUMNS])
        for number, one in enumerate(rows, 2):
            cells = [one.draft.row.cells.get(name) for name in headings]
            for column, cell in enumerate([*cells, *_told(one)], 1):
                if isinstance(cell, int | float) and not isinstance(cell, bool):
                    page.cell(number, column, cell)  # as text it would pass for what it is not
                else:
                    put(page, number, column, shown(cell))
    if not book.worksheets:
        book.create_sheet("errors")
    return book


def _mirrored(heading: str) -> bool:
    """What stands again as it was given: not what an error file before this one has added, for it is added anew."""
    return heading not in _HIDDEN and not of_errors(heading)


def _told(one: Checked) -> Iterator[str]:
    """The added columns; several faults of a row stand in one cell, in the order of the receipt."""
    findings = one.findings
    yield str(one.draft.row.number)
    yield _BETWEEN.join(finding.column for finding in findings)
    yield _BETWEEN.join(finding.code for finding in findings)
    yield f"{OUTCOMES[one.outcome]} {one.outcome}"
    yield _BETWEEN.join(finding.seen for finding in findings)
    yield _BETWEEN.join(finding.expected for finding in findings)
    yield _BETWEEN.join(sentence(finding) for finding in findings)


def sentence(finding: Finding) -> str:
    """What is wrong and how to cure it, in both languages."""
    return f"{finding.zh}：{finding.cure_zh} / {finding.en}: {finding.cure_en}"


def _object(one: Checked) -> dict[str, object]:
    draft = one.draft
    return {
        "sheet": draft.sheet,
        "row": draft.row.number,
        "record": draft.record,
        "event_id": draft.event_id,
        "outcome": one.outcome,
        "faults": [finding._asdict() for finding in one.findings],
        "warnings": [finding._asdict() for finding in one.warnings],
        "cells": {name: shown(cell) for name, cell in draft.row.cells.items() if _mirrored(name)},
    }
