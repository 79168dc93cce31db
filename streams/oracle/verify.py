"""``verify``: intake again on every source record, every sealed identity opened, casework again on all of
``accepted``, then topic by topic and row by row. The first difference ends it: what comes after one is mostly its
consequence.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from streams.app import Parts
from streams.core.events import Accepted
from streams.core.limits import OVERFLOW
from streams.desk import Desk
from streams.examine import Examiner
from streams.flow import SOURCES, WRITTEN
from streams.identity import Keyring
from streams.oracle import rows
from streams.oracle.difference import Difference, Headers, between
from streams.oracle.expiry import Wanted, forgiven, kept_for_ever
from streams.oracle.history import History, Message, read
from streams.oracle.recount import Recount
from streams.oracle.retrace import Retrace, rejected
from streams.wire import source_key

_READ = (*SOURCES, "clock", *WRITTEN)
_BY_CASEWORK = tuple(
    one for one in WRITTEN if one not in ("accepted", "identities", "displays")
)  # and intake's refusals


class _Placed(NamedTuple):
    value: bytes | None = None
    partition: int | None = None  # None where the key chooses it
    headers: Headers = ()


class Expected(NamedTuple):
    """What whoever wrote a sample record expects of it (side file)."""

    outcome: str
    code: str | None
    note: str


Expectations = dict[tuple[str, int, int], Expected]  # by source topic without prefix, partition, offset


class Verification(NamedTuple):
    """``difference`` None = match. ``checked``: how many of each were compared; ``expired``: how many could not be
    worked out again, or compared, because what they came from, or they themselves, are no longer kept."""

    difference: Difference | None
    checked: dict[str, int]
    expired: dict[str, int]

    def __str__(self) -> str:
        if self.difference is not None:
            return str(self.difference)
        gone = ", ".join(f"{name} {number}" for name, number in self.expired.items())
        return f"match, without what has expired: {gone}" if gone else "match"


def read_all(parts: Parts) -> History:
    """Everything the oracle looks at, as it stands now."""
    topics = [name for family in _READ for name in _names(parts.desk(), family)]
    return read(parts.bootstrap, topics, parts.settings.prefix)


def verify(
    parts: Parts,
    clickhouse_url: str | None = None,
    expectations: Expectations | None = None,
    progress: Callable[[str], None] = lambda step: None,
    history: History | None = None,
) -> Verification:
    """Compare the whole history with its recomputation. ``clickhouse_url`` None leaves the tables out; ``history`` is
    what ``read_all`` gave, for a caller who has it already."""
    desk = parts.desk()
    progress("read")
    history = history or read_all(parts)
    found = verify_history(desk, parts.examiner, parts.keyring, history, expectations=expectations, progress=progress)
    if found.difference is not None or clickhouse_url is None:
        return found
    progress("clickhouse")
    compared = rows.compare(desk, history, clickhouse_url, parts.settings.database, expired := Counter(found.expired))
    return Verification(_first("clickhouse", compared, found.checked), found.checked, dict(expired))


def verify_history(
    desk: Desk,
    examiner: Examiner,
    keyring: Keyring,
    history: History,
    *,
    expectations: Expectations | None = None,
    progress: Callable[[str], None] = lambda step: None,
) -> Verification:
    """The same on a history in memory: everything but the tables."""
    retrace, expired = Retrace(desk, examiner, history), Counter[str]()
    steps: dict[str, Callable[[], Iterator[Difference | None]]] = {
        "accepted": retrace.accepted,
        "clock": retrace.clock,
        "intake": lambda: retrace.intake(SOURCES),
        "identities": lambda: _identities(desk, keyring, history, retrace),
        "casework": lambda: _casework(desk, history, retrace, expired),
        "expectations": lambda: _expectations(desk, history, expectations or {}),
    }
    checked: dict[str, int] = {}
    if (lost := next(kept_for_ever(desk.catalogue, history), None)) is not None:
        return Verification(lost, checked, {})
    for name, step in steps.items():
        progress(name)
        difference = _first(name, step(), checked)
        if difference is not None:
            return Verification(difference, checked, {})
    if retrace.expired:
        expired["accepted"] = retrace.expired
    return Verification(None, checked, dict(+expired))


def _first(name: str, step: Iterator[Difference | None], checked: dict[str, int]) -> Difference | None:
    """The first difference of a step; counts what was compared without one."""
    checked[name] = 0
    for difference in step:
        if difference is not None:
            return difference
        checked[name] += 1
    return None


def _names(desk: Desk, family: str) -> list[str]:
    return [desk.catalogue.name(family, channel) for channel in desk.catalogue.channels_of(family) or (None,)]


def _casework(desk: Desk, history: History, retrace: Retrace, expired: Counter[str]) -> Iterator[Difference | None]:
    """Everything casework should have written, with intake's receipts and quarantine, against what the topics hold."""
    wanted, written = list(retrace.outputs), history.partitions("accepted")
    for partition, events in sorted(retrace.order.items()):
        wanted += _recounted(desk, partition, zip(events, written[partition], strict=True))
    by_topic: dict[str, list[Wanted]] = {}
    for one in wanted:
        by_topic.setdefault(one.output.topic.removeprefix(desk.prefix), []).append(one)
    for family in _BY_CASEWORK:
        for name in _names(desk, family):
            yield from _topic(desk, history, name, by_topic.get(name, []), expired)


