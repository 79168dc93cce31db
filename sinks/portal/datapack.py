"""Data for 《信用知识读本》 and 《白皮书》: the public statistics and the law book's own tables as CSV, XLSX and
JSON, with charts by field, year and city. Nothing is in it that the portal does not show everybody: no person, and no
small cell.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from monitoring.assessment.suppress import LEAST, TOTAL
from sinks.portal.pages import plain
from sinks.portal.pages.tables import DRAWN, chart
from sinks.portal.statistics import LEVELS, Statistics, Table, Words
from sinks.portal.typical import Case
from streams.core.law import LawBook
from streams.kit import output

HIDDEN = "—"
_CHARTS = {"field": "按重点领域 / by field", "year": "按年度 / by year", "city": "按地区 / by city"}


class Sheet(NamedTuple):
    """One table of the pack as text. ``code``: name of its file and page."""

    code: str
    words: Words
    heads: list[str]
    rows: list[list[str]]


class Pack(NamedTuple):
    figures: Statistics
    cases: Mapping[str, list[Case]]
    book: LawBook
    sectors: Mapping[str, str]


def write(pack: Pack, folder: Path) -> list[Path]:
    """Write the pack to ``folder``: every table as CSV, all as XLSX and JSON, charts as SVG, and what they mean.

    The same figures give the same files. Raises OSError.
    """
    (folder / "charts").mkdir(parents=True, exist_ok=True)
    sheets = list(tables(pack))
    paths = []
    for sheet in sheets:
        paths.append(folder / f"{sheet.code}.csv")
        output.write(paths[-1], "", [sheet.heads, *sheet.rows], {}, None)
    pages = {"说明": _reading(pack, sheets), **{sheet.code: [sheet.heads, *sheet.rows] for sheet in sheets}}
    for name, said in (("datapack.xlsx", None), ("datapack.json", document(pack, sheets))):
        paths.append(folder / name)
        output.write(paths[-1], "", [], pages, said)
    for code, sides in DRAWN.items() if pack.figures.as_of is not None else ():
        for side in sides:
            paths.append(folder / "charts" / f"{side}.svg")
            output.private(paths[-1], chart(pack.figures.table(code), side).encode())
    paths.append(folder / "README.md")
    output.private(paths[-1], _readme(pack, sheets).encode())
    return paths


def tables(pack: Pack) -> Iterator[Sheet]:
    """Every table of the pack: statistics, cases, then the law's."""
    yield from (_counted(table) for table in pack.figures.tables)
    book = pack.book
    yield _cases(pack)
    heads = [
        "代码 code",
        "事项 item",
        "重点领域 field",
        "重点行为 conduct",
        "类别 class",
        "提供单位 providers",
        "法律来源 source",
    ]
    yield Sheet("catalogue", ("数据清单", "data catalogue"), heads, [
        [one.code, one.name, book.fields.get(one.field or "", ""), book.conducts.get(one.conduct or "", ""),
         plain.CLASSES[one.info_class].zh, plain.providers(one, pack.sectors), one.clause]
        for one in book.items.values()
    ])  # fmt: skip
    heads = ["事项 matter", "工作日 working days", "日 days", "依据 text", "条款 clause"]
    yield Sheet("terms", ("办理期限", "terms of objections"), heads, [
        [one.name, _text(one.working_days), _text(one.days), plain.place(book.instruments[one.instrument]), one.clause]
        for one in book.limits.values()
    ])  # fmt: skip
    heads = ["适用 in force", "依据 text", "条款 clause", "条件 conditions"]
    yield Sheet("repair", ("信用修复", "repair"), heads, [
        [plain.span(one.in_force_from, one.in_force_to), plain.place(book.instruments[one.instrument]), one.clause,
         "；".join(book.repair_conditions[code] for code in one.conditions) or "没有读到"]
        for one in book.repair
    ])  # fmt: skip
    heads = ["原因 reason", "依据 text", "条款 clause", "删除期限（工作日）deleted within"]
    yield Sheet("endings", ("记录怎样终止", "what ends a record"), heads, [
        [one.name, plain.place(book.instruments[one.instrument]), one.clause, _text(one.delete_working_days)]
        for one in book.endings.values()
    ])  # fmt: skip


