"""The summary a person reads at the end of a run: what came in, what followed, by field, body, severity, memorandum."""

from collections import Counter
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table

from sinks.clickhouse.connection import connect
from streams.core.law import LawBook
from streams.run.count import Counts
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


def show(console: Console, settings: Settings, url: str, book: LawBook, counts: Counts) -> None:
    """Print the tables. Everything comes from ClickHouse, by plain queries, except the counts given."""
    client = connect(url, settings.database)
    try:
        console.print(_outcomes(counts))
        console.print(_fields(client, book, counts))
        console.print(_bodies(client, book))
        console.print(_severities(client))
        console.print(_memoranda(client, book))
    finally:
        client.disconnect()


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", box=box.SIMPLE_HEAD)
    for number, column in enumerate(columns):
        table.add_column(column, justify="left" if number == 0 else "right", overflow="fold")
    return table


def _bar(number: int, most: int) -> str:
    return "█" * round(24 * number / most) if most else ""


def _outcomes(counts: Counts) -> Table:
    table = _table(f"收到 {counts.received} 条,回执 {counts.receipts} 份", "结果 outcome", "份数", "")
    table.columns[2].justify = "left"
    most = max(counts.outcomes.values(), default=0)
    for outcome, number in counts.outcomes.items():
        table.add_row(f"{_OUTCOMES[outcome]} {outcome}", str(number), _bar(number, most))
    return table


def _recorded(client: Any, column: str) -> dict[str, tuple[int, int]]:
    """Per value of ``column``: records entered, measures raised by them."""
    query = f"SELECT {column}, count(), sum(length(raised)) FROM decisions WHERE kind = 'recorded' GROUP BY 1"  # noqa: S608 own names
    return {value: (records, raised) for value, records, raised in client.execute(query)}


def _fields(client: Any, book: LawBook, counts: Counts) -> Table:
    """All 11 fields; one without records shows zero. The bar draws what was entered. Last, what lies outside them."""
    entered: Counter[str | None] = Counter()
    raised: Counter[str | None] = Counter()
    for item, (records, measures) in _recorded(client, "item").items():
        entered[book.items[item].field] += records
        raised[book.items[item].field] += measures
    table = _table("按重点领域", "领域 field", "措施建议", "记入", "")
    table.columns[3].justify = "left"
    most = max(entered.values(), default=0)
    for field, name in (*book.fields.items(), *([(None, "重点领域之外")] if entered[None] else [])):
        label = f"{name} {field or 'outside the fields'}"
        table.add_row(label, str(raised[field]), str(entered[field]), _bar(entered[field], most))
    later = counts.obligations_raised - raised.total()
    if later:
        table.caption = f"另有 {later} 项措施建议因法律变动或更正而在记入之后提出 / {later} more raised after entry"
    return table


def _bodies(client: Any, book: LawBook) -> Table:
    table = _table("按认定单位(前 12)", "单位 body", "记入", "措施建议")
    rows = sorted(_recorded(client, "body").items(), key=lambda row: (-row[1][0], row[0]))
    for body, (records, measures) in rows[:12]:
        table.add_row(book.bodies[body].name, str(records), str(measures))
    if len(rows) > 12:
        rest = [row for _, row in rows[12:]]
        table.add_row(f"其余 {len(rest)} 家", str(sum(r for r, _ in rest)), str(sum(m for _, m in rest)))
    return table


def _severities(client: Any) -> Table:
    table = _table("按严重程度(对文书,不是对人)", "等级 severity", "记入", "措施建议")
    for level, (records, measures) in sorted(_recorded(client, "severity").items()):
        table.add_row(f"{_SEVERITIES[level]} {level}", str(records), str(measures))
    return table


def _memoranda(client: Any, book: LawBook) -> Table:
    table = _table("按备忘录与依据", "依据 memorandum", "提出", "待确认", "已确认", "不予执行", "解除中")
    query = (
        "SELECT memorandum, memorandum_version, count(), countIf(state = 'proposed'), countIf(state = 'confirmed'), "
        "countIf(state = 'refused'), countIf(state = 'lifting') FROM obligations_current GROUP BY 1, 2 ORDER BY 1, 2"
    )
    for key, version, *numbers in client.execute(query):
        table.add_row(f"{key}.v{version}", *(str(number) for number in numbers))
    inactive = sum(not rule.active for rule in book.rules.values())
    table.caption = f"现行规则 {len(book.rules) - inactive} 条;未启用 {inactive} 条(见 chengxin law check)"
    return table
