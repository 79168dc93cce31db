"""``chengxin obligations`` on a real server: rows as the sink makes them of what the agents wrote."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from sink_stored import stored

from sinks.clickhouse.connection import connect
from streams.obligations import Late, sheet
from tests.flow.flow_stand import CODEC, Stand, about, determination, listing, performed

pytestmark = pytest.mark.servers
START = date(2026, 11, 2)


def order(word: str, **changes: object) -> bytes:
    value = {"event_id": f"D-{word}", "step": word, "order_no": "DD-1", "channel": "org", "day": START, **changes}
    return CODEC.encode("SupervisionEvent", value)


def case(word: str, day: date, number: int) -> bytes:
    value = {
        "event_id": f"C-{word}-{number}",
        **about(number, START),
        "matter": "objection",
        "step": word,
        "case_no": f"YY-{number}",
        "day": day,
    }
    return CODEC.encode("CaseEvent", value)


def corrected(number: int) -> bytes:
    listed = determination(number, START)
    value = {
        "event_id": f"K-{number}",
        **about(number, START),
        "document_no": "更1号",
        "document_date": START,
        "document_digest": "ab" * 32,
        "replacement": {key: said for key, said in listed.items() if key not in ("event_id", "subject")},
    }
    return CODEC.encode("RecordCorrection", value)


def test_what_is_past_its_day_is_listed_until_it_is_done(tmp_path: Path, clickhouse_url: str, database: str) -> None:
    stand = Stand(tmp_path / "keys").begin(START)
    for number in (1, 2, 3):
        stand.send("events.court", listing(number, START))
    stand.send("events.court", performed(1, START))
    stand.send("cases.court", case("opened", START, 2))
    stand.send("cases.court", case("opened", START, 3))
    stand.send("cases.credit", order("ordered", duty="prove_lifting", due_on=START + timedelta(days=4)))
    with connect(clickhouse_url, database) as client:
        stored(stand, client, database)
        assert sheet(client).overdue == ()
        for day in range(1, 18):
            stand.tick(START + timedelta(days=day))
        stored(stand, client, database)
        found = sheet(client)
        (lifting,) = [one for one in stand.read("sanctions.org") if one["state"] == "lifting"]
        assert found.overdue == (
            Late("proof", lifting["obligation_id"], "org", date(2026, 11, 5)),
            Late("order", "DD-1", "org", date(2026, 11, 6)),
            Late("case", "YY-2", "court", date(2026, 11, 17)),
            Late("case", "YY-3", "court", date(2026, 11, 17)),
        )
        assert {(one.executor, one.state, one.obligations) for one in found.counts} == {
            ("org", "lifting", 1),
            ("org", "proposed", 2),
        }
        said = found.summary(only_overdue=True)
        assert said["overdue_by_department"] == {"org": {"proof": 1, "order": 1}, "court": {"case": 2}}
        stand.send("feedback.org", order("answered", done=True, officer="T"))
        stand.send("cases.court", case("rejected", START + timedelta(days=17), 2))
        stored(stand, client, database)
        assert [one.id for one in sheet(client).overdue] == [lifting["obligation_id"], "YY-3"]


def test_a_correction_that_a_case_ordered_is_listed_until_it_comes(
    tmp_path: Path, clickhouse_url: str, database: str
) -> None:
    stand = Stand(tmp_path / "keys").begin(START)
    for number in (1, 2):
        stand.send("events.court", listing(number, START))
        stand.send("cases.court", case("amended", START, number))
    with connect(clickhouse_url, database) as client:
        for day in range(1, 4):
            stand.tick(START + timedelta(days=day))
        stored(stand, client, database)
        assert sheet(client).overdue == ()
        stand.tick(START + timedelta(days=4))
        stored(stand, client, database)
        late = [Late("correction", f"YY-{number}", "court", date(2026, 11, 5)) for number in (1, 2)]
        assert list(sheet(client).overdue) == late
        stand.send("events.court", corrected(1))
        stored(stand, client, database)
        assert list(sheet(client).overdue) == late[1:]
        stand.send("events.court", performed(2, START))
        stored(stand, client, database)
        assert [one.kind for one in sheet(client).overdue] == []
