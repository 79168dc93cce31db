"""The console over a real run: its figures are those of broker, tables and processes, and the real portal explains a
decision, on record first."""

import contextlib
import html
import http.cookiejar
import json
import re
import secrets
import time
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
from deployment import Deployment, deployed

from monitoring import catalogue as c
from monitoring import discovery
from monitoring.console.figures import Flow
from monitoring.console.looks import GAUGES_S, Watcher, Window
from monitoring.console.map import draw
from monitoring.labels import LOOK
from monitoring.lag import measure
from sinks.clickhouse.connection import connect
from sinks.clickhouse.tables import SINK_GROUP
from sinks.portal.issuer import Issuer
from streams.local import ports
from streams.obligations import sheet
from streams.run.checking import Outcome
from streams.run.children import Children

pytestmark = pytest.mark.check
ANSWERED = {"confirmed", "refused", "not_applicable"}


class Shown(NamedTuple):
    here: Deployment
    children: Children
    outcome: Outcome
    address: str

    def page(self, path: str) -> str:
        with urllib.request.urlopen(self.address + path, timeout=60) as answer:
            return str(answer.read(), "utf-8")

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with connect(self.here.addresses.clickhouse, self.here.settings.database) as client:
            found: list[tuple[Any, ...]] = client.execute(query)
            return found


def seen(here: Deployment, since: float) -> Window:
    """One look in which the exporter answers, and has looked at the topics' ends after ``since``, Unix seconds."""

    def look() -> Window | None:
        watcher = Watcher(lambda: discovery.addresses(here.settings.data_dir))
        watcher.look()
        looked = watcher.window().series(c.LOOKED, look="ends")
        return watcher.window() if looked and min(looked.values()) > since else None

    found: Window = until(look, 180)
    return found


def until(true: Callable[[], Any], seconds: float) -> Any:
    deadline = time.monotonic() + seconds
    while not (found := true()) and time.monotonic() < deadline:
        time.sleep(0.5)
    assert found, f"not within {seconds} s"
    return found


@pytest.fixture(scope="module")
def shown(kafka_bootstrap: str, clickhouse_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shown]:
    """A run of the sample's first days under a prefix, with exporter, portal and console as processes."""
    name, folder = f"c{secrets.token_hex(3)}", tmp_path_factory.mktemp("console")
    with deployed(kafka_bootstrap, clickhouse_url, name, folder) as here:
        here.ready()
        with Children(here.settings, here.addresses) as children:
            for process in ("worker", "sink", "exporter"):
                children.start(process, "streams.cli.main", process)
            outcome = here.play(children)
            portal, console = ports.distinct(2)
            children.start("portal", "streams.cli.main", "portal", "--port", str(portal))
            environment = {"CHENGXIN_PORTAL": f"http://{ports.LOOPBACK}:{portal}"}
            children.start("console", "streams.cli.main", "console", "--port", str(console), environment=environment)
            until(lambda: ports.listening(portal) and ports.listening(console), 120)
            played = time.time()
            watcher = Watcher(lambda: discovery.addresses(folder))

            def looked() -> bool:
                watcher.look()
                seen = watcher.window().series(c.LOOKED)
                return len(seen) == len(LOOK.values) and min(seen.values()) > played

            until(looked, 180)
            yield Shown(here, children, outcome, f"http://{ports.LOOPBACK}:{console}")


def test_waiting_and_rates_of_the_map_are_the_brokers(shown: Shown) -> None:
    here, prefix = shown.here, shown.here.settings.prefix
    watcher = Watcher(lambda: discovery.addresses(here.settings.data_dir))
    watcher.look()
    text = shown.page("/?lang=en")
    figures = dict(re.findall(r'<td class="number" data-text="([^"]+)">([^<]*)</td>', html.unescape(text)))
    lags: dict[str, int] = {}
    for one in measure(here.addresses.kafka, [f"{prefix}chengxin", f"{prefix}{SINK_GROUP}"]):
        family, _ = here.parts.catalogue.owner_of(one.topic, prefix)
        reader = "sink" if one.group.endswith(SINK_GROUP) else "intake" if family != "accepted" else "casework"
        lags[f"{family}>{reader}"] = lags.get(f"{family}>{reader}", 0) + one.offsets
    assert {"events>intake", "accepted>casework", "accepted>sink", "decisions>sink", "receipts>sink"} <= lags.keys()
    assert {key: figures[f"{key}.waiting"] for key in lags} == {key: f"{lag:,}" for key, lag in lags.items()}
    assert figures["erasures>sink.waiting"].isdigit()  # told by the sink itself
    window, counts = watcher.window(), shown.outcome.counts.as_dict()
    assert window.value(c.SINK_ERASURES) == len({record.key for record in here.read("erasures")})
    assert window.value(c.RECEIPTS) == counts["received"] and window.value(c.DECISIONS) == counts["decisions"]
    ends = {family: len(here.read(*topics)) for family, topics in {"decisions": ["decisions"]}.items()}
    assert (window.value(c.FAMILY_END, family="decisions") or 0) >= ends["decisions"] > 0


