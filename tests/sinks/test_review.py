"""``chengxin review`` on a real server: what is held, why, and that a corrected record leaves the list."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from clickhouse_driver import Client
from sink_stored import stored

from sinks.clickhouse.columns import Erasures
from sinks.clickhouse.connection import connect
from streams.core.passage import TICKS_WAITED
from streams.review import Held, held, summary
from tests.flow.flow_stand import CODEC, Stand, determination, listing, person

pytestmark = pytest.mark.servers
START = date(2026, 11, 2)


def day(number: int) -> date:
    return START + timedelta(days=number)


@pytest.fixture
def stand(tmp_path: Path) -> Stand:
    return Stand(tmp_path / "keys").begin(START)


@pytest.fixture
def client(clickhouse_url: str, database: str) -> Iterator[Client]:
    with connect(clickhouse_url, database) as opened:
        yield opened


class Desk:
    """Sends records and looks at the list after each of them."""

    def __init__(self, stand: Stand, client: Client, database: str) -> None:
        self.stand, self.client, self.database = stand, client, database

    def send(self, topic: str, value: bytes) -> str:
        """Receipt id of what was sent."""
        self.stand.send(topic, value)
        return str(self.stand.read(f"receipts.{topic.partition('.')[2]}")[-1]["receipt_id"])

    def listed(self, **asked: str) -> list[tuple[str, str, date]]:
        stored(self.stand, self.client, self.database)
        return [(one.receipt_id, one.code, one.since) for one in held(self.client, **asked)]


@pytest.fixture
def desk(stand: Stand, client: Client, database: str) -> Desk:
    return Desk(stand, client, database)


def paper(number: int, event_id: str, **changes: Any) -> bytes:
    """A listing with a document of its own."""
    return listing(number, START, **{"event_id": event_id, "document_digest": f"{number:064x}", **changes})


def about(number: int, **changes: Any) -> dict[str, Any]:
    listed = determination(number, START)
    subject = {"kind": "person", "id_type": "citizen", "id_number": person(number)}
    target = {"document_no": listed["document_no"], "item": listed["item"]}
    return {"event_id": f"E-{number}", "subject": subject, "target": target, **changes}


def ended(number: int, **changes: Any) -> bytes:
    return CODEC.encode("GroundEnding", about(number, **{"reason": "performed", "document_date": START, **changes}))


def test_a_corrected_record_has_a_receipt_of_its_own_and_leaves_the_list(desk: Desk) -> None:
    """Incomplete twice; one is sent again whole under another event id, and then the other."""
    first = desk.send("events.court", paper(1, "A-1", document_no=""))
    second = desk.send("events.court", paper(2, "A-2", effect_date=None))
    assert desk.listed() == sorted([(first, "DOCUMENT_INCOMPLETE", START), (second, "DOCUMENT_INCOMPLETE", START)])
    desk.stand.tick(day(1))
    third = desk.send("events.court", paper(2, "A-3"))
    assert desk.listed() == [(first, "DOCUMENT_INCOMPLETE", START)]
    fourth = desk.send("events.court", paper(1, "A-4", document_digest="cd" * 32, document_no="still other"))
    assert desk.listed() == [(first, "DOCUMENT_INCOMPLETE", START)]  # another document of the same person
    fifth = desk.send("events.court", paper(1, "A-1", document_digest="ef" * 32))  # under its own event id
    assert desk.listed() == []
    receipts = desk.stand.read("receipts.court")
    assert len({first, second, third, fourth, fifth}) == 5
    assert [one["outcome"] for one in receipts] == ["held", "held", "accepted", "accepted", "accepted"]


def test_what_another_person_or_another_channel_sends_takes_nothing_off(desk: Desk) -> None:
    first = desk.send("events.court", paper(1, "A-1", document_no=""))
    desk.send("events.court", paper(2, "A-2", document_digest=f"{1:064x}"))
    desk.send("events.court", paper(1, "A-5", document_no="", document_digest="00" * 32))  # held too: corrects nothing
    assert first in [one for one, _, _ in desk.listed()] and len(desk.listed()) == 2


def test_what_was_accepted_before_takes_nothing_off(desk: Desk) -> None:
    """The same event id and the same document, earlier: perhaps a second document under a number used twice."""
    desk.send("events.court", paper(1, "A-1"))
    later = desk.send("events.court", paper(1, "A-1", document_no=""))
    assert desk.listed() == [(later, "DOCUMENT_INCOMPLETE", START)]


def test_another_name_is_held_until_the_right_one_comes(desk: Desk) -> None:
    desk.send("events.court", paper(1, "A-1"))
    other = {**determination(1, START)["subject"], "name": "测试别名"}
    wrong = desk.send("events.court", paper(1, "A-2", document_no="二号", document_digest="ef" * 32, subject=other))
    assert desk.listed() == [(wrong, "NAME_MISMATCH", START)]
    desk.send("events.court", paper(1, "A-3", document_no="二号", document_digest="ef" * 32))
    assert desk.listed() == []


@pytest.mark.parametrize("waited", [0, TICKS_WAITED - 1, TICKS_WAITED])
def test_what_waits_for_its_target_leaves_with_it_or_goes_to_review(desk: Desk, waited: int) -> None:
    ending = desk.send("events.court", ended(1))
    for number in range(1, waited + 1):
        desk.stand.tick(day(number))
    why = "TARGET_NEVER_SEEN" if waited == TICKS_WAITED else "TARGET_NOT_SEEN"
    assert desk.listed() == [(ending, why, START)]
    desk.send("events.court", paper(1, "A-1"))
    assert desk.listed() == ([(ending, why, START)] if waited == TICKS_WAITED else [])
    if waited == TICKS_WAITED:  # the department looks at it again and sends it anew
        desk.send("events.court", ended(1, event_id="E-again"))
        assert desk.listed() == []


def test_what_does_not_fit_its_target_when_it_comes_is_listed_for_that(desk: Desk) -> None:
    """A case decided before it was opened, twice: the second decision fits nothing."""
    step = {"matter": "objection", "step": "rejected", "case_no": "YY-1", "day": START}
    desk.send("cases.court", CODEC.encode("CaseEvent", about(1, **step)))
    second = desk.send(
        "cases.court", CODEC.encode("CaseEvent", about(1, **{**step, "event_id": "C-2", "day": day(-1)}))
    )
    assert {why for _, why, _ in desk.listed()} == {"TARGET_NOT_SEEN"} and len(desk.listed()) == 2
    desk.send("events.court", paper(1, "A-1"))
    assert desk.listed() == [(second, "CASE_ALREADY_DECIDED", START)]


@pytest.mark.parametrize("cure", ["looked at again", "ended"])
def test_what_puts_a_standing_record_in_doubt_comes_first_until_its_department_has_looked(
    desk: Desk, cure: str
) -> None:
    older = desk.send("events.court", paper(2, "A-2", document_no=""))
    desk.send("events.court", paper(1, "A-1"))
    desk.stand.tick(day(1))
    other = {**determination(1, START)["subject"], "name": "测试别名"}
    doubt = desk.send("events.court", ended(1, subject=other))
    assert desk.listed() == [(doubt, "NAME_MISMATCH", day(1)), (older, "DOCUMENT_INCOMPLETE", START)]
    said = summary(held(desk.client))
    assert (said["doubts"], [one.doubt for one in said["records"]]) == (1, [True, False])
    told = desk.stand.read("sanctions.org")[-1]
    assert told["doubted"] and told["state"] == "proposed" and told["version"] == 2
    if cure == "ended":  # for another reason, so it is no repeat of what was held
        desk.send("events.court", ended(1, reason="revoked", document_no="撤1号", event_id="E-9"))
    else:
        says = {key: value for key, value in determination(1, START).items() if key not in ("event_id", "subject")}
        fields = {"document_no": "核1号", "document_date": START, "document_digest": "ab" * 32, "replacement": says}
        desk.send("events.court", CODEC.encode("RecordCorrection", about(1, **fields)))
        assert not desk.stand.read("sanctions.org")[-1]["doubted"]
    assert desk.listed() == [(older, "DOCUMENT_INCOMPLETE", START)]


def test_answers_and_orders_leave_when_they_come_again_and_fit(desk: Desk) -> None:
    answer = {"event_id": "D-1", "step": "answered", "order_no": "DD-1", "channel": "org", "day": START, "done": True}
    early = desk.send("feedback.org", CODEC.encode("SupervisionEvent", {**answer, "officer": "T"}))
    desk.send("events.court", paper(1, "A-1"))
    proposed = desk.stand.read("sanctions.org")[0]
    subject = {"kind": "person", "id_type": "none", "case_ref": proposed["case_ref"]}
    fields = {"subject": subject, "obligation_id": proposed["obligation_id"], "officer": "T", "answered_on": START}
    states = [("in_effect", "F-1"), ("confirmed", "F-2"), ("in_effect", "F-3")]
    sent = [CODEC.encode("OfficerFeedback", {**fields, "state": state, "event_id": event}) for state, event in states]
    hasty = desk.send("feedback.org", sent[0])
    assert {one for one, _, _ in desk.listed()} == {early, hasty}
    desk.send("feedback.org", sent[1])  # another answer about the same obligation
    assert {one for one, _, _ in desk.listed()} == {early, hasty}
    desk.send("feedback.org", sent[2])
    assert [one for one, _, _ in desk.listed()] == [early]
    order = {"event_id": "D-0", "step": "ordered", "order_no": "DD-1", "channel": "org", "day": START}
    ordered = {**order, "duty": "prove_lifting", "due_on": day(4)}
    desk.send("cases.credit", CODEC.encode("SupervisionEvent", ordered))
    desk.send("feedback.org", CODEC.encode("SupervisionEvent", {**answer, "officer": "T", "event_id": "D-2"}))
    assert desk.listed() == []


def test_of_whoever_is_erased_nothing_is_listed(desk: Desk) -> None:
    desk.send("events.court", paper(1, "A-1", document_no=""))
    kept = desk.send("events.court", paper(2, "A-2", document_no=""))
    subject = desk.stand.read("decisions")[0]["subject"]
    stored(desk.stand, desk.client, desk.database, Erasures({subject: day(1)}, frozenset()))
    assert [one.receipt_id for one in held(desk.client)] == [kept]


def test_one_reason_or_one_channel_and_the_counts(desk: Desk) -> None:
    desk.send("events.court", paper(1, "A-1", document_no=""))
    desk.send("events.court", ended(2))
    desk.send(
        "cases.court", CODEC.encode("CaseEvent", about(3, matter="repair", step="opened", case_no="X", day=START))
    )
    assert [why for _, why, _ in desk.listed(reason="DOCUMENT_INCOMPLETE")] == ["DOCUMENT_INCOMPLETE"]
    assert len(desk.listed(channel="court")) == 3 and desk.listed(channel="org") == []
    said = summary(held(desk.client))
    assert (said["held"], said["by_reason"], said["by_channel"]) == (
        3,
        {"DOCUMENT_INCOMPLETE": 1, "TARGET_NOT_SEEN": 2},
        {"court": 3},
    )
    assert {type(one) for one in said["records"]} == {Held}
