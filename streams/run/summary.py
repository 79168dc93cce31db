"""The summary a person reads at the end of a run: what came in and when, what became of it, and what follows from it
by field, place, body, severity and memorandum."""

from collections import Counter
from typing import Any

from rich.console import Console

from sinks.clickhouse.connection import connect
from streams.core.law import LawBook
from streams.run.count import Counts
from streams.run.sheet import Row, Sheet, sparks
from streams.settings import Settings

_SEVERITIES = {"serious": "严重", "ordinary": "一般", "minor": "轻微", "none": "不评定"}
_OUTCOMES = {
    "accepted": "接收",
    "warned": "接收并提示",
    "rejected": "退回",
    "held": "待核",
    "duplicate": "重复",
    "needs_correction": "须更正",
}
_KINDS = {
    "recorded": "记入",
    "corrected": "更正",
    "ended": "终止",
    "expired": "期限届满",
    "held": "暂存待核",
    "review": "转人工复核",
    "law_applied": "因法律变动",
    "disclosed": "公示和提供的变动",
    "erased": "期满删除",
    "answered": "执行部门答复",
    "case_opened": "案件受理",
    "case_closed": "案件办结",
    "repaired": "信用修复",
    "overdue": "超期",
    "supervised": "督导",
    "consented": "本人同意",
}
_SAID = {  # keys of the run's last line
    "feedback": "执行部门答复",
    "overdue": "超期",
    "objections": "异议",
    "repairs": "信用修复",
    "publications": "公示",
    "rewards_granted": "激励给予",
    "rewards_withdrawn": "激励撤回",
    "bureau_records": "征信记录",
}
_BODIES = 15  # shown one by one
_BY = ("记入", "措施建议")


def show(console: Console, settings: Settings, url: str, book: LawBook, counts: Counts) -> None:
    """Print the tables. Everything comes from ClickHouse, by plain queries, except the counts given."""
    client = connect(url, settings.database)
    sheet = Sheet(console)
    try:
        _outcomes(sheet, counts)
        _months(sheet, client)
        _codes(sheet, client, book)
        _kinds(sheet, client, counts)
        _said(sheet, counts)
        _fields(sheet, client, book, counts)
        _places(sheet, client, book)
        _severities(sheet, client)
        _memoranda(sheet, client, book)
    finally:
        client.disconnect()
    sheet.say(f"全部决定的摘要值 / digest of all decisions\n  {counts.decisions_digest}")


def _outcomes(sheet: Sheet, counts: Counts) -> None:
    rows: list[Row] = [(f"{_OUTCOMES[one]} {one}", (number,), number) for one, number in counts.outcomes.items()]
    sheet.show(f"收到 {counts.received:,} 条,回执 {counts.receipts:,} 份", ("结果 outcome", "份数"), rows)


def _months(sheet: Sheet, client: Any) -> None:
    """One line per year, one character per month."""
    seen: dict[int, Counter[int]] = {}
    query = "SELECT toYear(day), toMonth(day), count() FROM receipts WHERE day IS NOT NULL GROUP BY 1, 2"
    for year, month, number in client.execute(query):
        seen.setdefault(year, Counter())[month] = number
    most = max((number for months in seen.values() for number in months.values()), default=0)
    sheet.say("按月收到 / received by month, 一月至十二月\n")
    for year, months in sorted(seen.items()):
        sheet.say(f"  {year}  {sparks([months[month] for month in range(1, 13)], most)}  {months.total():6,}")
    sheet.say("")


def _codes(sheet: Sheet, client: Any, book: LawBook) -> None:
    """Why records were not simply accepted, by what each receipt names first."""
    query = (
        "SELECT outcome, arrayConcat(fault_codes, warning_codes)[1] AS code, count() FROM receipts "
        "WHERE outcome != 'accepted' GROUP BY 1, 2 ORDER BY 3 DESC, 2"
    )
    rows: list[Row] = [
        (f"{book.codes[code].zh}\n[dim]{code} {outcome}[/]", (number,), number)
        for outcome, code, number in client.execute(query)
    ]
    sheet.show("未直接接收的原因", ("原因 code", "份数"), rows)


def _kinds(sheet: Sheet, client: Any, counts: Counts) -> None:
    query = (
        "SELECT kind, count(), sum(length(raised)), sum(length(changed)) FROM decisions GROUP BY 1 ORDER BY 2 DESC, 1"
    )
    rows: list[Row] = [(f"{_KINDS[kind]} {kind}", numbers, numbers[0]) for kind, *numbers in client.execute(query)]
    sheet.show(f"决定 {counts.decisions:,} 项", ("种类 kind", "决定", "提出", "变动"), rows)


