"""Rows beside the seals where ClickHouse itself says how far it is: what it says does not hide what it lacks."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from audit_world import Place, World

from streams.audit.judging import LATE_MS, Report
from streams.audit.rows import Rows

PLACE: Place = ("decisions", 0)
NOW = datetime(2026, 3, 4, tzinfo=UTC)


class Client:
    """Answers the two questions that are asked, as a server that holds ``rows`` and ``stored``."""

    def __init__(self, rows: list[tuple[int, int]], stored: int) -> None:
        self._rows, self._stored = rows, stored

    def execute(self, query: str, given: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
        if given is None:
            return [(*PLACE, self._stored)] if self._stored else []
        return [row for row in self._rows if given["first"] <= row[0] < given["end"]]


def found(kept: int, stored: int | None, now: datetime = NOW) -> tuple[int, int]:
    """Rows compared and findings, where the first ``kept`` of a day's rows are left and ``stored`` is said of it."""
    world, report = World(), Report()
    entries = world.entries[0][PLACE]
    (sealed,) = [one for one in world.seals[0].ranges if one.place == PLACE]
    rows = [(one.offset, one.at) for one in entries[:kept]]
    end = sealed.next if stored is None else stored
    Rows(Client(rows, end), "", now).compare(report, sealed, entries)
    return report.rows, report.count


def last_at() -> datetime:
    return datetime.fromtimestamp(World().entries[0][PLACE][-1].at / 1_000, UTC)


@pytest.mark.parametrize(("kept", "wrong"), [(6, 0), (5, 1), (0, 6)])
def test_a_row_that_should_be_there_is_missed(kept: int, wrong: int) -> None:
    assert found(kept, None, last_at()) == (kept, wrong)


def test_rows_the_sink_has_not_come_to_are_not_asked_for_until_they_are_late() -> None:
    first = datetime.fromtimestamp(World().entries[0][PLACE][0].at / 1_000, UTC)
    due = first + timedelta(milliseconds=LATE_MS)
    assert found(0, 0, due) == (0, 0)
    assert found(0, 0, due + timedelta(milliseconds=1)) == (0, 1)


def test_who_takes_rows_away_and_takes_back_how_far_it_was_is_found_too() -> None:
    assert found(0, 0, last_at() + timedelta(days=2, seconds=1)) == (0, 6)
    assert found(6, 0, last_at() + timedelta(days=2, seconds=1)) == (6, 0)
