"""A department's file becomes sheets of rows, whatever it is: CSV (UTF-8, UTF-16 or GBK), XLSX, JSON lines, JSON."""

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Any, NamedTuple

from streams.kit.cells import SPACE, Cell, Formula, shown, unguarded, whole

MOST_BYTES = 64 << 20  # of rows that all stand in memory, 3.5 KB each: some 300,000, a gigabyte
_MOST_UNPACKED = 256 << 20  # an XLSX is a zip: what it says it unpacks to
_DELIMITERS = (",", "\t", ";")
EXTRA = "\x00"  # key of what stands under no heading
UNREADABLE = "\x01"  # key of a line that is no object
FORMATS = (".csv", ".xlsx", ".jsonl", ".json")
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\b[^>]*?\bref="([A-Z]+(\d+):[A-Z]+(\d+))"')
_HIDDEN = re.compile(rb'<(?:\w+:)?row\b(?=[^>]*?\bhidden="(?:1|true)")[^>]*?\br="(\d+)"')
_SCANNED, _TAG = 1 << 20, 200  # bytes at a time, and how long a tag may be that lies across two of these


class FileFault(Exception):
    """A file that cannot be read at all. The message names file, place and cure."""


class Row(NamedTuple):
    """One row as the department sees it: ``number`` counts from 1 as its program does, the heading included."""

    number: int
    cells: dict[str, Cell]


class Sheet(NamedTuple):
    """A table with its headings. ``name`` is empty where the file holds one table only; ``hidden``: how many of its
    rows the spreadsheet does not show, because somebody filtered them away."""

    name: str
    headings: tuple[str, ...]
    rows: list[Row]
    hidden: int = 0


class Table(NamedTuple):
    """A file as read. ``note``: what the reader should know of how, e.g. that it was GBK."""

    path: Path
    sheets: tuple[Sheet, ...]
    note: str = ""


def read(path: Path) -> Table:
    """Read a file by its ending. Raises FileFault, OSError."""
    if not str(path).isprintable():  # what is said of it would go to the terminal, commands and all
        raise FileFault(f"{str(path)!a}: 文件名含控制字符，请改名 / control characters in its name: rename it")
    suffix = path.suffix.lower()
    if suffix not in FORMATS:
        kinds = ", ".join(FORMATS)
        raise FileFault(f"{path}: 不支持的格式 / not a format of ours: save it as one of {kinds}")
    if path.stat().st_size > MOST_BYTES:
        raise FileFault(f"{path}: 文件过大，请拆分 / too large: split it into files under {MOST_BYTES >> 20} MB")
    if suffix == ".xlsx":
        return _xlsx(path)
    text, note = _decoded(path)
    if suffix == ".csv":
        return Table(path, (_csv(path, text),), note)
    return Table(path, (_lines(text) if suffix == ".jsonl" else _json(path, text),), note)


def _decoded(path: Path) -> tuple[str, str]:
    raw = path.read_bytes()
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _as(path, raw, "utf-16"), "UTF-16"
    try:
        return raw.decode("utf-8-sig"), ""
    except UnicodeDecodeError:
        return _as(path, raw, "gb18030"), "按 GBK 编码读取，请核对中文 / read as GBK (not UTF-8): check the Chinese"


def _as(path: Path, raw: bytes, encoding: str) -> str:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        raise FileFault(f"{path}: 编码无法识别，请另存为 UTF-8 / unknown encoding: save it as UTF-8") from None


def _csv(path: Path, text: str) -> Sheet:
    first = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    headings: tuple[str, ...] = ()
    rows = []
    try:
        found = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        for number, guarded in enumerate(found, 1):
            cells = [unguarded(cell) for cell in guarded]
            if not headings:
                headings = _checked(path, "", tuple(cells))
            elif any(cell.strip() for cell in cells):
                rows.append(Row(number, _paired(headings, cells)))
    except csv.Error as error:
        raise FileFault(f"{path}: 引号不成对 / not CSV ({error}): check the quotes") from None
    return Sheet("", headings, rows)


def _paired(headings: tuple[str, ...], cells: list[Any]) -> dict[str, Cell]:
    """Cells by heading. What stands under none is kept apart, for it would be lost; blank cells there are nothing."""
    found: dict[str, Cell] = {}
    for name, cell in zip_longest(headings, cells):
        if name and name.strip():
            found[name] = cell
        elif not _blank(cell):
            found.setdefault(EXTRA, shown(cell))
    return found


def _blank(cell: Any) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip(SPACE))


def _checked(path: Path, sheet: str, headings: tuple[str, ...]) -> tuple[str, ...]:
    named = [name for name in headings if name.strip()]
    if not named:
        raise FileFault(f"{path}{sheet and f' [{sheet}]'}: 第一行没有列名 / no headings in the first row")
    for name in named:
        if named.count(name) > 1:
            raise FileFault(f"{path}{sheet and f' [{sheet}]'}: 列名重复 / heading {name!r} twice: keep one of them")
    return headings


