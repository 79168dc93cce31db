"""Who is counted as looking widely: nobody hides behind a clock of his own, or as the person himself."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from monitoring.labels import Vocabulary
from monitoring.meters import Meters
from sinks.portal.limits import Wide
from sinks.portal.watch import Watch
from streams import querylog
from streams.querylog import FILINGS, SELF, Query, Refused
from tests.flow.flow_stand import CODEC

NOW = datetime(2026, 11, 3, 8, 0, tzinfo=UTC)


def see(watch: Watch, subject: str, at: datetime, appended: datetime = NOW) -> None:
    query = Query("R-17", "licensing", "status", "m", subject=subject, channel="market")
    watch._see(CODEC.encode("QueryLogged", {**query._asdict(), "at": at}), int(appended.timestamp() * 1_000))


def test_a_writers_clock_does_not_end_the_day_for_others() -> None:
    wide = Wide(1)
    watch = Watch(SimpleNamespace(codec=CODEC), wide, Meters(Vocabulary()))  # type: ignore[arg-type]
    see(watch, "a" * 32, NOW + timedelta(days=400))
    see(watch, "b" * 32, NOW)
    assert wide.lookers() == 1
    see(watch, "c" * 32, NOW, NOW + timedelta(days=1))
    assert wide.lookers() == 0


def test_papers_of_many_in_an_inbox_are_no_questions_about_many() -> None:
    wide = Wide(1)
    watch = Watch(SimpleNamespace(codec=CODEC), wide, Meters(Vocabulary()))  # type: ignore[arg-type]
    for number in range(3):
        look = Query("R-17", "objection", FILINGS, "m", subject=f"{number:032x}", channel="market")
        watch._see(CODEC.encode("QueryLogged", {**look._asdict(), "at": NOW}), int(NOW.timestamp() * 1_000))
    assert wide.lookers() == 0


@pytest.mark.parametrize("officer", [SELF, " self ", "", " "])
def test_no_command_looks_as_the_person_himself(logged: list[Query], officer: str) -> None:
    """Such a look would be shown to the person as his own, and counted as nobody's."""
    query = Query(officer, "audit", "explain", "a" * 32, decision_id="a" * 32)
    with pytest.raises(Refused, match="--officer"):
        querylog.record(None, query, lambda _: None)  # type: ignore[arg-type]
    assert [one.refused for one in logged] == ["OFFICER_MISSING"]
    querylog.record(None, query._replace(officer="R-17"), lambda _: None)  # type: ignore[arg-type]
    assert logged[-1].refused is None
