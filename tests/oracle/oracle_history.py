"""A history made by both agents in memory, and ways to bend it."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

from streams.oracle import Verification, verify_history
from streams.oracle.history import History, Message
from streams.oracle.verify import Expectations
from tests.flow.flow_stand import CODEC, Stand, amended, determination, listing, person

START = date(2019, 3, 4)
Messages = list[Message]
Bend = Callable[[Messages], object]


def play(stand: Stand) -> Stand:
    """Every kind of event once: listed, refused, sent twice, ended, corrected, answered, a new book, days."""
    for number in range(4):
        stand.send("events.court", listing(number, START))
    stand.send("events.court", listing(4, START, ground="9"))
    stand.send("events.court", minor())
    stand.send("events.court", listing(0, START))
    stand.send("events.court", b"\x00junk")
    stand.tick(START + timedelta(days=1))
    stand.send("events.court", ending(1))
    stand.send("events.court", correction(2))
    stand.send("events.court", listing(3, START, subject=subject(3, "另一人"), document_no="(2019)鲁执33号"))
    stand.send("feedback.hr", answer(stand))
    without = amended(**{"M-141.v1/10": {"active": False, "inactive_reason": "rule_inactive"}})
    stand.law(without, START + timedelta(days=2))
    for day in range(2, 5):
        stand.tick(START + timedelta(days=day))
    return stand


def play_cases(stand: Stand) -> Stand:
    """After all of that: objections that pass their day, fall or stand, a repair, a consent, an order, its answer."""
    play(stand)
    day = START + timedelta(days=4)
    document = {"document_no": "YY-D", "document_digest": "cd" * 32}
    stand.send("cases.court", case(0, "opened", day))
    stand.send("cases.court", case(2, "opened", day))
    stand.send("cases.court", case(7, "opened", day))  # nothing is known of number 7
    stand.send("cases.court", case(8, "upheld", day, **document) + b"\x00")
    declared = {"recipient": "credit_bureau", "purpose": "credit_reporting", "day": day, "document_digest": "ef" * 32}
    consent = {"event_id": "T-1", "subject": subject(0, ""), "step": "given", **declared}
    stand.send("cases.credit", CODEC.encode("PersonConsent", consent))
    stand.send("cases.portal", filing(stand, 3, day))
    stand.send("cases.portal", case(3, "upheld", day, **document))  # the portal is no department
    order = {"event_id": "D-1", "step": "ordered", "order_no": "DD-1", "channel": "hr", "day": day}
    due = {"duty": "answer_proposals", "due_on": day + timedelta(days=3)}
    stand.send("cases.credit", CODEC.encode("SupervisionEvent", {**order, **due}))
    for passed in range(5, 22):
        stand.tick(START + timedelta(days=passed))
    answered = {"event_id": "D-2", "step": "answered", "done": True, "officer": "T-7"}
    stand.send("feedback.hr", CODEC.encode("SupervisionEvent", {**order, **answered}))
    stand.send("cases.court", case(0, "upheld", day, **document))
    stand.send("cases.court", case(2, "rejected", day))
    stand.send("cases.court", case(2, "upheld", day, matter="repair", case_no="XF-2", **document))
    return stand


def case(number: int, step: str, day: date, **changes: Any) -> bytes:
    target = {"document_no": f"(2019)鲁执{number}号", "item": "COURT_DEFAULTER_LISTING"}
    fields = {"event_id": f"C-{number}-{step}", "subject": subject(number, ""), "target": target, "step": step}
    return CODEC.encode(
        "CaseEvent", {**fields, "matter": "objection", "case_no": f"YY-{number}", "day": day, **changes}
    )


def filing(stand: Stand, number: int, day: date) -> bytes:
    """An objection that the person herself filed at the portal."""
    token = stand.keyring.token("citizen", person(number))
    target = {"document_no": f"(2019)鲁执{number}号", "item": "COURT_DEFAULTER_LISTING"}
    fields = {"event_id": "portal-1", "channel": "court", "case_ref": stand.keyring.case_ref(token, "court")}
    about = {"act": "objection", "day": day, "target": target, "case_no": "网办-1"}
    return CODEC.encode("PersonFiling", {**fields, **about})


def subject(number: int, name: str) -> dict[str, Any]:
    return {"kind": "person", "id_type": "citizen", "id_number": person(number), "name": name}


def minor() -> bytes:
    """A listing of a synthetic person of seventeen."""
    from stdnum.cn import ric

    body = "99000020020601001"
    who = {"kind": "person", "id_type": "citizen", "id_number": body + str(ric.calc_check_digit(body + "0"))}
    return listing(9, START, subject=who)


def ending(number: int) -> bytes:
    target = {"document_no": f"(2019)鲁执{number}号", "item": "COURT_DEFAULTER_LISTING"}
    fields = {"event_id": f"E-{number}", "subject": subject(number, f"测试{number}"), "target": target}
    document = {"document_no": "屏蔽1", "document_date": START, "document_digest": "cd" * 32}
    return CODEC.encode("GroundEnding", {**fields, **document, "reason": "performed"})


def correction(number: int) -> bytes:
    old = determination(number, START)
    new = {key: value for key, value in old.items() if key not in ("event_id", "subject")}
    fields = {
        "event_id": f"C-{number}",
        "subject": old["subject"],
        "target": {"document_no": old["document_no"], "item": old["item"]},
        "document_no": "更正1",
        "document_date": START,
        "document_digest": "cd" * 32,
        "replacement": {**new, "extra_years": 1},
    }
    return CODEC.encode("RecordCorrection", fields)


def answer(stand: Stand) -> bytes:
    proposed = stand.read("sanctions.hr")[0]
    fields = {
        "event_id": "A-1",
        "subject": {"kind": "person", "id_type": "none", "case_ref": proposed["case_ref"]},
        "obligation_id": proposed["obligation_id"],
        "state": "confirmed",
        "officer": "officer-07",
        "answered_on": START,
    }
    return CODEC.encode("OfficerFeedback", fields)


def messages(stand: Stand) -> Messages:
    """What a reader of committed records would see, from an empty offset on."""
    return [
        *_numbered({name: [(None, value) for value in values] for name, values in stand.received.items()}, {}),
        *_numbered(stand.topics, stand.headers),
    ]


def _numbered(topics: Any, headers: Any) -> Iterator[Message]:
    for name, records in topics.items():
        for offset, (key, value) in enumerate(records):
            yield Message(name, 0, offset, 0, key, value, headers[name][offset] if name in headers else ())


def verify(
    stand: Stand,
    seen: Messages,
    expectations: Expectations | None = None,
    firsts: dict[tuple[str, int], int] | None = None,
) -> Verification:
    history = History(seen, firsts)
    return verify_history(stand.desk, stand.examiner, stand.keyring, history, expectations=expectations)


def expire(seen: Messages, topic: str, first: int) -> dict[tuple[str, int], int]:
    """Drop what a topic holds before offset ``first``, as retention does; where the topic's partition 0 begins then."""
    seen[:] = [message for message in seen if message.topic != topic or message.offset >= first]
    return {(topic, 0): first}


