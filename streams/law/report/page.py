"""The report as one HTML page that needs nothing beside it: no script, no font, no address."""

from collections.abc import Iterable, Sequence
from html import escape as e
from pathlib import Path

from streams.core.law import Instrument, Rule
from streams.law.report import words
from streams.law.report.build import Report
from streams.law.report.chains import Chain, Heading
from streams.law.report.dates import Finding
from streams.law.report.papers import Row, Version
from topics.look import style

_STYLE = Path(__file__).with_name("page.css")
_SECTIONS = (
    ("fields", "重点领域"),
    ("groups", "重点人群"),
    ("conducts", "重点行为"),
    ("memoranda", "备忘录与其他文本"),
    ("left-out", "未载入的备忘录"),
    ("instruments", "文件与核查日期"),
    ("findings", "待改正"),
)


def page(report: Report) -> str:
    """The whole page."""
    made = (
        *(_headings(report, group) for group in (report.fields, report.groups, report.conducts)),
        "".join(_version(report, one) for one in report.versions),
        _left_out(report),
        "".join(_checked(str(day), papers) for day, papers in report.by_checked_day().items()),
        _findings(report),
    )
    body = "".join(
        f'<section id="{name}"><h2>{title}</h2>{_INTRO.get(name, "")}{inside}</section>'
        for (name, title), inside in zip(_SECTIONS, made, strict=True)
    )
    return (
        f'<!DOCTYPE html><html lang="zh-CN"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{e(report.book.title)} {report.day}</title><style>{style()}{_STYLE.read_text(encoding='utf-8')}"
        "</style></head>"
        f"<body>{_head(report)}{_nav()}<main>{body}</main>"
        f'<footer class="site">法律簿摘要 <code>{report.book.digest}</code></footer></body></html>\n'
    )


_INTRO = {
    "fields": '<p class="quiet">每一项由数据推出：认定 → 依据 → 措施 → 执行部门；没有的，写明理由。</p>',
    "memoranda": '<p class="quiet">每个版本一行，展开可见启用的行和未启用的行及其理由。序号的空缺是真实的空缺。</p>',
    "left-out": '<p class="quiet">只登记名称，不载入措施。</p>',
    "instruments": '<p class="quiet">按最后一次核查来源的日期，最早的在前。没有来源写明的文号留空。</p>',
}


def _nav() -> str:
    links = "".join(f'<li><a href="#{name}">{title}</a></li>' for name, title in _SECTIONS)
    return f'<nav class="index" aria-label="目录"><ul>{links}</ul></nav>'


def _head(report: Report) -> str:
    n = report.figures()
    shown = (
        ("启用的规则", n["active_rules"], f"今日有效 {report.in_force}", False),
        ("未启用的行", n["inactive_rules"], "均说明理由", False),
        ("设定措施的文本", n["memoranda"], f"{len(report.versions)} 个版本", False),
        ("文件", n["instruments"], "", False),
        ("信息事项", n["items"], "", False),
        ("有链条的领域", n["fields_with_chain"], f"共 {len(report.fields)} 个", False),
        ("有链条的人群", n["groups_with_chain"], f"共 {len(report.groups)} 个", False),
        ("案例", n["cases"], f"未通过 {len(report.proof.failed)}", bool(report.proof.failed)),
        ("缺案例的规则", n["rules_without_case"], "每条至少两例", n["rules_without_case"] > 0),
        ("日期空缺", n["gaps"], "", n["gaps"] > 0),
        ("日期冲突", n["conflicts"], "", n["conflicts"] > 0),
    )
    cells = "".join(
        f'<div class="card">{name}<b class="figure{" error" if wrong else ""}">{number}</b><small>{note}</small></div>'
        for name, number, note, wrong in shown
    )
    return (
        f'<header><h1>{e(report.book.title)}</h1><p class="quiet">报告日 {report.day}</p>'
        f'<div class="cards">{cells}</div><p>{e(words.COUNTS)}</p></header>'
    )


def _headings(report: Report, headings: tuple[Heading, ...]) -> str:
    return "".join(_heading(report, one) for one in headings)


def _heading(report: Report, heading: Heading) -> str:
    live = sum(bool(chain.live(report.day)) for chain in heading.chains)
    tag = _tag("ok", f"{live} 项有措施") if live else _tag("warn", "没有可适用于自然人的措施")
    items = "".join(_chain(report, chain) for chain in heading.chains)
    return (
        f'<details><summary><span class="name">{e(heading.name)}</span>{tag}'
        f"<small>{len(heading.chains)} 个信息事项</small>"
        f'<span class="gist">{e(_gist(report, heading))}</span></summary>'
        f'<div class="inside">{items}</div></details>'
    )


def _gist(report: Report, heading: Heading) -> str:
    """All measures of the day in one line, or all reasons why there is none."""
    book = report.book
    rules = (rule for chain in heading.chains for rule in chain.live(report.day))
    measures = dict.fromkeys(book.measures[rule.measure].name for rule in rules)
    reasons = dict.fromkeys(words.reason(code, book) for chain in heading.chains for code in chain.reasons)
    return "；".join(measures or reasons)


