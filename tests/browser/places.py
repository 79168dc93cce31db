"""Where pages are found: in the repository, in the folder of a run after the command that writes them, at a service."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

import streams
from sinks.clickhouse.connection import connect
from sinks.portal.issuer import Issuer
from streams.addresses import Addresses
from streams.run.children import environment
from streams.settings import Settings
from tests.browser.pages import OFFICER, SERVICES, Page
from tests.browser.people import Somebody, somebody
from tests.drafts import without

ROOT = Path(__file__).parents[2]
CHENGXIN = str(Path(sys.executable).with_name("chengxin"))
_ADDRESS = re.compile(r"^export CHENGXIN_\w+=(http://\S+)$")
_PATIENCE_S = 300


class Run:
    """A run whose servers are up: its pages are made when they are asked for, its services started once."""

    def __init__(
        self, settings: Settings, addresses: Addresses, environ: Mapping[str, str], running: Mapping[str, str]
    ) -> None:
        self._data = settings.data_dir.resolve()
        self._environment = {**environ, **environment(settings, addresses), "CHENGXIN_DATA_DIR": str(self._data)}
        self._services: dict[str, tuple[subprocess.Popen[str], str]] = {}
        self._words: dict[str, str] = {"data": str(self._data), "law": str(Path(streams.__file__).parent / "law")}
        self._running = running
        self._settings, self._addresses = settings, addresses
        self._known: Somebody | None = None
        self._addresses_told: dict[str, str] = {}  # of pages at services that a command makes

    def address(self, page: Page) -> str:
        """What a browser opens; made first where it is not there. Raises CalledProcessError with what was said."""
        if page.service == "repo":
            return in_repository(page)
        if page.service in SERVICES:
            return self._service(page.service) + (self._told(page) if page.made_by else page.address)
        if not (found := list(self._data.glob(page.address))):
            self._made(page)
            found = list(self._data.glob(page.address))
        (place,) = found
        return place.as_uri()

    def typed(self, page: Page) -> tuple[dict[str, str], ...]:
        """What is typed on the way to the page; tokens are made when they are asked for: they live for minutes."""
        if not page.typed:
            return ()
        known, issuer = self._somebody(), Issuer(self._settings)
        words = {
            "officer": issuer.officer("R-17", "credit", ["audit"]),
            "person": issuer.person(known.number, known.name),
            "decision": known.decision,
        }
        return tuple({field: text.format(**words) for field, text in form.items()} for form in page.typed)

    def typed_at_the_portal(self, script: str) -> str:
        """What lines say that somebody types into a shell of the run, who has our commands and the portal's address."""
        path = f"{Path(CHENGXIN).parent}{os.pathsep}{os.environ['PATH']}"
        there = {**self._environment, "PATH": path, "CHENGXIN_PORTAL": self._service("portal")}
        done = subprocess.run(
            ["bash", "-ec", script], env=there, capture_output=True, text=True, timeout=_PATIENCE_S, check=False
        )
        assert done.returncode == 0, (done.stdout[-2_000:], done.stderr[-2_000:])
        return done.stdout

    def close(self) -> None:
        for process, _ in self._services.values():
            process.terminate()
            process.wait(_PATIENCE_S)
        self._services.clear()

    def _made(self, page: Page) -> str:
        """Call the command that makes a page; what it said."""
        return self._call(*(word.format(**self._filled()) for word in page.made_by))

    def _told(self, page: Page) -> str:
        """The address at a service of what a command made; called once, for its digest."""
        if page.name not in self._addresses_told:
            digest = json.loads(self._made(page).splitlines()[-1])["digest"]
            self._addresses_told[page.name] = page.address.format(digest=digest)
        return self._addresses_told[page.name]

    def _call(self, *words: str) -> str:
        done = subprocess.run(
            [CHENGXIN, *words], env=self._environment, capture_output=True, text=True, timeout=_PATIENCE_S, check=False
        )
        assert done.returncode == 0, (words, done.stdout[-2_000:], done.stderr[-2_000:])
        return done.stdout

    def _somebody(self) -> Somebody:
        """The person of the run whom an officer has looked at, so that there is a look to be read."""
        if self._known is None:
            found = somebody(self._settings, self._addresses)
            self._call("explain", found.decision, "--officer", OFFICER, "--purpose", "audit")
            self._known = found
        return self._known

    def _service(self, name: str) -> str:
        if name in self._running:
            return self._running[name]
        if name not in self._services:
            words = [self._service("portal") if word == "{portal}" else word for word in SERVICES[name]]
            with (self._data / f"{name}.log").open("w") as log:
                process = subprocess.Popen(
                    [CHENGXIN, *words], env=self._environment, stdout=subprocess.PIPE, stderr=log, text=True
                )
            assert process.stdout is not None
            found = next((match[1] for line in process.stdout if (match := _ADDRESS.match(line))), None)
            assert found is not None, (self._data / f"{name}.log").read_text()[-2_000:]
            self._services[name] = process, found
        return self._services[name][1]

    def _filled(self) -> dict[str, str]:
        """The words of commands; the last month and the draft are looked up once."""
        if "month" not in self._words:
            with connect(self._addresses.clickhouse, self._settings.database) as client:
                ((last,),) = client.execute("SELECT max(decided_on) FROM decisions")
                most = "SELECT rule FROM obligations_current GROUP BY rule ORDER BY count() DESC, rule LIMIT 1"
                ((rule,),) = client.execute(most)
            self._words |= {"month": f"{last:%Y-%m}", "draft": str(without(self._data / "draft-law", rule))}
        return self._words


def in_repository(page: Page) -> str:
    """The address of a page that stands there."""
    return (ROOT / page.address).as_uri()


@contextmanager
def opened(
    settings: Settings,
    addresses: Addresses,
    environ: Mapping[str, str],
    running: Mapping[str, str] = MappingProxyType({}),
) -> Iterator[Run]:
    """A run whose services end with the block. ``running``: addresses of those that it has started itself, by name."""
    run = Run(settings, addresses, environ, running)
    try:
        yield run
    finally:
        run.close()
