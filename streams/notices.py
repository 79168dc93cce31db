"""What the person is told, in plain Chinese: what was recorded, why, by whom, what follows, how to object.

An honour is never told as a sanction, and a sanction never as decided before an officer confirmed it.
"""

from datetime import date
from typing import NamedTuple

from streams.core.decisions import Decision, DecisionKind, Entry, Obligation, ObligationState
from streams.core.events import Matter
from streams.core.law import Item, LawBook
from streams.core.repair import earliest, scheme_on, statutory
from streams.core.terms import ground_of

_OBJECT = (
    "如您认为信息有误,可向{body}提出异议{cited},也可依法申请行政复议或者提起诉讼;您有权查询自己的记录、要求说明理由。"
)
_REGULATION, _CITED = "R-SHANDONG", "(《山东省社会信用条例》第三十九条)"
_COURT_OBJECT = (
    "如您认为信息有误,可向{body}书面申请纠正(法释〔2013〕17号,经法释〔2017〕7号修正,第十二条);"
    "您有权查询自己的记录、要求说明理由。"
)
_WAIVE = "您可以向{body}声明放弃,放弃后本记录终止。"
RECORDED_ONLY = "recorded_only"  # template of "listed" where no measure follows
_ADVERSE = {
    "listed": "{body}以{document_no}文书作出的“{item}”已记入您的信用记录。依据:{basis}。"
    "据此向有关部门提出以下措施建议,须经该部门工作人员确认后方可实施:{measures}。{term}",
    RECORDED_ONLY: "{body}以{document_no}文书作出的“{item}”已记入您的信用记录。依据:{basis}。"
    "没有据此向其他部门提出措施建议。{term}",
    "lifted": "{body}{document_no}文书对应的“{item}”项下,下列措施已告终止:{measures}。终止原因:{reason}。",
    "corrected": "{body}{document_no}文书对应的“{item}”记录已更正。现提出或者变更的措施:{measures}。{term}",
}
_REWARD = {
    "listed": "{body}以{document_no}文书作出的“{item}”已记入您的信用记录,属于其他信息,不是失信信息。依据:{basis}。"
    "已建议有关部门考虑给予以下激励,是否给予由该部门依法决定:{measures}。{term}",
    RECORDED_ONLY: "{body}以{document_no}文书作出的“{item}”已记入您的信用记录,属于其他信息,不是失信信息。依据:{basis}。"
    "没有据此向有关部门提出激励建议。{term}",
    "lifted": "{body}{document_no}文书对应的“{item}”项下,下列激励不再适用:{measures}。原因:{reason}。"
    "这不是对您的惩戒,也不产生失信信息。",
    "corrected": "{body}{document_no}文书对应的“{item}”记录已更正。现建议或者变更的激励:{measures}。{term}",
}
# The result of a person's case, and what is told before a credit bureau is; of every kind of record.
_CASE = {
    "case_upheld": "您就{record}提出的{matter}(编号{case_no})已办结:成立。{end}",
    "case_rejected": "您就{record}提出的{matter}(编号{case_no})已办结:不成立。{mark}",
    "case_amended": "您就{record}提出的{matter}(编号{case_no})已办结:予以更正。内容以更正记录为准。{mark}",
    "repaired": "您就{record}提出的信用修复申请(编号{case_no})已获准。"
    "自即日起终止公示、停止共享和使用,并同步解除下列措施:{measures}。{ban}",
    "repair_refused": "您就{record}提出的信用修复申请(编号{case_no})未获准,理由见{body}的决定。{repair}",
    "before_bureau": "{record}将提供给征信机构(《征信业管理条例》第十五条)。"
    "该信息自不良行为或者事件终止之日起保存五年(第十六条);"
    "如您认为信息有误,可向征信机构提出异议,征信机构应当在二十日内核查并书面答复(第二十五条)。",
}
_SAY_REPAIR = ("listed", "repair_refused")
_MATTERS = {
    Matter.OBJECTION: "异议",
    Matter.RECONSIDERATION: "复议",
    Matter.LAWSUIT: "行政诉讼",
    Matter.REPAIR: "信用修复申请",
}
_DISPUTED = "本记录有异议,正在办理。"
_DOUBTED = "有以他人姓名报送的终止或者更正指向本记录,正在核实,核实前不据此提出新的措施建议。"
_MARK_GONE = "该记录的异议标注已取消。"
_MARK_STAYS = "因另有案件正在办理,该记录的异议标注保留。"
_BAN = "法律、行政法规规定期限的禁止和限制不因信用修复而提前终止。"


class Marks(NamedTuple):
    """What a notice says of its record: it is disputed; something was said against it under another name."""

    disputed: bool = False
    doubted: bool = False


UNMARKED = Marks()


