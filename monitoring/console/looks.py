"""What the processes say of themselves: their metrics endpoints read in turn, and what grew between two readings.

The same text a Prometheus scrapes, parsed by prometheus-client; no Prometheus is needed. A process that does not answer
is kept as one that does not: its figures are missing, never zero.
"""

import threading
import time
import urllib.request
from collections.abc import Callable, Mapping
from typing import NamedTuple

from prometheus_client.parser import text_string_to_metric_families

from monitoring.catalogue import Kind, Metric

EVERY_S = 5.0
KEPT_S = 60.0
GAUGES_S = 35.0  # the exporter looks every 15 or 30 s: what its gauges grew by is told only over more than that
_ANSWER_S = 5.0  # a busy process answers late
_LOOPBACK = "http://127.0.0.1:"
_OF_NO_USE = ("_bucket{", "_created")
Labels = tuple[tuple[str, str], ...]
Series = Mapping[str, Mapping[Labels, float]]  # sample name -> labels, sorted -> value


class Process(NamedTuple):
    """One process at one reading; ``series`` is None where it did not answer."""

    name: str
    series: Series | None

    @property
    def role(self) -> str:
        return self.name.rpartition("-")[0]


class Look(NamedTuple):
    """All processes at ``at``, seconds of a monotonic clock."""

    at: float
    processes: tuple[Process, ...]


def parsed(text: str) -> Series:
    """The samples of an endpoint's text, without the buckets of histograms."""
    kept = "\n".join(line for line in text.splitlines() if not any(part in line for part in _OF_NO_USE))
    found: dict[str, dict[Labels, float]] = {}
    for family in text_string_to_metric_families(kept + "\n"):
        for sample in family.samples:
            found.setdefault(sample.name, {})[tuple(sorted(sample.labels.items()))] = sample.value
    return found


class Window:
    """The looks of the last minute. A figure is None where no process that answers has it."""

    def __init__(self, looks: tuple[Look, ...]) -> None:
        self.looks = looks

    @property
    def seconds(self) -> float:
        """From the oldest look to the newest."""
        return self.looks[-1].at - self.looks[0].at if self.looks else 0.0

    @property
    def processes(self) -> tuple[Process, ...]:
        return self.looks[-1].processes if self.looks else ()

    def series(self, metric: Metric, *, suffix: str = "", **labels: str) -> dict[Labels, float]:
        """The newest figure of each series with these labels: counters of processes are added, of a gauge that two
        processes show the greater one counts."""
        found: dict[Labels, float] = {}
        for (_, known), value in self._at(self.looks[-1], metric, suffix, labels).items() if self.looks else ():
            found[known] = found.get(known, 0.0) + value
        return found

    def value(self, metric: Metric, *, suffix: str = "", **labels: str) -> float | None:
        """``series``, added up."""
        series = self.series(metric, suffix=suffix, **labels)
        return sum(series.values()) if series else None

    def grown(self, metric: Metric, *, suffix: str = "", **labels: str) -> dict[Labels, float] | None:
        """What each series grew by within the window; a counter that began anew counts from 0. None: there are no two
        readings of any such series yet."""
        if len(self.looks) < 2:
            return None
        total: dict[Labels, float] = {}
        before = self._at(self.looks[0], metric, suffix, labels)
        for look in self.looks[1:]:
            now = self._at(look, metric, suffix, labels)
            for key, value in now.items():
                if key in before:
                    step = value - before[key]
                    restarted = metric.kind is not Kind.GAUGE and step < 0
                    grew = value if restarted else max(0.0, step)
                    total[key[1]] = total.get(key[1], 0.0) + grew
            before = {**before, **now}
        return total or None

    @staticmethod
    def _at(look: Look, metric: Metric, suffix: str, labels: Mapping[str, str]) -> dict[tuple[str, Labels], float]:
        """Series by process and labels; those of a gauge by labels alone."""
        name = metric.name + (suffix or ("_total" if metric.kind is Kind.COUNTER else ""))
        found: dict[tuple[str, Labels], float] = {}
        for process in look.processes:
            for known, value in (process.series or {}).get(name, {}).items():
                if labels.items() <= dict(known).items():
                    key = ("" if metric.kind is Kind.GAUGE else process.name, known)
                    found[key] = max(found[key], value) if key in found else value
        return found


class Watcher:
    """Reads all endpoints every ``EVERY_S`` in a thread of its own. ``addresses``: of endpoints, by process name."""

    def __init__(self, addresses: Callable[[], Mapping[str, str]]) -> None:
        self._addresses = addresses
        self._looks: tuple[Look, ...] = ()  # replaced whole: whoever reads has one picture
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="looks", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        self._stop.set()
        self._thread.join(2 * _ANSWER_S)

    def window(self) -> Window:
        return Window(self._looks)

    def look(self) -> None:
        """Read every endpoint once."""
        processes = tuple(Process(name, _read(address)) for name, address in sorted(self._addresses().items()))
        now = time.monotonic()
        self._looks = (*(one for one in self._looks if one.at >= now - KEPT_S), Look(now, processes))

    def _run(self) -> None:
        while not self._stop.is_set():
            self.look()
            self._stop.wait(EVERY_S)


def _read(address: str) -> Series | None:
    if not address.startswith(_LOOPBACK):
        return None  # a process is on this machine, whatever a file in the folder says
    try:
        with urllib.request.urlopen(address, timeout=_ANSWER_S) as answer:  # noqa: S310 - loopback only, see above
            return parsed(answer.read().decode("utf-8"))
    except (OSError, ValueError):
        return None
