"""The bench's arithmetic against hand-made numbers: a wrong ratio would be believed."""

import io

import bench_figures as figures
import bench_restore
import bench_stage
import bench_table
import pytest
from rich.console import Console

FOUND = {
    "total_ratio": {"faust": 6.0, "quix": 1.2, "bytewax": 1.1},
    "overhead_ratio": {"faust": 9.0, "quix": 4.0, "bytewax": 1.7},
    "cost_us": {name: 10.0 for name in ("decode", "check", "seal", "state", "decide", "evolve", "encode", "kafka")}
    | {"shared": 50.0, "clickhouse": 8.0},
    "latency_ms": {"ours": {"p50": 80.0, "p99": 200.0}, "quix": {"p50": 5_000.0, "p99": 10_000.0}},
    "rules_500_ratio": 1.31,
    "events_per_second": {"ours": 1_000.0, "faust": 200.0, "quix": 800.0, "bytewax": 900.0},
    "cpu_us": {"ours": 950.0, "faust": 4_000.0, "quix": 1_100.0, "bytewax": 1_000.0},
    "broker_us": {"ours": 200.0, "faust": 900.0, "quix": 300.0, "bytewax": 100.0},
    "guarantee": {"ours": "exactly once", "faust": "at least once", "quix": "exactly once", "bytewax": "at least once"},
    "repeated": {"ours": 0, "faust": 1_234, "quix": 0, "bytewax": 0},
    "clickhouse_row_us": {"decisions": 30.0},
    "engine_ratio": {"kstreams": 0.99, "raw": 0.6},
    "engine": {
        "events_per_second": {"raw": 100_000.0, "ours": 60_000.0, "kstreams": 60_606.0, "two_workers": 70_000.0},
        "two_workers": 1.167,
    },
    "clickhouse_ratio": {"driver": 0.81, "row_lists": 1.29},
    "clickhouse_rows_per_second": {"writer": 81.0, "driver": 100.0, "row_lists": 63.0},
}


def _by_name(found: dict) -> dict[str, figures.Target]:
    return {target.name: target for target in figures.targets(found)}


def test_overhead_is_what_is_left_without_the_shared_part() -> None:
    costs = {"ours": 500.0, "quix": 1_000.0, "faust": 1_500.0}
    assert figures.overhead_ratios(costs, 400.0) == {"quix": 6.0, "faust": 11.0}


def test_overhead_below_the_shared_part_is_no_figure() -> None:
    with pytest.raises(ValueError, match="shared part alone 400"):
        figures.overhead_ratios({"ours": 390.0, "quix": 1_000.0}, 400.0)


def test_percentiles_are_values_that_were_measured() -> None:
    values = [float(number) for number in range(1, 201)]
    assert figures.latency([value / 1000 for value in values]) == {"p50": 100.0, "p99": 198.0}
    assert figures.percentile([7.0], 99) == 7.0


def test_a_missed_target_is_missed() -> None:
    found = _by_name(FOUND)
    assert found["overhead_ratio.faust"].met is False
    assert found["overhead_ratio.quix"].met and found["overhead_ratio.bytewax"].met
    assert found["total_ratio.quix"].met is False
    assert found["rules_500_ratio"].met is False
    assert found["latency_ms.p99 ours/quix"].met
    assert found["engine_ratio.raw"].met and found["engine_ratio.kstreams"].met is False
    assert found["clickhouse_ratio.driver"].met and found["clickhouse_ratio.row_lists"].met is False


def test_total_targets_need_a_cheap_shared_part() -> None:
    dear = FOUND | {"cost_us": FOUND["cost_us"] | {"shared": 61.0}}
    found = _by_name(dear)
    assert found["total_ratio.quix"].met is None
    assert "61 us" in found["total_ratio.quix"].why
    assert found["overhead_ratio.faust"].met is False


def test_the_table_shows_what_was_missed() -> None:
    out = io.StringIO()
    bench_table.show(FOUND, Console(file=out, width=150))
    lines = [line for line in out.getvalue().splitlines() if "MISSED" in line]
    assert [line.split()[0] for line in lines] == [
        "overhead_ratio.faust",
        "total_ratio.quix",
        "engine_ratio.kstreams",
        "clickhouse_ratio.row_lists",
        "rules_500_ratio",
    ]


def test_the_table_shows_who_repeated_records_and_the_digest_does_not() -> None:
    out = io.StringIO()
    bench_table.show(FOUND, Console(file=out, width=150))
    assert [line.split()[0] for line in out.getvalue().splitlines() if "1,234 repeated" in line] == ["faust"]
    assert out.getvalue().count("repeated") == 1
    once, twice = {"receipts": [b"a", b"b"], "notices": [b"c"]}, {"receipts": [b"a", b"b"], "notices": [b"c", b"c"]}
    assert bench_stage.digest(once) == bench_stage.digest(twice)
    assert (bench_stage.repeated(once), bench_stage.repeated(twice)) == (0, 1)


def test_the_restore_says_of_each_store_whether_its_target_was_met() -> None:
    lines = bench_restore.verdicts({"memory": 20.0, "disk": 17.1})
    assert [line.split() for line in lines] == [
        ["restore.memory", ">=", "20", "20.0", "met"],
        ["restore.disk", ">=", "20", "17.1", "MISSED"],
    ]
