"""What the person is told, in plain Chinese: what was recorded, why, by whom, what follows, how to object.

An honour is never told as a sanction, and a sanction never as decided before an officer confirmed it.
"""

from streams.core.decisions import Decision, Entry
from streams.core.law import Item, LawBook
from streams.core.terms import ground_of

_OBJECT = (
    "如您认为信息有误,可向{body}提出异议(《山东省社会信用条例》第三十九条),"
    "也可依法申请行政复议或者提起诉讼;您有权查询自己的记录、要求说明理由。"
)
_COURT_OBJECT = (
    "如您认为信息有误,可向{body}书面申请纠正(法释〔2013〕17号,经法释〔2017〕7号修正,第十二条);"
    "您有权查询自己的记录、要求说明理由。"
)
_WAIVE = "您可以向{body}声明放弃,放弃后本记录终止。"
_ADVERSE = {
    "listed": "{body}以{document_no}文书作出的“{item}”已记入您的信用记录。依据:{basis}。"
    "据此向有关部门提出以下措施建议,须经该部门工作人员确认后方可实施:{measures}。{term}",
    "lifted": "{body}{document_no}文书对应的“{item}”项下,下列措施已告终止:{measures}。终止原因:{reason}。",
    "corrected": "{body}{document_no}文书对应的“{item}”记录已更正。现提出或者变更的措施:{measures}。{term}",
}
_REWARD = {
    "listed": "{body}以{document_no}文书作出的“{item}”已记入您的信用记录,属于其他信息,不是失信信息。依据:{basis}。"
    "已建议有关部门考虑给予以下激励,是否给予由该部门依法决定:{measures}。{term}",
    "lifted": "{body}{document_no}文书对应的“{item}”项下,下列激励不再适用:{measures}。原因:{reason}。"
    "这不是对您的惩戒,也不产生失信信息。",
    "corrected": "{body}{document_no}文书对应的“{item}”记录已更正。现建议或者变更的激励:{measures}。{term}",
}


def text_zh(kind: str, decision: Decision, entry: Entry, law: LawBook) -> str:
    """The notice of ``kind`` (listed | lifted | corrected) for one decision, without name or number of the person."""
    determination = entry.determination
    body = law.bodies[determination.body].name if determination.body in law.bodies else determination.body
    item = law.items.get(determination.item)
    basis = law.instruments.get(determination.basis)
    moved = decision.raised or decision.changed
    reasons = [law.endings[c].name if c in law.endings else law.reasons.get(c, c) for c in decision.reasons]
    texts = _ADVERSE if _adverse(item) else _REWARD
    text = texts[kind].format(
        body=body,
        document_no=determination.document_no,
        item=determination.item if item is None else item.name,
        basis=determination.basis if basis is None else basis.title,
        measures=";".join(_measure(o.measure, law) for o in moved) or "无",
        term=_term(entry, item, law),
        reason=";".join(reasons) or "依据消灭",
    )
    closing = _COURT_OBJECT if entry.channel == "court" else _OBJECT
    if kind == "listed" and item is not None and "honour_waived" in item.endings:
        closing = _WAIVE + closing
    return text + closing.format(body=body)


def _adverse(item: Item | None) -> bool:
    """Negative unless the catalogue says otherwise: what a later book no longer has began as whatever it was."""
    return item is None or item.info_class == "negative"


def _term(entry: Entry, item: Item | None, law: LawBook) -> str:
    if entry.ends_on is not None:
        return f"本记录的期限至{entry.ends_on:%Y年%m月%d日}止。"
    ground = ground_of(law, entry.determination)
    if ground is not None and ground.life:
        return "依法为终身。"
    return "本记录未定期限,义务履行或者依据终止时终止。" if _adverse(item) else "本记录未定期限,依据终止时终止。"


def _measure(code: str, law: LawBook) -> str:
    """The measure's name; its code where a later book no longer has it: what was begun under an older book ends too."""
    return law.measures[code].name if code in law.measures else code
