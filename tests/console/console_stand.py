"""The console over real catalogue and law, with metrics from real meters and tables as ClickHouse would answer."""

from datetime import date
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient
from prometheus_client import generate_latest

from monitoring.console.asking import Answer, Portal, PortalAway
from monitoring.console.desk import Desk
from monitoring.console.http import build
from monitoring.console.lawpage import Laws
from monitoring.console.looks import Look, Process, Window, parsed
from monitoring.console.reports import Reports
from monitoring.console.tables import Count, Due, Duties, Owed, Tables, Unavailable
from monitoring.labels import Vocabulary
from monitoring.meters import Meters
from sinks.clickhouse.tables import SINK_GROUP
from topics.catalogue import Catalogue

CATALOGUE = Catalogue.load()
LAWS = Laws()
NOW = 1_790_000_000.0
DAY = date(2026, 11, 2)
WORDS = Vocabulary(
    {
        "agent": frozenset({"intake", "casework"}),
        "topic": frozenset(spec.name for spec in CATALOGUE.topics()),
        "group": frozenset({"chengxin", SINK_GROUP}),
        "channel": frozenset(CATALOGUE.channels),
        "code": frozenset(LAWS.book.codes),
        "table": frozenset({"decisions", "receipts", "erasures"}),
        "family": frozenset(CATALOGUE.families),
    }
)


class Scene:
    """Processes by name, and looks at them; ``silent``: processes that do not answer."""

    def __init__(self) -> None:
        self.meters: dict[str, Meters] = {}
        self.silent: set[str] = set()
        self._looks: tuple[Look, ...] = ()

    def of(self, name: str) -> Meters:
        return self.meters.setdefault(name, Meters(WORDS))

    def again(self, name: str) -> Meters:
        """The process was started anew: its counters begin at 0."""
        self.meters[name] = Meters(WORDS)
        return self.meters[name]

    def look(self, at: float) -> None:
        """As over the endpoint: what is exposed is parsed."""
        found = tuple(
            Process(name, None if name in self.silent else parsed(generate_latest(meters.registry).decode()))
            for name, meters in sorted(self.meters.items())
        )
        self._looks = (*self._looks, Look(at, found))

    def window(self) -> Window:
        return Window(self._looks)


class Rows(Tables):
    """Answers as the queries give them; ``away``: the server does not answer. The queries themselves are tried on real
    servers (test_console_tables.py, test_end_to_end_console.py)."""

    def __init__(self) -> None:
        self.away = False
        self.asked: list[tuple[str, str]] = []
        self.counts: tuple[Count, ...] = ()
        self.list: tuple[Owed, ...] = ()
        self.due: tuple[Due, ...] = ()
        self.kept: tuple[Duties, ...] = ()
        self.outcomes: dict[str, dict[str, int]] = {}

    def _there(self) -> None:
        if self.away:
            raise Unavailable("NetworkError")

    def day(self) -> date | None:
        self._there()
        return DAY

    def receipts(self) -> dict[str, dict[str, int]]:
        self._there()
        return self.outcomes

    def duties(self) -> tuple[Duties, ...]:
        return self.kept

    def states(self) -> tuple[Count, ...]:
        return self.counts

    def months(self) -> tuple[Due, ...]:
        return self.due

    def owed(self, state: str = "", executor: str = "") -> tuple[Owed, ...]:
        self.asked.append((state, executor))
        return tuple(one for one in self.list if state in ("", one.state) and executor in ("", one.executor))


class OfTest:
    """A portal's application, asked as over HTTP. ``away``: nobody answers."""

    def __init__(self, client: TestClient) -> None:
        self._client = client
        self.away = False

    def officer(self, token: str) -> Answer:
        return self._ask("GET", "/officer", token)

    def explain(self, token: str, decision_id: str, purpose: str, matter: str) -> Answer:
        asked = {"decision_id": decision_id, "purpose": purpose, "matter": matter}
        return self._ask("POST", "/explain", token, json=asked)

    def _ask(self, method: str, path: str, token: str, **more: Any) -> Answer:
        if self.away:
            raise PortalAway
        answer = self._client.request(method, path, headers={"authorization": f"Bearer {token}"}, **more)
        return Answer(answer.status_code, answer.json())


class Stand:
    """A console and a browser before it that keeps its cookies."""

    def __init__(self, folder: Path, portal: Portal | None = None) -> None:
        self.scene, self.rows, self.folder = Scene(), Rows(), folder
        desk = Desk(CATALOGUE, "", LAWS, self.scene.window, self.rows, Reports(folder), portal, lambda: NOW, beats=1)
        self.browser = TestClient(build(desk), follow_redirects=False)

    def page(self, path: str, status: int = 200) -> str:
        answer = self.browser.get(path)
        assert answer.status_code == status, answer.text
        return answer.text
