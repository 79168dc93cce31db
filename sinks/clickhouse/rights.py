"""Who may see and change what in ClickHouse, worked out from the tables; no second list of columns or topics.

Each component is an account with what its work needs. Dashboards see views, and below them columns, that name no person
and lead to none. A department sees its own rows: what came by its own topics.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from sinks.clickhouse import tables
from sinks.clickhouse.columns import Table, latest_view, names
from sinks.clickhouse.tables import OBLIGATIONS, POSITIONS, RECEIPTS, TABLES
from topics.catalogue import Catalogue

LEDGER = "schema_migrations"
CURRENT, KEY = "obligations_current", "obligation_id"
# Codes, days and counts. Text is left out whatever it is: ids lead from row to row and in the end to a subject.
_COUNTED = (
    tables.CODE, tables.OPTIONAL_CODE, tables.CODES, tables.DAY, tables.OPTIONAL_DAY,
    "Array(Date32)", "Bool", "Nullable(Bool)", "UInt32", "Nullable(UInt32)", "Nullable(Int32)",
)  # fmt: skip
_PLACES = ("partition", "source_partition")  # with an offset they name one record
_READERS_OF_ALL = ("auditor", "oracle")
DASHBOARDS = "dashboards"
CONSOLE = "console"
_PAST_ITS_DAY = (  # of decisions: what streams/obligations.py asks
    *("kind", "decided_on", "offset", "subject", "key", "ended_on", "erased", "cause_channel", "case_no", "case_state"),
    *("missed_kinds", "missed_refs", "missed_channels", "missed_due", "order_to", "order_no", "order_done"),
)
_HELD = {  # what streams/review.py asks
    "decisions": (
        *("kind", "decided_on", "offset", "settles", "cause_receipt_id", "cause_kind", "code", "erased"),
        *("entry_receipt_id", "ended_on"),
    ),
    "accepted_events": (
        *("receipt_id", "kind", "channel", "subject", "offset", "source_topic", "source_partition", "source_offset"),
        *("event_id", "item", "document_no", "document_digest", "target_item", "target_document_no"),
        *("case_no", "case_step", "obligation_id", "feedback_state", "order_no", "order_step", "erased"),
    ),
    "receipts": ("receipt_id", "outcome"),
}
# By account and table what its commands ask, and no more; where obligations stand is given beside it.
READ_COLUMNS: dict[str, dict[str, tuple[str, ...]]] = {
    "operators": {**_HELD, "decisions": tuple(dict.fromkeys((*_HELD["decisions"], *_PAST_ITS_DAY)))},
    "exporter": {"decisions": (*_PAST_ITS_DAY, "case_matter")},
    "sealer": {
        **{table.name: ("topic", "partition", "offset", "appended_at") for table in TABLES},
        POSITIONS: ("topic", "partition", "next"),
    },
}
_PLACE = "decision_id, cause_receipt_id, topic, partition, offset, ordinal, erased"  # where a decision stands in Kafka


class Access(NamedTuple):
    """What one account may do. ``grants``: each without its GRANT and TO; ``rows``: of these tables, those alone for
    which the condition holds."""

    account: str
    grants: tuple[str, ...]
    rows: Mapping[str, str]


def of_channel(code: str) -> str:
    """The account of a channel; in ClickHouse a dot would part two names."""
    return f"channel_{code}"


def impersonal(table: Table) -> list[str]:
    """Columns that name no person and lead to none: not what an erasure blanks, no text, no place in Kafka."""
    blank = set(table.stub.blank) - {"erased"} if table.stub is not None else set()
    columns = [c.name for c in table.columns if c.type in _COUNTED and c.name not in blank and c.name not in _PLACES]
    return ["topic", "appended_at", *columns]


def views() -> Iterator[str]:
    """The statements of the dashboards' views, as a migration has them."""
    for table in TABLES:
        yield _view(table.name, impersonal(table))
    current = [name for name in impersonal(OBLIGATIONS) if name in tables.OBLIGATIONS_CURRENT_COLUMNS]
    yield latest_view(f"impersonal_{CURRENT}", OBLIGATIONS, KEY, "version", current)


def accesses(catalogue: Catalogue, database: str, prefix: str) -> list[Access]:
    """Every account but the owner of the database, in a stable order."""
    found = [_sink(database), *(_seen(one, database) for one in (DASHBOARDS, CONSOLE))]
    found += [_explain(database), _assessment(database), _portal(database)]
    found += [_reading("operators", database, *_states(database)), _reading("sealer", database)]
    found += [_reading("exporter", database, *_states(database), "SELECT ON system.disks")]  # how full the disks are
    found += [Access(name, (f"SELECT ON {database}.*",), {}) for name in _READERS_OF_ALL]
    return found + [_department(catalogue, database, prefix, code) for code in catalogue.channels]


