"""What a page of one decision says, in Chinese: what, why, which rule, by whose mapping, until when, how to object.

Terminal and browser show the same parts, so neither can say less than the other.
"""

from typing import NamedTuple

from streams.core.decisions import Case, Decision, DueState, Entry, Obligation, Order, Waiting
from streams.core.disclosed import Moves
from streams.core.events import Feedback, PersonCase
from streams.core.law import LawBook, Rule
from streams.core.terms import ground_of

KINDS = {
    "recorded": "记入",
    "corrected": "更正",
    "ended": "终止",
    "expired": "期满",
    "held": "待核",
    "review": "转人工复核",
    "law_applied": "依法调整",
    "answered": "执行部门反馈",
    "case_opened": "案件受理",
    "case_closed": "案件办结",
    "repaired": "信用修复",
    "overdue": "超期",
    "supervised": "督导",
    "consented": "本人同意",
    "disclosed": "公示、提供和激励名单变动",
    "erased": "期满删除",
}
MATTERS = {"objection": "异议", "reconsideration": "复议", "lawsuit": "行政诉讼", "repair": "信用修复"}
STEPS = {"opened": "受理", "upheld": "成立", "amended": "更正", "rejected": "不成立", "withdrawn": "撤回"}
_MISSED = {"answer": "反馈措施建议", "proof": "反馈解除", "case": "办结案件", "order": "答复督导"}
_STATES = {
    "proposed": "建议(待确认)",
    "confirmed": "已确认",
    "refused": "不予执行",
    "not_applicable": "不适用",
    "in_effect": "已实施",
    "lifting": "解除中",
    "lifted": "已解除",
}
_SOURCES = {"text": "文本指明", "project_mapping": "本项目映射", "none": "无"}
_LEVELS = {"serious": "严重", "ordinary": "一般", "minor": "轻微", "none": "不评定"}
_OBJECT = (
    "本页所列措施均为建议,由执行部门工作人员确认后方可实施。您有权要求说明理由,并拒绝仅由自动化方式作出的决定"
    "(个人信息保护法第二十四条);有权向认定单位或公共信用信息机构提出异议(山东省社会信用条例第三十九条)。"
)


class Facts(NamedTuple):
    """Name and value, line by line."""

    rows: tuple[tuple[str, str], ...]


