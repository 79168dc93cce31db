"""The law book's codes in plain words, for whoever is no lawyer. Pure; nothing is said that the book does not hold."""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from sinks.portal.pages.frame import Said
from sinks.portal.statistics import LEVELS
from streams.core.law import Ground, Item, LawBook, Publicity, Scale
from streams.law.report.dates import holds
from streams.law.report.words import GRADES, MARKS, place, reason, span

CLASSES = {
    "negative": Said("失信信息", "negative"),
    "other": Said("其他信息（不是失信信息）", "other: nothing negative"),
    "basic": Said("基础信息", "basic"),
}
DISCLOSURES = {
    "authorised_query": Said("授权查询", "authorised query"),
    "government_sharing": Said("政务共享", "shared within government"),
    "public": Said("公开", "public"),
}
LISTS = {"exposure": Said("曝光台", "exposure list"), "honours": Said("红名单", "red list")}
SHOWN = {
    "name": Said("姓名（只显示首字）", "name, first character only"),
    "number": Said("证件号码（只显示地区和末位）", "number: region and last character only"),
    "document_no": Said("文书号", "document number"),
    "document_date": Said("文书日期", "document date"),
    "body": Said("认定单位", "determining body"),
    "item": Said("事项", "item"),
    "ground": Said("情形", "ground"),
}
SUBJECTS = {"person": Said("自然人", "natural persons"), "entity": Said("单位", "entities")}
REACHED = {
    "national": Said("国家级", "national"),
    "province": Said("省级", "province"),
    "city": Said("市级", "city"),
    "county": Said("县级", "county"),
}
_COUNTED = {
    "effect": ("生效之日", "effect"),
    "document": ("文书日期", "date"),
    "conduct": ("行为终止之日", "end of the conduct"),
}
_WHEN = {
    "list_decision": Said(
        "有关机关作出的列入严重失信名单决定", "an official decision to put on a list of serious cases"
    ),
    "minor_document": Said("普通程序的警告、通报批评", "a warning or criticism by ordinary procedure"),
    "any": Said("其他文书", "any other document"),
}


def term(ground: Ground) -> Said:
    """How long a record of this ground lasts by itself."""
    zh, en = _COUNTED[ground.counts_from]
    if ground.life:
        return Said("终身", "for life")
    if ground.stated_months is not None:
        least, most = ground.stated_months
        return Said(f"以文书载明的期限为准，{least}至{most}个月", f"as the document states, {least} to {most} months")
    if ground.term_years is not None:
        more = ground.extra_years_max
        tail = (
            (f"，文书可以延长，最多{more}年", f", up to {more} more where the document says so") if more else ("", "")
        )
        return Said(f"自{zh}起{ground.term_years}年{tail[0]}", f"{ground.term_years} years from its {en}{tail[1]}")
    if ground.term_months:
        return Said(f"自{zh}起{ground.term_months}个月", f"{ground.term_months} months from its {en}")
    if ground.term_days:
        return Said(f"自{zh}起{ground.term_days}日", f"{ground.term_days} days from its {en}")
    return Said(
        "没有自身期限：依据消灭或者最长公开期限届满时终止",
        "no term of its own: until its ground falls or the years of disclosure are over",
    )


class Publicness(NamedTuple):
    """Whether a row of publicity.yaml shows anybody on the day, and why not."""

    row: Publicity
    text: str  # the instrument
    why_not: Said | None


def publicness(book: LawBook, row: Publicity, day: date) -> Publicness:
    """What a row says today."""
    why = None
    if row.inactive_reason is not None:
        found = reason(row.inactive_reason, book)
        why = Said(found, found)
    elif not holds(row, day):
        why = Said("该规则当日不在施行期间", "not in force on this day")
    return Publicness(row, place(book.instruments[row.instrument]), why)


def levels(scale: Scale, book: LawBook) -> list[tuple[Said, Said, str, tuple[int, int] | None]]:
    """Each level of a scale in order of its rules: name, when, place in the text, months in public."""
    return [
        (Said(*LEVELS[rule.level]), _WHEN[rule.when], rule.clause, scale.publication_months.get(rule.level))
        for rule in scale.rules
    ]


def months(span_of: tuple[int, int] | None) -> Said:
    """For how long a record may be shown in public at all, where a State rule shows it."""
    if span_of is None:
        return Said("所读文本未规定", "no text read says")
    least, most = span_of
    if not most:
        return Said("不公示", "not public")
    return Said(f"最短{least}个月，最长{most}个月", f"{least} months at least, {most} at most")


def providers(item: Item, sectors: Mapping[str, str]) -> str:
    return "、".join(sectors.get(code, code) for code in item.providers)


__all__ = [
    "CLASSES", "DISCLOSURES", "GRADES", "LISTS", "MARKS", "REACHED", "SHOWN", "SUBJECTS", "Publicness", "holds",
    "levels", "months", "place", "providers", "publicness", "reason", "span", "term",
]  # fmt: skip
