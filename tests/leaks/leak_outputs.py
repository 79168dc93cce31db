"""Every place where a deployment puts something that somebody may read, as bytes; and the few that may hold identities.

Each collector gives an ``Output`` per place, so that a leak can be told where it is; ``test_leaks_planted`` plants one
in each kind.
"""

import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, NamedTuple

from clickhouse_driver import Client
from kafka import KafkaAdminClient, KafkaConsumer, TopicPartition

from schemas.codec import Codec, SchemaFault
from tests.leaks.leak_needles import Leak, Needles

_SYSTEM = ("errors", "mutations", "processes", "text_log", "query_log", "dictionaries", "settings", "tables")
_MOST = 1 << 24
Kafka = Mapping[str, Any]  # address and login, as kafka-python takes them

# The only places that may hold an identity in clear: pattern of ``where`` -> why.
ALLOWED = {
    "topic events.*": "what departments send, thirty days; intake, the oracle and the auditor read it (ADR 0026)",
    "topic feedback.*": "the same: an officer may name the person instead of the case reference",
    "topic cases.*": "the same: the body that decides a case names the person",
    "topic quarantine": "bytes that could not be read, as they came; operators who repair the sender, thirty days",
    "file kafka/data/*": "the broker's own disk, which holds those four topics",
    "file rows.xlsx": "a department's own table, from which it sends, on its own machine",
}


class Output(NamedTuple):
    """``where``: kind and name of the place."""

    where: str
    data: bytes


def allowed(where: str) -> bool:
    """Whether identities may be there."""
    return any(fnmatchcase(where, pattern) for pattern in ALLOWED)


def leaks(outputs: Iterable[Output], needles: Needles) -> list[Leak]:
    """What is where it may not be."""
    return [leak for one in outputs if not allowed(one.where) for leak in needles.leaks(one.where, one.data)]


def topics(kafka: Kafka, prefix: str, codec: Codec) -> Iterator[Output]:
    """Each topic as a careless reader sees it: aborted and open transactions too, keys, headers, and the records
    decoded, for what bytes are in a field."""
    consumer = KafkaConsumer(**kafka, enable_auto_commit=False, isolation_level="read_uncommitted")
    try:
        for name in sorted(name for name in consumer.topics() if name.startswith(prefix)):
            places = [TopicPartition(name, number) for number in sorted(consumer.partitions_for_topic(name))]
            parts = [part for record in _records(consumer, places) for part in _parts(record, codec)]
            yield Output(f"topic {name.removeprefix(prefix)}", b"\n".join(parts))
    finally:
        consumer.close()


def _records(consumer: KafkaConsumer, places: list[TopicPartition]) -> Iterator[Any]:
    ends = consumer.end_offsets(places)
    consumer.assign(places)
    consumer.seek_to_beginning(*places)
    while any(consumer.position(place) < ends[place] for place in places):
        for records in consumer.poll(timeout_ms=200).values():
            yield from records


def _parts(record: Any, codec: Codec) -> Iterator[bytes]:
    yield record.key or b""
    yield record.value or b""
    for name, value in record.headers:
        yield name.encode() + b"=" + (value or b"")
    try:
        yield repr(_shown(codec.decode(record.value, max_bytes=_MOST).value)).encode()
    except SchemaFault:
        return


def _shown(node: Any) -> Any:
    if isinstance(node, dict):
        return {name: _shown(value) for name, value in node.items()}
    if isinstance(node, list):
        return [_shown(value) for value in node]
    return node.hex() if isinstance(node, bytes) else node


def groups(kafka: Kafka, prefix: str) -> Iterator[Output]:
    """Consumer groups: their names and what is committed beside the offsets."""
    admin = KafkaAdminClient(**kafka)
    try:
        for group in admin.list_groups():
            name = group["group_id"]
            if name.startswith(prefix):
                said = repr(admin.list_group_offsets({name: None}))
                yield Output(f"group {name.removeprefix(prefix)}", f"{name} {said}".encode())
    finally:
        admin.close()


def tables(client: Client) -> Iterator[Output]:
    """Every table and view of the connection's database, and what the server tells of itself."""
    for (name,) in client.execute("SHOW TABLES"):
        rows = client.execute(f"SELECT toString(tuple(*)) FROM `{name}`")
        yield Output(f"table {name}", "\n".join(row[0] for row in rows).encode())
    there = {name for (name,) in client.execute("SELECT name FROM system.tables WHERE database = 'system'")}
    for name in sorted(there.intersection(_SYSTEM)):
        yield Output(f"system table {name}", repr(client.execute(f"SELECT * FROM system.{name}")).encode())


def files(folder: Path, besides: tuple[str, ...] = ()) -> Iterator[Output]:
    """Every file below a folder, and its name: logs, sheets, pages, journals, keys, backups; but nothing ``besides``,
    as the data of servers: their topics and tables are outputs of their own, their indexes gigabytes of nothing."""
    for path in sorted(folder.rglob("*")):
        place = path.relative_to(folder).as_posix()
        if path.is_file() and not place.startswith(besides):
            yield Output(f"file {place}", place.encode())
            yield Output(f"file {place}", path.read_bytes())


def metrics(addresses: Mapping[str, str]) -> Iterator[Output]:
    """Metrics of each process, by its name."""
    for name, address in addresses.items():
        with urllib.request.urlopen(address, timeout=10) as answer:
            yield Output(f"metrics {name}", answer.read())


def pages(address: str, paths: Iterable[str]) -> Iterator[Output]:
    """What a service shows whoever asks, by path: the page and its headers."""
    for path in paths:
        with urllib.request.urlopen(address + path, timeout=60) as answer:
            yield Output(f"page {path}", answer.read() + str(answer.headers).encode())


def processes(pids: Mapping[str, int]) -> Iterator[Output]:
    """What ``ps`` shows of each process, and its environment."""
    for name, pid in pids.items():
        for part in ("cmdline", "environ"):
            yield Output(f"process {name} {part}", Path(f"/proc/{pid}/{part}").read_bytes().replace(b"\0", b"\n"))


def commands(said: Mapping[str, str]) -> Iterator[Output]:
    """What commands printed: name -> both streams."""
    for name, text in said.items():
        yield Output(f"command {name}", text.encode())
