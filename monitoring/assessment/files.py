"""A bulletin as Markdown and XLSX, and the three files of one bulletin in their folder."""

from collections.abc import Iterator
from pathlib import Path

from monitoring.assessment.bulletin import Bulletin
from monitoring.assessment.page import page
from monitoring.assessment.tables import NOTES, Cell, Table, status, tables, title
from streams.kit import output

_EMPTY = "无 / none"
_SHEET = 31  # characters a sheet's name may have
_NOT_IN_A_NAME = str.maketrans("/\\?*[]:：", "        ")


def write(bulletin: Bulletin, folder: Path) -> dict[str, Path]:
    """Write ``bulletin-MONTH[-CITY]`` as .md, .xlsx and .html, for their owner only. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    stem = f"bulletin-{bulletin.month:%Y-%m}" + (f"-{bulletin.city}" if bulletin.city else "")
    paths = {kind: folder / f"{stem}.{kind}" for kind in ("md", "xlsx", "html")}
    output.private(paths["md"], markdown(bulletin).encode())
    output.private(paths["html"], page(bulletin).encode())
    output.write(paths["xlsx"], "", [], pages(bulletin), None)
    return paths


def markdown(bulletin: Bulletin) -> str:
    return "\n".join(_markdown(bulletin)) + "\n"


def _markdown(bulletin: Bulletin) -> Iterator[str]:
    yield f"# {title(bulletin)}\n\n{status(bulletin)}"
    for table in tables(bulletin):
        if table.book_only:
            continue
        yield f"\n## {table.title}\n"
        if table.note:
            yield f"{table.note}\n"
        rows = table.rows[: table.brief]
        if not rows:
            yield _EMPTY
            continue
        yield _row(Cell(one) for one in table.headings)
        yield "|" + " --- |" * len(table.headings)
        yield from map(_row, rows)
        if len(rows) < len(table.rows):
            yield f"\n… {len(table.rows) - len(rows)} 行见工作簿 / more rows in the workbook"
    yield "\n## 说明 notes\n"
    yield from (f"* {chinese}\n  {english}" for chinese, english in NOTES)


def _row(cells: Iterator[Cell] | tuple[Cell, ...]) -> str:
    return "| " + " | ".join(cell.text.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def pages(bulletin: Bulletin) -> dict[str, output.Rows]:
    """One sheet a table; the first says what it is and how to read it."""
    first = [["通报 bulletin"], [title(bulletin)], [status(bulletin)], *([f"{zh} {en}"] for zh, en in NOTES)]
    return {"说明 notes": first, **{_sheet(table): _rows(table) for table in tables(bulletin)}}


def _sheet(table: Table) -> str:
    return table.title.translate(_NOT_IN_A_NAME)[:_SHEET]


def _rows(table: Table) -> list[list[str]]:
    return [list(table.headings), *([cell.text for cell in row] for row in table.rows)]
