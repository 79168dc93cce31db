"""Dates of a law book: no gap and no overlap in what must be answered every day."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from streams.core.law import RepairScheme, Scale
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
    found = list(scales)
    _check_cover([(f"severity/{one.key}.yaml", "in_force", one) for one in found], "scale", "severity/", faults)
    for scale in found:
        _check_rules(scale, f"severity/{scale.key}.yaml", faults)


def check_repair(schemes: Iterable[RepairScheme], faults: list[LawFault]) -> None:
    """Exactly one scheme of repair on every day."""
    named = [("repair.yaml", f"{one.key}.in_force", one) for one in schemes]
    _check_cover(named, "scheme", "repair.yaml", faults)


def _check_cover(
    versions: Sequence[tuple[str, str, Scale | RepairScheme]], word: str, where: str, faults: list[LawFault]
) -> None:
    """The versions together cover every day once. Each comes with its file and the key of its days without _from."""
    ordered = sorted(versions, key=lambda one: one[2].in_force_from or date.min)
    expected: date | None = None  # None = open start
    ended = False
    for file, key, version in ordered:
        if ended or version.in_force_from != expected:
            wanted = "an open start" if expected is None else str(expected)
            message = f"begins on {version.in_force_from}, where {wanted} leaves neither gap nor overlap"
            cure = f"Join it to the last day of the {word} before"
            faults.append(LawFault(file, f"{key}_from", message, cure))
        ended = version.in_force_to is None
        expected = None if version.in_force_to is None else version.in_force_to + DAY
    if not ended:
        file, key = (ordered[-1][0], ordered[-1][1]) if ordered else (where, "in_force")
        message = f"no {word} is in force afterwards"
        faults.append(LawFault(file, f"{key}_to", message, f"Leave the last {word} open"))


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