def document(pack: Pack, sheets: list[Sheet]) -> dict[str, Any]:
    """The pack as JSON; a hidden number is null, a total stands under "*"."""
    return {
        "as_of": pack.figures.as_of,
        "law_book": pack.book.digest,
        "least": LEAST,
        "statistics": [
            {
                "code": table.code,
                "zh": table.words[0],
                "en": table.words[1],
                "cells": [
                    {table.rows.code: row, table.columns.code: column, "number": number}
                    for (row, column), number in table.cells.items()
                ],
            }
            for table in pack.figures.tables
        ],
        "tables": [
            {"code": one.code, "zh": one.words[0], "en": one.words[1], "heads": one.heads, "rows": one.rows}
            for one in sheets[len(pack.figures.tables) :]
        ],
    }


def _counted(table: Table) -> Sheet:
    columns = [*table.columns.members, TOTAL]
    names = {**table.columns.members, TOTAL: ("合计", "total")}
    heads = [" ".join(table.rows.words), *(names[one][0] for one in columns)]
    rows = [
        [words[0], *(_number(table.cells[row, column]) for column in columns)]
        for row, words in {**table.rows.members, TOTAL: ("合计", "total")}.items()
    ]
    return Sheet(table.code, table.words, heads, rows)


def _cases(pack: Pack) -> Sheet:
    book = pack.book
    heads = [
        "重点领域 field",
        "事项 item",
        "情形 ground",
        "严重程度 severity",
        "文书至少 documents at least",
        "措施建议 measures",
        "终止 endings",
    ]
    rows = [
        [
            book.fields.get(field, "重点领域以外"),
            one.item.name,
            "" if one.ground is None else one.ground.name,
            LEVELS[one.severity][0],
            f"{one.often}",
            "；".join(book.measures[rule.measure].name for rule in one.rules) or "仅作记录",
            "；".join(
                plain.reason(code, book) if code not in book.endings else book.endings[code].name
                for code in one.endings
            ),
        ]
        for field, some in pack.cases.items()
        for one in some
    ]
    return Sheet("cases", ("典型案例", "typical cases"), heads, rows)


def _reading(pack: Pack, sheets: list[Sheet]) -> list[list[str]]:
    said = [["页 page", "内容 what", "说明 note"]]
    said += [[sheet.code, *sheet.words] for sheet in sheets]
    return [
        *said,
        ["", f"截至 as of {_as_of(pack)}", f"法律簿 law book {pack.book.digest}"],
        ["", *_hidden()],
    ]


def _as_of(pack: Pack) -> str:
    return f"{pack.figures.as_of}" if pack.figures.as_of is not None else "尚无定稿月份 no month is frozen yet"


def _hidden() -> tuple[str, str]:
    return (
        f"{HIDDEN}：少于{LEAST}，或者为不让人推算出少于{LEAST}的数字而不列出",
        f"{HIDDEN}: fewer than {LEAST}, or hidden so that a number under {LEAST} cannot be worked out",
    )


def _readme(pack: Pack, sheets: list[Sheet]) -> str:
    zh, en = _hidden()
    lines = [
        "# 公共信用信息数据包 / data pack",
        "",
        f"截至 as of {_as_of(pack)}；法律簿 law book `{pack.book.digest}`。",
        "",
        f"* {zh}\n  {en}",
        "* 月末当时尚在处理的文书，处理后补入，因此未必已经完整。\n"
        "  What was still being worked off at the month's end is added when it comes: it may not yet be complete.",
        "* 只有件数和法律簿的原文，没有任何人；按记入年度计算，已删除的记录仍计入件数。\n"
        "  Numbers and the law book's own text, nobody. By the year of recording; what is erased still counts.",
        "* 地区为作出文书的单位所在的市。\n  A city is that of the body that issued the document.",
        "",
        "| file | 内容 | what |",
        "| --- | --- | --- |",
        *(f"| {sheet.code}.csv | {sheet.words[0]} | {sheet.words[1]} |" for sheet in sheets),
        "| datapack.xlsx, datapack.json | 以上全部 | all of them |",
    ]
    if pack.figures.as_of is not None:
        lines += [f"| charts/{side}.svg | {words.replace(' / ', ' | ')} |" for side, words in _CHARTS.items()]
    return "\n".join(lines) + "\n"


def _number(value: int | None) -> str:
    return HIDDEN if value is None else f"{value}"


def _text(value: int | None) -> str:
    return "" if value is None else f"{value}"
