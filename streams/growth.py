"""More partitions: what lies by subject is replayed into new topics with a multiple of the partitions (docs/growth.md).

Never in place, for a subject's records would be parted. The new count N' is a multiple of the old N, so a subject of
partition ``token mod N'`` was in ``(token mod N') mod N`` before: each new partition is one old partition's records of
its own subjects, in their order, between the same ticks. So history stays what it was, byte for byte, every identifier
with it: nothing is decided again. Inputs have no such order; they grow in place.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import NamedTuple

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition

from streams import era as eras
from streams.engine.progress import Progress
from streams.engine.state import OFFSETS_KEY, pack, unpack
from streams.oracle import history
from streams.wire import subject_partition
from topics import admin
from topics.access import reach
from topics.catalogue import Catalogue, Scale, TopicSpec

BY_SUBJECT = ("accepted", "decisions", "identities", "displays", "casework-changelog", "intake-changelog")
IN_PLACE = ("events", "feedback", "cases", "filings", "clock")
_TOKEN = 32  # hex characters in front of a key that a subject's token begins
_WAIT_S = 60


class GrowthFault(Exception):
    """A growth that may not be; says why and what to do. Nothing was changed unless it says so."""


class Plan(NamedTuple):
    """``moved``: families that are replayed, with their topic before and after, without prefix. ``grown``: topics that
    grow in place, with the prefix."""

    old: int
    new: int
    moved: dict[str, tuple[TopicSpec, TopicSpec]]
    grown: list[TopicSpec]


def plan(now: Catalogue, then: Catalogue, prefix: str, scale: Scale, *, replication: int) -> Plan:
    """What leads from one catalogue to the other.

    :raises GrowthFault: it is no growth, or changes anything else.
    """
    before = {(s.family, s.channel): s for s in now.topics(prefix, scale, replication)}
    after = {(s.family, s.channel): s for s in then.topics(prefix, scale, replication)}
    if before.keys() != after.keys():
        raise GrowthFault("扩容不增减主题，请另行办理 / a growth neither adds nor takes out a topic: another step")
    old, new = before["accepted", None].partitions, after["accepted", None].partitions
    if new <= old or new % old:
        raise GrowthFault(f"分区数须为原数的倍数 / {new} partitions are no multiple of {old}: subjects would be mixed")
    moved, grown = {}, []
    for place, spec in after.items():
        was = before[place]
        if spec.family in BY_SUBJECT:
            if spec.name == was.name or spec.partitions != new:
                raise GrowthFault(f"{spec.name}: 须改名并设 {new} 分区 / needs a new name (.v2) and {new} partitions")
            moved[spec.family] = was, spec
        elif spec.family in IN_PLACE:
            if spec.name != was.name or spec.partitions != new:
                raise GrowthFault(f"{spec.name}: 不改名并设 {new} 分区 / keeps its name and has {new} partitions")
            grown.append(spec)
        elif spec != was:
            raise GrowthFault(f"{spec.name}: 不随扩容改变 / must not change with a growth")
    return Plan(old, new, moved, grown)


def places(family: str, key: bytes | None, partition: int, *, old: int, new: int) -> list[int]:
    """Where a record of an old partition goes: to its subject's partition, or, if it is about nobody, to all that come
    of the old one.

    >>> places("accepted", None, 1, old=2, new=6)
    [1, 3, 5]
    >>> places("accepted", b"00000000000000030000000000000000", 1, old=2, new=6)
    [3]
    """
    if family == "intake-changelog" and key == OFFSETS_KEY:
        return [partition]  # the new ones have read nothing yet
    if family.endswith("changelog"):
        subject = None if key in (eras.KEY, None) else (key or b"").hex()
    else:
        subject = None if key is None else key[:_TOKEN].decode()
    if subject is None:
        return list(range(partition, new, old))
    return [subject_partition(subject, new)]


def carry_out(bootstrap: str, todo: Plan, prefix: str, group: str, *, say: Callable[[str], None]) -> dict[str, int]:
    """Create the new topics, replay, compare the counts, and only then let the inputs grow: up to there the old release
    may start again as if nothing had been. Returns how many records each family has now.

    :raises GrowthFault: processes run, records wait, or new topics hold something already.
    """
    _require_empty(bootstrap, todo)
    _require_rest(bootstrap, todo, group)
    admin.create(bootstrap, [spec for _, spec in todo.moved.values()])
    counts: dict[str, int] = {}
    producer = KafkaProducer(
        **reach(bootstrap), acks="all", enable_idempotence=True, max_request_size=1 << 24, linger_ms=20
    )
    try:
        for family, (was, spec) in todo.moved.items():
            say(f"{was.name} -> {spec.name}")
            written = _replay(bootstrap, producer, todo, family, prefix)
            if family == "casework-changelog":
                written += _positions(bootstrap, producer, todo)
            producer.flush(_WAIT_S)
            _require_whole(bootstrap, spec, written)
            counts[family] = written.total()
    finally:
        producer.close()
    _grow(bootstrap, todo)
    return counts


def _replay(bootstrap: str, producer: KafkaProducer, todo: Plan, family: str, prefix: str) -> Counter[int]:
    """Each old partition in its order; returns records by new partition."""
    written: Counter[int] = Counter()
    was, spec = todo.moved[family]
    for partition in range(todo.old):
        for message in history.each(bootstrap, [was.name.removeprefix(prefix)], prefix, partition):
            if family == "casework-changelog" and message.key == OFFSETS_KEY:
                continue  # offsets of the old topic
            for place in places(family, message.key, partition, old=todo.old, new=todo.new):
                headers = list(message.headers)
                producer.send(spec.name, message.value, key=message.key, headers=headers, partition=place)
                written[place] += 1
    return written


def _positions(bootstrap: str, producer: KafkaProducer, todo: Plan) -> Counter[int]:
    """Casework has handled all of the replayed history: so says the state, since the group knows no such topic."""
    topic, changelog = todo.moved["accepted"][1].name, todo.moved["casework-changelog"][1].name
    for partition, end in _ends(bootstrap, [topic])[topic].items():
        key, entry = Progress({topic: end}).change()
        producer.send(changelog, pack(entry), key=key, partition=partition)
    return Counter(range(todo.new))


def _require_rest(bootstrap: str, todo: Plan, group: str) -> None:
    """Nobody works, and casework has handled whatever intake accepted, ticks to the end of what they move."""
    if count := admin.members(bootstrap, group):
        raise GrowthFault(f"{count} 个工作进程在运行，须先停止 / workers run: stop clock, workers and sinks first")
    accepted, clock = todo.moved["accepted"][0].name, next(s.name for s in todo.grown if s.family == "clock")
    ends = _ends(bootstrap, [accepted, clock])
    done = _committed(bootstrap, group, ends)
    behind = [(place, end - done.get(place, 0)) for place, end in _flat(ends) if end > done.get(place, 0)]
    if behind:
        (topic, partition), left = behind[0]
        raise GrowthFault(
            f"{topic}:{partition}: 尚有 {left} 条未处理 / {left} offsets are not worked off: "
            "let the workers finish, then stop them"
        )
    changelog = todo.moved["casework-changelog"][0].name
    for partition in range(todo.old):
        era = _last_era(bootstrap, changelog, partition)
        if era.work is not None:
            raise GrowthFault(
                f"{changelog}:{partition}: 过日未完 / a tick still moves subjects: let the workers finish"
            )


def _last_era(bootstrap: str, changelog: str, partition: int) -> eras.Era:
    last: bytes | None = None
    for message in history.each(bootstrap, [changelog], "", partition):
        if message.key == eras.KEY:
            last = message.value
    entry = unpack(last)
    return eras.load(None if entry is None else entry.value)


def _require_empty(bootstrap: str, todo: Plan) -> None:
    held = admin.holding(bootstrap, [spec.name for _, spec in todo.moved.values()])
    if held:
        raise GrowthFault(
            f"{held[0]}: 已有记录，可能是中断的重放 / holds records, of a replay that was broken off perhaps: delete "
            f"{', '.join(held)} and begin again"
        )


def _require_whole(bootstrap: str, spec: TopicSpec, written: Counter[int]) -> None:
    found = {partition: end for partition, end in _ends(bootstrap, [spec.name])[spec.name].items() if end}
    if found != dict(written):
        raise GrowthFault(
            f"{spec.name}: 条数不符 / holds {found}, {dict(written)} were written: delete it, begin again"
        )


def _grow(bootstrap: str, todo: Plan) -> None:
    client = KafkaAdminClient(**reach(bootstrap))
    try:
        client.create_partitions({spec.name: todo.new for spec in todo.grown}, timeout_ms=_WAIT_S * 1000)
    finally:
        client.close()


def _ends(bootstrap: str, topics: list[str]) -> dict[str, dict[int, int]]:
    consumer = KafkaConsumer(**reach(bootstrap), isolation_level="read_committed")
    try:
        found = [TopicPartition(t, p) for t in topics for p in sorted(consumer.partitions_for_topic(t) or ())]
        ends: dict[str, dict[int, int]] = {}
        for place, end in consumer.end_offsets(found).items():
            ends.setdefault(place.topic, {})[place.partition] = end
        return ends
    finally:
        consumer.close()


def _committed(bootstrap: str, group: str, ends: dict[str, dict[int, int]]) -> dict[tuple[str, int], int]:
    client = KafkaAdminClient(**reach(bootstrap))
    try:
        asked = [TopicPartition(*place) for place, _ in _flat(ends)]
        found = client.list_group_offsets({group: asked})[group]
        return {(place.topic, place.partition): max(0, known.offset) for place, known in found.items()}
    finally:
        client.close()


def _flat(ends: dict[str, dict[int, int]]) -> Iterator[tuple[tuple[str, int], int]]:
    return (((topic, partition), end) for topic, found in ends.items() for partition, end in found.items())