def _said(sheet: Sheet, counts: Counts) -> None:
    """What became of measures and of the person's rights; and whether anything stands without its ground."""
    rows: list[Row] = [(f"{zh} {key}", (counts.said[key],), counts.said[key]) for key, zh in _SAID.items()]
    note = f"失去依据而仍在的措施 {counts.orphans} 项 / measures without a live ground: {counts.orphans}"
    sheet.show("反馈、权利与对外提供", ("事项", "数量"), rows, note)


def _recorded(client: Any, column: str) -> dict[str, tuple[int, int]]:
    """Per value of ``column``: records entered, measures raised by them."""
    query = f"SELECT {column}, count(), sum(length(raised)) FROM decisions WHERE kind = 'recorded' GROUP BY 1"  # noqa: S608 own names
    return {value: (records, raised) for value, records, raised in client.execute(query)}


def _sums(found: dict[str, tuple[int, int]], group_of: dict[str, str]) -> dict[str, tuple[int, int]]:
    """``found`` added up by group."""
    entered, raised = Counter[str](), Counter[str]()
    for value, (records, measures) in found.items():
        entered[group_of[value]] += records
        raised[group_of[value]] += measures
    return {group: (entered[group], raised[group]) for group in entered}


def _fields(sheet: Sheet, client: Any, book: LawBook, counts: Counts) -> None:
    """All 11 fields; one without records shows zero. Last, what lies outside them."""
    found = _sums(_recorded(client, "item"), {item.code: item.field or "" for item in book.items.values()})
    names = [*book.fields.items(), *([("", "重点领域之外")] if "" in found else [])]
    rows = [_row(f"{name} {field or 'outside'}", found.get(field, (0, 0))) for field, name in names]
    later = counts.said["obligations_raised"] - sum(raised for _, raised in found.values())
    note = f"另有 {later:,} 项因法律变动或更正而在记入之后提出 / {later:,} more raised after entry" if later else ""
    sheet.show("按重点领域", ("领域 field", *_BY), rows, note)


def _places(sheet: Sheet, client: Any, book: LawBook) -> None:
    """By city, and the bodies that reported most."""
    found = _recorded(client, "body")
    cities = _sums(found, {body.code: body.region[:4] for body in book.bodies.values()})
    rows = [_row(_city(book, region), numbers) for region, numbers in sorted(cities.items())]
    sheet.show("按地区", ("地区 region", *_BY), rows)
    ranked = sorted(found.items(), key=lambda row: (-row[1][0], row[0]))
    rows = [_row(book.bodies[body].name, numbers) for body, numbers in ranked[:_BODIES]]
    rest = [numbers for _, numbers in ranked[_BODIES:]]
    note = f"其余 {len(rest)} 家:记入 {sum(n for n, _ in rest):,},措施建议 {sum(m for _, m in rest):,}" if rest else ""
    sheet.show(f"按认定单位(前 {_BODIES})", ("单位 body", *_BY), rows, note)


def _city(book: LawBook, region: str) -> str:
    """The city's name is what the name of its credit platform begins with."""
    platform = book.bodies.get(f"SD-CREDIT-{region}00")
    return "省级 province" if platform is None else f"{platform.name.partition('市')[0]}市"


def _row(label: str, numbers: tuple[int, int]) -> Row:
    return label, numbers, numbers[0]


def _severities(sheet: Sheet, client: Any) -> None:
    found = sorted(_recorded(client, "severity").items())
    rows = [_row(f"{_SEVERITIES[level]} {level}", numbers) for level, numbers in found]
    sheet.show("按严重程度(对文书,不是对人)", ("等级 severity", *_BY), rows)


def _memoranda(sheet: Sheet, client: Any, book: LawBook) -> None:
    query = (
        "SELECT memorandum, memorandum_version, any(incentive), count(), countIf(state = 'proposed'), "
        "countIf(state = 'confirmed'), countIf(state = 'refused'), countIf(state = 'lifting') "
        "FROM obligations_current GROUP BY 1, 2 ORDER BY 1, 2"
    )
    rows: list[Row] = [
        (f"{key}.v{version}{' 激励' if incentive else ''}", numbers, 0)
        for key, version, incentive, *numbers in client.execute(query)
    ]
    inactive = sum(not rule.active for rule in book.rules.values())
    note = f"现行规则 {len(book.rules) - inactive} 条;未启用 {inactive} 条(见 chengxin law check)"
    columns = ("依据 memorandum", "提出", "待确认", "已确认", "不予执行", "解除中")
    sheet.show("按备忘录与依据", columns, rows, note, bars=False)
