"""An attempt to read shows something on an empty topic too: that a fetch was answered, or refused."""

from types import SimpleNamespace
from typing import Any

import pytest
from kafka.errors import TopicAuthorizationFailedError

from tests.secure import kafka_clients
from tests.secure.attempts import Denied

STAND: Any = SimpleNamespace(kafka=lambda _: {})


class Empty:
    """A topic without a record; the broker answers the second time it is asked, with ``refusal`` or with nothing."""

    refusal: Exception | None = None

    def __init__(self, **_: Any) -> None:
        self.polls = 0

    def assign(self, _: Any) -> None: ...
    def seek_to_beginning(self, _: Any) -> None: ...
    def close(self) -> None: ...
    def end_offsets(self, places: list[Any]) -> dict[Any, int]:
        return dict.fromkeys(places, 0)

    def position(self, _: Any) -> int:
        return 0

    def highwater(self, _: Any) -> int | None:
        return None if self.polls < 2 else 0

    def poll(self, **_: Any) -> dict[Any, list[Any]]:
        self.polls += 1
        if self.polls == 2 and self.refusal is not None:
            raise self.refusal
        return {}


class Refused(Empty):
    refusal = TopicAuthorizationFailedError()


def test_who_may_only_describe_an_empty_topic_is_denied(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kafka_clients, "KafkaConsumer", Refused)
    with pytest.raises(Denied):
        kafka_clients.read(STAND, "exporter", "accepted")


def test_who_may_read_an_empty_topic_reads_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kafka_clients, "KafkaConsumer", Empty)
    assert kafka_clients.read(STAND, "oracle", "accepted") == 0
