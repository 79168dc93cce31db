"""The ClickHouse side: each topic record is one row, visible to a plain SELECT, and the current view agrees."""

from collections.abc import Iterator

from clickhouse_driver import Client

from monitoring.auditor.feed import scores
from monitoring.auditor.findings import Finding, Invariant
from monitoring.auditor.view import View

TABLES = {
    "accepted_events": ("accepted",),
    "decisions": ("decisions",),
    "obligations": ("sanctions", "rewards"),
    "receipts": ("receipts",),
}
_SUMS = "SELECT topic, partition, count(), uniqExact(offset), sum(offset)"


def compare(view: View, url: str, database: str) -> None:
    """Compare every table with what was read from its topics, and search the columns for a score."""
    with Client.from_url(url) as client:
        for table in TABLES:
            seen = {
                (topic, partition): (rows, distinct, total)
                for topic, partition, rows, distinct, total in client.execute(
                    f"{_SUMS} FROM {database}.{table} GROUP BY topic, partition"
                )
            }
            view.findings.check(Invariant.ROWS, rows(view, table, seen), sum(row[0] for row in seen.values()))
        current = client.execute_iter(
            f"SELECT obligation_id, version, state FROM {database}.obligations_current",  # noqa: S608 own name
            settings={"max_block_size": 10_000},
        )
        view.findings.check(Invariant.CURRENT_ROWS, current_rows(view, current), len(view.obligations))
        names = client.execute("SELECT table, name FROM system.columns WHERE database = %(d)s", {"d": database})
    view.findings.check(
        Invariant.NO_SCORE, scores("ClickHouse", {f"{table}.{name}" for table, name in names}), len(names)
    )


def rows(view: View, table: str, seen: dict[tuple[str, int], tuple[int, int, int]]) -> Iterator[Finding]:
    """``seen``: rows, distinct offsets and sum of offsets by topic and partition of one table."""
    read = {place: sums for place, sums in view.rows.items() if view.table_of.get(place[0]) == table}
    for topic, partition in sorted(seen.keys() | read.keys()):
        where = f"{table}, {topic}:{partition}"
        number, distinct, total = seen.get((topic, partition), (0, 0, 0))
        records, offsets = read.get((topic, partition), (0, 0))
        if number != distinct:
            yield Finding(Invariant.ROWS, where, f"{number} rows of {distinct} records", "each record once")
        if (distinct, total) != (records, offsets):
            yield Finding(
                Invariant.ROWS, where, f"{distinct} records stored", f"{records} records of the topic, the same"
            )


def current_rows(view: View, current: Iterator[tuple[str, int, str]]) -> Iterator[Finding]:
    met, expected_rows = 0, sum(fact.current is not None for fact in view.obligations.values())
    for identifier, version, state in current:
        fact = view.obligations.get(identifier)
        met += fact is not None
        if fact is None or fact.current != (version, state):
            expected = f"on .current: {None if fact is None else fact.current}"
            yield Finding(Invariant.CURRENT_ROWS, f"obligation {identifier}", f"version {version}, {state}", expected)
    if met != expected_rows:
        yield Finding(Invariant.CURRENT_ROWS, "obligations_current", f"{met} rows", f"{expected_rows} rows")
