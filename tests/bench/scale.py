"""``docs/scale.md``: unit costs, as the last runs measured them, times a province and times the nation.

``python tests/bench/scale.py LOAD [RESTORE]`` (the files that ``make load`` and ``make bench`` leave in ``build/``)
prints its tables. Nothing is measured here, and nothing that was not measured is multiplied.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from topics.catalogue import Catalogue

YEAR_S = 365 * 86_400
DAY_S = 86_400
WORKING_S = 8 * 3_600
BROKERS = 3


class Units(NamedTuple):
    """What one record of a department costs, and what one subject takes."""

    worker_us: float  # processor time of all workers
    sink_us: float
    broker_us: float  # of the one broker there was
    disk_bytes: float  # of Kafka and ClickHouse together, one copy
    rows: float  # in ClickHouse
    subjects: float  # per record
    state_bytes: float  # per subject
    events_per_second: float  # by two workers on two cores that did all the rest, too
    restored_per_second: float | None = None  # subjects, one process, store on disk; None: not measured


class Place(NamedTuple):
    """How much happens: events a second on average over the year, and for how many years they are kept."""

    name: str
    rate: float
    years: int = 8

    @property
    def records(self) -> float:
        return self.rate * YEAR_S * self.years


# design section 11: a province has about one event a second; the nation has 31 such clusters, none bigger, for nothing
# is central: so it is multiplied and not enlarged. "Dense" asks what ten times as much would be.
PLACES = (Place("a province", 1.0), Place("a dense province", 10.0), Place("the nation, 31 provinces", 31.0))


def units(load: Mapping[str, Any], restore: Mapping[str, Any] | None = None) -> Units:
    """From the last lines of ``make load`` and of the bench of restoring."""
    cpu, records = load["cpu_us_per_record"], load["records"]
    return Units(
        worker_us=sum(used for name, used in cpu.items() if name.startswith("worker")),
        sink_us=cpu["sink"],
        broker_us=cpu["kafka"],
        disk_bytes=load["disk_mb"] * 1e6 / records,
        rows=load["clickhouse_rows"] / records,
        subjects=load["state_keys"] / records,
        state_bytes=load["state_mb"] * 1e6 / load["state_keys"],
        events_per_second=load["events_per_second"],
        restored_per_second=None if restore is None else restore["subjects"] / restore["seconds"]["disk"],
    )


def row(unit: Units, place: Place) -> dict[str, str]:
    """One column of the table, by name of the line."""
    burst = place.rate * YEAR_S / 12 / WORKING_S  # a month's events in the working hours of its last day
    cores = (unit.worker_us + unit.sink_us) / 1e6
    subjects = unit.subjects * place.records
    restored = unit.restored_per_second
    last = {} if restored is None else {"restore of one partition of 64": f"{subjects / 64 / restored:,.0f} s"}
    return {
        "records of 8 years": _big(place.records),
        "cores for workers and sinks, on average": f"{cores * place.rate:.4f}",
        "the same, a month's events on its last day": f"{cores * burst:.2f}",
        "broker's cores that day, one copy": f"{unit.broker_us / 1e6 * burst:.2f}",
        "events a second that day": f"{burst:,.0f}",
        "replay of the 8 years on the two cores measured": f"{place.records / unit.events_per_second / 3_600:,.0f} h",
        "disk, one copy": _bytes(unit.disk_bytes * place.records),
        "rows in ClickHouse": _big(unit.rows * place.records),
        "subjects with a standing": _big(subjects),
        "standings": _bytes(subjects * unit.state_bytes),
        "standings of one of 64 partitions": _bytes(subjects * unit.state_bytes / 64),
        **last,
    }


def partitions(brokers: int = BROKERS) -> dict[str, int]:
    """Partitions of the catalogue at the scale of a province, with three copies, over the brokers."""
    count = sum(spec.partitions for spec in Catalogue.load().topics(scale="province"))
    return {"partitions": count, "replicas": 3 * count, "replicas a broker": 3 * count // brokers}


def table(unit: Units) -> Iterator[str]:
    columns = [row(unit, place) for place in PLACES]
    yield "| | " + " | ".join(place.name for place in PLACES) + " |"
    yield "| --- |" + " --- |" * len(PLACES)
    for name in columns[0]:
        yield f"| {name} | " + " | ".join(column[name] for column in columns) + " |"


def _big(number: float) -> str:
    """
    >>> _big(1_234_567), _big(2.5e9)
    ('1.2 million', '2.5 billion')
    """
    return f"{number / 1e9:,.1f} billion" if number >= 1e9 else f"{number / 1e6:,.1f} million"


def _bytes(number: float) -> str:
    """
    >>> _bytes(1.5e9), _bytes(2e12)
    ('1.5 GB', '2.0 TB')
    """
    return f"{number / 1e12:,.1f} TB" if number >= 1e12 else f"{number / 1e9:,.1f} GB"


def main() -> None:
    unit = units(*(json.loads(Path(name).read_text(encoding="utf-8").splitlines()[-1]) for name in sys.argv[1:]))
    print(json.dumps({name: round(value, 1) for name, value in unit._asdict().items() if value is not None}))
    print(json.dumps(partitions()))
    print("\n".join(table(unit)))


if __name__ == "__main__":
    main()
