"""What stands at each arrow of the map: how much goes over it, how much waits, what went wrong. From metrics alone.

A figure nobody measures is missing and said to be; a rate that needs two looks of the exporter is being measured.
"""

from collections.abc import Collection
from typing import Literal, NamedTuple

from monitoring import catalogue as c
from monitoring.catalogue import Metric
from monitoring.console.looks import GAUGES_S, Labels, Window
from monitoring.console.map import SINK, Arrow, Map
from sinks.clickhouse.tables import BY_FAMILY, SINK_GROUP
from streams import flow
from topics.catalogue import Catalogue

BEHIND = 10_000  # offsets; as alert Lag has it
STANDS = 100  # offsets of one partition; as alert PartitionStands
REJECTED = 0.2  # of receipts; as alert RejectionRate
ENOUGH = 20  # receipts; as that alert
State = Literal["ok", "warn", "bad", "none"]


class Figure(NamedTuple):
    """``value`` None: there is no figure, or it is being measured. ``total``: where the series behind a rate stand."""

    value: float | None
    measuring: bool = False
    total: float | None = None


class Told(NamedTuple):
    """One arrow. ``rate`` in ``unit`` per second; ``waiting`` in offsets, None where nothing can wait: what is written
    is written; ``faults`` of the window; ``word``: a key of words.yaml for the state."""

    rate: Figure
    unit: Literal["records", "offsets", "rows"]
    waiting: Figure | None
    faults: Figure
    state: State
    word: str


NO_FIGURE = Figure(None)


