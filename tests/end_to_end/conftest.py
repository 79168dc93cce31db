"""One run of the whole flow with kills, made once; the tests look at it from different sides."""

import secrets
from collections.abc import Iterator

import pytest
from deployment import KILLS, Killed, Played, deployed


@pytest.fixture(scope="session")
def played(kafka_bootstrap: str, clickhouse_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    name, folder = f"e{secrets.token_hex(3)}", tmp_path_factory.mktemp("run")
    with deployed(kafka_bootstrap, clickhouse_url, name, folder) as here:
        here.ready()
        with Killed(here.settings, here.addresses, dict(KILLS)) as children:
            for worker in ("worker-1", "worker-2"):
                children.start(worker, "streams.cli.main", "worker")
            children.start("sink", "streams.cli.main", "sink")
            yield Played(here, children, here.play(children))
