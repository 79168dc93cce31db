"""A table of the sink as one list of columns: from it come the rows, the CREATE statement and the start-up check.

Written once, because a column that exists in the mapping and not in the database (or the other way round) is found
by readers months later. ``tables.py`` holds the lists; nothing here knows a field of credit.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

Value = Mapping[str, Any]  # one decoded Avro record
Getter = Callable[[Value], Any]

DEDUPLICATION_WINDOW = 10_000  # blocks a table remembers; see docs/guarantees-sink.md


class Stored(NamedTuple):
    """One record as Kafka gave it, decoded."""

    topic: str
    partition: int
    offset: int
    timestamp_ms: int  # log append time
    value: Value


class Column(NamedTuple):
    """Name, ClickHouse type exactly as ``system.columns`` prints it, and how the value is found in a record."""

    name: str
    type: str
    get: Getter


class Index(NamedTuple):
    """A skip index on one column: rows lie in topic order, so look-ups by id need help."""

    column: str
    type: str = "bloom_filter(0.01)"
    granularity: int = 4


def everything(_: Value) -> bool:
    """Every record becomes a row."""
    return True


class Table(NamedTuple):
    """A target table: the topic families that feed it, the record they carry, and its columns after the place.

    ``keep`` says which records become rows; the others are passed over on purpose and still count as stored.
    """

    name: str
    comment: str
    families: tuple[str, ...]
    record: str
    columns: tuple[Column, ...]
    indexes: tuple[Index, ...] = ()
    keep: Callable[[Value], bool] = everything
    stub: "Stub | None" = None


@dataclass(frozen=True, eq=False)
class Stub:
    """What is left of a row about an erased subject: everything but ``blank``, so that it still counts.

    ``day``: the field that says when the record was decided or received; the erasure takes what is older. None where
    the row names no subject: then it is known by its obligation.
    """

    day: str | None
    blank: Mapping[str, Any]  # column -> what stands there instead
    spared: Callable[[Value], bool] = lambda _: False  # the record that tells of the erasure itself
    spared_sql: str = "0"


class Erasures(NamedTuple):
    """Who is erased: subject token -> day of the erasure; and the obligations of all of them."""

    subjects: Mapping[str, date]
    obligations: AbstractSet[str]


NOTHING_ERASED = Erasures({}, frozenset())


def erased(table: Table, value: Value, erasures: Erasures) -> bool:
    """Whether only a stub of this record may be stored."""
    if table.stub is None or not erasures.subjects:
        return False
    if table.stub.day is None:
        return value["obligation_id"] in erasures.obligations
    day, seen = erasures.subjects.get(value["subject"]), value[table.stub.day]
    return day is not None and seen is not None and seen < day and not table.stub.spared(value)


# Where the row came from: key of the sink's guarantee, so part of every table.
PLACE = (
    ("topic", "LowCardinality(String)"),
    ("partition", "UInt32"),
    ("offset", "UInt64"),
    ("appended_at", "DateTime64(3, 'UTC')"),
)


def at(*path: str) -> Getter:
    """The value at ``path``, None where a parent is None.

    >>> at("entry", "item")({"entry": {"item": "X"}}), at("entry", "item")({"entry": None})
    ('X', None)
    """
    if len(path) == 1:
        name = path[0]
        return lambda value: value[name]

    def deep(value: Value) -> Any:
        found: Any = value
        for name in path:
            if found is None:
                return None
            found = found[name]
        return found

    return deep


def each(field: str, of: str) -> Getter:
    """One field of every record of an array, as an array; null becomes the empty string.

    >>> each("notices", "kind")({"notices": [{"kind": "listed"}, {"kind": None}]})
    ['listed', '']
    """
    return lambda value: [item[of] or "" for item in value[field]]


def names(table: Table) -> list[str]:
    """Column names in the order of ``rows``."""
    return [name for name, _ in PLACE] + [column.name for column in table.columns]


def types(table: Table) -> dict[str, str]:
    """Column name to ClickHouse type, for the start-up check and the drift test."""
    return dict(PLACE) | {column.name: column.type for column in table.columns}


def rows(table: Table, records: Iterable[Stored], erasures: Erasures = NOTHING_ERASED) -> list[list[Any]]:
    """Columns (not rows) of the records the table keeps, in the order of ``names``; stubs of those erased; pure.

    >>> t = Table("t", "", ("f",), "R", (Column("a", "String", at("a")),))
    >>> rows(t, [Stored("x", 0, 7, 1, {"a": "one"}), Stored("x", 0, 9, 2, {"a": "two"})])
    [['x', 'x'], [0, 0], [7, 9], [1, 2], ['one', 'two']]
    """
    place: tuple[list[Any], ...] = ([], [], [], [])
    made: list[tuple[list[Any], str, Getter]] = [([], column.name, column.get) for column in table.columns]
    # Record by record, so that each decoded record dies at once: keeping a block of them doubles the cost (garbage
    # collector) and the memory.
    for record in records:
        if table.keep(record.value):
            for cells, cell in zip(place, record, strict=False):
                cells.append(cell)
            blank = table.stub.blank if table.stub and erased(table, record.value, erasures) else {}
            for cells, name, get in made:
                cells.append(blank[name] if name in blank else get(record.value))
    return [*place, *(cells for cells, _, _ in made)]


def create(table: Table) -> str:
    """The CREATE statement. No PARTITION BY: one insert must stay one part, since a deduplication token is
    remembered per part and a block cut by month could be half dropped; retention deletes rows, not partitions.
    Order is the place in Kafka, so that finding what is held, replays and checks read a few granules only.
    """
    lines = [f"    {name} {type_}" for name, type_ in types(table).items()]
    lines += [
        f"    INDEX by_{index.column} {index.column} TYPE {index.type} GRANULARITY {index.granularity}"
        for index in table.indexes
    ]
    return (
        f"CREATE TABLE IF NOT EXISTS {table.name}\n(\n"
        + ",\n".join(lines)
        + "\n)\nENGINE = MergeTree\nORDER BY (topic, partition, offset)\n"
        + f"SETTINGS non_replicated_deduplication_window = {DEDUPLICATION_WINDOW}\n"
        + f"COMMENT '{table.comment}';\n"
    )


def latest_view(view: str, table: Table, key: str, version: str, columns: Sequence[str]) -> str:
    """A view with one row per ``key`` that is not erased: its highest ``version``. One tuple is taken whole, because
    ``argMax`` of a single column passes over NULL and would mix an older version's value into the newest row."""
    taken = [name for name in columns if name != key]
    lines = [f"    tupleElement(latest, {number}) AS {name}" for number, name in enumerate(taken, 1)]
    return (
        f"CREATE OR REPLACE VIEW {view} AS\nSELECT\n    {key},\n"  # noqa: S608 - declared names
        + ",\n".join(lines)
        + f"\nFROM\n(\n    SELECT {key}, argMax(tuple({', '.join(taken)}), {version}) AS latest\n"
        + f"    FROM {table.name}\n    WHERE NOT erased\n    GROUP BY {key}\n);\n"
    )
