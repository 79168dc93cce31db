"""Memoranda and other texts become rules: one per numbered measure and executing department.

A row never becomes inactive in silence: either its author gives the reason, or a row that cannot be active is a fault.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import msgspec

from streams.core.law import Instrument, Item, Measure, Rule
from streams.law.faults import LawFault
from streams.law.files import Page

SELF = "self"  # in roles: the subject himself, beside the roles
VERIFIED = ("verified", "verified_number_unverified")
FIRM = ("law", "regulation", "central_policy")  # grades a measure may stand on after the cut-over
INHERITED = ("items", "grounds", "subjects", "roles", "basis", "mark", "source")
MAPPED = ("date_basis", "reach", "incentive", "in_force_from", "in_force_to")


class Shelf(msgspec.Struct, frozen=True):
    """What a row may refer to."""

    cut_over: str
    instruments: dict[str, Instrument]
    items: dict[str, Item]
    measures: dict[str, Measure]
    roles: dict[str, str]
    reasons: dict[str, str]
    executors: dict[str, dict[str, str]]


def rules(pages: tuple[Page, ...], shelf: Shelf, faults: list[LawFault]) -> dict[str, Rule]:
    """Every row of ``pages`` as a rule by its id ``<KEY>.v<N>/<no>``; what is wrong goes to ``faults``."""
    heads = {}
    for page in pages:
        if "continues" not in page.data:
            heads[_version_id(page.data)] = page
            _check_name(page, _version_id(page.data), faults)
            _check_head(page, shelf, faults)
    found: dict[str, Rule] = {}
    for page in pages:
        version = page.data.get("continues") or _version_id(page.data)
        if version not in heads:
            faults.append(_fault(page, "continues", f"there is no memorandum '{version}'", "Name an existing version"))
            continue
        if "continues" in page.data:
            _check_name(page, version, faults)
        for row in page.data["rows"]:
            rule = _rule(page, heads[version].data, row, shelf, faults)
            if rule.rule_id in found:
                faults.append(_fault(page, f"rows[{row['no']}].no", "the number stands twice", "Give each row its own"))
            found[rule.rule_id] = rule
    return found


def _rule(page: Page, head: dict[str, Any], row: dict[str, Any], shelf: Shelf, faults: list[LawFault]) -> Rule:
    given = {key: row.get(key, page.data.get(key, head.get(key))) for key in INHERITED}
    executor = shelf.executors.get(row["executor"]) if row["executor"] is not None else None
    rule = msgspec.convert(
        {
            "rule_id": f"{_version_id(head)}/{row['no']}",
            "memorandum": head["key"],
            "version": head["version"],
            **{key: row[key] for key in ("no", "clause", "measure")},
            **{key: head[key] for key in MAPPED},
            **{key: given[key] for key in ("items", "subjects", "roles", "basis", "mark")},
            "grounds": given["grounds"] or (),
            "executor": executor and executor["channel"],
            "executor_body": executor and executor["body"],
            "executor_source": executor["source"] if executor else "none",
            "remit": executor and executor["remit"],
            "active": "inactive_reason" not in row,
            "inactive_reason": row.get("inactive_reason"),
        },
        Rule,
    )
    faults.extend(_fault(page, f"rows[{rule.no}].{key}", *rest) for key, *rest in _unknown(rule, row, shelf))
    if rule.active:
        problem = why_not_active(rule, shelf)
        if problem is not None:
            cure = "Cure it, or give the row an inactive_reason (code of reasons.yaml)"
            faults.append(_fault(page, f"rows[{rule.no}]", f"the row cannot be active: {problem}", cure))
    return rule


def why_not_active(rule: Rule, shelf: Shelf) -> str | None:
    """What keeps ``rule`` from raising anything (design section 6 and rule 11), or None."""
    if rule.mark not in VERIFIED:
        return f"its mark is '{rule.mark}', not verified"
    if not rule.items:
        return "the catalogue has no item that it could reach"
    if rule.executor is None:
        return "no executing department is known"
    if rule.in_force_from is None:
        return "no day is known from which it applies"
    return _why_not_based(rule, shelf)


def _why_not_based(rule: Rule, shelf: Shelf) -> str | None:
    bases = [shelf.instruments[code] for code in rule.basis if code in shelf.instruments]
    doubtful = [base.code for base in bases if base.mark not in VERIFIED]
    if doubtful:
        return f"its basis {', '.join(doubtful)} is unverified"
    ends_before = rule.in_force_to is not None and rule.in_force_to.isoformat() < shelf.cut_over
    if not ends_before:
        bases = [base for base in bases if base.basis_grade in FIRM]
    if not ends_before and not bases:
        return f"from {shelf.cut_over} it needs a basis in law, regulation or central policy (国办发〔2020〕49号)"
    ends = [base.in_force_to for base in bases]
    if bases and all(end is not None and (rule.in_force_to or date.max) > end for end in ends):
        return f"it outlives what it rests on: {', '.join(base.code for base in bases)} ends before it"
    return None


def _unknown(rule: Rule, row: dict[str, Any], shelf: Shelf) -> list[tuple[str, str, str]]:
    """References of one row that do not resolve, as (key, message, cure)."""
    references: tuple[tuple[str, Iterable[str | None], Mapping[str, Any], str], ...] = (
        ("measure", (rule.measure,), shelf.measures, "measures/"),
        ("items", rule.items, shelf.items, "items/"),
        ("basis", rule.basis, shelf.instruments, "instruments/"),
        ("roles", (role for role in rule.roles if role != SELF), shelf.roles, "roles.yaml"),
        ("inactive_reason", (rule.inactive_reason,), shelf.reasons, "reasons.yaml"),
        ("executor", (row["executor"],), shelf.executors, "executors.yaml"),
    )
    found = [
        (key, f"'{code}' is unknown", f"Use a code of {where} or add it there")
        for key, codes, known, where in references
        for code in codes
        if code is not None and code not in known
    ]
    for item in (shelf.items[code] for code in rule.items if code in shelf.items):
        found += [
            ("subjects", f"item {item.code} has no subject '{one}'", "Name subjects the item has")
            for one in rule.subjects
            if one not in item.subjects
        ]
        found += [
            ("roles", f"item {item.code} does not reach the role '{one}'", "Name roles the item lists")
            for one in rule.roles
            if one in shelf.roles and one not in item.roles
        ]
        found += [
            ("grounds", f"item {item.code} has no ground '{one}'", "Name grounds that each item of the row has")
            for one in rule.grounds
            if one not in item.grounds
        ]
    return found


def _check_head(page: Page, shelf: Shelf, faults: list[LawFault]) -> None:
    instrument = shelf.instruments.get(page.data["instrument"])
    if instrument is None:
        message = f"'{page.data['instrument']}' is unknown"
        faults.append(_fault(page, "instrument", message, "Use a code of instruments/ or add it there"))
        return
    start, own = page.data["in_force_from"], instrument.in_force_from
    if start is not None and own is not None and start < own.isoformat():
        message = f"{start} lies before the text itself came into force on {own}"
        faults.append(_fault(page, "in_force_from", message, "Take a day on or after it"))
    unread = page.data.get("unread")
    if unread is not None and unread not in shelf.reasons:
        faults.append(_fault(page, "unread", f"'{unread}' is unknown", "Use a code of reasons.yaml or add it there"))


def _check_name(page: Page, version: str, faults: list[LawFault]) -> None:
    name = page.file.removeprefix("memoranda/")
    if not name.startswith(f"{version}."):
        faults.append(_fault(page, "file", f"the file is about {version}", f"Rename it to {version}.yaml"))


def _version_id(head: dict[str, Any]) -> str:
    return f"{head['key']}.v{head['version']}"


def _fault(page: Page, key: str, message: str, cure: str) -> LawFault:
    return LawFault(page.file, key, message, cure)
