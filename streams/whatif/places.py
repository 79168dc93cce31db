"""The dimensions of the tables: department, measure, severity, field, city of a measure, who else sees something, what
the person is told; every value there can be, with its name."""

from collections.abc import Iterable, Mapping

from streams.core.law import Body, Item, LawBook
from streams.whatif.seen import BUREAU
from streams.whatif.stood import Stood
from topics.people import Channel

DIMENSIONS = ("department", "measure", "severity", "field", "city")  # of a measure
SEEN = "seen"  # what others see: public entries, the credit bureau, red list and partners
NOTICE = "notice"  # what the person is told
TABLES = (*DIMENSIONS, SEEN, NOTICE)
TITLES = {
    "department": "执行部门 / executing department",
    "measure": "措施 / measure",
    "severity": "文书的严重程度 / severity of the document",
    "field": "领域 / field",
    "city": "作出文书的机关所在地 / place of the issuing body",
    SEEN: "他人所见：公示、征信、红名单与合作方 / seen by others: public entries, bureau, red list, partners",
    NOTICE: "告知：新增为新需告知，解脱为不再需要 / notices to the person: newly owed, no longer owed",
}
_KINDS = {
    "listed": "列入",
    "lifted": "解除",
    "corrected": "更正",
    "case_upheld": "案件成立",
    "case_amended": "案件更正",
    "case_rejected": "案件不成立",
    "repaired": "准予修复",
    "repair_refused": "不予修复",
    "before_bureau": "提供给征信机构之前",
}
_LEVELS = {"serious": "严重", "ordinary": "一般", "minor": "轻微", "none": "不评定（激励等）"}
_LISTS = {"exposure": "公示（失信信息）", "honours": "公示（守信信息）", BUREAU: "征信机构"}
_NO_FIELD = ("-", "十一个领域之外")
_PROVINCE = ("370000", "省级机关")
_ELSEWHERE = ("-", "机关不在法律簿中")


class Places:
    """Where a proposal is counted. ``books``: the draft first, then those it is compared with."""

    def __init__(self, books: Iterable[LawBook], channels: Mapping[str, Channel]) -> None:
        self._items: dict[str, Item] = {}
        self._bodies: dict[str, Body] = {}
        self.names: dict[str, dict[str, str]] = {dimension: {} for dimension in TABLES}
        for book in books:
            self._items = {**book.items, **self._items}
            self._bodies = {**book.bodies, **self._bodies}
            measures = {code: measure.name for code, measure in book.measures.items()}
            self.names["measure"] = {**measures, **self.names["measure"]}
            self.names["field"] = {**book.fields, **self.names["field"]}
            self.names[SEEN] = {**{code: offer.name for code, offer in book.offers.items()}, **self.names[SEEN]}
        executing = {code: channel.name for code, channel in channels.items() if channel.executes}
        self.names["department"] = executing
        self.names[SEEN] |= _LISTS
        self.names["severity"] = dict(_LEVELS)
        self.names[NOTICE] = dict(_KINDS)
        self.names["field"] |= dict([_NO_FIELD])
        self.names["city"] = dict([_PROVINCE, *self._cities(channels), _ELSEWHERE])

    def of(self, dimension: str, stood: Stood) -> str:
        """The value of a dimension under which a proposal is counted."""
        match dimension:
            case "department":
                return stood.measured.executor
            case "measure":
                return stood.measured.measure
            case "severity":
                return stood.severity
            case "field":
                item = self._items.get(stood.item)
                return _NO_FIELD[0] if item is None or item.field is None else item.field
            case _:
                body = self._bodies.get(stood.body)
                return _ELSEWHERE[0] if body is None else _city(body)

    def name(self, dimension: str, value: str) -> str:
        """The Chinese name of a value; the value itself where no book names it."""
        return self.names[dimension].get(value, value)

    def _cities(self, channels: Mapping[str, Channel]) -> list[tuple[str, str]]:
        """A city is named as its platform's channel is, whose bodies give its region."""
        by_region = {
            _city(body): channels[body.channel].name.removesuffix("公共信用信息平台")
            for body in self._bodies.values()
            if body.level == "city" and body.channel.startswith("city-") and body.channel in channels
        }
        return sorted(by_region.items())


def _city(body: Body) -> str:
    return body.region[:4] + "00"