def text_zh(kind: str, decision: Decision, entry: Entry, law: LawBook, marks: Marks = UNMARKED) -> str:
    """The notice of ``kind`` for one decision, without name or number of the person."""
    determination = entry.determination
    body = law.bodies[determination.body].name if determination.body in law.bodies else determination.body
    item = law.items.get(determination.item)
    item_name = determination.item if item is None else item.name
    basis = law.instruments.get(determination.basis)
    repair = _repair(decision, entry, law, body) if kind in _SAY_REPAIR and _adverse(item) else ""
    said = {
        "body": body,
        "document_no": determination.document_no,
        "item": item_name,
        "basis": determination.basis if basis is None else basis.title,
        "measures": ";".join(_measure(o.measure, law) for o in _told(kind, decision)) or "无",
        "term": _term(entry, item, law),
        "reason": ";".join(_reason(code, law) for code in _why_lifted(decision)) or "依据消灭",
    }
    if kind in _CASE:
        text = _CASE[kind].format(**said, **_about_case(decision, said, entry, law, marks.disputed), repair=repair)
    else:
        templates = _ADVERSE if _adverse(item) else _REWARD
        text = templates[RECORDED_ONLY if kind == "listed" and not decision.raised else kind].format(**said)
    closing = how_to_object(entry.channel, body, _in_force(law, _REGULATION, decision.decided_on))
    if kind == "listed":
        closing = repair + closing
    if kind == "listed" and item is not None and "honour_waived" in item.endings:
        closing = _WAIVE.format(body=body) + closing
    return text + (_DISPUTED if marks.disputed else "") + (_DOUBTED if marks.doubted else "") + closing


def how_to_object(channel: str, body: str, regulated: bool = True) -> str:
    """What a person can do about a record that ``body`` reported through ``channel``. ``regulated``: whether the
    province's regulation is in force; what was told before cites no article that was not there."""
    return (_COURT_OBJECT if channel == "court" else _OBJECT).format(body=body, cited=_CITED if regulated else "")


def _in_force(law: LawBook, instrument: str, day: date) -> bool:
    text = law.instruments.get(instrument)
    return text is not None and (text.in_force_from or day) <= day <= (text.in_force_to or day)


def _told(kind: str, decision: Decision) -> tuple[Obligation, ...]:
    """The measures a notice of ``kind`` is about: one decision may raise some, end others and change more."""
    ended = _ended(decision)
    if kind == "listed":
        return decision.raised
    if kind == "corrected":
        return decision.raised + tuple(one for one in decision.changed if one not in ended)
    return ended


def _ended(decision: Decision) -> tuple[Obligation, ...]:
    """The obligations that the decision lifts; those it only changes keep their day."""
    lifting = (one for one in decision.changed if one.state is ObligationState.LIFTING)
    return tuple(one for one in lifting if one.since == decision.decided_on)


def _why_lifted(decision: Decision) -> tuple[str, ...]:
    """Each reason once. What else the decision gives reasons for is not why a measure is over."""
    return tuple(dict.fromkeys(one.lift_reason for one in _ended(decision) if one.lift_reason is not None))


def _reason(code: str, law: LawBook) -> str:
    return law.endings[code].name if code in law.endings else law.reasons.get(code, code)


def _about_case(decision: Decision, said: dict[str, str], entry: Entry, law: LawBook, disputed: bool) -> dict[str, str]:
    """What the templates of a case take beside the words of every notice."""
    case = decision.case
    return {
        "record": f"{said['body']}{said['document_no']}文书对应的“{said['item']}”记录",
        "matter": "" if case is None else _MATTERS[case.matter],
        "case_no": "" if case is None else case.case_no,
        "ban": _BAN if statutory(law, entry) else "",
        "mark": _MARK_STAYS if disputed else _MARK_GONE,
        "end": _end(decision, entry, said["measures"]),
    }


def _end(decision: Decision, entry: Entry, measures: str) -> str:
    """What an upheld case changes: nothing more where its record was over before."""
    if decision.kind is DecisionKind.CASE_CLOSED and entry.ended_on is not None:
        return f"该记录此前已于{_day(entry.ended_on)}终止。"
    return f"该记录自即日起终止,据此提出的下列措施一并解除:{measures}。"


def _repair(decision: Decision, entry: Entry, law: LawBook, body: str) -> str:
    """How and from when the record may be repaired: told with the determination (两书同达, 国办发〔2025〕22号)."""
    scheme = scheme_on(law, decision.decided_on)
    text = None if scheme is None else law.instruments.get(scheme.instrument)
    if scheme is None or text is None or (text.in_force_from or decision.decided_on) > decision.decided_on:
        return ""
    ban = _BAN if statutory(law, entry) else ""
    first = earliest(law, entry, decision.decided_on)
    if first is None:
        return f"纠正失信行为后,您可以依《{text.title}》向{body}申请信用修复。{ban}"
    when = f"最早自{_day(first)}起可" if first > decision.decided_on else "即可"
    return f"纠正失信行为、履行相关义务并公开作出信用承诺后,您{when}依《{text.title}》向{body}申请信用修复。{ban}"


def _day(day: date) -> str:  # strftime takes six times as long
    return f"{day.year}年{day.month:02}月{day.day:02}日"


def _adverse(item: Item | None) -> bool:
    """Negative unless the catalogue says otherwise: what a later book no longer has began as whatever it was."""
    return item is None or item.info_class == "negative"


def _term(entry: Entry, item: Item | None, law: LawBook) -> str:
    if entry.ends_on is not None:
        return f"本记录的期限至{_day(entry.ends_on)}止。"
    ground = ground_of(law, entry.determination)
    if ground is not None and ground.life:
        return "依法为终身。"
    return "本记录未定期限,义务履行或者依据终止时终止。" if _adverse(item) else "本记录未定期限,依据终止时终止。"


def _measure(code: str, law: LawBook) -> str:
    """The measure's name; its code where a later book no longer has it: what was begun under an older book ends too."""
    return law.measures[code].name if code in law.measures else code