def _identities(desk: Desk, keyring: Keyring, history: History, retrace: Retrace) -> Iterator[Difference | None]:
    """Identities and masked forms. Who was erased is read from the decisions, which are worked out again after this."""
    for message in history.of("decisions"):
        said = desk.codec.decode(message.value, frozenset({"Decision"}), max_bytes=1 << 24).value
        if said["kind"] == "erased":
            retrace.sealing.erased.add(said["subject"])
        if said["code"] == OVERFLOW or (said["kind"] == "held" and said["cause"]["kind"] == "feedback"):
            retrace.sealing.forgotten.add(f"{said['subject']}:{said['name_check']}".encode())
    yield from retrace.sealing.compare(desk.codec, keyring, history.of("identities"))
    yield from retrace.sealing.compare_displays(history.of("displays"))


def _recounted(desk: Desk, partition: int, written: Iterable[tuple[Accepted, Message]]) -> Iterator[Wanted]:
    """What one casework task should have written, in its order."""
    recount, number = Recount(partition, desk.law, desk.messages), 0
    for event, message in written:
        outputs = recount.run([event]).outputs
        for output in outputs[number:]:
            yield Wanted(output, f"casework {partition}", message.timestamp_ms)
        number = len(outputs)


def _topic(
    desk: Desk, history: History, name: str, wanted: Sequence[Wanted], expired: Counter[str]
) -> Iterator[Difference | None]:
    """Values per key in order; of a compacted topic the last one (older ones may be gone)."""
    family, _ = desk.catalogue.owner_of(name)
    compacted = desk.catalogue.families[family].cleanup == "compact"
    gone = Counter[bytes]() if compacted else forgiven(history, name, wanted)
    outputs = (one.output for one in wanted)
    expected = _by_key((one.key, _Placed(one.value, one.partition, one.headers)) for one in outputs)
    seen = _by_key((one.key, _Placed(one.value, one.partition, one.headers)) for one in history.of(name))
    expired[family] += gone.total()
    for key in sorted(expected.keys() | seen.keys()):
        one, other = expected.get(key, []), seen.get(key, [])
        if compacted:
            one, other = one[-1:], other[-1:]
        elif gone[key]:
            one = one[gone[key] :]
        elif not one and len(other) == 1 and _source_expired(desk, history, family, key, other[0].value):
            expired[family] += 1
            continue
        yield from _values(desk, f"{name} key {key.decode(errors='replace')}", one, other)


def _values(desk: Desk, where: str, one: list[_Placed], other: list[_Placed]) -> Iterator[Difference | None]:
    for number in range(max(len(one), len(other))):
        left = one[number] if number < len(one) else _Placed()
        right = other[number] if number < len(other) else _Placed()
        if left.value is not None and right.value is not None:
            if left.partition not in (None, right.partition):
                yield Difference(where, f"partition {left.partition}", f"partition {right.partition}")
            if tuple(left.headers) != tuple(right.headers):
                yield Difference(f"{where} headers", repr(left.headers), repr(right.headers))
        yield between(desk.codec, where, left.value, right.value)


def _source_expired(desk: Desk, history: History, family: str, key: bytes, value: bytes | None) -> bool:
    """A rejection, or bytes kept, of a source that cannot be examined again; what was accepted is worked out anew."""
    topic, _, offset = key.decode(errors="replace").rpartition(":")
    topic, _, partition = topic.rpartition(":")
    if not (partition.isdecimal() and offset.isdecimal() and history.expired(topic, int(partition), int(offset))):
        return False
    return family == "quarantine" or (family == "receipts" and rejected(desk.codec, value))


def _expectations(desk: Desk, history: History, expected: Expectations) -> Iterator[Difference | None]:
    """What the writer of a sample record expected, against its receipt."""
    receipts = {message.key: message for name in _names(desk, "receipts") for message in history.of(name)}
    for (topic, partition, offset), wanted in expected.items():
        message = receipts.get(source_key(topic, partition, offset))
        where = f"{topic}:{partition}:{offset} ({wanted.note})"
        if message is None:
            yield Difference(where, wanted.outcome, "no receipt")
            continue
        said = desk.codec.decode(message.value).value
        codes = [fault["code"] for fault in (*said["faults"], *said["warnings"])]
        right = said["outcome"] == wanted.outcome and (wanted.code is None or wanted.code in codes)
        seen = f"{said['outcome']} {codes}"
        yield None if right else Difference(where, f"{wanted.outcome} {wanted.code or ''}", seen)


def _by_key(pairs: Iterable[tuple[bytes | None, _Placed]]) -> dict[bytes, list[_Placed]]:
    found: dict[bytes, list[_Placed]] = {}
    for key, placed in pairs:
        found.setdefault(key or b"", []).append(placed)
    return found
