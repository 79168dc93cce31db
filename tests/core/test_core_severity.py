"""Severity of one document by the scale of its day, and rules that reach some grounds only."""

from datetime import date

import pytest
from book import LISTING, Life, book, determination, with_item, with_rules
from msgspec.structs import replace

from streams.core.severity import classify

OLD, NEW = date(2026, 3, 31), date(2026, 4, 1)  # the last day of one scale, the first of the next


@pytest.mark.parametrize(
    ("fields", "day", "level", "reason"),
    [
        ({"list_decision": False, "minor": True}, OLD, "ordinary", "no_list_decision"),
        ({"list_decision": False, "minor": True}, NEW, "minor", "warning_or_criticism"),
        ({"list_decision": False}, NEW, "ordinary", "not_listed_standard_unread"),
        ({"minor": True}, NEW, "serious", "official_list_decision"),  # a list decision is never minor
        ({"info_class": "other", "minor": True}, NEW, "none", "not_negative_information"),
    ],
)
def test_a_warning_is_minor_from_the_day_the_scale_knows_it(
    fields: dict[str, object], day: date, level: str, reason: str
) -> None:
    law = with_item(book(), f"severity {fields}", **fields)
    severity = classify(law, determination(day), None, day)
    assert (severity.level, severity.reasons) == (level, (reason,))


def test_what_the_simple_procedure_made_is_never_taken_for_minor() -> None:
    law = with_item(book(), "minor", list_decision=False, minor=True)
    assert classify(law, determination(NEW, simple_procedure=True), None, NEW).level == "ordinary"


@pytest.mark.parametrize(("ground", "reached"), [("2", True), ("3", False)])
def test_a_rule_may_reach_some_grounds_only(ground: str, reached: bool) -> None:
    rule = replace(book().rules["CIVIL-SERVICE-2018.v1/26-4"], grounds=("1", "2"))
    life = Life(with_rules(book(), f"grounds {ground}", rule), NEW)
    _, (recorded,) = life.sends(determination(NEW, item=LISTING, ground=ground))
    assert (rule.rule_id in {one.rule for one in recorded.raised}) is reached
    why = {one.rule: one.reason for one in recorded.considered}
    assert why.get(rule.rule_id) == (None if reached else "ground_not_reached")
    assert "ground_not_reached" in life.law.reasons
