"""From measurements to figures: ratios, percentiles, targets. Pure, so that a test can hold it to hand-made numbers."""

from collections.abc import Mapping, Sequence
from math import ceil
from statistics import median
from typing import Any, NamedTuple

SHARED_BOUND_US = 60.0  # the total ratios are targets where the shared part costs up to this
TARGETS = {
    "overhead_ratio.faust": 10.0,
    "overhead_ratio.quix": 3.0,
    "overhead_ratio.bytewax": 1.6,
    "total_ratio.faust": 5.0,
    "total_ratio.quix": 1.5,
    "total_ratio.bytewax": 1.0,
}
ALONE = {  # of the engine alone, and of the sink's writer
    "engine_ratio.kstreams": 1.0,
    "engine_ratio.raw": 0.6,
    "clickhouse_ratio.driver": 0.8,
    "clickhouse_ratio.row_lists": 1.3,
}
RULES_BOUND = 1.3
LATENCY_BOUND = 0.2  # of p99 of Quix's defaults


class Target(NamedTuple):
    """``met`` None: the target does not apply, ``why`` says so."""

    name: str
    wanted: str
    found: float
    met: bool | None
    why: str = ""


def microseconds(rate: float) -> float:
    """Per event, of a rate in events per second.

    >>> microseconds(20_000)
    50.0
    """
    return 1e6 / rate


def total_ratios(rates: Mapping[str, float]) -> dict[str, float]:
    """Ours to each other, events per second.

    >>> total_ratios({"ours": 300.0, "faust": 60.0})
    {'faust': 5.0}
    """
    return {name: rates["ours"] / rate for name, rate in rates.items() if name != "ours"}


def overhead_ratios(costs: Mapping[str, float], shared: float) -> dict[str, float]:
    """(theirs - shared) / (ours - shared), costs in microseconds per event. Raises ValueError where ours does not
    cost more than the shared part: then one of the two was measured wrong.

    >>> overhead_ratios({"ours": 150.0, "faust": 600.0}, 100.0)
    {'faust': 10.0}
    """
    ours = costs["ours"] - shared
    if ours <= 0:
        raise ValueError(f"ours costs {costs['ours']:.1f} us an event, the shared part alone {shared:.1f}")
    return {name: (cost - shared) / ours for name, cost in costs.items() if name != "ours"}


def clickhouse_ratios(rates: Mapping[str, float]) -> dict[str, float]:
    """The sink's writer to the two other ways, rows per second.

    >>> clickhouse_ratios({"writer": 90.0, "driver": 100.0, "row_lists": 60.0})
    {'driver': 0.9, 'row_lists': 1.5}
    """
    return {name: rates["writer"] / rates[name] for name in ("driver", "row_lists")}


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that at least ``percent`` of the values do not exceed.

    >>> percentile([4.0, 1.0, 3.0, 2.0], 50), percentile([4.0, 1.0, 3.0, 2.0], 99)
    (2.0, 4.0)
    """
    ordered = sorted(values)
    return ordered[max(0, ceil(len(ordered) * percent / 100) - 1)]


def latency(seconds: Sequence[float]) -> dict[str, float]:
    """p50 and p99 in milliseconds."""
    return {f"p{percent}": percentile(seconds, percent) * 1000 for percent in (50, 99)}


def medians(rows: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """The median of each name over several measurements.

    >>> medians([{"a": 1.0}, {"a": 9.0}, {"a": 2.0}])
    {'a': 2.0}
    """
    return {name: median(row[name] for row in rows) for name in rows[0]}


def spread(values: Sequence[float]) -> float:
    """(largest - smallest) / median: how far repeats lie apart.

    >>> spread([9.0, 10.0, 11.0])
    0.2
    """
    return (max(values) - min(values)) / median(values)


def targets(figures: Mapping[str, Any]) -> list[Target]:
    """Every target with what was found."""
    shared = figures["cost_us"]["shared"]
    judged = []
    for name, least in TARGETS.items():
        group, peer = name.split(".")
        found, applies = figures[group][peer], group == "overhead_ratio" or shared <= SHARED_BOUND_US
        why = "" if applies else f"the shared part costs {shared:.0f} us, over {SHARED_BOUND_US:.0f}: see the profile"
        judged.append(Target(name, f">= {least}", found, found >= least if applies else None, why))
    for name, least in ALONE.items():
        group, other = name.split(".")
        found = figures[group][other]
        judged.append(Target(name, f">= {least}", found, found >= least))
    ratio = figures["latency_ms"]["ours"]["p99"] / figures["latency_ms"]["quix"]["p99"]
    judged.append(Target("latency_ms.p99 ours/quix", f"<= {LATENCY_BOUND}", ratio, ratio <= LATENCY_BOUND))
    rules = figures["rules_500_ratio"]
    judged.append(Target("rules_500_ratio", f"<= {RULES_BOUND}", rules, rules <= RULES_BOUND))
    return judged