class Flow:
    """Figures of one window over the map of a deployment."""

    def __init__(self, window: Window, catalogue: Catalogue, prefix: str) -> None:
        self._window = window
        self._catalogue = catalogue
        self._prefix = prefix

    def told(self, drawn: Map) -> dict[str, Told]:
        """Every arrow by its key."""
        return {arrow.key: self._told(arrow) for arrow in drawn.arrows}

    def family_rate(self, family: str) -> Figure:
        """Offsets per second that a family's topics grow by."""
        return self._rate(c.FAMILY_END, by_exporter=True, family=family)

    def _told(self, arrow: Arrow) -> Told:
        if arrow.step == "read":
            return self._read(arrow.source, arrow.target)
        if arrow.step == "write":
            return self._written(arrow.source, arrow.target)
        if arrow.step == "store":
            return self._stored(arrow.source)
        waiting, faults = self._unstored(self._topics("erasures"), of=False), self._refused()
        return _warned(self._moving(self._rate(c.SINK_ROWS), "rows", waiting, faults), "store_refuses")

    def _read(self, family: str, agent: str) -> Told:
        topics = self._topics(family)
        rate = self._rate(c.POSITION, topics, agent=agent)
        waiting = self._waiting(f"{self._prefix}{flow.APP}", topics)
        told = self._moving(rate, "offsets", waiting, self._retries(agent))
        return self._stalled(told, f"{self._prefix}{flow.APP}", topics)

    def _stored(self, family: str) -> Told:
        if family == "erasures":
            return self._erased(self._topics(family))
        group, topics = f"{self._prefix}{SINK_GROUP}", self._topics(family)
        rate = self._rate(c.GROUP_POSITION, topics, by_exporter=True, group=group)
        faults = self._refused(table=BY_FAMILY[family].name) if family in BY_FAMILY else NO_FIGURE
        told = _warned(self._moving(rate, "offsets", self._waiting(group, topics), faults), "store_refuses")
        return self._stalled(told, group, topics)

    def _erased(self, topics: Collection[str]) -> Told:
        """Every process of the sink follows this topic whole and in no group: what one knows, and is behind."""
        waiting, faults = self._unstored(topics, of=True), self._refused(table="erasures")
        return _warned(self._moving(self._rate(c.SINK_ERASURES), "records", waiting, faults), "store_refuses")

    def _unstored(self, topics: Collection[str], *, of: bool) -> Figure:
        """What the sink has not taken in of these topics, or of all others."""
        lags = [lag for key, lag in self._window.series(c.SINK_LAG).items() if (_topic(key) in topics) is of]
        return Figure(sum(lags)) if lags else NO_FIGURE

    def _written(self, agent: str, family: str) -> Told:
        if family == "receipts":
            return self._receipts(agent)
        if family == "decisions":
            return self._moving(self._rate(c.DECISIONS), "records", None, self._retries(agent))
        told = self._moving(self.family_rate(family), "offsets", None, self._retries(agent))
        if family == "quarantine":
            return _warned(told._replace(faults=Figure(self._grown(c.FAMILY_END, family=family))), "unreadable")
        return told

    def _receipts(self, agent: str) -> Told:
        made, refused = self._grown(c.RECEIPTS, agent=agent), self._grown(c.RECEIPTS, agent=agent, outcome="rejected")
        told = self._moving(self._rate(c.RECEIPTS, agent=agent), "records", None, NO_FIGURE)
        if made is None:
            return told
        told = told._replace(faults=Figure(refused or 0.0))
        return _warned(told, "rejecting") if made > ENOUGH and (refused or 0.0) > REJECTED * made else told

    def _moving(
        self, rate: Figure, unit: Literal["records", "offsets", "rows"], waiting: Figure | None, faults: Figure
    ) -> Told:
        held = None if waiting is None else waiting.value
        if held is not None and held > BEHIND:
            return Told(rate, unit, waiting, faults, "warn", "behind")
        if rate.value is None and held is None:
            return Told(rate, unit, waiting, faults, "none", "measuring" if rate.measuring else "no_figure")
        return Told(rate, unit, waiting, faults, "ok", "moving" if rate.value else "at_rest")

    def _stalled(self, told: Told, group: str, topics: Collection[str]) -> Told:
        """A partition with records before it that were not touched within the window."""
        moved = self._window.grown(c.GROUP_POSITION, group=group)
        if moved is None or self._window.seconds < GAUGES_S:
            return told
        lags = self._window.series(c.GROUP_LAG, group=group)
        stands = [key for key, lag in lags.items() if lag > STANDS and moved.get(key) == 0 and _topic(key) in topics]
        return told._replace(state="bad", word="stands") if stands else told

    def _topics(self, family: str) -> frozenset[str]:
        channels = self._catalogue.channels_of(family) or (None,)
        return frozenset(self._catalogue.name(family, channel, self._prefix) for channel in channels)

    def _waiting(self, group: str, topics: Collection[str]) -> Figure:
        found = [lag for key, lag in self._window.series(c.GROUP_LAG, group=group).items() if _topic(key) in topics]
        return Figure(sum(found)) if found else NO_FIGURE

    def _retries(self, agent: str) -> Figure:
        """Of the agent's transactions, which cover all its topics; none are counted until the first."""
        if self._window.value(c.RECORDS, agent=agent) is None:
            return NO_FIGURE
        return Figure(self._grown(c.RETRIES, agent=agent) or 0.0)

    def _refused(self, **labels: str) -> Figure:
        """Calls that ClickHouse did not take; none are counted until the first."""
        if self._window.value(c.SINK_LAG) is None:
            return NO_FIGURE
        return Figure(self._grown(c.SINK_RETRIES, **labels) or 0.0)

    def _rate(
        self, metric: Metric, topics: Collection[str] = (), *, by_exporter: bool = False, **labels: str
    ) -> Figure:
        grown = self._window.grown(metric, **labels)
        found = [grew for key, grew in (grown or {}).items() if not topics or _topic(key) in topics]
        series = self._window.series(metric, **labels)
        shown = [value for key, value in series.items() if not topics or _topic(key) in topics]
        total = sum(shown) if shown else None
        if not found:
            return Figure(None, bool(shown) and self._window.seconds < GAUGES_S, total)
        if by_exporter and self._window.seconds < GAUGES_S:
            return Figure(None, measuring=True, total=total)
        return Figure(sum(found) / self._window.seconds, total=total)

    def _grown(self, metric: Metric, **labels: str) -> float | None:
        grown = self._window.grown(metric, **labels)
        return None if grown is None else sum(grown.values())


def _topic(labels: Labels) -> str:
    return dict(labels).get("topic", "")


def _warned(told: Told, word: str) -> Told:
    """Marked where something went wrong within the window."""
    return told._replace(state="warn", word=word) if told.faults.value else told


class Trouble(NamedTuple):
    """Something an operator should see at once. ``word``: a key of words.yaml; ``about``: what it is about."""

    state: State
    word: str
    about: str


def troubles(window: Window, told: dict[str, Told]) -> list[Trouble]:
    """What is wrong now, the worst first; empty: nothing that the metrics show."""
    found = [Trouble("bad", "process_silent", process.name) for process in window.processes if process.series is None]
    roles = {process.role for process in window.processes if process.series is not None}
    found += [Trouble("bad", "role_missing", role) for role in ("worker", SINK, "exporter") if role not in roles]
    found += [Trouble(one.state, one.word, key) for key, one in told.items() if one.state in ("bad", "warn")]
    gaps = window.value(c.CHAIN_GAPS)
    if gaps:
        found.append(Trouble("bad", "chain_gap", f"{gaps:.0f}"))
    past = window.value(c.PUBLIC, term="past")
    if past:
        found.append(Trouble("bad", "public_past", f"{past:.0f}"))
    return sorted(found, key=lambda one: one.state)