def place(seen: Messages, topic: str, number: int) -> int:
    """Index in ``seen`` of record ``number`` of a topic."""
    return [index for index, message in enumerate(seen) if message.topic == topic][number]


def drop(topic: str, number: int = 0) -> Bend:
    return lambda seen: seen.pop(place(seen, topic, number))


def double(topic: str, number: int = 0) -> Bend:
    def bend(seen: Messages) -> None:
        again = seen[place(seen, topic, number)]
        last = max(message.offset for message in seen if message.topic == topic)
        seen.append(again._replace(offset=last + 1))

    return bend


def alter(topic: str, number: int = 0, **fields: Any) -> Bend:
    """Change fields of the value, in valid Avro."""

    def bend(seen: Messages) -> None:
        index = place(seen, topic, number)
        decoded = CODEC.decode(seen[index].value)
        seen[index] = seen[index]._replace(value=CODEC.encode(decoded.record, {**decoded.value, **fields}))

    return bend


def headed(topic: str, number: int = 0, *headers: tuple[str, bytes]) -> Bend:
    def bend(seen: Messages) -> None:
        index = place(seen, topic, number)
        seen[index] = seen[index]._replace(headers=headers)

    return bend


def flip(topic: str, number: int = 0, at: int = 40) -> Bend:
    """Change one bit of one byte of the value."""

    def bend(seen: Messages) -> None:
        index = place(seen, topic, number)
        value = bytearray(seen[index].value or b"")
        value[at] ^= 1
        seen[index] = seen[index]._replace(value=bytes(value))

    return bend


def move(topic: str, number: int = 0, partition: int = 1) -> Bend:
    def bend(seen: Messages) -> None:
        index = place(seen, topic, number)
        seen[index] = seen[index]._replace(partition=partition)

    return bend


def swap(topic: str, one: int, other: int) -> Bend:
    """Exchange the values of two records; their places and keys stay."""

    def bend(seen: Messages) -> None:
        left, right = place(seen, topic, one), place(seen, topic, other)
        values = seen[right].value, seen[left].value
        seen[left], seen[right] = seen[left]._replace(value=values[0]), seen[right]._replace(value=values[1])

    return bend


def stale(topic: str) -> Bend:
    """The newest value of the first key that has two is lost: the one before shows."""

    def bend(seen: Messages) -> None:
        keys = [message.key for message in seen if message.topic == topic]
        twice = next(key for key in keys if keys.count(key) > 1)
        seen.pop(max(index for index, m in enumerate(seen) if m.topic == topic and m.key == twice))

    return bend


def exchange(topic: str, one: int, other: int) -> Bend:
    """Exchange the places of two records with all they hold."""

    def bend(seen: Messages) -> None:
        left, right = place(seen, topic, one), place(seen, topic, other)
        places = seen[right].offset, seen[left].offset
        seen[left], seen[right] = seen[left]._replace(offset=places[0]), seen[right]._replace(offset=places[1])

    return bend
