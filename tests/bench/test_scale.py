"""The arithmetic of docs/scale.md, held to numbers worked out by hand."""

import doctest

import scale
from scale import Place, Units

LOAD = {
    "records": 1_000_000,
    "cpu_us_per_record": {"worker-1": 200, "worker-2": 100, "sink": 100, "kafka": 50},
    "disk_mb": 8_000,
    "clickhouse_rows": 4_000_000,
    "state_keys": 250_000,
    "state_mb": 1_000,
    "events_per_second": 2_000,
}
RESTORE = {"subjects": 1_000_000, "seconds": {"disk": 20.0}}
UNIT = Units(300, 100, 50, 8_000, 4, 0.25, 4_000, 2_000, 50_000)


def test_examples_in_docstrings_run() -> None:
    assert doctest.testmod(scale).failed == 0


def test_units_are_what_the_runs_measured() -> None:
    assert scale.units(LOAD, RESTORE) == UNIT


def test_a_column_is_the_units_times_the_place() -> None:
    found = scale.row(UNIT, Place("here", rate=2.0, years=8))
    assert found == {
        "records of 8 years": "504.6 million",  # 2 x 31,536,000 x 8
        "cores for workers and sinks, on average": "0.0008",  # 400 us x 2
        "the same, a month's events on its last day": "0.07",  # 182.5 a second x 400 us
        "broker's cores that day, one copy": "0.01",
        "events a second that day": "182",  # 5,256,000 in 28,800 s
        "replay of the 8 years on the two cores measured": "70 h",
        "disk, one copy": "4.0 TB",
        "rows in ClickHouse": "2.0 billion",
        "subjects with a standing": "126.1 million",
        "standings": "504.6 GB",
        "standings of one of 64 partitions": "7.9 GB",
        "restore of one partition of 64": "39 s",
    }


def test_what_was_not_measured_is_not_multiplied() -> None:
    unit = scale.units(LOAD)
    assert unit == UNIT._replace(restored_per_second=None)
    whole = scale.row(UNIT, Place("here", rate=2.0))
    assert scale.row(unit, Place("here", rate=2.0)) == {name: whole[name] for name in [*whole][:-1]}


def test_the_partitions_are_the_catalogues() -> None:
    found = scale.partitions(brokers=3)
    assert found["replicas"] == 3 * found["partitions"] and found["replicas a broker"] == found["partitions"] > 10_000
