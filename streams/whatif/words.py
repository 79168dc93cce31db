"""What the tables and the page of a what-if say, in Chinese and English."""

from streams.whatif.bands import LEAST
from streams.whatif.stood import Direction

COLUMNS: dict[Direction, tuple[str, str]] = {
    "reached": ("新增", "newly reached"),
    "released": ("解脱", "newly released"),
    "longer": ("更久", "longer"),
    "shorter": ("更短", "shorter"),
}
MEANING: dict[Direction, tuple[str, str]] = {
    "reached": (
        "草案之下至少有一天有该措施建议，原法律之下一天也没有",
        "a measure is proposed on some day under the draft, on none under the law as it was",
    ),
    "released": (
        "原法律之下至少有一天有，草案之下一天也没有",
        "proposed on some day under the law as it was, on none under the draft",
    ),
    "longer": ("两者之下都有，草案之下终止得更晚", "proposed under both, and ends later under the draft"),
    "shorter": ("两者之下都有，草案之下终止得更早", "proposed under both, and ends earlier under the draft"),
}
NOTES = (
    (
        f"数字是人数，只给出所在的十人档（如 20–29）；不足 {LEAST} 人的一律不显示，也不与零区分。合计同样只给档，"
        "各行相加不等于合计（一人可在多行），从合计减去各行也得不到被隐去的数。",
        f"Figures count persons and are told as bands of ten (e.g. 20–29); under {LEAST} nothing is told, and nobody "
        "looks the same as nine. Totals are bands too: rows do not add up to them (one person may stand in several "
        "rows), and subtracting rows from a total does not give a hidden figure.",
    ),
    (
        "“他人所见”一表另计：公示、向征信机构报送、红名单与合作方（信易+）名额的开始、终止与期限，不计入合计；草案改变公示"
        "内容的，同一人在“新增”与“解脱”两列都计。",
        "What others see has a table of its own and no part in the totals: public entries, records at a credit bureau, "
        "places on the red list and on partners' offers that begin, end or last otherwise. Where the draft shows other "
        "fields of an entry, a person counts as newly reached and as released.",
    ),
    (
        "“告知”一表也另计：草案之下就某一记录需告知本人而原法律之下不需的，计入“新增”，反之计入“解脱”。",
        "Notices have a table of their own too: who is told something of a record under the draft and not under the "
        "law as it was counts as newly reached, the other way round as released.",
    ),
    (
        "比较的是两种法律，不是两种执行：执行人员的答复在两边都不计；收件时被拒的记录不在历史中，草案新设的事项因此没有数据。",
        "Two laws are compared, not two practices: officers' answers count on neither side. What intake refused is not "
        "in the history, so an item that only the draft has shows nobody.",
    ),
    (
        "推演不改变任何决定、主题、数据表与密钥；措施仍只是建议，须经执行部门工作人员确认。",
        "Nothing is changed: no decision, topic, table or key. A measure is a proposal that an officer confirms.",
    ),
)


def figure(lower: int | None) -> str:
    """A band as it is told.

    >>> figure(20), figure(None)
    ('20–29', '<10')
    """
    return f"<{LEAST}" if lower is None else f"{lower:,}–{lower + LEAST - 1:,}"