class Grid(NamedTuple):
    """A table; a cell may have several lines."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


class Note(NamedTuple):
    """A sentence to the reader."""

    text: str


Part = Facts | Grid | Note


def parts(decision: Decision, law: LawBook) -> list[Part]:
    """The page, from top to bottom; ``law`` is the book the decision names."""
    parts: list[Part] = [_head(decision, law)]
    if decision.entry is not None:
        parts += [_document(decision.entry, law), _severity(decision.entry, law)]
    if decision.waiting is not None:
        parts.append(_awaited(decision.waiting, law))
    if decision.case is not None:
        parts.append(_case(decision.case))
    for missed in decision.missed:
        parts.append(
            _facts(
                ("超期事项", f"{_MISSED[missed.kind]} {missed.ref}"),
                ("应于", f"{missed.due_on} 前由 {missed.channel} 办理"),
            )
        )
    if decision.order is not None:
        parts.append(_order(decision.order))
    if decision.feedback is not None:
        parts.append(_answer(decision.feedback, law))
    moved = (*decision.raised, *decision.changed)
    if moved:
        parts.append(_measures(moved, law))
    if decision.moves is not None:
        parts.append(_seen_by_others(decision.moves, law))
    if decision.considered:
        parts.append(_considered(decision, law))
    parts.append(Note(_OBJECT))
    return parts


_MOVES = {"begun": "开始", "changed": "变更", "ended": "终止"}


def _seen_by_others(moves: Moves, law: LawBook) -> Grid:
    """What others than the executing departments see of it from now on, and on which rule."""
    rows = []
    for shown in moves.publications:
        row = law.publicity.get(shown.publication.rule)
        rule = shown.publication.rule if row is None else f"《{law.instruments[row.instrument].title}》{row.clause}"
        rows.append(_moved("公示", shown.move, rule, shown.publication.last_day, reason(shown.reason, law)))
    for fed in moves.bureau:
        told = "先行告知" if fed.move == "begun" else _MOVES[fed.move]
        rows.append(
            _moved("征信机构", told, reason(fed.record.ground, law), fed.record.last_day, reason(fed.reason, law))
        )
    for placed in moves.rewards:
        offer = law.offers.get(placed.reward.offer)
        name = placed.reward.offer if offer is None else offer.name
        rows.append(_moved("激励", placed.move, name, None, reason(placed.reason, law)))
    return Grid("公示、征信、激励名单", ("对外", "变动", "依据或者项目", "截止", "理由"), tuple(rows))


def _moved(*cells: object) -> tuple[str, ...]:
    return tuple("—" if cell is None else _MOVES.get(str(cell), str(cell)) for cell in cells)


def _facts(*rows: tuple[str, str]) -> Facts:
    return Facts(rows)


def _head(decision: Decision, law: LawBook) -> Facts:
    reasons = ";".join(reason(code, law) for code in decision.reasons) or "—"
    cause = decision.cause
    record = f"{cause.channel} {cause.event_id or ''} 回执 {cause.receipt_id}".strip()
    return _facts(
        ("主体", f"{decision.subject}(代码;姓名与证件号码不在本页)"),
        ("结果", f"{KINDS[decision.kind]} {decision.kind}"),
        ("日期", decision.decided_on.isoformat()),
        ("理由", reasons),
        ("起因", record),
        ("法律簿", f"{law.title} {decision.law_digest[:16]}…"),
    )


def _document(entry: Entry, law: LawBook) -> Facts:
    facts = entry.determination
    body = law.bodies[facts.body].name if facts.body in law.bodies else facts.body
    item = law.items.get(facts.item)
    basis = law.instruments.get(facts.basis)
    ground = item.grounds.get(facts.ground) if item and facts.ground else None
    end = entry.ends_on.isoformat() if entry.ends_on else _without_end(entry, law)
    ended = f"{entry.ended_on} {reason(entry.ended_reason or '', law)}" if entry.ended_on else "—"
    return _facts(
        ("文书", f"{body} {facts.document_no} {facts.document_date} 生效 {facts.effect_date}"),
        ("文书摘要", facts.document_digest),
        ("事项", f"{item.name if item else facts.item}({facts.item})"),
        ("认定依据", f"{basis.title} {basis.number or ''}".strip() if basis else facts.basis),
        ("情形", f"{ground.name}({ground.clause})" if ground else "—"),
        ("期限至", end),
        ("已终止", ended),
        ("仅作记录", reason(entry.record_only, law) if entry.record_only else "—"),
    )


def _without_end(entry: Entry, law: LawBook) -> str:
    ground = ground_of(law, entry.determination)
    return "依法为终身" if ground is not None and ground.life else "未定期限,至依据终止时为止"


def _severity(entry: Entry, law: LawBook) -> Facts:
    severity = entry.severity
    reasons = ";".join(reason(code, law) for code in severity.reasons)
    level = f"{_LEVELS[severity.level]} {severity.level}(对本文书的分级,不是对人的评价)"
    return _facts(("严重程度", level), ("分级标准", severity.scale), ("分级理由", reasons))


def _awaited(waiting: Waiting, law: LawBook) -> Facts:
    """What a held ending, correction or step of a case is about: the record that has not come yet."""
    change = waiting.ending or waiting.correction or waiting.case
    assert change is not None
    item = law.items[change.target.item].name if change.target.item in law.items else change.target.item
    number = change.document_no or (change.case_no if isinstance(change, PersonCase) else "")
    day = change.day if isinstance(change, PersonCase) else change.document_date
    return _facts(
        ("来文", f"{number} {day}".strip()),
        ("针对的文书", f"{change.target.document_no} {item}"),
        ("尚未收到", f"自 {waiting.since} 起等待;三十日内未到即转人工复核"),
    )


def _case(case: Case) -> Facts:
    due = f"{case.due.day}" if case.due.day else "所依据的文本未定期限,或者待工作日安排公布"
    return _facts(
        ("案件", f"{MATTERS[case.matter]} {case.case_no}"),
        ("状态", f"{STEPS[case.state]} {case.since}"),
        ("办理期限", due),
        ("异议标注", "有异议" if case.disputes else "本案不标注"),
    )


def _order(order: Order) -> Facts:
    answered = (
        "尚未答复" if order.answered_on is None else f"{order.answered_on} {'已办结' if order.done else '未办结'}"
    )
    return _facts(
        ("督导", f"{order.order_no} {order.duty.value}"),
        ("由谁对谁", f"{order.by} → {order.to}"),
        ("期限与答复", f"{order.due_on};{answered}"),
    )


def _answer(feedback: Feedback, law: LawBook) -> Facts:
    why = law.refusals.get(feedback.reason, feedback.reason) if feedback.reason else "—"
    return _facts(
        ("措施编号", feedback.obligation_id),
        ("执行部门答复", f"{_STATES[feedback.state]} {feedback.answered_on}"),
        ("答复理由", why),
        ("经办人代号", feedback.officer),
    )


def _measures(obligations: tuple[Obligation, ...], law: LawBook) -> Grid:
    rows = tuple(
        (
            law.measures[one.measure].name if one.measure in law.measures else one.measure,
            _executor(one, law.rules.get(one.rule), law),
            f"{one.rule}\n{one.clause}",
            "\n".join(law.instruments[code].title for code in one.basis if code in law.instruments),
            _state(one, law),
        )
        for one in obligations
    )
    return Grid("措施", ("措施", "执行部门", "规则与条款", "依据", "状态与期限"), rows)


def _executor(one: Obligation, rule: Rule | None, law: LawBook) -> str:
    name = law.bodies[one.executor_body].name if one.executor_body in law.bodies else one.executor_body
    remit = f":{rule.remit}" if rule is not None and rule.remit else ""
    return f"{name}\n({_SOURCES[one.executor_source]}{remit})"


def _state(one: Obligation, law: LawBook) -> str:
    due = {
        DueState.SET: f"应于 {one.due.day} 前",
        DueState.NOT_IN_TEXT: "文本未规定答复期限",
        DueState.AWAITING_CALENDAR: "待该年度工作日安排公布",
    }[one.due.state]
    why = f"\n{reason(one.lift_reason, law)}" if one.lift_reason else ""
    return f"{_STATES[one.state]}\n{due}{why}"


def _considered(decision: Decision, law: LawBook) -> Grid:
    rows = []
    for one in decision.considered:
        rule = law.rules.get(one.rule)
        measure = law.measures[rule.measure].name if rule is not None and rule.measure in law.measures else "—"
        rows.append((one.rule, measure, reason(one.reason, law)))
    return Grid("考虑过但未适用的规则", ("规则", "措施", "为何未适用"), tuple(rows))


def state_name(state: str) -> str:
    """The Chinese name of an obligation's state; the state itself where it has none."""
    return _STATES.get(state, state)


def reason(code: str, law: LawBook) -> str:
    """The Chinese text of a reason code, with its citation where the book has one."""
    for words in (law.reasons, law.refusals, _STATES):
        if code in words:
            return words[code]
    return law.codes[code].zh if code in law.codes else code
