"""Columns of a record as a table has them: a path into the record, its type, and the headings it may stand under.

English headings are the schema's field names; Chinese ones are the terms its docs give, or the list here where a doc
gives none that fits a heading.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache
from typing import Any, Literal, NamedTuple

from schemas.codec import PLACEHOLDER, Codec

MISSING = object()  # of a field without a default
Kind = Literal["string", "date", "int", "boolean", "enum"]
_TERM = re.compile(r"[(（]([\u4e00-\u9fff、]+)[)）]")
_BEFORE = {"target": "原记录", "replacement": "更正后"}
_NAMED = {
    "event_id": "事件编号",
    "subject.id_number": "证件号码",
    "subject.name": "姓名或名称",
    "item": "事项代码",
    "target.item": "原记录事项代码",
    "replacement.item": "更正后事项代码",
    "GroundEnding.document_date": "终止日期",
    "RecordCorrection.document_date": "更正文书日期",
    "RecordCorrection.document_digest": "更正文书摘要",
    "obligation_id": "措施编号",
    "state": "反馈结果",
    "step": "步骤",
    "case_no": "案件编号",
    "CaseEvent.day": "步骤日期",
    "PersonConsent.day": "声明日期",
    "SupervisionEvent.day": "督导日期",
    "handling": "办理方式",
    "channel": "被督导部门",
    "duty": "督导职责",
}


class Column(NamedTuple):
    """One column. ``headings``: accepted ones, the first is what a template writes; ``symbols``: of an enum."""

    path: str
    headings: tuple[str, ...]
    kind: Kind
    nullable: bool
    default: Any
    symbols: tuple[str, ...] = ()
    doc: str = ""

    @property
    def required(self) -> bool:
        """Whether an empty cell gives no record: a date, a number, a choice without a default."""
        return not self.nullable and self.default is MISSING and self.kind != "string"


def columns(codec: Codec, record: str) -> tuple[Column, ...]:
    """The columns of ``record`` in the order of its newest schema."""
    return tuple(_columns(record, codec.schema(record)["fields"], "", {}))


def _columns(record: str, fields: list[dict[str, Any]], place: str, named: dict[str, Any]) -> Iterator[Column]:
    for field in fields:
        path = f"{place}{field['name']}"
        nullable, node = _plain(field["type"], named)
        if node["type"] == "record":
            yield from _columns(record, node["fields"], f"{path}.", named)
            continue
        kind: Kind = node.get("logicalType", node["type"])
        symbols = tuple(one for one in node.get("symbols", ()) if one != PLACEHOLDER)
        headings = _headings(record, path, field.get("doc", ""))
        yield Column(path, headings, kind, nullable, field.get("default", MISSING), symbols, field.get("doc", ""))


def _plain(node: Any, named: dict[str, Any]) -> tuple[bool, dict[str, Any]]:
    """Whether null is allowed, and the type itself."""
    nullable = isinstance(node, list)
    if nullable:
        (node,) = [branch for branch in node if branch != "null"]
    if isinstance(node, str):
        return nullable, named.get(node, {"type": node})
    if "name" in node:
        named[node["name"]] = node
    return nullable, node


def _headings(record: str, path: str, doc: str) -> tuple[str, ...]:
    first, _, rest = path.rpartition(".")
    named = _NAMED.get(f"{record}.{path}") or _NAMED.get(path)
    term = _TERM.search(doc)
    said = f"{_BEFORE.get(first, '')}{term[1]}" if term else None
    return tuple(dict.fromkeys(one for one in (named, said, path, rest) if one))


class Headings:
    """Finds the column of a heading: its path, its last name where that is unambiguous, a Chinese term, or both as the
    template writes them (文书号 document_no)."""

    def __init__(self, found: tuple[Column, ...]) -> None:
        self.columns = found
        self._by_path = {folded(column.path): column for column in found}
        self._by_heading: dict[str, Column | None] = {}
        for column in found:
            for heading in column.headings:
                key = folded(heading)
                self._by_heading[key] = None if key in self._by_heading else column

    def find(self, heading: str) -> Column | None:
        """The column, or None."""
        whole = self._named(heading)
        zh, _, path = heading.strip().rpartition(" ")
        found = None if whole or not zh else self._by_path.get(folded(path))
        return found if found and folded(zh) in map(folded, found.headings) else whole

    def _named(self, said: str) -> Column | None:
        return self._by_path.get(folded(said)) or self._by_heading.get(folded(said))


@cache
def folded(heading: str) -> str:
    """A heading as it is compared: width, case and white space do not count."""
    return "".join(unicodedata.normalize("NFKC", heading).casefold().split())