def _chain(report: Report, chain: Chain) -> str:
    item, book = chain.item, report.book
    papers = "；".join(words.place(book.instruments[code]) for code in item.instruments)
    if chain.rules:
        inside = _table(
            ("措施", "条款", "依据", "执行部门", "施行"), [_rule_cells(report, rule) for rule in chain.rules]
        )
    else:
        why = "；".join(words.reason(code, book) for code in chain.reasons)
        inside = f'<p class="quiet">没有措施：{e(why)}</p>'
    chained = " chained" if chain.live(report.day) else ""
    return (
        f'<div class="item{chained}"><h3>{e(item.name)} <code>{item.code}</code></h3>'
        f'<p class="quiet">认定依据 {e(papers)}，{e(item.clause)}</p>{inside}</div>'
    )


def _rule_cells(report: Report, rule: Rule) -> tuple[str, ...]:
    book = report.book
    basis = "；".join(words.place(book.instruments[code]) for code in rule.basis)
    standing = words.standing(rule, report.day)
    mood = "ok" if standing == "今日有效" else "none"
    return (
        e(book.measures[rule.measure].name),
        f"{e(rule.clause)}<br><code>{e(rule.rule_id)}</code>",
        e(basis),
        e(words.executor(rule, book)),
        f'<span class="state {mood}">{standing}</span><br><small>{_span(rule)}</small>',
    )


def _span(rule: Rule) -> str:
    """Its days, none of them broken in the middle."""
    return words.span(*(day and f'<span class="day">{day}</span>' for day in (rule.in_force_from, rule.in_force_to)))


def _version(report: Report, version: Version) -> str:
    book, live = report.book, len(version.in_force(report.day))
    tags = [_tag("ok", f"启用 {len(version.active)}，今日有效 {live}")] if version.active else []
    tags.append(_tag("warn" if version.inactive else "none", f"未启用 {len(version.inactive)}"))
    facts = [f"牵头 {version.lead}", f"施行 {words.span(version.in_force_from, version.in_force_to)}"]
    facts.append(words.GRADES[version.instrument.basis_grade] + ("，激励" if version.incentive else ""))
    if version.measures_in_text:
        facts.append(f"文本称有 {version.measures_in_text} 项措施")
    unread = f'<p class="quiet">{e(words.reason(version.unread, book))}</p>' if version.unread else ""
    why = "；".join(f"{words.reason(code, book)}：{number} 行" for code, number in version.reasons().items())
    reasons = f'<p class="quiet">{e(why)}</p>' if why else ""
    rows = _table(("措施", "条款", "执行部门", "状态"), [_row_cells(report, row) for row in version.rows])
    return (
        f'<details><summary><span class="name">{e(version.title)}</span>{"".join(tags)}'
        f"<code>{version.name}</code></summary>"
        f'<div class="inside"><p class="quiet">{e("；".join(facts))}<br>{e(words.place(version.instrument))}</p>'
        f"{unread}{reasons}{rows if version.rows else ''}</div></details>"
    )


def _row_cells(report: Report, row: Row) -> tuple[str, ...]:
    rule, book = row.rule, report.book
    if rule.active:
        state = f'<span class="state ok">启用</span> {words.standing(rule, report.day)}'
    else:
        state = f'<span class="state none">未启用</span> {e(words.reason(rule.inactive_reason or "", book))}'
    return (
        e(book.measures[rule.measure].name),
        f"{e(rule.clause)}<br><code>{e(rule.no)}</code>",
        e(words.executor(rule, book, row.department)),
        state,
    )


def _left_out(report: Report) -> str:
    rows = [
        (e(words.place(one.instrument)), e(words.reason(one.reason, report.book)), e(one.instrument.source))
        for one in report.left_out
    ]
    return _table(("名称", "理由", "来源"), rows)


def _checked(day: str, papers: tuple[Instrument, ...]) -> str:
    rows = [
        (
            f"{e(one.title)} <code>{one.code}</code>",
            e(one.number or "—"),
            e(one.issuer),
            f"{one.issued or '—'}",
            f"{words.GRADES[one.basis_grade]}<br><small>{words.MARKS[one.mark]}</small>",
        )
        for one in papers
    ]
    table = _table(("文件", "文号", "发布机关", "发布日", "类别"), rows)
    return (
        f'<details><summary><span class="name">{day} 核查</span><small>{len(papers)} 份文件</small></summary>'
        f'<div class="inside">{table}</div></details>'
    )


def _findings(report: Report) -> str:
    lines = [*_days("空缺", report.gaps), *_days("冲突", report.conflicts)]
    lines += [f"案例未通过：{e(name)}" for name in report.proof.failed]
    lines += [f"规则缺案例：{e(rule)}" for rule in report.proof.without(report.book)]
    if not lines:
        return (
            '<p class="notice">没有：日期网格无空缺、无冲突，每条启用的规则都有提出和不提出的案例，案例全部通过。</p>'
        )
    return '<ul class="error">' + "".join(f"<li>{line}</li>" for line in lines) + "</ul>"


def _days(kind: str, found: Iterable[Finding]) -> Iterable[str]:
    return (f"{kind}（{one.day} 起）：{e(one.what)}" for one in found)


def _tag(mood: str, text: str) -> str:
    return f'<span class="state {mood}">{text}</span>'


def _table(names: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """A table that becomes a list of named lines on a narrow screen."""
    head = "".join(f"<th>{name}</th>" for name in names)
    body = "".join(
        "<tr>"
        + "".join(f'<td data-label="{name}">{cell}</td>' for name, cell in zip(names, row, strict=True))
        + "</tr>"
        for row in rows
    )
    return f'<table class="c{len(names)}"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
