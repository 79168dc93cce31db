"""What is seen of the processes while they work: memory, processor time, and the figures of their metrics endpoints."""

import time
import urllib.request
from collections.abc import Mapping
from typing import NamedTuple

import psutil

_TIMEOUT_S = 5.0
RECEIPTS, ROWS = "chengxin_receipts_total", "chengxin_sink_rows_total"


class Look(NamedTuple):
    """One look. Memory in MB (10^6 bytes, resident), processor time in seconds since the process started."""

    at: float  # monotonic
    receipts: int
    rows: int
    rss: dict[str, float]
    cpu: dict[str, float]


class Span(NamedTuple):
    """Memory of one process over the run, in MB: at the first receipt, after a fifth, at the last receipt, at most, and
    at most from the fifth on."""

    start: float
    after_fifth: float
    end: float
    max: float
    max_after_fifth: float


def look(pids: Mapping[str, int], endpoints: Mapping[str, str]) -> Look:
    """Look at the processes named in ``pids``; one that does not live has no figures. Endpoints must answer, or count
    nothing this time."""
    rss, cpu = {}, {}
    for name, pid in pids.items():
        try:
            process = psutil.Process(pid)
            rss[name] = process.memory_info().rss / 1e6
            times = process.cpu_times()
            cpu[name] = times.user + times.system
        except psutil.NoSuchProcess:
            continue
    seen = [scrape(address) for address in endpoints.values()]
    return Look(time.monotonic(), sum(one[RECEIPTS] for one in seen), sum(one[ROWS] for one in seen), rss, cpu)


def scrape(address: str) -> dict[str, int]:
    """The sums of the two counters we watch; 0 while the endpoint does not answer."""
    sums = {RECEIPTS: 0, ROWS: 0}
    try:
        with urllib.request.urlopen(address, timeout=_TIMEOUT_S) as reply:  # noqa: S310 - loopback, our own processes
            text = reply.read().decode()
    except OSError:
        return sums
    for line in text.splitlines():
        name = line.partition("{")[0]
        if name in sums:
            sums[name] += int(float(line.rpartition(" ")[2]))
    return sums


class Memory:
    """Follows the resident memory of the processes from the first receipt to the last."""

    def __init__(self, records: int) -> None:
        self._fifth = records / 5
        self._records = records
        self._looks: dict[str, list[float]] = {}
        self._after_fifth: dict[str, float] = {}
        self._most_after_fifth: dict[str, float] = {}
        self._end: dict[str, float] = {}
        self.cpu: dict[str, float] = {}  # seconds of processor time until the last receipt

    def note(self, seen: Look) -> None:
        if not seen.receipts:
            return
        if seen.receipts >= self._records:
            self.cpu = self.cpu or seen.cpu
        for name, rss in seen.rss.items():
            self._looks.setdefault(name, []).append(rss)
            if seen.receipts >= self._fifth:
                self._after_fifth.setdefault(name, rss)
                self._most_after_fifth[name] = max(rss, self._most_after_fifth.get(name, rss))
            if seen.receipts >= self._records:
                self._end.setdefault(name, rss)

    def span(self, name: str) -> Span:
        looks = self._looks[name]
        return Span(
            looks[0], self._after_fifth[name], self._end[name], max(looks), max_after_fifth=self._most_after_fifth[name]
        )
