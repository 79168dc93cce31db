"""What people have filed, from ClickHouse's own rows: the same as the stand's, and nothing of who is erased."""

from pathlib import Path

import pytest
from clickhouse_driver import Client
from portal_stand import DAY, Door, Inbox, person

from sinks.clickhouse import migrate
from sinks.clickhouse.columns import Stored as Row
from sinks.clickhouse.columns import rows, types
from sinks.clickhouse.tables import ACCEPTED_EVENTS
from sinks.portal.inbox import InboxClosed, Stored
from tests.flow.flow_stand import BOOK, CODEC


def test_the_inbox_in_memory_and_the_real_one_tell_the_same(clickhouse_url: str, database: str, tmp_path: Path) -> None:
    door = Door(tmp_path)
    door.food(1)
    door.honour(1)
    honour, penalty = sorted(
        door.get("/me/record", door.person(1))[1]["records"], key=lambda one: "waiver" not in one["may_file"]
    )
    offer = next(one for one in BOOK.offers.values() if one.partner is not None)
    token = door.person(1)
    door.post("/me/objections", token, record=penalty["record"])
    door.post("/me/repairs", token, record=penalty["record"])
    door.post("/me/waivers", token, record=honour["record"])
    door.post("/me/consents", token, recipient=offer.partner, purpose=offer.code, step="given")
    target = {"document_no": penalty["document_no"], "item": penalty["item"]}
    about = {"target": target, "matter": "objection", "step": "opened", "case_no": "窗口-1", "day": DAY}
    who = {"kind": "person", "id_type": "citizen", "id_number": person(1)}
    door.stand.send("cases.market", CODEC.encode("CaseEvent", {"event_id": "portal-1", "subject": who, **about}))
    assert door.stand.read("accepted")[-1]["event_id"] == "portal-1"  # a department's own, whatever it calls it
    with Client.from_url(clickhouse_url) as client:
        migrate.apply(client, database)
        now_ms = client.execute("SELECT toUnixTimestamp(now()) * 1000")[0][0]
        stored = [Row("accepted", 0, n, now_ms, one) for n, one in enumerate(door.stand.read("accepted"))]
        names = ", ".join(types(ACCEPTED_EVENTS))
        insert = f"INSERT INTO {database}.accepted_events ({names}) VALUES"
        client.execute(insert, rows(ACCEPTED_EVENTS, stored), columnar=True)
    memory, real = Inbox(door.stand), Stored(clickhouse_url, database, door.desk.people)
    for channel, papers in (("market", 2), ("civil_affairs", 1), ("credit", 1), ("police", 0)):
        assert real.filed(channel) == memory.filed(channel)
        assert len(real.filed(channel)) == papers
    assert person(1) not in str(real.filed("market"))
    with Client.from_url(clickhouse_url) as client:
        client.execute(
            f"ALTER TABLE {database}.accepted_events UPDATE erased = true WHERE 1 SETTINGS mutations_sync = 1"
        )
    assert real.filed("market") == []


def test_without_a_database_there_is_no_list() -> None:
    with pytest.raises(InboxClosed):
        Stored("clickhouse://default@127.0.0.1:1", "nowhere", None).filed("market")  # type: ignore[arg-type]
