"""The table of ``make bench``: bars for the eye, figures, and every target with what was found - missed ones too."""

from collections.abc import Mapping
from typing import Any

import bench_figures as figures
from rich import box
from rich.console import Console
from rich.table import Table

WIDTH = 30
_ORDER = ("decode", "check", "seal", "state", "decide", "evolve", "encode")


def bar(value: float, most: float) -> str:
    """
    >>> bar(5.0, 10.0) == "█" * 15
    True
    """
    return "█" * max(1, round(WIDTH * value / most))


def show(found: Mapping[str, Any], console: Console | None = None) -> None:
    console = console or Console(width=130)
    console.print(_contestants(found), _costs(found), _latency(found), _alone(found), _targets(found))


def _table(title: str, *columns: str) -> Table:
    table = Table(*columns, title=title, title_justify="left", box=box.SIMPLE_HEAD)
    for column in table.columns[1:]:
        column.justify = "right"
    return table


def _contestants(found: Mapping[str, Any]) -> Table:
    table = _table(
        "同一工作 / one job, one process",
        "",
        "events/s",
        "us/event",
        "its cpu",
        "broker",
        "total",
        "overhead",
        "guarantee",
        "",
    )
    rates = found["events_per_second"]
    for name, rate in rates.items():
        total, overhead = found["total_ratio"].get(name), found["overhead_ratio"].get(name)
        table.add_row(
            name,
            f"{rate:,.0f}",
            f"{figures.microseconds(rate):,.0f}",
            f"{found['cpu_us'][name]:,.0f}",
            f"{found['broker_us'][name]:,.0f}",
            "" if total is None else f"{total:.2f} x",
            "" if overhead is None else f"{overhead:.1f} x",
            _promised(found["guarantee"][name], found["repeated"][name]),
            bar(rate, max(rates.values())),
        )
    table.columns[7].justify = table.columns[8].justify = "left"
    return table


def _promised(guarantee: str, repeated: int) -> str:
    """What a contestant promises, and how many of its records came again in the worst of its runs."""
    return f"{guarantee}; {repeated:,} repeated" if repeated else guarantee


def _costs(found: Mapping[str, Any]) -> Table:
    cost = found["cost_us"]
    table = _table("每条记录的花费 / what an event of ours costs", "", "us", "")
    most = max(cost.values())
    for name in ("shared", *_ORDER, "kafka", "clickhouse"):
        table.add_row(f"  {name}" if name in _ORDER else name, f"{cost[name]:,.1f}", bar(cost[name], most))
    for name, row in found["clickhouse_row_us"].items():
        table.add_row(f"  row of {name}", f"{row:,.1f}", "")
    table.columns[2].justify = "left"
    return table


def _latency(found: Mapping[str, Any]) -> Table:
    table = _table("延迟 / publish to receipt at 200 events/s", "", "p50 ms", "p99 ms", "")
    most = max(one["p99"] for one in found["latency_ms"].values())
    for name, one in found["latency_ms"].items():
        table.add_row(name, f"{one['p50']:,.0f}", f"{one['p99']:,.0f}", bar(one["p99"], most))
    table.columns[3].justify = "left"
    return table


def _alone(found: Mapping[str, Any]) -> Table:
    table = _table("只看引擎、只看写入 / the engine alone, the sink's writer alone", "", "a second", "")
    events, rows = found["engine"]["events_per_second"], found["clickhouse_rows_per_second"]
    for unit, rates in (("events", events), ("rows", rows)):
        for name, rate in rates.items():
            table.add_row(f"{unit}: {name}", f"{rate:,.0f}", bar(rate, max(rates.values())))
    table.columns[2].justify = "left"
    return table


def _targets(found: Mapping[str, Any]) -> Table:
    table = _table("目标 / targets", "", "wanted", "found", "")
    for one in figures.targets(found):
        verdict = (
            "[dim]does not apply: " + one.why if one.met is None else "[green]met" if one.met else "[bold red]MISSED"
        )
        table.add_row(one.name, one.wanted, f"{one.found:.2f}", verdict)
    table.columns[3].justify = "left"
    return table
