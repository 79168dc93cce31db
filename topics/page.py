"""The topic catalogue as one HTML page that needs nothing beside it: no script, no font, no address."""

from collections.abc import Iterable, Mapping
from html import escape as e
from typing import Any

from schemas.files import Source
from topics.catalogue import Catalogue, Family
from topics.look import style

_HOLDS = {
    "none": "无 / none",
    "token": "标识符 / token (pseudonymous, still personal data)",
    "masked": "脱敏 / masked",
    "sealed": "加密身份 / sealed identity",
    "identity": "身份信息 / identity in clear",
}


def page(catalogue: Catalogue, sources: list[Source], ids: Mapping[str, int]) -> str:
    """The whole page. ``ids``: of ``ids.yaml``, by schema."""
    families = catalogue.families.values()
    newest = {source.record: source for source in sources}
    parts = (
        _section("topics", "主题 / topics", (_family(catalogue, family) for family in families)),
        _section("channels", "通道 / channels", [_channels(catalogue)]),
        _section("records", "记录 / records", (_record(one, sources, ids) for one in newest.values())),
    )
    index = "".join(f'<li><a href="#{e(one.family)}">{e(one.topic)}</a></li>' for one in families)
    return (
        '<!DOCTYPE html>\n<html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>诚信主题目录 / Chengxin topics</title><style>\n{style()}</style></head>\n<body>"
        "<header><h1>诚信主题目录 / Chengxin topics</h1>"
        '<p class="quiet">topics/*.yaml, schemas/avro. 无前缀 / without prefix.</p></header>\n'
        f'<nav class="index" aria-label="主题 / topics"><ul>{index}</ul></nav>\n'
        f"<main>{''.join(parts)}</main></body></html>\n"
    )


def _section(name: str, title: str, parts: Iterable[str]) -> str:
    return f'<section id="all-{name}"><h2>{title}</h2>\n{"".join(parts)}</section>\n'


def _family(catalogue: Catalogue, family: Family) -> str:
    codes = catalogue.channels_of(family.family)
    kept = "每键最后一条 / last of each key" if family.cleanup == "compact" else e(family.retention)
    said = {
        "归属 / owner": e(family.owner),
        "写 / writers": e(", ".join(family.writers)),
        "读 / readers": e(", ".join(family.readers)),
        "键 / key": e(family.key),
        "记录 / records": ", ".join(f'<a href="#{record}">{record}</a>' for record in family.records) or "-",
        "分区 / partitions": f"{family.partitions.local} (local), {family.partitions.province} (province)",
        "保存 / kept": kept + (f", tombstones {e(family.tombstones)}" if family.tombstones else ""),
        "个人信息 / personal data": _HOLDS[family.personal_data],
    }
    if codes:
        said[f"通道 / channels ({len(codes)})"] = ", ".join(f"<code>{e(code)}</code>" for code in codes)
    rows = "".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in said.items())
    return (
        f'<article id="{e(family.family)}"><h3><code>{e(family.topic)}</code></h3>'
        f"<p>{e(family.purpose)}</p><dl>{rows}</dl></article>\n"
    )


def _channels(catalogue: Catalogue) -> str:
    rows = (
        f"<tr><td><code>{e(one.code)}</code></td><td>{e(one.name)}</td><td>{'✓' if one.executes else ''}</td>"
        f"<td>{'✓' if one.decides else ''}</td></tr>"
        for one in catalogue.channels.values()
    )
    return _table(("code", "名称 / name", "执行 / executes", "决定 / decides"), rows)


def _record(newest: Source, sources: list[Source], ids: Mapping[str, int]) -> str:
    versions = ", ".join(f"v{one.version} = {ids[one.name]}" for one in sources if one.record == newest.record)
    rows = (
        f"<tr><td><code>{e(path)}</code></td><td>{e(kind)}</td><td>{e(doc)}</td></tr>"
        for path, kind, doc in _fields(newest.schema, "")
    )
    return (
        f'<article id="{newest.record}"><h3>{newest.record}</h3><p>{e(newest.schema["doc"])}</p>'
        f'<p class="quiet">编号 / schema ids: {versions}</p>'
        f"{_table(('field', 'type', 'meaning'), rows)}</article>\n"
    )


def _table(heads: tuple[str, ...], rows: Iterable[str]) -> str:
    head = "".join(f"<th>{name}</th>" for name in heads)
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    return f'<div class="wide" tabindex="0">{table}</div>'


def _fields(record: dict[str, Any], before: str) -> list[tuple[str, str, str]]:
    """Path, type and meaning of every field, those of inner records after the field that holds them."""
    found = []
    for field in record["fields"]:
        path = before + field["name"]
        found.append((path, _type(field["type"]), field["doc"]))
        found += [one for inner in _records(field["type"]) for one in _fields(inner, f"{path}.")]
    return found


def _type(node: Any) -> str:
    if isinstance(node, str):
        return node
    if isinstance(node, list):
        return " | ".join(_type(one) for one in node)
    if node["type"] == "array":
        return f"[{_type(node['items'])}]"
    if node["type"] == "enum":
        return " · ".join(node["symbols"])
    return str(node.get("logicalType") or node.get("name") or node["type"])


def _records(node: Any) -> list[dict[str, Any]]:
    if isinstance(node, list):
        return [one for branch in node for one in _records(branch)]
    if isinstance(node, dict):
        if node["type"] == "record":
            return [node]
        return _records(node.get("items"))
    return []
