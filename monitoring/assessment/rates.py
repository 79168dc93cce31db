"""Figures and rates: each name once, with what it counts and how it is worked out.

A figure is a number that may be added over channels, bodies, cities and fields; a rate is one figure over others,
worked out after adding, so that a city's rate is never a mean of means.
"""

from collections.abc import Mapping
from typing import Literal, NamedTuple

Counts = Mapping[str, int]
MATTERS = ("objection", "reconsideration", "lawsuit", "repair")
_CASE = {
    "on_time": ("按期办结", "decided on or before the due day"),
    "late": ("逾期", "decided later, or past due and undecided"),
    "running": ("未到期", "not due yet and undecided"),
    "closed_no_term": ("办结（文本未定期限）", "decided; no text sets a term"),
    "open_no_term": ("未办结（文本未定期限）", "undecided; no text sets a term"),
    "days": ("办理天数合计", "days from opening to decision, added up"),
}
_MATTER_ZH = {"objection": "异议", "reconsideration": "复议", "lawsuit": "诉讼", "repair": "修复"}
CASE_COLUMNS = tuple(_CASE)

# figure -> what it counts, in both languages
FIGURES: dict[str, tuple[str, str]] = {
    "supplied": ("报送记录", "records of events.<channel>, all but repeats"),
    "stored": ("入库记录", "accepted or warned, or held and settled since"),
    "rejected": ("退回", "rejected"),
    "held": ("待核", "held and not settled"),
    "needs_correction": ("须更正", "in need of correction"),
    "duplicate": ("重复", "equal to an earlier record"),
    "readable": ("可读记录", "supplied and readable"),
    "complete": ("完整记录", "readable and without a fault of class completeness"),
    "compliant": ("合规记录", "readable and without a fault of class compliance"),
    "passed": ("过检认定", "determinations that passed intake, all but repeats"),
    "taken": ("入库认定", "of them accepted or warned"),
    "on_time": ("及时", "taken, on or before the 7th working day"),
    "late": ("迟报", "taken, later"),
    "no_calendar": ("缺日历", "taken; the law book lacks a calendar, so judged neither way"),
    "no_day": ("无日期", "taken; without a date, or its subject is erased: judged neither way"),
    "produced": ("产生文书", "documents of the month that the monthly return declares"),
    "arrived": ("到达文书", "documents of the month that arrived, each once, of items that a return declares"),
    "not_arrived": ("未到文书", "produced minus arrived, item by item, never below 0"),
    "explained": ("已说明", "of them accounted for by a code in the return"),
    "unexplained": ("未说明", "of them not accounted for"),
    "asked": ("应反馈建议", "proposals made in the month whose ground did not fall first"),
    "answered": ("已反馈", "of them answered by an officer"),
    "days": ("反馈天数合计", "days from proposal to answer, added up"),
    "fallen": ("建议失效", "proposals whose ground fell before an answer"),
    **{f"{m}_{c}": (f"{_MATTER_ZH[m]}{zh}", f"{m}: {en}") for m in MATTERS for c, (zh, en) in _CASE.items()},
    "queries": ("查询", "questions about a person, put on record and answered"),
    "queries_refused": ("拒绝查询", "questions put on record and refused"),
    "queries_unreadable": ("无法读取的查询记录", "records of the query log that cannot be read"),
}


class Rate(NamedTuple):
    """``top`` over the sum of ``of``. ``scope``: channel where what is counted tells no body."""

    code: str
    zh: str
    formula: str
    top: str
    of: tuple[str, ...]
    better: Literal["high", "low"] | None
    scope: Literal["channel", "body"] = "body"
    unit: Literal["share", "days"] = "share"

    def over(self, counts: Counts) -> int:
        """What the rate is a share of."""
        return sum(counts.get(name, 0) for name in self.of)

    def value(self, counts: Counts) -> float | None:
        """None where there is nothing to be a share of.

        >>> RATES["timeliness"].value({"on_time": 3, "late": 1})
        0.75
        """
        whole = self.over(counts)
        return counts.get(self.top, 0) / whole if whole else None


_ALL = (
    Rate("storage", "入库率", "stored / supplied", "stored", ("supplied",), "high", "channel"),
    Rate("completeness", "完整率", "complete / readable", "complete", ("readable",), "high", "channel"),
    Rate("compliance", "合规率", "compliant / readable", "compliant", ("readable",), "high", "channel"),
    Rate("passage", "过检入库率", "taken / passed", "taken", ("passed",), "high"),
    Rate("timeliness", "及时率", "on_time / (on_time + late)", "on_time", ("on_time", "late"), "high"),
    Rate("lateness", "迟报率", "late / (on_time + late)", "late", ("on_time", "late"), "low"),
    Rate("concealment", "瞒报率", "not_arrived / produced", "not_arrived", ("produced",), "low", "channel"),
    Rate("unexplained", "未说明率", "unexplained / produced", "unexplained", ("produced",), "low", "channel"),
    Rate("feedback", "反馈率", "answered / asked", "answered", ("asked",), "high"),
    Rate("feedback_days", "反馈天数", "days / answered", "days", ("answered",), "low", "body", "days"),
    Rate(
        "objection",
        "异议按期率",
        "objection_on_time / (objection_on_time + objection_late)",
        "objection_on_time",
        ("objection_on_time", "objection_late"),
        "high",
    ),
    Rate(
        "repair",
        "修复办结率",
        "repair_closed_no_term / (repair_closed_no_term + repair_open_no_term)",
        "repair_closed_no_term",
        ("repair_closed_no_term", "repair_open_no_term"),
        "high",
    ),
)
RATES: dict[str, Rate] = {rate.code: rate for rate in _ALL}


def rates(counts: Counts) -> dict[str, float | None]:
    """Every rate of what was counted, in their order."""
    return {code: rate.value(counts) for code, rate in RATES.items()}
