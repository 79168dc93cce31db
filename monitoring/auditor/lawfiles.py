"""The auditor's own reading of the law: the YAML files as people check them, and published books as JSON.

It shares no code with the loader of the law room, so a fault there (an inactive row loaded as active, a routing lost)
shows as a difference between the book in force and the files.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

SELF = "self"
GRADES_AFTER_CUT_OVER = frozenset({"law", "regulation", "central_policy", "judicial_interpretation"})
VERIFIED = frozenset({"verified", "verified_number_unverified"})


@dataclass(frozen=True)
class Rule:
    rule_id: str
    clause: str
    measure: str
    items: tuple[str, ...]
    subjects: tuple[str, ...]
    roles: tuple[str, ...]
    executor: str | None
    executor_source: str
    basis: tuple[str, ...]
    date_basis: str
    in_force_from: date | None
    in_force_to: date | None
    reach: str
    incentive: bool
    active: bool

    def in_force(self, day: date) -> bool:
        return (self.in_force_from or day) <= day <= (self.in_force_to or day)


@dataclass(frozen=True)
class Ground:
    term_years: int | None
    extra_years_max: int


@dataclass(frozen=True)
class Item:
    code: str
    info_class: str
    subjects: tuple[str, ...]
    roles: tuple[str, ...]
    list_decision: bool
    minors_refused: bool
    prior_notice_required: bool
    record_only: frozenset[str]
    grounds: dict[str, Ground]


@dataclass(frozen=True)
class Scale:
    key: str
    in_force_from: date | None
    in_force_to: date | None
    levels: tuple[str, ...]


@dataclass(frozen=True)
class Instrument:
    grade: str
    mark: str


@dataclass(frozen=True)
class Law:
    """What the invariants need of one law book. ``words``: every reason, ending, refusal and record code it knows."""

    cut_over: date
    rules: dict[str, Rule]
    items: dict[str, Item]
    scales: dict[str, Scale]
    instruments: dict[str, Instrument]
    words: frozenset[str]
    only_without_term: frozenset[str]  # ending reasons that do not help while a term runs (art. 10(4))
    keys: frozenset[str] = frozenset()  # every key of a published book, for the search for a score

    @cached_property
    def rules_of(self) -> dict[str, frozenset[str]]:
        """Item -> ids of every rule that lists it."""
        return {
            item: frozenset(rule.rule_id for rule in self.rules.values() if item in rule.items) for item in self.items
        }

    def scale_on(self, day: date) -> Scale | None:
        for scale in self.scales.values():
            if (scale.in_force_from or day) <= day <= (scale.in_force_to or day):
                return scale
        return None

    def stands_alone(self, basis: tuple[str, ...]) -> bool:
        """Whether something other than a memorandum carries it: a verified law, regulation or central policy."""
        known = (self.instruments[code] for code in basis if code in self.instruments)
        return any(one.grade in GRADES_AFTER_CUT_OVER and one.mark in VERIFIED for one in known)


def read_files(folder: Path) -> Law:
    """Read ``streams/law``-like YAML. Raises KeyError or ValueError naming nothing but the key: the law room's own
    loader says what is wrong with a law file; here it must be right."""
    head = _yaml(folder / "book.yaml")
    executors = {row["code"]: row for row in _rows(folder / "executors.yaml")}
    scales = [_yaml(path) for path in sorted((folder / "severity").glob("*.yaml"))]
    words = {word for name in _WORD_FILES for word in _codes(folder / name)}
    words |= {rule["reason"] for scale in scales for rule in scale["rules"]}
    rules = _read_memoranda(folder / "memoranda", executors)
    items = [_item(row) for row in _all_rows(folder / "items")]
    return Law(
        cut_over=head["cut_over"]["day"],
        rules={rule.rule_id: rule for rule, _ in rules},
        items={item.code: item for item in items},
        scales={row["key"]: _scale(row) for row in scales},
        instruments={row["code"]: _instrument(row) for row in _all_rows(folder / "instruments")},
        words=frozenset(words | {reason for _, reason in rules if reason}),
        only_without_term=_only_without_term(_rows(folder / "endings.yaml")),
    )


def read_book(canonical: bytes) -> Law:
    """Read a published book: the canonical JSON found on ``lawbooks``."""
    book = json.loads(canonical)
    words = {*book["codes"], *book["reasons"], *book["endings"], *book["refusals"]}
    words |= {rule["reason"] for scale in book["scales"] for rule in scale["rules"]}
    words |= {rule["inactive_reason"] for rule in book["rules"].values() if rule.get("inactive_reason")}
    return Law(
        cut_over=date.fromisoformat(book["cut_over"]),
        rules={code: _rule(code, row) for code, row in book["rules"].items()},
        items={code: _item({"code": code, **row}) for code, row in book["items"].items()},
        scales={row["key"]: _scale(row) for row in book["scales"]},
        instruments={code: _instrument(row) for code, row in book["instruments"].items()},
        words=frozenset(words),
        only_without_term=_only_without_term(book["endings"].values()),
        keys=frozenset(_keys(book)),
    )


_WORD_FILES = ("codes.yaml", "reasons.yaml", "endings.yaml", "refusals.yaml")


def _read_memoranda(folder: Path, executors: dict[str, dict[str, Any]]) -> list[tuple[Rule, str | None]]:
    """Rules with their inactive reason. A file may continue another one (``continues: KEY.vN``)."""
    files = [_yaml(path) for path in sorted(folder.glob("*.yaml"))]
    heads = {f"{file['key']}.v{file['version']}": file for file in files if "key" in file}
    rules = []
    for file in files:
        name = file.get("continues") or f"{file['key']}.v{file['version']}"
        for row in file["rows"]:
            full = {**heads[name], **file, **row}
            executor = executors[full["executor"]] if full["executor"] else {}
            reason = full.get("inactive_reason")
            full["active"] = reason is None and full["mark"] in VERIFIED and bool(executor)
            full["executor"] = executor.get("channel")
            full["executor_source"] = executor.get("source", "none")
            rules.append((_rule(f"{name}/{row['no']}", full), reason))
    return rules


def _rule(rule_id: str, row: dict[str, Any]) -> Rule:
    return Rule(
        rule_id=rule_id,
        clause=row["clause"],
        measure=row["measure"],
        items=tuple(row["items"]),
        subjects=tuple(row["subjects"]),
        roles=tuple(row["roles"]),
        executor=row["executor"],
        executor_source=row["executor_source"],
        basis=tuple(row["basis"]),
        date_basis=row["date_basis"],
        in_force_from=_day(row["in_force_from"]),
        in_force_to=_day(row["in_force_to"]),
        reach=row["reach"],
        incentive=row["incentive"],
        active=row["active"],
    )


def _item(row: dict[str, Any]) -> Item:
    grounds = {
        code: Ground(ground.get("term_years"), ground.get("extra_years_max", 0))
        for code, ground in row["grounds"].items()
    }
    return Item(
        code=row["code"],
        info_class=row["info_class"],
        subjects=tuple(row["subjects"]),
        roles=tuple(row.get("roles", ())),
        list_decision=row["list_decision"],
        minors_refused=row.get("minors_refused", True),
        prior_notice_required=row.get("prior_notice_required", True),
        record_only=frozenset(row.get("record_only", {})),
        grounds=grounds,
    )


def _only_without_term(rows: Iterable[dict[str, Any]]) -> frozenset[str]:
    return frozenset(row["code"] for row in rows if row.get("only_without_term", False))


def _scale(row: dict[str, Any]) -> Scale:
    return Scale(row["key"], _day(row["in_force_from"]), _day(row["in_force_to"]), tuple(row["levels"]))


def _instrument(row: dict[str, Any]) -> Instrument:
    return Instrument(row["basis_grade"], row["mark"])


class _Plain(yaml.SafeLoader):
    """YAML 1.1 reads the key ``no`` as false; here only ``true`` and ``false`` are truth values."""


_Plain.yaml_implicit_resolvers = {
    first: [row for row in rows if row[0] != "tag:yaml.org,2002:bool"]
    for first, rows in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_Plain.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"true|false"), list("tf"))


def _yaml(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), Loader=_Plain)  # noqa: S506 a SafeLoader
    return loaded


def _rows(path: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = _yaml(path)["rows"]
    return rows


def _all_rows(folder: Path) -> list[dict[str, Any]]:
    """The rows of every file of a folder that is one list."""
    return [row for path in sorted(folder.glob("*.yaml")) for row in _rows(path)]


def _codes(path: Path) -> list[str]:
    return [row["code"] for row in _rows(path)] if path.exists() else []


def _day(value: date | str | None) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _keys(value: object) -> set[str]:
    if isinstance(value, dict):
        return set(value) | {key for inner in value.values() for key in _keys(inner)}
    if isinstance(value, list):
        return {key for inner in value for key in _keys(inner)}
    return set()
