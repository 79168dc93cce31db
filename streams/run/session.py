"""A run put together: ready, processes up, sample through, checks made, summary shown."""

import contextlib
import time
from collections.abc import Iterator
from typing import NamedTuple

from rich import box
from rich.console import Console
from rich.table import Table

from monitoring.assessment import gathering
from monitoring.assessment.faults import AssessmentFault
from monitoring.assessment.freezing import frozen
from monitoring.assessment.gathering import Office, query_log
from monitoring.assessment.months import after
from sinks.clickhouse.connection import connect
from sinks.portal import shell
from sinks.portal.applications import Applications
from streams import querylog
from streams.addresses import Addresses
from streams.app import Parts
from streams.explain import find, page
from streams.law import loader
from streams.local import ports
from streams.run import summary
from streams.run.checking import Outcome
from streams.run.children import Children
from streams.run.pipeline import Run, decisions_worth_reading
from streams.settings import Settings
from topics.catalogue import PLATFORM

_PATIENCE_S = 60.0


class Session(NamedTuple):
    children: Children
    result: Outcome


@contextlib.contextmanager
def session(
    settings: Settings, addresses: Addresses, console: Console, *, workers: int, records: int, stays_up: bool
) -> Iterator[Session]:
    """Run everything once; the processes stay up for as long as the block lasts."""
    parts = Parts(settings, addresses.kafka)
    run = Run(parts, addresses, console, records)
    book = run.book()
    sample = run.sample(book)
    today = run.ready(book, sample.days[0].day)
    with Children(settings, addresses) as children:
        for number in range(workers):
            children.start(f"worker-{number + 1}", "streams.cli.main", "worker")
        children.start("sink", "streams.cli.main", "sink")
        children.start("exporter", "streams.cli.main", "exporter")
        if run.untouched and today > sample.days[0].day:
            run.phases.say(
                f"时钟已到 {today},样本不发布 / the clock stands at {today}, so the sample of the past is not sent;"
            )
            run.phases.say("换一个数据目录可重新开始 / a fresh folder starts from the beginning: CHENGXIN_DATA_DIR=...")
            run.wait_until(today, children)
        else:
            run.publish(sample, children)
        result = run.check(children)
        summary.show(console, settings, addresses.clickhouse, book, result.counts)
        _explain(parts, addresses, console)
        console.print(f"[dim]用时 / time: {run.phases.told()}[/]")
        if stays_up:
            _sealer(children)
            _freeze(parts, addresses)
            _where(console, addresses, children, _pages(children))
        yield Session(children, result)


def _explain(parts: Parts, addresses: Addresses, console: Console) -> None:
    """Two decisions in full. The look is on the query log like any other."""
    applications = Applications.load(loader.load(), parts.catalogue)
    for decision_id in decisions_worth_reading(parts, addresses.clickhouse):
        query = querylog.Query("run-summary", "audit", "run", decision_id, decision_id=decision_id)
        (decision,) = find(parts, addresses.clickhouse, decision_id)
        book = parts.shelf.get(decision.law_digest)
        shell.record(parts, query, PLATFORM, applications)
        console.print(page(decision, book))


def _pages(children: Children) -> dict[str, str]:
    """Addresses for whoever looks: the portal's pages, the console, and a schema registry for clients of his own."""
    found: dict[str, str] = {}
    named = (("portal", "CHENGXIN_PORTAL"), ("console", "CHENGXIN_CONSOLE"), ("registry", "SCHEMA_REGISTRY_URL"))
    for name, setting in named:
        port = ports.any_free()
        children.start(name, "streams.cli.main", name, "--port", str(port), environment=dict(found))
        found[setting] = f"http://{ports.LOOPBACK}:{port}"
        _wait_for(port, children)
    for name in ("console", "registry"):
        del children.metrics[name]  # they serve none
    return found


def _wait_for(port: int, children: Children) -> None:
    """Until somebody listens there. Raises ChildDied; who is slow is told of all the same."""
    deadline = time.monotonic() + _PATIENCE_S
    while not ports.listening(port) and time.monotonic() < deadline:
        children.check()
        time.sleep(0.2)


def _sealer(children: Children) -> None:
    """What was looked up, decided and delivered is sealed now, once the sample is through, and then once a day."""
    children.start("sealer", "streams.cli.main", "audit", "seal", "--follow")
    del children.metrics["sealer"]  # it serves none


def _freeze(parts: Parts, addresses: Addresses) -> None:
    """The last month that is over, as the assessing office does it: public statistics are of frozen months alone. Where
    nothing has come yet there is none."""
    book = loader.load()
    with contextlib.suppress(AssessmentFault), connect(addresses.clickhouse, parts.settings.database) as client:
        office = Office(client, book, frozenset(parts.catalogue.channels), query_log(parts, book), None)
        month = after(gathering.today(client).replace(day=1), -1)
        if month not in frozen(client, month, month):
            gathering.freeze(office, month)


def _where(console: Console, addresses: Addresses, children: Children, pages: dict[str, str]) -> None:
    table = Table(title="地址 / addresses", title_justify="left", box=box.SIMPLE_HEAD, show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    table.add_row("KAFKA_BOOTSTRAP", addresses.kafka)
    table.add_row("CLICKHOUSE_URL", addresses.clickhouse)
    for name, address in pages.items():
        table.add_row(name, address)
    for name, address in children.metrics.items():
        table.add_row(name, f"{address}\n{children.log(name)}")
    console.print(table)
