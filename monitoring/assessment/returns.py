"""Monthly returns (月报) in a folder: what each channel says that it produced, beside what arrived.

A file is named CHANNEL.MONTH.xlsx (or .csv, .json), as ``chengxin return --out court.2026-10.xlsx`` writes it. How much
arrived is counted here, not taken from the return.
"""

import re
from collections.abc import Container, Iterator, Mapping
from datetime import date
from pathlib import Path

from monitoring.assessment.cells import Cells, Place, add, located
from monitoring.assessment.faults import AssessmentFault
from monitoring.assessment.reference import OUTSIDE
from streams.core.law import LawBook
from streams.kit import monthly
from streams.kit.output import FORMATS

_NAME = re.compile(r"(?P<channel>[^.]+)\.(?P<month>\d{4}-\d{2})")


def read(folder: Path, month: date, channels: Container[str], book: LawBook) -> dict[str, dict[str, monthly.Said]]:
    """Channel -> item -> what its return of ``month`` says; returns of other months are passed over.

    Raises AssessmentFault for a name without channel and month, or two returns of one; FileFault for what is in one.
    """
    found: dict[str, dict[str, monthly.Said]] = {}
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() not in FORMATS:
            continue
        match = _NAME.fullmatch(path.stem)
        if match is None or match["channel"] not in channels:
            raise AssessmentFault(f"{path}: 文件名应为 渠道.月份 / name it CHANNEL.MONTH, e.g. court.2026-10.xlsx")
        if match["month"] != f"{month:%Y-%m}":
            continue
        if match["channel"] in found:
            raise AssessmentFault(f"{path}: 该渠道有两份月报 / a second return of {match['channel']}: keep one of them")
        found[match["channel"]] = monthly.figures(path, book)
    return found


def count(
    said: Mapping[str, Mapping[str, monthly.Said]],
    arrived: Mapping[tuple[str, str], int],
    book: LawBook,
    platforms: Mapping[str, str],
) -> Cells:
    """Produced, arrived, not arrived and explained, by channel and field. An item of which nothing is declared is left
    out; one of which more arrived than was produced makes up for no other."""
    cells: Cells = {}
    for channel, item, one in _declared(said):
        came = arrived.get((channel, item), 0)
        assert one.produced is not None
        missing = max(0, one.produced - came)
        explained = min(missing, one.not_reported)
        numbers = {"produced": one.produced, "arrived": came, "not_arrived": missing, "explained": explained}
        place = located(Place(channel, field=book.items[item].field or OUTSIDE), platforms)
        add(cells, place, {**numbers, "unexplained": missing - explained})
    return cells


def _declared(said: Mapping[str, Mapping[str, monthly.Said]]) -> Iterator[tuple[str, str, monthly.Said]]:
    for channel, items in sorted(said.items()):
        for item, one in sorted(items.items()):
            if one.produced is not None:
                yield channel, item, one
