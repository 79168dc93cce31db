"""ClickHouse against the topics: every row there, once, as the record says; read with a plain SELECT."""

from collections import Counter
from collections.abc import Iterator

from schemas.codec import Codec
from sinks.clickhouse.columns import Erasures, Stored, Table, names
from sinks.clickhouse.columns import rows as columns_of
from sinks.clickhouse.connection import connect
from sinks.clickhouse.tables import TABLES
from streams.desk import Desk
from streams.oracle.difference import Difference
from streams.oracle.history import History

_PLACE = 3  # topic, partition, offset
_SKIPPED = "appended_at"  # the broker's clock; compared by nobody


def compare(
    desk: Desk, history: History, url: str, database: str, expired: Counter[str]
) -> Iterator[Difference | None]:
    """One item per row of every table: None, or how it differs from the record it came from. ``expired`` counts rows
    that outlived their record."""
    client = connect(url, database)
    try:
        for table in TABLES:
            wanted = _wanted(desk, history, table)
            picked = [name for name in names(table) if name != _SKIPPED]
            listed = ", ".join(f"`{name}`" for name in picked)
            query = f"SELECT {listed} FROM `{table.name}` WHERE startsWith(topic, %(prefix)s)"  # noqa: S608 own names
            seen: set[tuple[object, ...]] = set()
            for row in client.execute_iter(query, {"prefix": desk.prefix}):
                place = row[:_PLACE]
                if place in seen:
                    yield Difference(f"{table.name} {place}", "one row", "two rows")
                seen.add(place)
                if history.expired(row[0].removeprefix(desk.prefix), row[1], row[2]):
                    expired[f"rows of {table.name}"] += 1
                    continue
                yield _differs(table, picked, wanted.get(place), row)
            for place in sorted(wanted.keys() - seen):
                yield Difference(f"{table.name} {place}", "one row", "no row")
    finally:
        client.disconnect()


def _wanted(desk: Desk, history: History, table: Table) -> dict[tuple[object, ...], tuple[object, ...]]:
    found: dict[tuple[object, ...], tuple[object, ...]] = {}
    skipped, erasures = names(table).index(_SKIPPED), erasures_of(desk.codec, history)
    for family in table.families:
        for channel in desk.catalogue.channels_of(family) or (None,):
            records = _stored(desk.codec, history, desk.catalogue.name(family, channel), desk.prefix)
            for row in zip(*columns_of(table, records, erasures), strict=True):
                found[row[:_PLACE]] = row[:skipped] + row[skipped + 1 :]
    return found


def erasures_of(codec: Codec, history: History) -> Erasures:
    """Who is erased: of what is older only stubs may be there."""
    said = [codec.decode(message.value).value for message in history.of("erasures")]
    obligations = frozenset(obligation for one in said for obligation in one["obligations"])
    return Erasures({one["subject"]: one["day"] for one in said}, obligations)


def _stored(codec: Codec, history: History, topic: str, prefix: str) -> Iterator[Stored]:
    for m in history.of(topic):
        value = codec.decode(m.value, max_bytes=1 << 24).value
        yield Stored(prefix + topic, m.partition, m.offset, m.timestamp_ms, value)


def _differs(
    table: Table, picked: list[str], wanted: tuple[object, ...] | None, seen: tuple[object, ...]
) -> Difference | None:
    place = f"{table.name} {seen[:_PLACE]}"
    if wanted is None:
        return Difference(place, "no row", "a row")
    for name, one, other in zip(picked, wanted, seen, strict=True):
        if _plain(one) != _plain(other):
            return Difference(f"{place} column {name}", repr(one), repr(other))
    return None


def _plain(value: object) -> object:
    return list(value) if isinstance(value, tuple | list) else value
