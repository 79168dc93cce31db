"""Query use (查询使用), from the query log: how often each department asked about a person. Who asked, and about whom,
is not read on."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from kafka import TopicPartition

from monitoring.assessment.cells import Cells, Place, add, located
from schemas.codec import Codec
from streams.laws import read_to_end

OPERATORS = ""  # channel of a command of the operators, or of a person who asked about himself
PURPOSE = "queries_for_"
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
    """Questions by month and department, and by purpose; one that the catalogue lacks was refused."""
    found: dict[date, Cells] = {}
    for partition in range(partitions):
        for raw in read_to_end(bootstrap, TopicPartition(topic, partition)):
            said = codec.decode(raw, frozenset({"QueryLogged"}), max_bytes=1 << 24).value
            month = month_of(said["at"])
            if months[0] <= month <= months[1]:
                place = located(Place(said.get("channel") or OPERATORS), platforms)
                add(found.setdefault(month, {}), place, counted(said.get("refused") is None, said["purpose"], purposes))
    return found


def counted(answered: bool, purpose: str, purposes: dict[str, str]) -> dict[str, int]:
    if not answered or purpose not in purposes:
        return {"queries_refused": 1}
    return {"queries": 1, f"{PURPOSE}{purpose}": 1}
