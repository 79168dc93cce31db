"""The auditor's own reading of the law: the YAML files as people check them, and published books as JSON.

It shares no code with the loader of the law room, so a fault there (an inactive row loaded as active, a routing lost)
shows as a difference between the book in force and the files.
"""

import json
import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from monitoring.auditor.lawbook import VERIFIED, Body, Cap, Ground, Instrument, Item, Law, Offer, Publicity, Rule, Scale
from topics.catalogue import Catalogue


def read_files(folder: Path) -> Law:
    """Read ``streams/law``-like YAML, and the bodies of the topics room. Raises KeyError or ValueError naming nothing
    but the key: the law room's own loader says what is wrong with a law file; here it must be right."""
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
        bodies={code: Body(one.channel, one.sector, one.level) for code, one in Catalogue.load().bodies.items()},
        words=frozenset(words | {reason for _, reason in rules if reason}),
        only_without_term=_endings(_rows(folder / "endings.yaml"), "only_without_term"),
        annulling=_endings(_rows(folder / "endings.yaml"), "annuls"),
        publicity=_publicity(_rows(folder / "publicity.yaml")) if (folder / "publicity.yaml").exists() else {},
        offers=_offers(_rows(folder / "offers.yaml")) if (folder / "offers.yaml").exists() else {},
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
        # before items named the duties that continue, only a stated end of the conduct began the five years of any
        items={code: _item({"code": code, "continuing": True, **row}) for code, row in book["items"].items()},
        scales={row["key"]: _scale(row) for row in book["scales"]},
        instruments={code: _instrument(row) for code, row in book["instruments"].items()},
        bodies={code: _body(row) for code, row in book["bodies"].items()},
        words=frozenset(words),
        only_without_term=_endings(book["endings"].values(), "only_without_term"),
        annulling=_endings(book["endings"].values(), "annuls"),
        publicity=_publicity({"code": code, **row} for code, row in book.get("publicity", {}).items()),
        offers=_offers({"code": code, **row} for code, row in book.get("offers", {}).items()),
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
            full["executor_body"] = executor.get("body")
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
        grounds=tuple(row.get("grounds") or ()),
        executor_body=row["executor_body"],
    )


def _item(row: dict[str, Any]) -> Item:
    cap = row.get("cap")
    return Item(
        code=row["code"],
        info_class=row["info_class"],
        subjects=tuple(row["subjects"]),
        roles=tuple(row.get("roles", ())),
        list_decision=row["list_decision"],
        minors_refused=row.get("minors_refused", True),
        prior_notice_required=row.get("prior_notice_required", True),
        record_only=frozenset(row.get("record_only", {})),
        grounds={code: _ground(ground) for code, ground in row["grounds"].items()},
        providers=tuple(row["providers"]),
        levels=tuple(row["levels"]),
        instruments=tuple(row["instruments"]),
        statutory_term=row.get("statutory_term", False),
        minor=row.get("minor", False),
        cap=None if cap is None else Cap(cap["group"], cap["years"]),
        continuing=row.get("continuing", False),
        conduct_end_required=row.get("conduct_end_required", False),
        stands_until=_day(row.get("stands_until")),
    )


def _ground(row: dict[str, Any]) -> Ground:
    stated = row.get("stated_months")
    return Ground(
        term_years=row.get("term_years"),
        extra_years_max=row.get("extra_years_max", 0),
        term_months=row.get("term_months", 0),
        term_days=row.get("term_days", 0),
        counts_from=row.get("counts_from", "effect"),
        life=row.get("life", False),
        stated_months=None if stated is None else (stated[0], stated[1]),
    )


def _body(row: dict[str, Any]) -> Body:
    """Of a published book; before bodies named their sector, every channel was one."""
    return Body(row["channel"], row.get("sector", row["channel"]), row["level"])


def _endings(rows: Iterable[dict[str, Any]], mark: str) -> frozenset[str]:
    """Codes of the ending reasons that carry ``mark``."""
    return frozenset(row["code"] for row in rows if row.get(mark, False))


def _publicity(rows: Iterable[dict[str, Any]]) -> dict[str, Publicity]:
    return {
        row["code"]: Publicity(
            list=row["list"],
            items=tuple(row["items"]),
            in_force_from=_day(row["in_force_from"]),
            in_force_to=_day(row["in_force_to"]),
            active=row.get("inactive_reason") is None and row["mark"] in VERIFIED,
        )
        for row in rows
    }


def _offers(rows: Iterable[dict[str, Any]]) -> dict[str, Offer]:
    return {
        row["code"]: Offer(
            partner=row["partner"],
            items=tuple(row["items"]),
            instrument=row["instrument"],
            in_force_from=date.fromisoformat(str(row["in_force_from"])),
            in_force_to=_day(row["in_force_to"]),
        )
        for row in rows
    }


def _scale(row: dict[str, Any]) -> Scale:
    return Scale(row["key"], _day(row["in_force_from"]), _day(row["in_force_to"]), tuple(row["levels"]))


def _instrument(row: dict[str, Any]) -> Instrument:
    return Instrument(row["basis_grade"], row["mark"])


class _Plain(yaml.CSafeLoader):
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
