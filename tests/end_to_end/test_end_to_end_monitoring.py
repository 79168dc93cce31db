"""A real Prometheus over a real run: every panel has data, and a provoked fault fires its alert."""

import json
import re
import signal
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
from deployment import Deployment

from monitoring import prometheus
from sinks.clickhouse.connection import connect
from streams import addresses
from streams.local import ports
from streams.local.progress import OnTerminal
from streams.run.checking import Outcome
from streams.run.children import Children
from streams.settings import Settings

pytestmark = [pytest.mark.check, pytest.mark.servers]

PANELS = [
    (file.stem, panel["title"], target)
    for file in sorted(prometheus.DASHBOARDS.glob("*.json"))
    for panel in json.loads(file.read_text("utf-8"))["panels"]
    for target in panel["targets"]
]
OFFICER = "staff-4711"
REFUSED = 12  # questions to the portal; alert QueriesRefused lets ten pass
SCRAPE_S = 5  # also its time-out: a busy machine answers late


class Watched(NamedTuple):
    here: Deployment
    children: Children
    outcome: Outcome
    address: str

    def ask(self, query: str) -> list[dict[str, Any]]:
        """The vector a PromQL expression gives now."""
        return self._get("query?" + urllib.parse.urlencode({"query": query}))["result"]

    def figures(self, query: str, wanted: Any, seconds: float = 60) -> Any:
        """Values by first label, once they are as ``wanted`` or the time is over: a scrape may be late."""
        seen: dict[str, int] = {}

        def there() -> bool:
            seen.clear()
            seen.update(
                {next(iter(one["metric"].values()), ""): int(float(one["value"][1])) for one in self.ask(query)}
            )
            return seen == wanted

        self.until(there, seconds)
        return seen

    def firing(self) -> set[tuple[str, str]]:
        """Name and instance, or channel, of the alerts that fire."""
        alerts = self._get("alerts")["alerts"]
        return {
            (one["labels"]["alertname"], one["labels"].get("instance") or one["labels"].get("channel", ""))
            for one in alerts
            if one["state"] == "firing"
        }

    def words(self) -> set[str]:
        """Every value of every label."""
        return {word for label in self._get("labels") for word in self._get(f"label/{label}/values")}

    def until(self, true: Callable[[], bool], seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while not (done := true()) and time.monotonic() < deadline:
            time.sleep(1)
        return done

    def _get(self, what: str) -> Any:
        with urllib.request.urlopen(f"{self.address}/api/v1/{what}", timeout=20) as answer:
            return json.load(answer)["data"]


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """A run of the sample's first days with Prometheus beside it, then questions about persons, to the portal too."""
    alone = Settings(data_dir=tmp_path_factory.mktemp("watched"))
    with addresses.running(alone) as found:
        here = Deployment(alone.model_copy(update={"kafka_bootstrap": found.kafka, "clickhouse_url": found.clickhouse}))
        here.ready()
        with (
            Children(here.settings, here.addresses) as children,
            prometheus.running(alone.data_dir, OnTerminal(), scrape_s=SCRAPE_S) as (address, _),
        ):
            for name, module in (
                ("worker-1", "worker"),
                ("worker-2", "worker"),
                ("sink", "sink"),
                ("exporter", "exporter"),
            ):
                children.start(name, "streams.cli.main", module)
            seen = Watched(here, children, here.play(children), address)
            ask_the_portal(seen)
            ask_and_seal(here)
            played = time.time()
            assert seen.until(lambda: bool(seen.ask(f"min(chengxin_looked_seconds) > {played}")), 180), seen.ask(
                "chengxin_looked_seconds"
            )
            yield seen


def ask_the_portal(seen: Watched) -> None:
    """Start a portal by which two persons a day are many, and ask it without a token once Prometheus knows it."""
    (port,) = ports.distinct(1)
    environment = {"CHENGXIN_PORTAL_PERSONS_A_DAY": "1"}
    seen.children.start("portal", "streams.cli.main", "portal", "--port", str(port), environment=environment)
    known = 'chengxin_query_refusals_total{role="portal"}'
    assert seen.until(lambda: ports.listening(port) and bool(seen.ask(known)), 180)
    for _ in range(REFUSED):
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(f"http://{ports.LOOPBACK}:{port}/me/record", timeout=60)
        assert refused.value.code == 401


def ask_and_seal(here: Deployment) -> None:
    """Questions about two persons, one for a purpose that there is not."""
    with connect(here.addresses.clickhouse, here.settings.database) as client:
        (one,), (other,) = client.execute(
            "SELECT min(decision_id) FROM decisions WHERE NOT erased GROUP BY subject ORDER BY subject LIMIT 2"
        )
    for decision, purpose, code in ((one, "audit", 0), (other, "audit", 0), (one, "curiosity", 2)):
        done = here.chengxin("explain", decision, "--officer", OFFICER, "--purpose", purpose)
        assert done.returncode == code, done.stderr
    done = here.chengxin("audit", "seal")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(("board", "title", "target"), PANELS, ids=[f"{b}:{t}:{q['refId']}" for b, t, q in PANELS])
def test_every_panel_has_data(watched: Watched, board: str, title: str, target: dict[str, Any]) -> None:
    if "expr" in target:
        query = target["expr"].replace("$__rate_interval", "10m")
        assert watched.until(lambda: bool(watched.ask(query)), 60), query
        found = watched.ask(query)
        assert all(one["value"][1] != "NaN" for one in found), found
        return
    sql = re.sub(r"\$__timeFilter\((\w+)\)", r"\1 >= toDateTime(0) AND \1 <= now() + 60", target["rawSql"])
    with connect(watched.here.addresses.clickhouse, watched.here.settings.database) as client:
        assert client.execute(sql), sql


def test_figures_of_two_workers_add_up_to_what_came(watched: Watched) -> None:
    received, stored = watched.outcome.counts.as_dict()["received"], watched.outcome.rows["decisions"]
    for query, total in (
        ("sum(chengxin_receipts_total)", received),
        ('sum(chengxin_assigned_partitions{agent="casework"})', watched.here.parts.partitions),
        ('sum(chengxin_sink_rows_total{table="decisions"})', stored),
    ):
        assert watched.figures(query, {"": total}) == {"": total}
    up = {"worker-1": 1, "worker-2": 1}
    assert watched.figures('sum by (instance) (up{role="worker"})', up) == up


def test_questions_are_counted_and_nobody_is_named(watched: Watched) -> None:
    asked = {"audit": 2, "other": 1}
    assert watched.figures("max by (purpose) (chengxin_queries_hour)", asked) == asked
    assert watched.figures("max(chengxin_queries_busiest_officer)", {"": 3}) == {"": 3}
    words = watched.words()
    assert OFFICER not in words
    assert not [word for word in words if re.search(r"99\d{15,}|[0-9a-f]{32}", word)]


def test_what_the_portal_refuses_and_who_asks_about_many_is_told(watched: Watched) -> None:
    refused = {"no_officer": REFUSED}
    assert watched.figures("sum by (refusal) (chengxin_query_refusals_total) > 0", refused) == refused
    assert watched.figures("max(chengxin_wide_lookers)", {"": 1}) == {"": 1}
    told = {("QueriesRefused", ""), ("OfficerAsksWidely", "")}
    assert watched.until(lambda: told <= watched.firing(), 60), watched.firing()


def test_a_provoked_fault_fires_and_what_is_cured_is_quiet_again(watched: Watched) -> None:
    """A killed sink and a lost change. The run is of the past, so its clock stands; its senders are bad on purpose."""
    expected = {("ProcessDown", "sink-1")}
    with connect(watched.here.addresses.clickhouse, watched.here.settings.database) as client:
        ((obligation, channel),) = client.execute(
            "SELECT obligation_id, any(executor) FROM obligations GROUP BY obligation_id HAVING max(version) > 1 "
            "ORDER BY obligation_id LIMIT 1"
        )
        healthy = {"ProcessDown", "RoleEmpty", "ExporterBlind", "ChainGap", "PublicPastTerm", "PartitionStands"}
        assert not [name for name, _ in watched.firing() if name in healthy]
        watched.children.send("sink", signal.SIGKILL)
        client.execute(
            "ALTER TABLE obligations DELETE WHERE obligation_id = %(id)s AND version = 1 SETTINGS mutations_sync = 1",
            {"id": obligation},
        )
    expected.add(("ChainGap", channel))
    assert watched.until(lambda: expected <= watched.firing(), 180), watched.firing()
    watched.children.again("sink")
    assert watched.until(lambda: ("ProcessDown", "sink-1") not in watched.firing(), 60), watched.firing()
