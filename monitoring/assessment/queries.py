"""Query use (查询使用), from the query log: how often each department asked about a person. Who asked, and about whom,
is not read on."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from kafka import TopicPartition

from monitoring.assessment.cells import Cells, Place, add, located
from schemas.codec import Codec, SchemaFault
from streams.laws import records_to_end

OPERATORS = ""  # channel of a command of the operators, or of a person who asked about himself
PURPOSE = "queries_for_"
UNREADABLE = "queries_unreadable"
INBOX = "filings"  # a look at it is one question; beside it each person whose paper was shown has a record to read
_HERE = ZoneInfo("Asia/Shanghai")  # a month of the office


def month_of(at: datetime) -> date:
    return at.astimezone(_HERE).date().replace(day=1)


def read(
    bootstrap: str,
    topic: str,
    partitions: int,
    codec: Codec,
    months: tuple[date, date],
    *,
    purposes: dict[str, str],
    platforms: dict[str, str],
) -> dict[date, Cells]:
    """Questions by month and department, and by purpose; one that the catalogue lacks was refused. A record that cannot
    be read stops no bulletin: it is counted, in the month in which the broker took it."""
    found: dict[date, Cells] = {}
    for partition in range(partitions):
        for record in records_to_end(bootstrap, TopicPartition(topic, partition)):
            month, channel, figures = told(record.value, record.timestamp, codec, purposes)
            if figures and months[0] <= month <= months[1]:
                add(found.setdefault(month, {}), located(Place(channel), platforms), figures)
    return found


def told(
    value: bytes | None, taken_ms: int, codec: Codec, purposes: dict[str, str]
) -> tuple[date, str, dict[str, int]]:
    """Month, department and figures of one record of the log, none where it is no question of its own. ``taken_ms``:
    when the broker took it."""
    try:
        said = codec.decode(value, frozenset({"QueryLogged"}), max_bytes=1 << 24).value
    except SchemaFault:
        return month_of(datetime.fromtimestamp(taken_ms / 1_000, UTC)), OPERATORS, {UNREADABLE: 1}
    shown = said["command"] == INBOX and said["subject"] is not None
    figures = {} if shown else counted(said.get("refused") is None, said["purpose"], purposes)
    return month_of(said["at"]), said.get("channel") or OPERATORS, figures


def counted(answered: bool, purpose: str, purposes: dict[str, str]) -> dict[str, int]:
    if not answered or purpose not in purposes:
        return {"queries_refused": 1}
    return {"queries": 1, f"{PURPOSE}{purpose}": 1}
