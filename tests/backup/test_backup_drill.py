"""The drill: ClickHouse and the keys are lost after years in which people were erased, and everything comes back."""

import contextlib
import json
import secrets
import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
from clickhouse_driver import Client

from sinks.clickhouse.connection import connect
from sinks.clickhouse.tables import TABLES
from streams.identity import check_citizen
from streams.run.children import Children
from streams.run.watch import Watch, until_stored
from streams.sample import Sample, SampleDay
from streams.sample.publisher import Publisher
from tests.end_to_end.deployment import Deployment, deployed

pytestmark = [pytest.mark.servers, pytest.mark.check, pytest.mark.timeout(900)]
SECRET = "correct horse battery"
DAYS = 8  # of the sample: 2018 and 2019
LATER = timedelta(days=7 * 365)  # so that clocks of five years and a grace are over, of some


class Lost(NamedTuple):
    """A deployment with years behind it, everything stopped, keys and database gone; and what was there."""

    here: Deployment
    kept: Path
    secret: Path
    rows: dict[str, tuple[int, int]]


def rows(here: Deployment) -> dict[str, tuple[int, int]]:
    """Of each table the number of rows, and a sum over all their cells."""
    with connect(here.addresses.clickhouse, here.settings.database) as client:
        assert isinstance(client, Client)
        return {t.name: client.execute(f"SELECT count(), sum(cityHash64(*)) FROM {t.name}")[0] for t in TABLES}


@contextlib.contextmanager
def processes(here: Deployment) -> Iterator[Children]:
    with Children(here.settings, here.addresses) as children:
        children.start("worker-1", "streams.cli.main", "worker")
        children.start("sink", "streams.cli.main", "sink")
        yield children


@pytest.fixture(scope="module")
def lost(kafka_bootstrap: str, clickhouse_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lost]:
    folder = tmp_path_factory.mktemp("drill")
    kept, secret = folder / "kept", folder / "passphrase"
    secret.write_text(SECRET)
    secret.chmod(0o600)
    with deployed(kafka_bootstrap, clickhouse_url, f"d{secrets.token_hex(3)}", folder / "data") as here:
        here.ready()
        with processes(here) as children:
            here.run.publish(Sample(here.sample.seed, here.sample.days[:DAYS]), children)
            last = here.sample.days[DAYS - 1].day + LATER
            assert here.chengxin("clock", "tick", "--to", last.isoformat()).returncode == 0
            here.run.wait_until(last, children)
            until_stored(here.parts, here.addresses.clickhouse, children.check)
            there = rows(here)
            done = here.chengxin("backup", str(kept), "--passphrase-file", str(secret))
            assert done.returncode == 0, done.stderr
            refused = here.chengxin("rebuild", "--replace")
            assert refused.returncode == 2 and "汇入进程在运行" in refused.stderr
        shutil.rmtree(here.settings.keys_dir)
        with connect(here.addresses.clickhouse) as client:
            client.execute(f"DROP DATABASE {here.settings.database} SYNC")
        yield Lost(here, kept, secret, there)


def test_everything_comes_back_and_the_erased_stay_erased(lost: Lost) -> None:
    here = lost.here
    stopped = here.chengxin("worker")
    assert stopped.returncode == 2 and "本部署在用的密钥丢失" in stopped.stderr and "orphan" in stopped.stderr
    assert "Traceback" not in stopped.stderr and not here.settings.keys_dir.exists()

    done = here.chengxin("restore", str(lost.kept), "--passphrase-file", str(lost.secret))
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1])["keys_restored"] == 67

    rebuilt = here.chengxin("rebuild")
    assert rebuilt.returncode == 0, rebuilt.stderr
    assert rows(here) == lost.rows
    assert here.chengxin("rebuild").returncode == 2, "a database that holds rows is not dropped for the asking"

    erased = {here.parts.codec.decode(record.value).value["subject"] for record in here.read("erasures")}
    alive = {record.key: record.value for record in here.read("identities")}
    left = {key.decode()[:32] for key, value in alive.items() if value is not None}
    assert len(erased) > 10 and left and not erased & left
    with connect(here.addresses.clickhouse, here.settings.database) as client:
        assert client.execute("SELECT count() FROM decisions WHERE erased")[0][0] >= len(erased)
        found = client.execute("SELECT DISTINCT subject FROM decisions WHERE not erased AND kind != 'erased'")
    assert not erased & {token for (token,) in found}

    verified = here.chengxin("verify")
    assert verified.returncode == 0 and verified.stdout.rstrip().endswith("match"), verified.stdout[-500:]
    repeated(here, left)


def repeated(here: Deployment, left: set[str]) -> None:
    """Records about people who are still there are known again: every one is a duplicate."""
    day, keyring = here.sample.days[DAYS - 1], here.parts.keyring
    again = []
    for record in day.records:
        if record.expected.value != "accepted":
            continue
        said = here.parts.codec.decode(record.value)
        subject = said.value.get("subject") or {}
        if said.record != "CreditDetermination" or subject.get("kind") != "person" or not subject["id_number"]:
            continue
        if keyring.token("citizen", check_citizen(subject["id_number"]).number) in left:
            again.append(record)
    assert len(again) > 3
    with processes(here) as children, contextlib.closing(Watch(here.parts, children.check)) as watch:
        before = len([record for topic in receipts(here) for record in here.read(topic)])
        watch.until_receipts(before, lambda: None)
        known = Counter(watch.outcomes)
        with Publisher(here.addresses.kafka, here.settings.prefix) as publisher:
            publisher.publish(SampleDay(date(2026, 1, 1), tuple(again)))
        watch.until_receipts(before + len(again), lambda: None)
        assert watch.outcomes - known == Counter(duplicate=len(again))


def receipts(here: Deployment) -> list[str]:
    return [here.parts.catalogue.name("receipts", channel) for channel in here.parts.catalogue.channels_of("receipts")]
