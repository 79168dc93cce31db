"""The console's queries on a real server, over rows as the sink makes them: what is on time, late, past its day."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitoring.console.tables import Count, Due, Duties, Tables, Unavailable
from sinks.clickhouse.connection import connect
from tests.flow.flow_stand import CODEC, Stand, listing, performed
from tests.sinks.sink_stored import stored

pytestmark = pytest.mark.servers
START = date(2026, 11, 2)
DUE = date(2026, 11, 5)  # of the proof that a listing performed on the first day is lifted


def answer(proposal: dict[str, Any], state: str) -> bytes:
    value = {
        "event_id": f"F-{state}-{proposal['obligation_id']}",
        "subject": {"kind": "person", "id_type": "none", "case_ref": proposal["case_ref"]},
        "obligation_id": proposal["obligation_id"],
        "state": state,
        "officer": "T",
        "answered_on": START,
    }
    return CODEC.encode("OfficerFeedback", value)


def test_what_came_by_its_day_after_it_and_not_at_all(tmp_path: Path, clickhouse_url: str, database: str) -> None:
    stand = Stand(tmp_path / "keys").begin(START)
    for number in range(1, 6):
        stand.send("events.court", listing(number, START))
    proposals = stand.read("sanctions.org")
    stand.send("feedback.org", answer(proposals[4], "confirmed"))  # the fifth stands; no text sets a term for that
    for number in range(1, 4):
        stand.send("events.court", performed(number, START))
    asked = [Duties("org", "answer", 0, 0, 0, 0, 2), Duties("org", "proof", 0, 0, 0, 3, 0)]  # three fell unanswered

    def told() -> Tables:
        """As a page would ask now."""
        with connect(clickhouse_url, database) as client:
            stored(stand, client, database)
        return Tables(clickhouse_url, database)

    now = told()
    assert list(now.duties()) == asked and now.day() == START
    assert now.receipts() == {"court": {"accepted": 8}, "org": {"accepted": 1}}
    assert set(now.states()) == {
        Count("org", "proposed", "not_in_text", 1),
        Count("org", "confirmed", "not_in_text", 1),
        Count("org", "lifting", "set", 3),
    }
    assert now.months() == (Due(date(2026, 11, 1), "lifting", 3),)
    assert [(one.state, one.due_day) for one in now.owed()[:3]] == [("lifting", DUE)] * 3 and len(now.owed()) == 5
    assert {one.state for one in now.owed("confirmed", "org")} == {"confirmed"} and now.owed("", "railway") == ()

    days = [START + timedelta(days=number) for number in range(1, 5)]
    for day in days:
        stand.tick(day)
        if day == DUE:  # on its last day
            stand.send("feedback.org", answer(proposals[0], "lifted"))
            assert told().duties()[1] == Duties("org", "proof", 1, 0, 0, 2, 0)
    assert days[-1] == DUE + timedelta(days=1)
    assert told().duties()[1] == Duties("org", "proof", 1, 0, 2, 0, 0)
    stand.send("feedback.org", answer(proposals[1], "lifted"))
    assert told().duties()[1] == Duties("org", "proof", 1, 1, 1, 0, 0)


def test_what_was_asked_a_moment_ago_is_not_asked_again_and_who_is_away_is_told(tmp_path: Path) -> None:
    away = Tables("clickhouse://chengxin:x@127.0.0.1:1", "none")
    for _ in range(2):
        with pytest.raises(Unavailable, match="Error"):
            away.day()
