"""A casework that leaves something out does not pass: on a real ClickHouse, with the declared tables."""

from collections.abc import Iterator
from typing import Any

import pytest

from sinks.clickhouse import migrate
from sinks.clickhouse.connection import connect
from streams.load.following import Followed, followed, told

pytestmark = pytest.mark.servers

RECEIPTS = [("r1", "accepted"), ("r2", "warned"), ("r3", "held"), ("r4", "rejected"), ("r5", "duplicate")]
DECISIONS = [
    ("d1", "s1", "r1", "determination", 0, ["o1", "o2"], [], ["n1"]),
    ("d2", "s1", "r1", "determination", 1, [], ["o1"], ["n2"]),
    ("d3", "s1", "r1", "determination", 2, [], ["o2"], []),
    ("d4", "s2", "r2", "ending", 0, [], [], []),
    ("d5", "s2", "r3", "feedback", 0, [], [], []),
    ("d6", "s2", "t1", "tick", 0, [], ["o3"], []),
]
OBLIGATIONS = [("o1", "d1"), ("o2", "d1"), ("o1", "d2"), ("o2", "d3"), ("o3", "d6")]


@pytest.fixture
def client(clickhouse_url: str, database: str) -> Iterator[Any]:
    with connect(clickhouse_url, database) as client:
        migrate.apply(client, database)
        yield client


class Rows:
    """Asked of ClickHouse."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def history(self, receipts: list[Any], decisions: list[Any], obligations: list[Any]) -> None:
        fill(self._client, receipts, decisions, obligations)

    def followed(self, notices: int) -> Followed:
        return followed(self._client, notices)


class Records:
    """Asked of the records themselves."""

    def history(self, receipts: list[Any], decisions: list[Any], obligations: list[Any]) -> None:
        self._receipts, self._changes = receipts, obligations
        self._decisions = [
            {
                "decision_id": name,
                "subject": subject,
                "cause": {"receipt_id": receipt, "kind": kind},
                "ordinal": ordinal,
                "raised": [{"obligation_id": one} for one in raised],
                "changed": [{"obligation_id": one} for one in changed],
                "notices": notices,
            }
            for name, subject, receipt, kind, ordinal, raised, changed, notices in decisions
        ]

    def followed(self, notices: int) -> Followed:
        return told(self._receipts, self._decisions, self._changes, notices)


@pytest.fixture(params=["rows", "records"])
def asked(request: pytest.FixtureRequest) -> Rows | Records:
    return Records() if request.param == "records" else Rows(request.getfixturevalue("client"))


def fill(client: Any, receipts: list[Any], decisions: list[Any], obligations: list[Any]) -> None:
    """These rows and no others; what is not asked for is empty."""
    for table in ("receipts", "decisions", "obligations"):
        client.execute(f"TRUNCATE TABLE {table}")
    client.execute("INSERT INTO receipts (receipt_id, outcome) VALUES", receipts)
    columns = "decision_id, subject, cause_receipt_id, cause_kind, ordinal, raised, changed, notice_ids"
    client.execute(f"INSERT INTO decisions ({columns}) VALUES", decisions)
    client.execute("INSERT INTO obligations (obligation_id, decision_id) VALUES", obligations)


def without(rows: list[Any], first: str) -> list[Any]:
    return [row for row in rows if row[0] != first]


def test_whatever_is_left_out_is_counted(asked: Rows | Records) -> None:
    asked.history(RECEIPTS, DECISIONS, OBLIGATIONS)
    assert asked.followed(notices=2) == Followed()
    assert asked.followed(notices=1) == Followed(notices=1)
    asked.history(RECEIPTS, without(DECISIONS, "d4"), OBLIGATIONS)  # the only one of its record
    assert asked.followed(notices=2) == Followed(undecided=1)
    asked.history(RECEIPTS, without(DECISIONS, "d2"), OBLIGATIONS)  # one between others
    assert asked.followed(notices=2) == Followed(gaps=1, unasked=1, notices=1)
    asked.history(RECEIPTS, DECISIONS, OBLIGATIONS[1:])  # a proposal that no department hears of
    assert asked.followed(notices=2) == Followed(untold=1)
    asked.history(RECEIPTS, DECISIONS, [*OBLIGATIONS, ("o9", "d1")])
    assert asked.followed(notices=2) == Followed(unasked=1)
    asked.history([*RECEIPTS[1:], ("r1", "duplicate")], DECISIONS, OBLIGATIONS)
    assert asked.followed(notices=2) == Followed(unfounded=3)


def test_receipts_and_nothing_else_do_not_pass(client: Any) -> None:
    client.execute("INSERT INTO receipts (receipt_id, outcome) VALUES", RECEIPTS)
    assert followed(client, notices=0) == Followed(undecided=3)
