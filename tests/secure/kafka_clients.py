"""What attempts on Kafka are made of: confluent-kafka, as a department has it, and bare sockets."""

import socket
import ssl
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient
from kafka import KafkaConsumer
from kafka import TopicPartition as Place
from kafka.errors import GroupAuthorizationFailedError, TopicAuthorizationFailedError

from tests.secure.attempts import Denied
from tests.secure.stand import Stand

WAIT_S = 20.0
_ENOUGH = 100
REFUSALS = {
    KafkaError.TOPIC_AUTHORIZATION_FAILED,
    KafkaError.GROUP_AUTHORIZATION_FAILED,
    KafkaError.CLUSTER_AUTHORIZATION_FAILED,
    KafkaError.TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
    KafkaError.SASL_AUTHENTICATION_FAILED,
    KafkaError._AUTHENTICATION,
}


@contextmanager
def judged() -> Iterator[None]:
    """A refusal of the broker becomes ``Denied``; other failures stay what they are."""
    try:
        yield
    except KafkaException as error:
        check(error.args[0])
        raise


def check(error: KafkaError | None) -> None:
    if error is None:
        return
    if error.code() in REFUSALS:
        raise Denied(error.name())
    raise KafkaException(error)


def write(stand: Stand, account: str, topic: str, **more: Any) -> None:
    """One record of bytes that intake cannot read: it ends in quarantine, with a receipt."""
    told: list[KafkaError | None] = []
    seen: list[KafkaError] = []
    producer = Producer(stand.confluent(account, error_cb=seen.append, **{"message.timeout.ms": 15_000}, **more))
    producer.produce(topic, key="attempt", value=b"\x00attempt", on_delivery=lambda error, _: told.append(error))
    producer.flush(WAIT_S)
    for error in seen:
        if error.code() in REFUSALS:
            raise Denied(error.name())
    assert told, "no answer"
    check(told[0])


def read(stand: Stand, account: str, topic: str, **more: Any) -> int:
    """Records of the topic from its beginning, at most 100; how many. Those outside have a group and librdkafka,
    components have neither."""
    return _read_outside(stand, account, topic, **more) if "." in account else _read_inside(stand, account, topic)


def _read_outside(stand: Stand, account: str, topic: str, **more: Any) -> int:
    seen: list[KafkaError] = []
    group = f"{account.rpartition('.')[2]}.attempt"
    settings = stand.confluent(account, **_READING, **{"group.id": group, "error_cb": seen.append}, **more)
    consumer = Consumer(settings)
    try:
        with judged():
            told = _described(consumer, topic, seen)
            consumer.assign([TopicPartition(topic, number, OFFSET_BEGINNING) for number in told.partitions])
            found = ended = 0
            while ended < len(told.partitions) and found < _ENOUGH:
                message = consumer.poll(WAIT_S)
                assert message is not None, "no answer"
                if message.error() is not None and message.error().code() == KafkaError._PARTITION_EOF:
                    ended += 1
                    continue
                check(message.error())
                found += 1
            return found
    finally:
        consumer.close()


def _described(consumer: Consumer, topic: str, seen: list[KafkaError]) -> Any:
    """What the broker says of the topic. A login that it does not take shows only in the client's own errors, while
    the client would try for ever."""
    deadline = time.monotonic() + WAIT_S
    while True:
        try:
            told = consumer.list_topics(topic, timeout=1).topics[topic]
        except KafkaException:
            consumer.poll(0)
            for error in seen:
                if error.code() in REFUSALS:
                    raise Denied(error.name()) from None
            if time.monotonic() > deadline:
                raise
        else:
            check(told.error)
            return told


def _read_inside(stand: Stand, account: str, topic: str) -> int:
    consumer = KafkaConsumer(**stand.kafka(account), isolation_level="read_committed", enable_auto_commit=False)
    place, found = Place(topic, 0), 0
    try:
        consumer.assign([place])
        end = min(consumer.end_offsets([place])[place], _ENOUGH)  # which who may only describe is told too
        consumer.seek_to_beginning(place)
        deadline = time.monotonic() + WAIT_S
        while True:
            found += sum(map(len, consumer.poll(timeout_ms=1_000).values()))
            if consumer.highwater(place) is not None and consumer.position(place) >= end:
                return found  # a fetch was answered: at the end of an empty topic one is before anything was asked
            assert time.monotonic() < deadline, "no answer"
    except (TopicAuthorizationFailedError, GroupAuthorizationFailedError) as refusal:
        raise Denied(type(refusal).__name__) from None
    finally:
        consumer.close()


def join(stand: Stand, account: str, group: str, topic: str) -> None:
    """Become a member of the group and be given its partitions."""
    consumer = Consumer(stand.confluent(account, **_READING, **{"group.id": group}))
    given: list[Any] = []
    try:
        with judged():
            consumer.subscribe([topic], on_assign=lambda _, places: given.extend(places))
            for _ in range(int(WAIT_S)):
                message = consumer.poll(1)
                if given:
                    return
                if message is not None and message.error() is not None:
                    check(message.error())
        raise TimeoutError("neither in the group nor refused")
    finally:
        consumer.close()


def fence(stand: Stand, account: str, transactional_id: str) -> None:
    """Take a transactional id: whoever works under it would be fenced."""
    producer = Producer(stand.confluent(account, **{"transactional.id": transactional_id}))
    with judged():
        producer.init_transactions(WAIT_S)


@contextmanager
def admin(stand: Stand, account: str) -> Iterator[AdminClient]:
    with judged():
        yield AdminClient(stand.confluent(account))


def ask(stand: Stand, context: ssl.SSLContext | None) -> None:
    """Ask for metadata without any login, in plain text or over TLS; a broker that minds ends the connection."""
    host, port = stand.addresses.kafka.rsplit(":", 1)
    # api 3 (metadata) version 1, correlation 1, client "x", all topics
    request = struct.pack(">hhih1s", 3, 1, 1, 1, b"x") + struct.pack(">i", -1)
    with socket.create_connection((host, int(port)), timeout=WAIT_S) as plain:
        line = context.wrap_socket(plain, server_hostname=host) if context else plain
        line.sendall(struct.pack(">i", len(request)) + request)
        try:
            answer = line.recv(4096)
        except ConnectionResetError:
            answer = b""
    if not answer or answer[:1] == b"\x15":  # 21: TLS's own word for an alert
        raise Denied("connection closed")


_READING = {
    "log_level": 2,
    "enable.partition.eof": True,
    "enable.auto.commit": False,
    "isolation.level": "read_committed",
}
