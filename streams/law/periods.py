"""Dates of a law book: no gap and no overlap in what must be answered every day."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from streams.core.law import Scale
from streams.law.faults import LawFault
from streams.law.files import Page

DAY = timedelta(days=1)


def check_order(file: str, rows: Iterable[dict[str, Any]], faults: list[LawFault]) -> None:
    """No row of ``rows`` ends before it begins."""
    for row in rows:
        start, end = row.get("in_force_from"), row.get("in_force_to")
        if start is not None and end is not None and end < start:
            key = f"{row.get('code') or row.get('key')}.in_force_to"
            faults.append(LawFault(file, key, f"{end} lies before {start}", "Correct one of the two days"))


def check_versions(memoranda: Iterable[Page], faults: list[LawFault]) -> None:
    """No two versions of a memorandum are in force on one day: the same measure would be proposed twice."""
    versions = defaultdict(list)
    for page in memoranda:
        if "continues" not in page.data:
            versions[page.data["key"]].append(page)
            check_order(page.file, [page.data], faults)
    for pages in versions.values():
        pages.sort(key=lambda page: page.data["in_force_from"] or "")
        for earlier, later in pairwise(pages):
            end, start = earlier.data["in_force_to"], later.data["in_force_from"]
            if end is None or start is None or start <= end:
                message = f"in force on the same day as {earlier.file}"
                cure = "Let the earlier version end on the day before this one begins"
                faults.append(LawFault(later.file, "in_force_from", message, cure))


def check_scales(scales: Iterable[Scale], faults: list[LawFault]) -> None:
    """Exactly one scale on every day, and every scale answers for every document."""
    ordered = sorted(scales, key=lambda scale: scale.in_force_from or date.min)
    expected: date | None = None  # None = open start
    ended = False
    for scale in ordered:
        file = f"severity/{scale.key}.yaml"
        if ended or scale.in_force_from != expected:
            wanted = "an open start" if expected is None else str(expected)
            message = f"begins on {scale.in_force_from}, where {wanted} leaves neither gap nor overlap"
            cure = "Join it to the last day of the scale before"
            faults.append(LawFault(file, "in_force_from", message, cure))
        ended = scale.in_force_to is None
        expected = None if scale.in_force_to is None else scale.in_force_to + DAY
        _check_rules(scale, file, faults)
    if not ended:
        last = f"severity/{ordered[-1].key}.yaml" if ordered else "severity/"
        faults.append(LawFault(last, "in_force_to", "no scale is in force afterwards", "Leave the last scale open"))


def _check_rules(scale: Scale, file: str, faults: list[LawFault]) -> None:
    conditions = [rule.when for rule in scale.rules]
    if conditions[-1] != "any" or len(set(conditions)) != len(conditions):
        message = "the rules must end with 'any' and name each condition once"
        faults.append(LawFault(file, "rules", message, "Put the rule 'when: any' last, and only there"))
    for rule in scale.rules:
        if rule.level not in scale.levels:
            message = f"level '{rule.level}' is not one of this scale"
            faults.append(LawFault(file, f"rules[{rule.when}].level", message, "Use a level the scale lists"))
    for level, (least, most) in scale.publication_months.items():
        if level not in scale.levels or least > most:
            message = f"[{least}, {most}] of '{level}': no such level, or the least is more than the most"
            faults.append(LawFault(file, f"publication_months.{level}", message, "Write level: [least, most]"))


def check_calendar(pages: Iterable[Page], faults: list[LawFault]) -> None:
    """Each year once and without a hole; days off are weekdays, days worked are at weekends."""
    years = []
    for page in pages:
        year = page.data["year"]
        years.append(year)
        if page.file != f"calendar/{year}.yaml":
            faults.append(LawFault(page.file, "year", f"the file is about {year}", f"Rename it to {year}.yaml"))
        for key, weekend in (("days_off", False), ("days_worked", True)):
            for text in page.data[key]:
                day = date.fromisoformat(text)
                if day.year != year or (day.weekday() >= 5) != weekend:
                    wanted = "a Saturday or Sunday" if weekend else "a day from Monday to Friday"
                    cure = f"List only what differs from Monday to Friday: {wanted} of {year}"
                    faults.append(LawFault(page.file, key, f"{text} does not belong here", cure))
    missing = sorted(set(range(min(years), max(years) + 1)) - set(years)) if years else []
    for year in missing:
        faults.append(LawFault("calendar/", str(year), "the year is missing", f"Add calendar/{year}.yaml"))
