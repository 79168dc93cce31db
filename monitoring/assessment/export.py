"""第三方评估: a frozen month for an evaluator outside. Counts alone, small cells hidden, units under pseudonyms.

No subject token and no officer is in the figures to begin with. Which unit is which stands in a file that the office
keeps; it may be given again for the next month, so that an evaluator can follow a unit.
"""

import secrets
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import NamedTuple

import msgspec

from monitoring.assessment.bulletin import Names
from monitoring.assessment.cells import Cells, Place
from monitoring.assessment.faults import AssessmentFault
from monitoring.assessment.rates import MATTERS
from monitoring.assessment.reference import OUTSIDE
from monitoring.assessment.suppress import LEAST, TOTAL, Key, Line, cube, lines, suppressed
from streams.kit import output

PROVINCE = "-"  # instead of a city: bodies of the province
_PSEUDONYM_BYTES = 4
_AXES = ("unit", "city", "field", "fate")
_CASES = ("on_time", "late", "running", "closed_no_term", "open_no_term")  # a case is in one of them
_FATES: dict[str, dict[str, tuple[str, ...]]] = {  # table -> fate -> figures of which it is the sum
    "timeliness": {"on_time": ("on_time",), "late": ("late",), "not_judged": ("no_calendar", "no_day")},
    "records": {
        "stored": ("stored",),
        "held": ("held",),
        "needs_correction": ("needs_correction",),
        "rejected": ("rejected",),
    },
    "feedback": {"answered": ("answered",), "waiting": ("waiting",)},
    "returns": {"came": ("came",), "not_arrived": ("not_arrived",)},
    "queries": {"answered": ("queries",), "refused": ("queries_refused",)},
    "cases": {matter: tuple(f"{matter}_{column}" for column in _CASES) for matter in MATTERS},
}
_MEANING = {
    "timeliness": ("入库认定按及时与否", "determinations stored, by whether they came within 7 working days"),
    "records": ("报送记录按处理结果", "records sent to events.<channel>, repeats left out, by what became of them"),
    "feedback": ("措施建议按是否反馈", "proposals of measures made in the month, by whether an officer answered"),
    "returns": (
        "月报所列文书按是否到达",
        "documents of the month that monthly returns declare, by whether they arrived",
    ),
    "queries": ("查询按是否答复", "questions about a person put on record, by whether they were answered"),
    "cases": ("案件按类别", "cases of persons (objection, reconsideration, lawsuit, repair) by matter"),
}


class Shown(NamedTuple):
    """One row of an exported table; ``records``: None is hidden."""

    key: Key
    records: int | None


def tables(cells: Cells, names: Names, units: Mapping[str, str]) -> dict[str, list[Shown]]:
    """Every table by name. ``units``: channel -> pseudonym."""
    numbers = {place: _with_rest(counts) for place, counts in cells.items()}
    places = [(*names.cities, PROVINCE), (*names.fields, OUTSIDE)]
    found = {}
    for name, fates in _FATES.items():
        by_unit = [tuple(sorted(units.values())), (), (), tuple(fates)]
        by_place = [(), *places, tuple(fates)] if name == "timeliness" else None
        found[name] = _table(numbers, fates, units, by_unit, by_place)
    return found


def _with_rest(counts: Mapping[str, int]) -> dict[str, int]:
    return {
        **counts,
        "waiting": counts.get("asked", 0) - counts.get("answered", 0),
        "came": counts.get("produced", 0) - counts.get("not_arrived", 0),
    }


def _table(
    numbers: Mapping[Place, Mapping[str, int]],
    fates: Mapping[str, tuple[str, ...]],
    units: Mapping[str, str],
    *views: list[tuple[str, ...]] | None,
) -> list[Shown]:
    """Up to two tables of the same records, by unit and by city and field, as one: they share their totals."""
    cells: dict[Key, int] = {}
    through: list[Line] = []
    for axes in filter(None, views):
        leaves: dict[Key, int] = {}
        for place, counts in numbers.items():
            if place.channel not in units:
                continue
            for fate, figures in fates.items():
                key = _key(place, units, axes, fate)
                leaves[key] = leaves.get(key, 0) + sum(counts.get(figure, 0) for figure in figures)
        cells |= cube(leaves, axes)
        through += lines(axes)
    return [Shown(key, number) for key, number in sorted(suppressed(cells, through).items())]


