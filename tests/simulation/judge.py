"""Whether exactly once held: the product's own oracle over the committed records, and an exact comparison of rows."""

from sinks.clickhouse import columns
from sinks.clickhouse.columns import Stored
from streams.oracle.history import History, Message
from streams.oracle.verify import verify_history
from tests.simulation.broker import Broker
from tests.simulation.database import Tables
from tests.simulation.parts import STORED, parts, stored


def judge(broker: Broker, tables: Tables) -> str | None:
    """The first thing that is wrong; None if nothing is."""
    made = parts()
    found: list[Message] = []
    for topic, count in broker.topics.items():
        for partition in range(count):
            if (log := broker.known((topic, partition))) is not None:
                found += [Message(topic, partition, *record) for record in log.committed()]
    verification = verify_history(made.desk, made.examiner, made.keyring, History(found, counts=broker.topics))
    if verification.difference is not None:
        return str(verification.difference)
    return _rows(found, tables)


def _rows(found: list[Message], tables: Tables) -> str | None:
    """Every committed record of a stored topic is one row, with the content the table says, and there is no other."""
    codec, by_topic = parts().desk.codec, stored()
    wanted: dict[str, list[tuple[object, ...]]] = {}
    for message in found:
        if message.topic in STORED:
            table = by_topic[message.topic]
            record = Stored(*message[:4], codec.decode(message.value, max_bytes=1 << 24).value)
            wanted.setdefault(table.name, []).extend(zip(*columns.rows(table, [record]), strict=True))
    for name in sorted(wanted.keys() | tables.rows.keys()):
        one, other = _places(wanted.get(name, [])), _places(tables.rows.get(name, []))
        for place in sorted(one.keys() | other.keys()):
            if one.get(place) != other.get(place):
                times, seen = len(one.get(place, [])), len(other.get(place, []))
                return f"table {name}, {place}: {times} row expected, {seen} found"
    return None


def _places(rows: list[tuple[object, ...]]) -> dict[tuple[str, int, int], list[str]]:
    found: dict[tuple[str, int, int], list[str]] = {}
    for row in rows:
        found.setdefault(row[:3], []).append(repr(row[3:]))  # type: ignore[arg-type]
    return found
