"""Workers on two hosts, each a network namespace with a cable of its own to the broker; one cable is pulled."""

import json
import os
import secrets
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from deployment import Deployment, deployed
from host import Host, hosts, possible

from streams import oracle
from streams.app import groups
from streams.run.children import Children, environment
from streams.run.steps import Steps
from streams.run.watch import until_stored
from streams.sample.publisher import Publisher
from topics import admin

pytestmark = [pytest.mark.servers, pytest.mark.check, pytest.mark.timeout(900)]
DAYS = 10
PULLED, PLUGGED = 4, 7  # days of the sample: gone for longer than a session, then back
WAIT_S = 40.0


def on_host(here: Deployment, name: str) -> Host:
    """A worker with a data folder of its own; its keys came there as an operator would bring them."""
    folder = here.settings.data_dir.parent / name
    shutil.copytree(here.settings.keys_dir, folder / "keys")
    settings = here.settings.model_copy(update={"data_dir": folder})
    return Host(
        folder, here.addresses.kafka, "streams.cli.main worker", {**os.environ, **environment(settings, here.addresses)}
    )


def test_a_host_that_is_cut_off_is_replaced_and_comes_back(
    kafka_bootstrap: str, clickhouse_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if not possible():
        pytest.skip("this machine allows no network namespaces")
    with deployed(kafka_bootstrap, clickhouse_url, f"h{secrets.token_hex(3)}", tmp_path / "data") as here:
        here.ready()
        one, two = on_host(here, "host-1"), on_host(here, "host-2")
        with hosts(one, two), Children(here.settings, here.addresses) as children:
            children.start("sink", "streams.cli.main", "sink")
            actions: dict[int, Callable[[], None]] = {PULLED: two.pull, PLUGGED: two.plug}
            longest, seen = published(here, children, actions)
            assert one.process.poll() is None and two.process.poll() is None, one.log.read_text()[-3_000:]
            until_stored(here.parts, here.addresses.clickhouse, children.check)
            assert str(oracle.verify(here.parts, here.addresses.clickhouse)) == "match"
        assert seen == {PULLED - 1: 2, PULLED: 1, PLUGGED: 2}, "members of the group after these days"
        with capsys.disabled():
            print(json.dumps({"hosts": 2, "cables_pulled": 1, "longest_day_s": round(longest, 1)}))


def published(
    here: Deployment, children: Children, actions: dict[int, Callable[[], None]]
) -> tuple[float, dict[int, int]]:
    """The sample day by day; a cable moves just before a day's records. Returns the longest wait for a day's receipts,
    and how many workers were in the group after days that matter."""
    longest, seen = 0.0, {}
    with (
        Steps.opened(here.parts, here.run.phases, 0, children.check, 120) as steps,
        Publisher(here.addresses.kafka, here.settings.prefix) as publisher,
    ):
        for number, day in enumerate(here.sample.days[:DAYS]):
            steps.let_pass(day.day)
            if number in actions:
                actions[number]()
            began = time.monotonic()
            publisher.publish(day)
            steps.sent += len(day.records)
            steps.answered()
            longest = max(longest, time.monotonic() - began)
            if number in (PULLED - 1, PULLED, PLUGGED):
                seen[number] = settled(here, 1 if number == PULLED else 2)
    return longest, seen


def settled(here: Deployment, wanted: int) -> int:
    """Members of the workers' group, once there are as many as wanted, or after a while."""
    until = time.monotonic() + WAIT_S
    while (found := admin.members(here.addresses.kafka, groups(here.settings)[0])) != wanted:
        if time.monotonic() > until:
            break
        time.sleep(0.5)
    return found
