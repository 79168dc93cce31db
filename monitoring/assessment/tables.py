"""A bulletin as tables of words: what Markdown, XLSX and the page have in common."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from monitoring.assessment.bulletin import RANKED, Bulletin, Line
from monitoring.assessment.rates import FIGURES, RATES, Rate

NOTHING = "—"
_CHANNEL = (
    "storage",
    "completeness",
    "compliance",
    "timeliness",
    "concealment",
    "unexplained",
    "feedback",
    "objection",
)
_BODY = ("passage", "timeliness", "lateness", "feedback", "feedback_days", "objection", "repair")
_CITY = ("storage", "passage", "timeliness", "feedback", "objection", "repair")
_FIELD = ("passage", "timeliness", "concealment", "feedback", "objection", "repair")
_TREND = (
    "storage",
    "completeness",
    "compliance",
    "timeliness",
    "concealment",
    "feedback",
    "feedback_days",
    "objection",
)
_RANKED = {"channel": "渠道 channel", "city": "各市 city"}
_SINCE = 60  # rows shown on page and in Markdown; the workbook has all
NOTES = (
    (
        "入库率、完整率、合规率按渠道计：被退回的记录不说明作出单位和事项，无法归到单位、市、领域；市一栏的入库率是该市平台的。",
        "Storage, completeness and compliance are told per channel: a rejected record tells no body and no item. "
        "In the table of cities storage is that of the city's own platform.",
    ),
    (
        "及时：在文书之日（生效之日在后的，为生效之日）后第七个工作日当日或者之前到达。无该年日历、无日期的单列，不计迟报。",
        "On time: on or before the 7th working day after the document, or after the day it took effect where that is "
        "later. What lacks a calendar or a date is counted apart and is not late.",
    ),
    (
        "瞒报率 =（月报产生 − 到达）/ 产生，逐事项计算；月报以代码说明的未报送另列，点名只看未说明的部分。",
        "Concealment = (produced by the return − arrived) / produced, item by item. What the return accounts for by a "
        "code stands apart, and the bar is on the rest.",
    ),
    (
        "法律文本未定执行部门反馈和修复的期限，只计比例和天数，不计逾期；异议按条例第三十九条和人民法院的规定计。",
        "No text read sets a term for an officer's answer or for a repair, so none is late; objections have theirs.",
    ),
    (
        "本通报供考核单位内部使用，数字是单位的记录数，不隐去小数目；对外提供用 chengxin assess export。",
        "This bulletin is for the office. Its figures count records of bodies, small ones too; what leaves the office "
        "is made by chengxin assess export.",
    ),
    ("不对任何个人评分，表中没有个人。", "Nobody has a score, and no person is in any row."),
)


class Cell(NamedTuple):
    """``share``: 0 to 1, drawn as a bar where a page can."""

    text: str
    share: float | None = None


class Table(NamedTuple):
    """``brief``: rows a page shows; None for all of them. ``book_only``: too long for anything but the workbook."""

    title: str
    note: str
    headings: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    brief: int | None = None
    book_only: bool = False


def title(bulletin: Bulletin) -> str:
    place = f"{bulletin.city_name} " if bulletin.city else ""
    return f"{place}{bulletin.month:%Y 年 %m 月}信用信息工作考核通报"


def status(bulletin: Bulletin) -> str:
    """Whether the figures still move."""
    if bulletin.frozen_at is not None:
        return f"已定稿 frozen {bulletin.frozen_at:%Y-%m-%d %H:%M} UTC，截至 {bulletin.as_of}"
    word = "未定稿 not frozen" if bulletin.over else "未满月 the month is not over"
    return f"{word}，截至 {bulletin.as_of}"


def told(rate: Rate, value: float | None) -> Cell:
    """
    >>> told(RATES["timeliness"], 0.93456)
    Cell(text='93.5%', share=0.93456)
    """
    if value is None:
        return Cell(NOTHING)
    return Cell(f"{value:.1f}") if rate.unit == "days" else Cell(f"{value:.1%}", value)


def heading(code: str) -> str:
    return f"{RATES[code].zh} {code}"


def tables(bulletin: Bulletin) -> Iterator[Table]:
    """Every table in the order in which it is read; one without a row says so."""
    yield _totals(bulletin)
    yield _named(bulletin)
    for kind, codes in RANKED.items():
        if kind != "city" or bulletin.city is None:
            yield from (_ranking(bulletin, kind, code) for code in codes)
    counted: tuple[str, ...] = ("supplied", "taken", "asked")
    yield _lines("渠道 channels", "", "渠道 channel", bulletin.channels, figures=counted, rates=_CHANNEL)
    if bulletin.city is None:
        note = "入库率为该市平台的 / storage is that of the city's own platform"
        yield _lines("各市 cities", note, "市 city", bulletin.cities, figures=counted, rates=_CITY)
    counted = ("taken", "produced", "asked")
    yield _lines("重点领域 fields", "", "领域 field", bulletin.fields, figures=counted, rates=_FIELD)
    counted = ("passed", "taken", "on_time", "late", "no_calendar", "no_day", "asked", "answered")
    yield _lines("单位 bodies", "", "单位 body", bulletin.bodies, figures=counted, rates=_BODY, book_only=True)
    yield _queries(bulletin)
    yield _trend(bulletin)
    if bulletin.frozen_at is not None:
        yield _since(bulletin)
    yield _figures(bulletin)
    yield _formulas()
    yield _bars(bulletin)


def _totals(bulletin: Bulletin) -> Table:
    rows = [
        (
            Cell(f"{rate.zh} {code}"),
            told(rate, bulletin.total.rates[code]),
            Cell(f"{rate.over(bulletin.total.figures):,}"),
        )
        for code, rate in RATES.items()
    ]
    return Table("总体 totals", "", ("指标 rate", "数值 value", "分母 of"), tuple(rows))


def _named(bulletin: Bulletin) -> Table:
    rows = []
    for one in bulletin.named:
        rate = RATES[one.rate]
        bar = next(bar for bar in bulletin.bars.bars if bar.rate == one.rate)
        limit = f"{'≤' if bar.under is None else '≥'} {told(rate, one.bar).text}"
        what = Cell(f"{one.name} {one.code}"), Cell(heading(one.rate)), told(rate, one.value)
        rows.append((*what, Cell(limit), Cell(f"{one.of:,}")))
    note = f"标准由考核单位设定 the bars are set by: {bulletin.bars.set_by}。{bulletin.bars.source}"
    return Table("点名 over the bar", note, ("单位 who", "指标 rate", "数值 value", "标准 bar", "分母 of"), tuple(rows))


def _ranking(bulletin: Bulletin, kind: str, code: str) -> Table:
    rate = RATES[code]
    rows = tuple(
        (Cell(f"{one.rank}"), Cell(f"{one.name} {one.code}"), told(rate, one.value), Cell(f"{one.of:,}"))
        for one in bulletin.ranking
        if one.rate == code and one.kind == kind
    )
    note = f"{rate.formula}；分母不足 {bulletin.bars.least} 的不排名 / fewer than {bulletin.bars.least} are not ranked"
    who = _RANKED[kind]
    name = f"排名 {who[:2]} {rate.zh} ranking {kind} {code}"
    return Table(name, note, ("名次 rank", who, heading(code), "分母 of"), rows)


def _lines(
    name: str,
    note: str,
    who: str,
    lines: Sequence[Line],
    *,
    figures: tuple[str, ...],
    rates: tuple[str, ...],
    book_only: bool = False,
) -> Table:
    rows = tuple(
        (
            Cell(f"{one.name} {one.code}"),
            *(Cell(f"{one.figures.get(figure, 0):,}") for figure in figures),
            *(told(RATES[code], one.rates[code]) for code in rates),
        )
        for one in lines
    )
    heads = (who, *(f"{FIGURES[figure][0]} {figure}" for figure in figures), *map(heading, rates))
    return Table(name, note, heads, rows, book_only=book_only)


def _queries(bulletin: Bulletin) -> Table:
    rows = tuple(
        (
            Cell(f"{one.name} {one.code}".strip()),
            Cell(f"{one.answered:,}"),
            Cell(f"{one.refused:,}"),
            Cell("；".join(f"{purpose} {number:,}" for purpose, number in one.by_purpose.items())),
        )
        for one in bulletin.queries
    )
    note = "按部门计次数，不读取查询人和被查询人 / counted by department; who asked about whom is not read on"
    if unreadable := sum(one.unreadable for one in bulletin.queries):
        lost = f"查询日志有{unreadable:,}条无法读取 / {unreadable:,} records of the query log cannot be read"
        note = f"{lost}; {note}"
    return Table(
        "查询使用 query use", note, ("部门 department", "已答 answered", "拒绝 refused", "用途 purposes"), rows
    )


def _trend(bulletin: Bulletin) -> Table:
    rows = tuple(
        (
            Cell(f"{one.month:%Y-%m}{'' if one.frozen else ' *'}"),
            Cell(f"{one.figures.get('supplied', 0):,}"),
            *(told(RATES[code], one.rates[code]) for code in _TREND),
        )
        for one in bulletin.trend
    )
    heads = ("月份 month", f"{FIGURES['supplied'][0]} supplied", *map(heading, _TREND))
    return Table("十二个月趋势 trend", "* 未定稿，按今天的数字 / not frozen: as it stands today", heads, rows)


def _since(bulletin: Bulletin) -> Table:
    rows = tuple(
        (
            Cell(one.code or "合计 total"),
            Cell(f"{FIGURES[one.figure][0]} {one.figure}"),
            Cell(f"{one.frozen:,}"),
            Cell(f"{one.now:,}"),
            Cell(f"{one.now - one.frozen:+,}"),
        )
        for one in bulletin.since
    )
    note = "通报数字不变；此处为定稿以后的变化 / the bulletin's figures stay; this came in after they were frozen"
    heads = ("渠道 channel", "数字 figure", "定稿 frozen", "现在 now", "变化 change")
    return Table("定稿后变化 since it was frozen", note, heads, rows, brief=_SINCE)


def _figures(bulletin: Bulletin) -> Table:
    rows = tuple(
        (Cell(name), Cell(zh), Cell(f"{bulletin.total.figures.get(name, 0):,}"), Cell(en))
        for name, (zh, en) in FIGURES.items()
    )
    return Table(
        "数字 figures", "", ("代码 code", "名称 name", "合计 total", "含义 what it counts"), rows, book_only=True
    )


def _formulas() -> Table:
    rows = tuple((Cell(f"{rate.zh} {code}"), Cell(rate.formula)) for code, rate in RATES.items())
    return Table("指标公式 formulas", "", ("指标 rate", "公式 formula"), rows)


def _bars(bulletin: Bulletin) -> Table:
    rows = tuple(
        (
            Cell(heading(bar.rate)),
            Cell(f"{'高于 over' if bar.under is None else '低于 under'} {told(RATES[bar.rate], bar.limit).text}"),
            Cell(f"{bulletin.bars.least_of(bar)}"),
        )
        for bar in bulletin.bars.bars
    )
    return Table("点名标准 bars", bulletin.bars.source, ("指标 rate", "点名 named when", "最少分母 least"), rows)
