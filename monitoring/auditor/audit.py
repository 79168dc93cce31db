"""The audit from one end to the other: read every topic once, ask ClickHouse, check what must hold at the end."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from monitoring.auditor import feed, final, tables
from monitoring.auditor.findings import AuditReport, Invariant
from monitoring.auditor.lawfiles import read_files
from monitoring.auditor.reading import Bounds, Read, Reader
from monitoring.auditor.view import View
from schemas.codec import Codec, SchemaFault
from topics.catalogue import Catalogue, TopicSpec

SOURCES = ("events", "feedback", "cases", "filings")
Progress = Callable[[str, int], None]


def audit(
    bootstrap: str,
    clickhouse_url: str | None,
    prefix: str,
    database: str,
    law_dir: Path,
    *,
    progress: Progress = lambda _family, _records: None,
) -> AuditReport:
    """Check every invariant on what is in Kafka and ClickHouse now. Run it when nothing is in flight: a record on its
    way has no receipt yet. ``clickhouse_url`` None leaves the tables out (their invariants count 0).

    ``law_dir``: the YAML of the law book in force. ``progress``: told the family and the records read of it.
    Raises kafka, ClickHouse, ``reading.Silent`` or ``reading.NoTopic`` errors where something cannot be read, and
    SchemaFault where one of our own topics holds unreadable bytes: silence is never taken for a match.
    """
    view = View(read_files(law_dir))
    codec = Codec.load()
    view.findings.check(Invariant.NO_SCORE, feed.scores("schemas", field_names(codec)), len(field_names(codec)))
    with Reader(bootstrap) as reader:
        _Auditing(view, codec, reader, prefix, progress).run()
    if clickhouse_url is not None:
        tables.compare(view, clickhouse_url, database)
    return report(view)


def report(view: View) -> AuditReport:
    """Run the checks over the whole view and close the account."""
    findings = view.findings
    findings.check(Invariant.ONE_RECEIPT, view.ledger.findings(), view.ledger.received)
    findings.check(Invariant.ADDS_UP, view.ledger.sums(), view.ledger.received)
    for invariant, check, number in final.CHECKS:
        findings.check(invariant, check(view), number(view))
    checked = {invariant: findings.checked[invariant] for invariant in Invariant}
    return AuditReport(findings.kept, dict(findings.failed), checked)


def field_names(codec: Codec) -> frozenset[str]:
    """Names of all fields of all schemas."""
    return frozenset(name for record in codec.records() for name in _names(codec.schema(record)))


def _names(schema: object) -> set[str]:
    if isinstance(schema, list):
        return {name for one in schema for name in _names(one)}
    if not isinstance(schema, dict):
        return set()
    own = {field["name"] for field in schema.get("fields", ())}
    return own | {name for value in schema.values() for name in _names(value)}


class _Auditing:
    """One pass over the topics, family by family in the order the checks need."""

    def __init__(self, view: View, codec: Codec, reader: Reader, prefix: str, progress: Progress) -> None:
        self._view, self._codec, self._reader, self._progress = view, codec, reader, progress
        self._prefix = prefix  # receipts and accepted name their source without it
        self._specs: dict[str, list[TopicSpec]] = {}
        for spec in Catalogue.load().topics(prefix):
            self._specs.setdefault(spec.family, []).append(spec)
        for table, families in tables.TABLES.items():
            view.table_of |= {spec.name: table for family in families for spec in self._specs[family]}

    def run(self) -> None:
        self._family("lawbooks", self._law_book)
        for family in SOURCES:
            self._family(family, self._source, self._declare)
        self._family("receipts", self._receipt)
        self._family("accepted", self._accepted)
        self._family("decisions", self._decision)
        for family in ("sanctions", "rewards"):
            self._family(family, self._delta)
            self._family(f"{family}.current", self._current)
        self._family("partners", self._partner)
        self._family("bureau", self._fed)
        self._family("supervision", self._order)

    def _family(
        self,
        family: str,
        handle: Callable[[TopicSpec, Read], None],
        declare: Callable[[Bounds], None] = lambda _: None,
    ) -> None:
        specs = {spec.name: spec for spec in self._specs[family]}
        bounds = self._reader.bounds(specs)
        for one in bounds:
            declare(one)
        number = 0
        for record in self._reader.read(bounds):
            handle(specs[record.topic], record)
            number += 1
        self._progress(family, number)

    def _declare(self, bounds: Bounds) -> None:
        self._view.ledger.partition(bounds.topic.removeprefix(self._prefix), *bounds[1:])

    def _decode(self, record: Read) -> dict[str, Any]:
        return self._codec.decode(record.value, max_bytes=16_777_216).value

    def _stored(self, record: Read) -> None:
        place = (record.topic, record.partition)
        number, offsets = self._view.rows.get(place, (0, 0))
        self._view.rows[place] = (number + 1, offsets + record.offset)

    def _law_book(self, _: TopicSpec, record: Read) -> None:
        if record.value is None:
            return  # a tombstone: that book is no longer published
        feed.law_book(self._view, _text(record.key), self._decode(record))

    def _source(self, spec: TopicSpec, record: Read) -> None:
        try:
            decoded = self._codec.decode(record.value)
            value = decoded.value if decoded.record in spec.records else None
        except SchemaFault:
            value = None  # intake says what is wrong with it; here it only has to have a receipt
        topic = record.topic.removeprefix(self._prefix)
        feed.source(self._view, topic, record.partition, record.offset, value)

    def _receipt(self, _: TopicSpec, record: Read) -> None:
        self._stored(record)
        feed.receipt(self._view, _text(record.key), self._decode(record))

    def _accepted(self, _: TopicSpec, record: Read) -> None:
        value = self._decode(record)
        if value["kind"] not in ("tick", "law"):  # these two are nobody's event and no row
            self._stored(record)
        feed.accepted(self._view, record.partition, value)

    def _decision(self, _: TopicSpec, record: Read) -> None:
        self._stored(record)
        feed.decision(self._view, self._decode(record))

    def _delta(self, spec: TopicSpec, record: Read) -> None:
        self._stored(record)
        feed.delta(self._view, spec.family, spec.channel, self._decode(record))

    def _current(self, spec: TopicSpec, record: Read) -> None:
        value = None if record.value is None else self._decode(record)
        feed.current(self._view, spec.family.removesuffix(".current"), spec.channel, _text(record.key), value)

    def _partner(self, spec: TopicSpec, record: Read) -> None:
        value = None if record.value is None else self._decode(record)
        feed.partner(self._view, spec.channel, _text(record.key), value)

    def _fed(self, _: TopicSpec, record: Read) -> None:
        value = None if record.value is None else self._decode(record)
        feed.fed(self._view, _text(record.key), value)

    def _order(self, spec: TopicSpec, record: Read) -> None:
        value = None if record.value is None else self._decode(record)
        feed.order(self._view, spec.channel, _text(record.key), value)


def _text(key: bytes | None) -> str:
    return "" if key is None else key.decode()
