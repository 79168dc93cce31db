"""The daily reconciliation sheet (对账单): what was sent, what became of it by code, and what has no receipt."""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from streams.core.law import CodeText
from streams.kit import output
from streams.kit.answers import Fate, counted
from streams.kit.words import OUTCOMES

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
    counts = totals(lines)
    said = {
        "sent": len(lines),
        "totals": [{"outcome": outcome, "code": code or None, "rows": n} for outcome, code, n in counts],
        "rows": [dict(zip(_keys(), row, strict=True)) for row in rows],
    }
    summed = [(named(outcome), code, str(n)) for outcome, code, n in counts]
    pages: dict[str, output.Rows] = {
        "汇总 totals": [("结果 outcome", "代码 code", "行数 rows"), *summed, ("", "合计 sent", str(len(lines)))],
        "明细 rows": [HEADINGS, *rows],
    }
    output.write(path, "对账单的格式应为 / a sheet is one of", [HEADINGS, *rows], pages, said)


def _keys() -> list[str]:
    return [heading.split()[-1] for heading in HEADINGS]


def _cells(line: Line, codes: dict[str, CodeText]) -> list[str]:
    sent, answer = line.fate.sent, line.fate.answer
    receipt = {} if answer is None else answer.receipt
    text = codes.get(line.fate.code)
    return [
        line.file,
        sent.sheet,
        "" if sent.row is None else str(sent.row),
        sent.record,
        sent.event_id,
        sent.topic,
        str(sent.partition),
        str(sent.offset),
        "" if sent.sent_at is None else sent.sent_at.isoformat(timespec="seconds"),
        named(line.fate.outcome),
        line.fate.code,
        "" if text is None else f"{text.cure_zh} / {text.cure_en}",
        receipt.get("receipt_id", ""),
        str(receipt.get("schema_id") or ""),
        receipt.get("sent_digest") or "",
        "" if answer is None else answer.at.isoformat(timespec="seconds"),
    ]
