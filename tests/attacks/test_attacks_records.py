"""Keys, headers and texts of records as somebody with a channel's account may forge them: no effect and no trace."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from streams.engine.ports import Record
from tests.flow.flow_stand import CODEC, Stand, determination, listing, person
from tests.leaks.leak_needles import Needles

START = date(2019, 3, 4)
NUMBER, NAME = person(7), "测试暗号"
NEEDLES = Needles({NUMBER: "number"}, {NAME: "name"})
Headers = Sequence[tuple[str, bytes]]

KEYS: dict[str, bytes | None] = {
    "none": None,
    "empty": b"",
    "another record's": b"L-2",
    "an identity number": NUMBER.encode(),
    "a name": NAME.encode(),
    "a subject's token": b"ab" * 16,
    "a place, as a receipt has": b"events.court:0:0",
    "the state's own keys": b"\x00offsets",
    "no text": b"\xff\xfe\x00",
    "a megabyte": b"k" * (1 << 20),
}
HEADERS: dict[str, Headers] = {
    "none of ours": [("trace", b"1")],
    "the sender, forged": [("channel", b"railway"), ("source_topic", b"events.railway")],
    "a receipt, forged": [("receipt_id", b"00" * 16), ("outcome", b"accepted")],
    "another schema": [("schema_id", b"\x00\x00\x00\x63"), ("content-type", b"application/json")],
    "the day, forged": [("decided", b"2030-01-01"), ("tick", b"2030-01-01")],
    "an identity": [(NUMBER, NAME.encode())],
    "a terminal's commands": [("\x1b[2J\r\n", b"\x1b]0;x\x07")],
    "no value": [("x", None)],  # type: ignore[list-item]
    "one name many times": [("x", b"y")] * 10_000,
    "a megabyte": [("x", b"y" * (1 << 20))],
}
TEXTS = {
    "escape sequence": "\x1b[2J",
    "another line": "\n2026-01-01 ERROR forged",
    "carriage return": "\rforged",
    "title of the window": "\x1b]0;x\x07",
    "C1 control": "\x9b2J",
    "line separator": "\u2028",
    "next line": "\x85",
    "right to left": "\u202e",
    "isolate": "\u2066",
    "no width": "\u200b",
    "byte order mark": "\ufeff",
    "nothing": "\x00",
    "delete": "\x7f",
}
FIELDS = ("event_id", "document_no", "body", "item", "ground", "basis", "document_digest", "name", "id_number")


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Stand:
    """One for all: what is refused must leave nothing that the next one could meet."""
    return Stand(tmp_path_factory.mktemp("stand") / "keys").begin(START)


def send(stand: Stand, value: bytes, key: bytes | None, headers: Headers) -> None:
    """As ``Stand.send``, with what the sender put beside the value."""
    topic = "events.court"
    record = Record(topic, 0, len(stand.received[topic]), 0, key, value, tuple(headers))
    stand.received[topic].append(value)
    stand._work("intake", record, crash=False)
    stand.work_off()


def written(stand: Stand) -> dict[str, list[Any]]:
    return {topic: list(zip(records, stand.headers[topic], strict=True)) for topic, records in stand.topics.items()}


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same keys for every stand, so that the same record makes the same bytes."""
    return tmp_path_factory.mktemp("keys") / "keys"


@pytest.fixture(scope="module")
def plain(keys: Path) -> dict[str, list[Any]]:
    """What follows from an honest record."""
    return follows(keys, b"L-7", ())


def follows(keys: Path, key: bytes | None, headers: Headers) -> dict[str, list[Any]]:
    stand = Stand(keys).begin(START)
    send(stand, listing(7, START), key, headers)
    found = written(stand)
    del found["identities"]  # sealed under a fresh key each time
    return found


@pytest.mark.parametrize("key", KEYS)
def test_a_key_has_no_effect(plain: dict[str, list[Any]], keys: Path, key: str) -> None:
    assert follows(keys, KEYS[key], ()) == plain


@pytest.mark.parametrize("headers", HEADERS)
def test_headers_have_no_effect(plain: dict[str, list[Any]], keys: Path, headers: str) -> None:
    assert follows(keys, b"L-7", HEADERS[headers]) == plain


@pytest.mark.parametrize("value", [b"", b"\x00\x00\x00\x00\x63", b"no record"])
def test_what_is_refused_keeps_nothing_of_key_and_headers_either(stand: Stand, value: bytes) -> None:
    send(stand, value, NUMBER.encode(), [(NUMBER, NAME.encode()), ("x", NAME.encode())])
    assert stand.read("receipts.court")[-1]["outcome"] == "rejected"
    for topic, records in written(stand).items():
        assert NEEDLES.leaks(topic, repr(records).encode() + b"".join(value or b"" for (_, value), _ in records)) == []


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("text", TEXTS)
def test_no_control_character_gets_in_by_any_field(stand: Stand, text: str, field: str) -> None:
    said = determination(7, START)
    said["subject"] = {**said["subject"], "name": NAME}
    place = said["subject"] if field in said["subject"] else said
    place[field] = f"{place[field]}{TEXTS[text]}x"
    send(stand, CODEC.encode("CreditDetermination", said), b"L-7", ())
    receipt = stand.read("receipts.court")[-1]
    assert receipt["outcome"] == "rejected"
    assert {fault["code"] for fault in receipt["faults"]} == {"TEXT_NOT_ALLOWED"}
    shown = repr(receipt) + "".join(str(value) for value in receipt.values())
    assert TEXTS[text] not in shown and NUMBER not in shown and NAME not in shown
    assert not stand.topics["decisions"]
