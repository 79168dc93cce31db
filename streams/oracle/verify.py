"""``verify``: intake again on every source record, every sealed identity opened, casework again on all of
``accepted``, then topic by topic and row by row. The first difference ends it: what comes after one is mostly its
consequence.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from streams.app import Parts
from streams.desk import Desk
from streams.engine.ports import Output
from streams.examine import Examiner
from streams.identity import Keyring
from streams.oracle import rows
from streams.oracle.difference import Difference, between
from streams.oracle.history import History, read
from streams.oracle.recount import Recount
from streams.oracle.retrace import Retrace
from streams.wire import source_key

SOURCES = ("events", "feedback", "cases")
WRITTEN = (
    "quarantine",
    "decisions",
    "receipts",
    "sanctions",
    "sanctions.current",
    "rewards",
    "rewards.current",
    "notices",
)
_READ = (*SOURCES, *WRITTEN, "accepted", "clock", "identities")

_Placed = tuple[bytes | None, int | None]  # value, partition; None where the key chooses it
_NOTHING: _Placed = (None, None)


class Expected(NamedTuple):
    """What whoever wrote a sample record expects of it (side file)."""

    outcome: str
    code: str | None
    note: str


Expectations = dict[tuple[str, int, int], Expected]  # by source topic without prefix, partition, offset


class Verification(NamedTuple):
    """``difference`` None = match. ``checked``: how many of each were compared."""

    difference: Difference | None
    checked: dict[str, int]

    def __str__(self) -> str:
        return "match" if self.difference is None else str(self.difference)


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
    tables = _first("clickhouse", rows.compare(desk, history, clickhouse_url, parts.settings.database), found.checked)
    return Verification(tables, found.checked)


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
    retrace = Retrace(desk, examiner, history)
    steps: dict[str, Callable[[], Iterator[Difference | None]]] = {
        "accepted": retrace.accepted,
        "clock": retrace.clock,
        "intake": lambda: retrace.intake(SOURCES),
        "identities": lambda: retrace.sealing.compare(desk.codec, keyring, history.of("identities")),
        "casework": lambda: _casework(desk, history, retrace),
        "expectations": lambda: _expectations(desk, history, expectations or {}),
    }
    checked: dict[str, int] = {}
    for name, step in steps.items():
        progress(name)
        difference = _first(name, step(), checked)
        if difference is not None:
            return Verification(difference, checked)
    return Verification(None, checked)


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


def _casework(desk: Desk, history: History, retrace: Retrace) -> Iterator[Difference | None]:
    """Everything casework should have written, with intake's receipts and quarantine, against what the topics hold."""
    wanted = list(retrace.outputs)
    for partition, events in sorted(retrace.order.items()):
        wanted += Recount(partition, desk.law, desk.messages).run(events).outputs
    by_topic: dict[str, list[Output]] = {}
    for output in wanted:
        by_topic.setdefault(output.topic.removeprefix(desk.prefix), []).append(output)
    for family in WRITTEN:
        compacted = desk.catalogue.families[family].cleanup == "compact"
        for name in _names(desk, family):
            yield from _topic(desk, history, name, by_topic.get(name, []), compacted)


def _topic(
    desk: Desk, history: History, name: str, wanted: Iterable[Output], compacted: bool
) -> Iterator[Difference | None]:
    """Values per key in order; of a compacted topic the last one (older ones may be gone)."""
    expected = _by_key((output.key, (output.value, output.partition)) for output in wanted)
    seen = _by_key((message.key, (message.value, message.partition)) for message in history.of(name))
    for key in sorted(expected.keys() | seen.keys()):
        one, other = expected.get(key, []), seen.get(key, [])
        if compacted:
            one, other = one[-1:], other[-1:]
        where = f"{name} key {key.decode(errors='replace')}"
        for number in range(max(len(one), len(other))):
            left, place = one[number] if number < len(one) else _NOTHING
            right, partition = other[number] if number < len(other) else _NOTHING
            if left is not None and right is not None and place not in (None, partition):
                yield Difference(where, f"partition {place}", f"partition {partition}")
            yield between(desk.codec, where, left, right)


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
