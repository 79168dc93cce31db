"""One run of the whole flow with kills, made once; the tests look at it from different sides."""

import secrets
from collections.abc import Iterator
from typing import NamedTuple

import pytest
from deployment import Deployment, Killed, deployed

from streams.run.pipeline import Outcome

KILLS = {20: "worker-1", 45: "sink"}  # in the first days, while records are on their way


class Played(NamedTuple):
    here: Deployment
    children: Killed  # two workers and the sink, still running
    outcome: Outcome


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