def statements(accesses: list[Access], database: str) -> Iterator[str]:
    """Roles, grants and row policies for a server that keeps them itself. Harmless to repeat.

    A server parses each (tests/sinks/test_sink_rights.py); the embedded engine cannot keep them, so none was run.
    """
    for access in accesses:
        role = f"`{access.account}`"
        yield f"CREATE ROLE IF NOT EXISTS {role}"
        for grant in access.grants:
            yield f"GRANT {grant} TO {role}"
        for table, condition in access.rows.items():
            head = f"CREATE ROW POLICY OR REPLACE {role} ON {database}.{table}"
            yield f"{head} FOR SELECT USING {condition} TO {role}"
    unlimited = ", ".join(f"`{access.account}`" for access in accesses if not access.rows)
    for table in sorted({table for access in accesses for table in access.rows}):
        yield f"CREATE ROW POLICY OR REPLACE all_rows ON {database}.{table} FOR SELECT USING 1 TO {unlimited}"


def _view(source: str, columns: list[str]) -> str:
    listed = ",\n".join(f"    {name}" for name in columns)
    return f"CREATE OR REPLACE VIEW impersonal_{source} AS\nSELECT\n{listed}\nFROM {source};\n"


def _sink(database: str) -> Access:
    rows = tuple(f"SELECT, INSERT, ALTER UPDATE ON {database}.{table.name}" for table in TABLES)
    return Access("sink", (*rows, f"SELECT, INSERT ON {database}.{POSITIONS}", f"SELECT ON {database}.{LEDGER}"), {})


def _seen(account: str, database: str) -> Access:
    """Views, and the columns under them: whoever goes past a view sees no more. The newest version of an obligation is
    found by its id; nothing else that is shown has it, so it leads nowhere."""
    grants = []
    for table in TABLES:
        more = [KEY] if table is OBLIGATIONS else []
        grants.append(f"SELECT({', '.join([*impersonal(table), *more])}) ON {database}.{table.name}")
    grants += [f"SELECT ON {database}.impersonal_{name}" for name in (*(table.name for table in TABLES), CURRENT)]
    return Access(account, tuple(grants), {})


def _explain(database: str) -> Access:
    """It finds where a decision stands in Kafka, and reads it there."""
    return Access("explain", (_places(database),), {})


def _places(database: str) -> str:
    return f"SELECT({_PLACE}) ON {database}.{tables.DECISIONS.name}"


def _assessment(database: str) -> Access:
    """Its views count persons and show none, so it must read what is under them; it writes its own tables only."""
    return Access("assessment", (f"SELECT ON {database}.*", f"INSERT ON {database}.assessment_*"), {})


def _reading(account: str, database: str, *more: str) -> Access:
    """What its commands ask, column by column."""
    asked = READ_COLUMNS[account].items()
    columns = (f"SELECT({', '.join(wanted)}) ON {database}.{table}" for table, wanted in asked)
    return Access(account, (*columns, *more), {})


def _states(database: str) -> Iterator[str]:
    """Where obligations stand. The view reads what it shows from the table, and which rows are erased, whatever is
    asked of it; neither names whom an obligation is about."""
    yield f"SELECT ON {database}.{CURRENT}"
    yield f"SELECT({', '.join((*tables.OBLIGATIONS_CURRENT_COLUMNS, 'erased'))}) ON {database}.{OBLIGATIONS.name}"


def _portal(database: str) -> Access:
    """What people filed through it, for the department that decides; where a decision stands, not what it says; and of
    all rows the codes and days that its public statistics count."""
    table = tables.ACCEPTED_EVENTS.name
    columns = ", ".join((*tables.FILED_COLUMNS, "source_topic", "channel", "erased", "appended_at"))
    condition = f"source_topic = '{tables.FILED_AT}'"
    counted = (f"SELECT({', '.join(names)}) ON {database}.{counts}" for counts, names in tables.COUNTED_COLUMNS.items())
    grants = (f"SELECT({columns}) ON {database}.{table}", _places(database), *counted)
    return Access("portal", grants, {table: condition, OBLIGATIONS.name: "1"})  # a table with policies hides the rest


def _department(catalogue: Catalogue, database: str, prefix: str, code: str) -> Access:
    """Its receipts and the obligations it was told of. Subjects are under intake's token nowhere in these."""
    rows = {}
    for table in (RECEIPTS, OBLIGATIONS):
        topics = [catalogue.name(f, code, prefix) for f in table.families if code in catalogue.channels_of(f)]
        if topics:
            rows[table.name] = f"topic IN ({', '.join(map(repr, topics))})"
    seen = [*rows, *([CURRENT] if OBLIGATIONS.name in rows else [])]
    grants = tuple(f"SELECT ON {database}.{name}" for name in seen)
    assert all("subject" not in names(table) for table in (RECEIPTS, OBLIGATIONS))
    return Access(of_channel(code), grants, rows)
