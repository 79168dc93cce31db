"""Tables that a department keeps: one table in CSV, the pages it has in XLSX, whatever says it best in JSON."""

import csv
import io
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from streams.kit.cells import guarded
from streams.kit.reading import FileFault

FORMATS = (".csv", ".xlsx", ".json")
Rows = Sequence[Sequence[str]]


def write(path: Path, what: str, rows: Rows, pages: Mapping[str, Rows], said: object) -> None:
    """Write, for the owner only, ``rows`` as CSV, ``pages`` as XLSX or ``said`` as JSON, by ``path``'s ending.

    The first of rows are headings. Raises FileFault, which names the file ``what``, for another ending; OSError.
    """
    suffix = path.suffix.lower()
    if suffix == ".json":
        data = msgspec.json.format(msgspec.json.encode(said)) + b"\n"
    elif suffix == ".csv":
        text = io.StringIO()
        csv.writer(text).writerows([list(map(guarded, row)) for row in rows])
        data = text.getvalue().encode("utf-8-sig")
    elif suffix == ".xlsx":
        data = _xlsx(pages)
    else:
        raise FileFault(f"{path}: {what}: {', '.join(FORMATS)}")
    private(path, data)


def private(path: Path, data: bytes) -> None:
    """Write a file that only its owner can read. A link in its place is refused: in a folder that others write to, it
    would lead what is written over a file of ours."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600), "wb") as out:
        os.fchmod(out.fileno(), 0o600)
        out.write(data)


def _xlsx(pages: Mapping[str, Rows]) -> bytes:
    import openpyxl

    from streams.kit.workbook import head, put

    book = openpyxl.Workbook()
    assert book.active is not None
    book.remove(book.active)
    for title, rows in pages.items():
        page = book.create_sheet(title)
        head(page, rows[0])
        for number, row in enumerate(rows[1:], 2):
            for column, text in enumerate(row, 1):
                put(page, number, column, text)
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()
