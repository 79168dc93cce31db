"""The migrations for a cluster of replicas: the same statements, on every server, with tables that replicate.

NOT RUN HERE: there is one server on a developer's machine. A real server parses every statement (``EXPLAIN AST``,
tests/sinks/test_cluster.py), and nothing more is shown. So ``chengxin migrate --cluster`` prints and never applies,
and the sink's check at its start goes on refusing tables that it was not tested on.

One shard: each replica has every row. A replicated insert takes part in deduplication by the same tokens, which Keeper
remembers; rows that a replica acknowledged must reach a majority first, or a promoted one would lack them.
"""

import re
from collections.abc import Iterator

from sinks.clickhouse.migrate import Migration, create_database, ledger

SETTINGS = {"insert_quorum": "auto", "insert_quorum_parallel": "0", "select_sequential_consistency": "1"}
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_HEAD = re.compile(r"(CREATE (?:OR REPLACE )?(?:TABLE|VIEW)(?: IF NOT EXISTS)?|ALTER TABLE) (\w+)")
_ENGINE = re.compile(r"ENGINE = (Replacing)?MergeTree(?:\((\w+)\))?")
_PATH = "'/clickhouse/tables/{shard}/{database}/{table}', '{replica}'"
_READ = re.compile(r"(\n *(?:FROM|INNER JOIN|LEFT JOIN) )(\w+)")  # in our views each stands at the beginning of a line
_WINDOW = "non_replicated_deduplication_window"


def statements(cluster: str, database: str, migrations: list[Migration]) -> Iterator[str]:
    """Everything a fresh cluster needs, in order; each statement names its database, for ``USE`` reaches one server.

    :raises ValueError: an odd name of cluster or database, or a statement of a kind this does not know.
    """
    if not _NAME.fullmatch(cluster):
        raise ValueError(f"cluster name {cluster!r}: letters, digits and _ only")
    yield create_database(database).replace(f" {database} ", f" {database} ON CLUSTER {cluster} ")
    for statement in (ledger(), *(one for migration in migrations for one in migration.statements)):
        yield variant(statement, cluster, database)


def variant(statement: str, cluster: str, database: str) -> str:
    """One statement for the cluster. Comments in front of it stay.

    >>> variant("CREATE VIEW v AS SELECT 1", "province", "chengxin")
    'CREATE VIEW chengxin.v ON CLUSTER province AS SELECT 1'
    """
    changed, times = _HEAD.subn(rf"\1 {database}.\2 ON CLUSTER {cluster}", statement, count=1)
    if not times:
        raise ValueError(f"no variant for a cluster is known of: {statement[:80]}")
    changed = _ENGINE.sub(_replicated, changed)
    changed = changed.replace(f"{_WINDOW} =", "replicated_deduplication_window =")
    return _READ.sub(rf"\1{database}.\2", changed)


def _replicated(engine: re.Match[str]) -> str:
    kind, version = engine.group(1) or "", engine.group(2)
    arguments = _PATH if version is None else f"{_PATH}, {version}"
    return f"ENGINE = Replicated{kind}MergeTree({arguments})"