def _xlsx(path: Path) -> Table:
    import openpyxl

    try:
        with zipfile.ZipFile(path) as packed:
            if sum(one.file_size for one in packed.infolist()) > _MOST_UNPACKED:
                raise FileFault(f"{path}: 解压后过大，请拆分 / unpacks to too much: split it")
        book = openpyxl.load_workbook(path, read_only=True)
        try:
            shown = [one for one in book.worksheets if one.sheet_state == "visible"]
            sheets = [_sheet(path, one) for one in shown]
            hidden = "、".join(one.title for one in book.worksheets if one not in shown)
        finally:
            book.close()
    except (FileFault, OSError, MemoryError):
        raise
    except Exception as error:  # of a damaged file openpyxl raises whatever it comes upon
        cure = "打开后另存为 .xlsx / open it and save it again as .xlsx"
        raise FileFault(f"{path}: 不是完好的 XLSX 文件 / no sound XLSX file ({type(error).__name__}): {cure}") from None
    found = tuple(sheet for sheet in sheets if sheet is not None)
    filtered = sum(sheet.hidden for sheet in found)
    notes = (
        f"隐藏的工作表未读取 / hidden sheets are not read: {hidden}" if hidden else "",
        f"隐藏的行也已读取 / rows that are filtered away are read too: {filtered}" if filtered else "",
    )
    return Table(path, found, "; ".join(filter(None, notes)))


def _sheet(path: Path, sheet: Any) -> Sheet | None:
    """None for a sheet without a cell."""
    headings: tuple[str, ...] = ()
    rows = []
    sheet.reset_dimensions()  # what a file says of its size may be less than it holds
    for number, cells in enumerate(sheet.iter_rows(), 1):
        values = [_cell(cell) for cell in cells]
        if all(map(_blank, values)):
            continue
        if not headings:
            headings = tuple("" if one is None else str(one) for one in values)
            while headings and not headings[-1].strip():
                headings = headings[:-1]
        else:
            rows.append(Row(number, _paired(headings, values)))
    if not headings:
        return None
    unseen = _scanned(path, sheet, {row.number for row in rows})
    return Sheet(sheet.title, _checked(path, sheet.title, headings), rows, unseen)


def _scanned(path: Path, sheet: Any, rows: set[int]) -> int:
    """How many of ``rows`` are hidden. Refuses merged cells among them: only the first holds the value, and the others
    would go without it."""
    first, tail, hidden = min(rows, default=0), b"", set()
    with sheet._get_source() as source:
        while part := source.read(_SCANNED):
            seen = tail + part
            for found in _MERGED.finditer(seen):
                if rows and int(found[3]) >= first:
                    where = f"{path} [{sheet.title}] {found[1].decode()}"
                    raise FileFault(f"{where}: 合并单元格，请取消合并并逐行填写 / merged cells: unmerge, fill in each")
            hidden |= {int(found[1]) for found in _HIDDEN.finditer(seen)}
            tail = seen[-_TAG:]
    return len(hidden & rows)


def _cell(cell: Any) -> Cell:
    if cell.data_type in ("f", "e"):  # computed, or what a computation that failed shows
        return Formula(str(cell.value))
    found: Cell = cell.value
    return found


def _lines(text: str) -> Sheet:
    return _objects([(number, line) for number, line in enumerate(text.split("\n"), 1) if line.strip()])


def _json(path: Path, text: str) -> Sheet:
    try:
        found = json.loads(text, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise FileFault(f"{path}: 不是 JSON / no JSON: {error}") from None
    rows = found if isinstance(found, list) else [found]
    return _objects([(number, json.dumps(row)) for number, row in enumerate(rows, 1)])


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object as JSON has it, but for one that says a thing twice: of that one word would be lost."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("同一键出现两次 / a key stands twice in one object")
    return found


def _objects(lines: list[tuple[int, str]]) -> Sheet:
    headings: dict[str, None] = {}
    rows = []
    for number, line in lines:
        try:
            found = json.loads(line, object_pairs_hook=_once)
        except (ValueError, RecursionError):
            found = None
        cells: dict[str, Cell] = {UNREADABLE: line}
        if isinstance(found, dict):
            cells = dict(_flat(found, ""))
        headings |= dict.fromkeys(name for name in cells if name != UNREADABLE)
        rows.append(Row(number, cells))
    return Sheet("", tuple(headings), rows)


def _flat(node: dict[str, Any], place: str) -> Iterator[tuple[str, Cell]]:
    """Nested objects as dotted paths; a list is shown as it is and is no value of any column."""
    for said, inner in node.items():
        name = whole(said)
        if isinstance(inner, dict) and inner:
            yield from _flat(inner, f"{place}{name}.")
        elif isinstance(inner, list | dict):
            yield f"{place}{name}", Formula(json.dumps(inner, ensure_ascii=False))
        else:
            yield f"{place}{name}", inner
