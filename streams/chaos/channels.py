"""A small province: the project's catalogue with fewer channels and partitions, for three brokers on one machine.

Kept are the court, the departments that execute measures, and one city. No body is lost: one whose channel is left out
reports through another, so the law book, the sample and every check work on it as on the whole one.
"""

from pathlib import Path
from typing import Any

import yaml

from topics.people import FILE, FOLDER

CITY, COURT, OTHERS = "city-jinan", "court", "credit"
PARTITIONS = 4


def write(folder: Path) -> Path:
    """Write the small catalogue to ``folder`` and return it; for the environment variable CHENGXIN_TOPICS."""
    (folder / "cities").mkdir(parents=True)
    for file in FOLDER.glob("*.yaml"):
        if file.name != FILE:
            family = _load(file)
            family["partitions"]["local"] = min(PARTITIONS, family["partitions"]["local"])
            _dump(folder / file.name, family)
    people = _load(FOLDER / FILE)
    people["channels"] = [one for one in people["channels"] if one["executes"] or one["code"] in (COURT, CITY)]
    codes = {one["code"] for one in people["channels"]}
    for one in (*people["bodies"], *people["departments"]):
        _move(one, codes, OTHERS)
    _dump(folder / FILE, people)
    for file in (FOLDER / "cities").glob("*.yaml"):
        city = _load(file)
        _move(city, codes, CITY)
        _dump(folder / "cities" / file.name, city)
    return folder


def _move(row: dict[str, Any], kept: set[str], to: str) -> None:
    if "channel" in row and row["channel"] not in kept:
        row["channel"] = to


def _load(file: Path) -> dict[str, Any]:
    return dict(yaml.load(file.read_text(encoding="utf-8"), yaml.CSafeLoader))


def _dump(file: Path, value: dict[str, Any]) -> None:
    file.write_text(yaml.safe_dump(value, allow_unicode=True, sort_keys=False), encoding="utf-8")
