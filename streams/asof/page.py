"""The page of a standing on two clocks, in Chinese, with English where a word decides."""

from collections.abc import Iterator

from rich import box
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from streams.asof.fold import GROUND_FALLEN, NEVER, NOT_YET, TERM_OVER, AsOf, Known
from streams.core.law import LawBook
from streams.explain.parts import reason, state_name

_CLOCKS = (
    "两个时钟：「{at} 的事实」按文书生效、期限与依据终止之日判断；「{known} 为止所知」只用截至该日已作出的决定。"
    "之后才收到的更正、撤销或履行证明，此处看不到；把第二个日期改后，同一天的事实可能不同。",
    "Two clocks. --at {at}: the day the question is about (valid time: effect, term, and the day a ground fell by its "
    "document). --known {known}: the day up to which our knowledge counts (transaction time: decisions of ticks until "
    "then). What reached us later is not seen here.",
)
_WHY_NOT = {
    NOT_YET: "尚未生效 / not in effect yet",
    NEVER: "自始不成立 / never true",
    TERM_OVER: "期限已过 / its term is over",
    GROUND_FALLEN: "依据已终止 / its ground has fallen",
}


def page(answer: AsOf, law: LawBook | None) -> RenderableType:
    """What ``chengxin standing`` prints; ``law``: the book of the last decision known, None where there is none."""
    title = f"主体 {answer.subject} {answer.at} 的状况（{answer.known} 为止所知）"
    return Panel(Group(*_parts(answer, law)), title=title, border_style="cyan", padding=(1, 2))


def _parts(answer: AsOf, law: LawBook | None) -> Iterator[RenderableType]:
    for text in _CLOCKS:
        yield Text(text.format(at=answer.at, known=answer.known))
    yield Text()
    if answer.erased_on is not None:
        yield Text(
            f"{answer.erased_on} 期满删除：此前的 {answer.stubs} 项决定不再提供查询 / erased on {answer.erased_on}: "
            f"{answer.stubs} decisions until then are not shown"
        )
    if law is None:
        yield Text(f"截至 {answer.known} 没有任何决定 / no decision was known by then")
        return
    true = [known for known in answer.entries if known.why_not is None]
    yield Text(
        f"已知决定 {answer.decisions} 项，最近一项 {answer.last_known}；当日成立的记录 {len(true)} 项", style="bold"
    )
    if answer.waiting:
        yield Text(f"另有 {answer.waiting} 件来文在等待其所针对的文书")
    for known in sorted(answer.entries, key=lambda one: one.why_not is not None):
        yield Text()
        yield _entry(known, law)
        if known.measures:
            yield _measures(known, answer, law)


def _entry(known: Known, law: LawBook) -> Table:
    entry, facts = known.entry, known.entry.determination
    body = law.bodies[facts.body].name if facts.body in law.bodies else facts.body
    item = law.items[facts.item].name if facts.item in law.items else facts.item
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row("事项", f"{item}（{facts.item}）")
    table.add_row("文书", f"{body} {facts.document_no} {facts.document_date}")
    table.add_row("当日", "成立 / true" if known.why_not is None else f"不成立 / not true：{_WHY_NOT[known.why_not]}")
    last = "未见终止 / no end known" if known.until is None else f"至 {known.until}"
    table.add_row("成立期间", "—" if known.why_not == NEVER else f"{facts.effect_date} 起，{last}")
    if known.disputed:
        table.add_row("异议", "有异议，正在办理 / disputed, pending")
    if known.doubted:
        table.add_row(
            "疑义", "有以他人姓名报送的记录指向它，待核实 / in doubt: a record under another name speaks against it"
        )
    table.add_row("得知", f"{entry.recorded_on} 记入；{_ending(known, law)}")
    return table


def _ending(known: Known, law: LawBook) -> str:
    entry = known.entry
    if entry.ended_on is None:
        return "尚不知其终止 / not known to have ended"
    return f"{entry.ended_on} 得知终止：{reason(entry.ended_reason or '', law)}"


def _measures(known: Known, answer: AsOf, law: LawBook) -> Table:
    table = Table(box=box.SIMPLE_HEAD, title="当日的措施", title_justify="left")
    for name in ("措施", "执行部门", "规则", "状态", "期限至"):
        table.add_column(name, overflow="fold")
    for one in known.measures:
        name = law.measures[one.measure].name if one.measure in law.measures else one.measure
        body = law.bodies[one.executor_body].name if one.executor_body in law.bodies else one.executor_body
        over = one.ends_on is not None and one.ends_on < answer.at
        groundless = "；依据已不成立" if known.why_not is not None else ""
        state = "已届满 / over" if over else f"{state_name(one.state)}{groundless}"
        table.add_row(name, body, one.rule, state, "—" if one.ends_on is None else one.ends_on.isoformat())
    return table