def _key(place: Place, units: Mapping[str, str], axes: list[tuple[str, ...]], fate: str) -> Key:
    whole = (units[place.channel], place.city or PROVINCE, place.field or OUTSIDE, fate)
    return tuple(member if axis else TOTAL for member, axis in zip(whole, axes, strict=True))


def pseudonyms(known: Mapping[str, str], channels: Mapping[str, str]) -> dict[str, str]:
    """A pseudonym for every channel, drawn at random; those already known stay."""
    found, taken = dict(known), set(known.values())
    for channel in channels:
        if channel not in found:
            while (fresh := f"U{secrets.token_hex(_PSEUDONYM_BYTES)}") in taken:
                pass
            taken.add(fresh)
            found[channel] = fresh
    return found


def write(cells: Cells, month: date, names: Names, out: Path, keys: Path) -> list[Path]:
    """Write the tables and their dictionary to ``out``, a new folder, and which unit is which to ``keys``.

    Raises AssessmentFault: the folder holds something, ``keys`` lies in it or cannot be read; OSError.
    """
    if out.exists() and any(out.iterdir()):
        raise AssessmentFault(f"{out}: 文件夹非空 / is not empty: name a new folder")
    if out.resolve() in keys.resolve().parents:
        raise AssessmentFault(f"{keys}: 对照表不得放在交付的文件夹内 / must not lie in the folder that is given away")
    units = pseudonyms(_known(keys), names.channels)
    out.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, rows in tables(cells, names, units).items():
        path = out / f"{name}.csv"
        output.write(path, name, [["month", *_AXES, "records", "hidden"], *_lines_of(month, rows)], {}, None)
        paths.append(path)
    output.write(out / "dictionary.csv", "dictionary", list(dictionary(names)), {}, None)
    output.private(keys, msgspec.json.format(msgspec.json.encode(units)) + b"\n")
    return [*paths, out / "dictionary.csv", keys]


def _lines_of(month: date, rows: list[Shown]) -> Iterator[list[str]]:
    for row in rows:
        said = ("", "1") if row.records is None else (f"{row.records}", "0")
        yield [f"{month:%Y-%m}", *row.key, *said]


def _known(keys: Path) -> dict[str, str]:
    if not keys.exists():
        return {}
    try:
        return msgspec.json.decode(keys.read_bytes(), type=dict[str, str])
    except msgspec.DecodeError:
        raise AssessmentFault(f"{keys}: 不是对照表 / no file of units: name a new one") from None


def dictionary(names: Names) -> Iterator[list[str]]:
    """The data dictionary: every file, column and code."""
    yield ["file", "column", "code", "zh", "en"]
    for name, (zh, en) in _MEANING.items():
        yield [f"{name}.csv", "", "", zh, en]
        for fate, figures in _FATES[name].items():
            yield [f"{name}.csv", "fate", fate, "", " + ".join(figures)]
    yield ["", "month", "", "考核月份", "month of assessment, YYYY-MM; figures are those that were frozen"]
    yield [
        "",
        "unit",
        "",
        "报送或执行渠道的代号，对照表由考核单位保管",
        "a channel under a pseudonym that the office can open",
    ]
    yield ["", "city", "", "作出单位所在市的行政区划代码", "region code of the issuing body's city (GB/T 2260)"]
    for code, name in names.cities.items():
        yield ["", "city", code, name, ""]
    yield ["", "city", PROVINCE, "省级单位", "bodies of the province"]
    for code, name in names.fields.items():
        yield ["", "field", code, name, ""]
    yield ["", "field", OUTSIDE, "重点领域以外", "an item outside the 11 fields"]
    yield ["", "unit, city, field, fate", TOTAL, "合计", "all of them; where a table has no such axis, always this"]
    yield [
        "",
        "records",
        "",
        "记录数",
        f"number of records; empty where hidden: under {LEAST}, or it would give such a cell away",
    ]
    yield ["", "hidden", "", "1 为隐去", "1: hidden"]
