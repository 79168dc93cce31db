"""The report's words for what the book says in codes."""

from datetime import date

from streams.core.law import Instrument, LawBook, Rule
from streams.law.report.dates import holds

GRADES = {
    "law": "法律",
    "regulation": "法规",
    "central_policy": "中央政策文件",
    "judicial_interpretation": "司法解释",
    "memorandum": "备忘录",
    "ministry_rule": "部门规章",
    "policy": "政策文件",
}
MARKS = {"verified": "已核实", "verified_number_unverified": "内容已核实，文号未核实", "unverified": "未核实"}
SOURCES = {"text": "文本指明", "project_mapping": "本项目对应", "none": "未确定"}
COUNTS = (
    "“启用”是指规则在法律簿内：其对象和内容均已核实，在其施行期间会提出建议；其中“今日有效”的，才在报告日提出建议。"
    "“未启用”的行只作参考，不产生任何措施，每一行都说明理由。任何建议都须由执行部门工作人员确认。"
)


def span(start: date | str | None, end: date | str | None) -> str:
    """From when to when, both days included."""
    return f"{start or '起始日未读到'} 至 {end or '今'}"


def place(instrument: Instrument) -> str:
    """《title》（number）; the number is left out where none was verified."""
    return f"《{instrument.title}》" + (f"（{instrument.number}）" if instrument.number else "")


def reason(code: str, book: LawBook) -> str:
    """The Chinese text of a reason code, without its citation and without the words that the rule is idle."""
    return book.reasons.get(code, code).partition("（《")[0].removesuffix("，规则未启用")


def executor(rule: Rule, book: LawBook, department: str | None = None) -> str:
    """Who carries the measure out, and whether the text or we say so."""
    body = book.bodies.get(rule.executor_body or "")
    if body is None:
        return department or SOURCES["none"]
    named = f"；文本写明{department}" if department else ""
    return f"{body.name}（{SOURCES[rule.executor_source]}{named}）"


def standing(rule: Rule, day: date) -> str:
    """Whether an active rule acts on ``day``."""
    if holds(rule, day):
        return "今日有效"
    return "尚未施行" if rule.in_force_from is not None and rule.in_force_from > day else "施行期间已过"
