"""The daily reconciliation sheet (对账单): what was sent, what became of it by code, and what has no receipt."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

import msgspec

from streams.core.law import CodeText
from streams.kit.answers import Fate, counted
from streams.kit.cells import guarded
from streams.kit.errors import private
from streams.kit.reading import FileFault
from streams.kit.words import OUTCOMES

FORMATS = (".csv", ".xlsx", ".json")
HEADINGS = (
    "文件 file",
    "工作表 sheet",
    "行 row",
    "记录类型 record",
    "事件编号 event_id",
    "主题 topic",
    "分区 partition",
    "位移 offset",
    "发送时间 sent_at",
    "结果 outcome",
    "代码 code",
    "处理办法 cure",
    "回执编号 receipt_id",
    "模式编号 schema_id",
    "内容摘要 sent_digest",
    "回执时间 receipt_at",
)
_MORE = {"missing": "无回执", "digest_differs": "回执与所发内容不符"}


class Line(msgspec.Struct, frozen=True):
    """A row that was sent, of one file."""

    file: str
    fate: Fate


def totals(lines: Sequence[Line]) -> list[tuple[str, str, int]]:
    """Outcome, code, how many rows, in order."""
    found = counted(line.fate for line in lines)
    return [(outcome, code, number) for (outcome, code), number in sorted(found.items())]


def named(outcome: str) -> str:
    """An outcome in both languages."""
    return f"{(OUTCOMES | _MORE)[outcome]} {outcome}"


def write(path: Path, lines: Sequence[Line], codes: dict[str, CodeText]) -> None:
    """Write the sheet in the format of ``path``'s ending, for its owner only. Raises FileFault, OSError."""
    rows = [_cells(line, codes) for line in lines]
    suffix = path.suffix.lower()
    if suffix == ".json":
        counts = [{"outcome": outcome, "code": code or None, "rows": n} for outcome, code, n in totals(lines)]
        found = {"sent": len(lines), "totals": counts, "rows": [dict(zip(_keys(), row, strict=True)) for row in rows]}
        data = msgspec.json.format(msgspec.json.encode(found)) + b"\n"
    elif suffix == ".csv":
        text = io.StringIO()
        csv.writer(text).writerows([list(map(guarded, row)) for row in (HEADINGS, *rows)])
        data = text.getvalue().encode("utf-8-sig")
    elif suffix == ".xlsx":
        data = _xlsx(lines, rows)
    else:
        raise FileFault(f"{path}: 对账单的格式应为 / a sheet is one of {', '.join(FORMATS)}")
    private(path, data)


def _keys() -> list[str]:
    return [heading.split()[-1] for heading in HEADINGS]


def _cells(line: Line, codes: dict[str, CodeText]) -> list[str]:
    sent, answer = line.fate.sent, line.fate.answer
    receipt = {} if answer is None else answer.receipt
    text = codes.get(line.fate.code)
    return [
        line.file,
        sent.sheet,
        str(sent.row),
        sent.record,
        sent.event_id,
        sent.topic,
        str(sent.partition),
        str(sent.offset),
        sent.sent_at.isoformat(timespec="seconds"),
        named(line.fate.outcome),
        line.fate.code,
        "" if text is None else f"{text.cure_zh} / {text.cure_en}",
        receipt.get("receipt_id", ""),
        str(receipt.get("schema_id") or ""),
        receipt.get("sent_digest") or "",
        "" if answer is None else answer.at.isoformat(timespec="seconds"),
    ]


def _xlsx(lines: Sequence[Line], rows: Sequence[Sequence[str]]) -> bytes:
    import openpyxl

    from streams.kit.workbook import head, put

    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    page.title = "汇总 totals"
    head(page, ("结果 outcome", "代码 code", "行数 rows"))
    for number, (outcome, code, count) in enumerate([*totals(lines), ("", "合计 sent", len(lines))], 2):
        for column, text in enumerate((outcome and named(outcome), code, str(count)), 1):
            put(page, number, column, text)
    page = book.create_sheet("明细 rows")
    head(page, HEADINGS)
    for number, row in enumerate(rows, 2):
        for column, text in enumerate(row, 1):
            put(page, number, column, text)
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()
