"""Which obligations a department is shown in ClickHouse: those it was told of, from the table and through its view.

The portal's attempts, which come before, have had a measure proposed to one department.
"""

import time

from tests.secure.attempts import ALLOWED, DENIED, Denied, attempt
from tests.secure.attempts_clickhouse import rows
from tests.secure.attempts_portal import door
from tests.secure.stand import PATIENCE_S, Stand

TABLES = ("obligations", "obligations_current")


def count(stand: Stand, account: str, table: str, where: str = "1") -> int:
    return int(rows(stand, account, f"SELECT count() FROM {table} WHERE {where}")[0][0])


def proposed(stand: Stand, table: str) -> str:
    """What finds the proposal of ``org``, once it is stored for whoever reads everything."""
    where = f"obligation_id = '{door(stand).proposal['obligation_id']}'"
    deadline = time.monotonic() + PATIENCE_S
    while not count(stand, "auditor", table, where):
        assert time.monotonic() < deadline, f"no such row in {table}"
        time.sleep(0.5)
    return where


def _told(table: str) -> None:
    @attempt("channel_org", f"finds in {table} what it was proposed, and nothing of other departments", ALLOWED)
    def _(stand: Stand) -> None:
        assert count(stand, "channel_org", table, proposed(stand, table)) > 0
        assert rows(stand, "channel_org", f"SELECT DISTINCT toString(executor) FROM {table}") == [("org",)]

    @attempt("channel_railway", f"looks in {table} for what another department was proposed", DENIED)
    def _(stand: Stand) -> None:
        if not count(stand, "channel_railway", table, proposed(stand, table)):
            raise Denied("no row")

    @attempt("channel_railway", f"counts all that stands in {table}", DENIED)
    def _(stand: Stand) -> None:
        proposed(stand, table)
        if count(stand, "channel_railway", table) < count(stand, "auditor", table):
            raise Denied("its own rows alone are counted")


for _one in TABLES:
    _told(_one)