def test_what_is_written_meanwhile_is_the_rate_of_its_topic(shown: Shown) -> None:
    here = shown.here
    first = seen(here, 0.0)
    ((decision,),) = shown.rows("SELECT min(decision_id) FROM decisions")
    before = len(here.read("querylog"))
    for _ in range(2):
        done = here.chengxin("explain", decision, "--officer", "staff-1", "--purpose", "audit")
        assert done.returncode == 0, done.stderr
    asked = time.time()
    assert len(here.read("querylog")) == before + 2

    time.sleep(GAUGES_S)
    window = Window((*first.looks, *seen(here, asked).looks))
    grown = window.grown(c.FAMILY_END, family="querylog")
    assert grown is not None and 2 <= sum(grown.values()) <= 4  # a marker for each commit of a transaction
    rate = Flow(window, here.parts.catalogue, here.settings.prefix).family_rate("querylog").value
    assert rate == pytest.approx(sum(grown.values()) / window.seconds)


def test_updates_come_over_the_wire(shown: Shown) -> None:
    def healthy() -> Any:
        """An update in which every process answered: on a busy machine one may be late."""
        with urllib.request.urlopen(f"{shown.address}/live/flow?lang=en", timeout=60) as answer:
            line = next(line for line in answer if line.startswith(b"data: "))
        said = json.loads(line.removeprefix(b"data: "))
        return said if "healthy" in said["parts"]["troubles"] else None

    said = until(healthy, 120)
    arrows = {arrow.key for arrow in draw(shown.here.parts.catalogue).arrows}
    assert said["states"].keys() == arrows and set(said["states"].values()) <= {"ok", "none"}
    assert "worker-1" in said["parts"]["processes"]


def test_the_board_counts_as_the_tables_do_by_hand(shown: Shown) -> None:
    board = {
        code: cells
        for row in shown.page("/channels?lang=en").split("<tr>")[2:]
        for code in re.findall(r"<br><code>([a-z_-]+)</code></th>", row)
        for cells in [
            [
                html.unescape(re.sub(r"<[^>]+>", " ", one)).strip()
                for one in re.findall(r"<td[^>]*>(.*?)</td>", row, re.S)
            ]
        ]
    }
    receipts = dict(shown.rows("SELECT channel, count() FROM receipts GROUP BY channel"))
    assert {code: cells[1] for code, cells in board.items() if code in receipts} == {
        code: f"{number:,}" for code, number in receipts.items()
    }
    ((today,),) = shown.rows("SELECT max(decided_on) FROM decisions")
    wanted: dict[str, list[int]] = {}
    changes: dict[str, list[tuple[Any, ...]]] = {}
    for row in shown.rows("SELECT obligation_id, executor, state, day, due_day FROM obligations ORDER BY version"):
        changes.setdefault(row[0], []).append(row[1:])
    for history in changes.values():
        counted = wanted.setdefault(history[0][0], [0] * 5)  # on time, late, past, open, without term
        for opened, closed, falls in (("proposed", ANSWERED, {"lifting", "lifted"}), ("lifting", {"lifted"}, set())):
            dues = [due for _, state, _, due in history if state == opened]
            done = next((day for _, state, day, _ in history if state in closed), None)
            if not dues or (done is None and any(state in falls for _, state, _, _ in history)):
                continue
            due = dues[-1]
            if due is None:
                counted[4] += 1
            elif done is not None:
                counted[0 if done <= due else 1] += 1
            else:
                counted[2 if due < today else 3] += 1
    told = {
        code: [*map(int, cells[4].split(" / ")), int(cells[5]), int(cells[6])]
        for code, cells in board.items()
        if code in wanted
    }
    assert told == wanted and sum(sum(one[:4]) for one in wanted.values()) > 10


def test_obligations_are_those_of_the_tables_and_the_overdue_ones_are_marked(shown: Shown) -> None:
    with connect(shown.here.addresses.clickhouse, shown.here.settings.database) as client:
        known = sheet(client)
    states = {one.state for one in known.counts}
    text = shown.page("/obligations?lang=en")
    cards = dict(re.findall(r'<div class="card">([a-z ]+)<b class="figure">([\d,]+)</b>', text))
    for state in states:
        number = sum(one.obligations for one in known.counts if one.state == state)
        assert cards[state.replace("_", " ")] == f"{number:,}"
    marked: set[str] = set()
    for state in ("proposed", "lifting"):
        listed = shown.page(f"/obligations?lang=en&state={state}")
        for row in listed.split("<tr>"):
            if "past due</span>" in row:
                marked |= set(re.findall(r"<code>([0-9a-f]{32})</code>", row))
    assert marked == {one.id for one in known.overdue if one.kind in ("answer", "proof")}
    assert not re.search(r"99\d{15,}", text)


def test_a_decision_is_explained_by_the_portal_and_the_look_is_on_record(shown: Shown) -> None:
    here = shown.here
    jar = http.cookiejar.CookieJar()
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar))

    def post(path: str, **said: str) -> str:
        body = urllib.parse.urlencode(said).encode()
        with contextlib.closing(browser.open(f"{shown.address}{path}", body, timeout=120)) as answer:
            return str(answer.read(), "utf-8")

    ((decision, subject),) = shown.rows(
        "SELECT decision_id, subject FROM decisions ORDER BY length(raised) DESC LIMIT 1"
    )
    token = Issuer(here.settings).officer("R-17", "credit", ["audit"])
    assert "R-17" in post("/explain/sign-in", token=token)
    before = len(here.read("querylog"))
    text = post("/explain", decision_id=decision, purpose="audit", matter="核2026-3")
    assert decision in text and subject in text and "不是对人的评价" in text and "考虑过但未适用的规则" in text
    found = [here.parts.codec.decode(record.value).value for record in here.read("querylog")][before:]
    (looked,) = [one for one in found if one["officer"] == "R-17"]
    assert (looked["decision_id"], looked["channel"], looked["command"]) == (decision, "credit", "explain")
    assert not re.search(r"99\d{15,}", text)
