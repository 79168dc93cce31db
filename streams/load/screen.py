"""The table a person watches while the backlog is worked off; without a terminal a line now and then."""

import time
from types import TracebackType

from rich import box
from rich.console import Console
from rich.live import Live
from rich.table import Table

from streams.load.gauges import Look
from streams.load.outage import Outage

_LINE_S = 30.0  # between two lines where there is no terminal


class Screen:
    """``say`` at any time; ``show`` within its context."""

    def __init__(self, console: Console, records: int) -> None:
        self._console = console
        self._records = records
        self._began = time.monotonic()
        self._live = Live(console=console, auto_refresh=False) if console.is_terminal else None
        self._first: Look | None = None
        self._last: Look | None = None
        self._most: dict[str, float] = {}
        self._said = 0.0

    def __enter__(self) -> "Screen":
        if self._live is not None:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live is not None:
            self._live.stop()

    def say(self, text: str) -> None:
        self._console.print(f"[dim]{time.monotonic() - self._began:6.1f} s[/]  {text}")

    def show(self, seen: Look, outage: Outage) -> None:
        for name, rss in seen.rss.items():
            self._most[name] = max(rss, self._most.get(name, 0.0))
        if self._live is not None:
            self._live.update(self._table(seen, outage), refresh=True)
        elif time.monotonic() - self._said > _LINE_S:
            self._said = time.monotonic()
            memory = "  ".join(f"{name} {rss:.0f}" for name, rss in seen.rss.items())
            self.say(f"{self._progress(seen)}  {_clickhouse(outage)}  MB: {memory}")
        if self._first is None and seen.receipts:
            self._first = seen
        self._last = seen

    def _progress(self, seen: Look) -> str:
        rate = 0.0
        if self._first is not None and seen.at > self._first.at:
            rate = (seen.receipts - self._first.receipts) / (seen.at - self._first.at)
        return f"回执 receipts {seen.receipts:,}/{self._records:,} ({rate:,.0f}/s)  行 rows {seen.rows:,}"

    def _table(self, seen: Look, outage: Outage) -> Table:
        table = Table(
            title=self._progress(seen), title_justify="left", box=box.SIMPLE_HEAD, caption=_clickhouse(outage)
        )
        for column in ("进程 process", "内存 MB", "最高 max", "CPU"):
            table.add_column(column, justify="left" if column.endswith("process") else "right")
        for name, rss in seen.rss.items():
            table.add_row(name, f"{rss:,.0f}", f"{self._most[name]:,.0f}", self._share(name, seen))
        return table

    def _share(self, name: str, seen: Look) -> str:
        """Of one core, since the look before; nothing for a process that was started since."""
        last = self._last
        if last is None or name not in last.cpu or seen.cpu[name] < last.cpu[name] or seen.at <= last.at:
            return ""
        return f"{(seen.cpu[name] - last.cpu[name]) / (seen.at - last.at):.0%}"


def _clickhouse(outage: Outage) -> str:
    if outage.under_way:
        return "ClickHouse 停机 / down"
    return "ClickHouse 运行 / up" + (
        f" (曾停机 / was down {outage.seconds:.0f} s)" if outage.seconds is not None else ""
    )
