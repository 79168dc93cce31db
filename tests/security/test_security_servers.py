"""On a real secure broker: rights as the catalogue gives them, kept so, and refused where they are not given.

`make secure-check` tries everybody at everything; this is the part that every `make test` can afford.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaAdminClient, KafkaProducer
from kafka.errors import KafkaError, TopicAuthorizationFailedError

from streams.local import kafka, stack
from streams.local.errors import LocalStackError
from streams.local.launch import Room
from streams.local.progress import Silent
from streams.security import granting, users
from streams.security import local as locks
from streams.security.granting import Difference
from streams.security.rights import ADMIN, Right, accounts, rights
from streams.settings import Settings
from topics import admin
from topics.access import SETTING, Login, reach
from topics.catalogue import Catalogue

pytestmark = pytest.mark.servers
CATALOGUE = Catalogue.load()
WANTED = rights(CATALOGUE, "")
OWN, OTHERS = "events.court", "events.tax"


@pytest.fixture(scope="module")
def settings(broker_folder: Path) -> Settings:
    return Settings().model_copy(update={"data_dir": broker_folder / "secure", "kafka_bootstrap": None})


@pytest.fixture(scope="module")
def bootstrap(settings: Settings) -> Iterator[str]:
    """A broker with everybody's accounts and rights, and two topics."""
    with stack.running(settings.data_dir, want_clickhouse=False, progress=Silent(), secure=True) as here:
        assert here.kafka_bootstrap is not None
        locks.close(settings, CATALOGUE)
        before = os.environ.get(SETTING)
        os.environ[SETTING] = str(locks.login(settings.data_dir, ADMIN))
        try:
            admin.create(here.kafka_bootstrap, [spec for spec in CATALOGUE.topics() if spec.name in (OWN, OTHERS)])
        finally:
            os.environ.pop(SETTING)
            if before is not None:
                os.environ[SETTING] = before
        yield here.kafka_bootstrap


@pytest.fixture
def as_admin(settings: Settings, bootstrap: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.setenv(SETTING, str(locks.login(settings.data_dir, ADMIN)))
    return reach(bootstrap)


def send(settings: Settings, bootstrap: str, account: str, topic: str) -> None:
    login = Login.load(locks.login(settings.data_dir, account))
    producer = KafkaProducer(
        bootstrap_servers=bootstrap, **login.options(), acks="all", enable_idempotence=True, max_block_ms=15_000
    )
    try:
        producer.send(topic, key=b"k", value=b"v").get(timeout=15)
    finally:
        producer.close()


def test_a_channel_writes_its_own_topic_and_no_other(settings: Settings, bootstrap: str) -> None:
    send(settings, bootstrap, "channel.court", OWN)
    for account, topic in (("channel.court", OTHERS), ("sink", OWN), ("worker", OWN)):
        with pytest.raises(TopicAuthorizationFailedError):
            send(settings, bootstrap, account, topic)


def test_who_comes_without_a_login_is_not_answered(bootstrap: str) -> None:
    with pytest.raises(KafkaError):
        KafkaAdminClient(bootstrap_servers=bootstrap, bootstrap_timeout_ms=3_000, request_timeout_ms=2_000)


def test_rights_are_as_the_catalogue_gives_them_and_brought_back_to_it(as_admin: dict[str, Any]) -> None:
    assert granting.compare(as_admin, WANTED) == Difference([], [], [])
    lost = Right("channel.court", "WRITE", "TOPIC", OWN)
    granting.bring(as_admin, Difference([], granting.compare(as_admin, set(WANTED) - {lost}).strange, []))
    assert granting.compare(as_admin, WANTED).missing == [lost]
    stolen = Right("channel.gone", "READ", "TOPIC", "identities")  # of a channel that is in the catalogue no more
    granting.bring(as_admin, Difference([stolen], [], []))
    found = granting.compare(as_admin, WANTED)
    assert [granting.told(acl) for acl in found.strange] == ["channel.gone ALLOW READ TOPIC identities"]
    granting.bring(as_admin, found)
    assert granting.compare(as_admin, WANTED) == Difference([], [], [])


def test_rights_of_everybody_and_of_strangers_are_told_and_not_taken_away(as_admin: dict[str, Any]) -> None:
    given = [Right(who, "READ", "TOPIC", "identities") for who in ("*", "ANONYMOUS", "broker-7")]
    granting.bring(as_admin, Difference(given, [], []))
    found = granting.compare(as_admin, WANTED, known=["broker-7"])
    assert [granting.told(acl) for acl in found.foreign] == [
        f"{who} ALLOW READ TOPIC identities" for who in ("*", "ANONYMOUS")
    ]
    granting.bring(as_admin, found)
    found = granting.compare(as_admin, WANTED)
    assert len(found.foreign) == 3
    granting.bring(as_admin, Difference([], found.foreign, []))
    assert granting.compare(as_admin, WANTED) == Difference([], [], [])


def test_a_password_is_made_once_and_anew_where_its_file_is_gone(settings: Settings, as_admin: dict[str, Any]) -> None:
    folder, ca = locks.logins(settings.data_dir), Login.load(locks.login(settings.data_dir, "sink")).ca
    everybody = accounts(CATALOGUE)
    assert users.create(as_admin, everybody, folder, ca) == []
    before = {name: users.login_file(folder, name).read_bytes() for name in everybody}
    users.login_file(folder, "sink").unlink()
    assert users.create(as_admin, everybody, folder, ca) == ["sink"]
    after = {name: users.login_file(folder, name).read_bytes() for name in everybody}
    assert {name for name in everybody if before[name] != after[name]} == {"sink"}
    assert {file.stat().st_mode & 0o777 for file in folder.iterdir()} == {0o600}


def test_no_secret_is_on_a_command_line_or_in_a_settings_file(settings: Settings, bootstrap: str) -> None:
    room = Room(settings.data_dir, "kafka")
    run = room.run()
    assert run is not None and run.process is not None
    said = Path(f"/proc/{run.process.pid}/cmdline").read_text()
    written = [file.read_text(errors="replace") for file in room.folder.glob("*.*") if file.is_file()]
    passwords = [Login.load(file).password for file in locks.logins(settings.data_dir).glob("*.conf")]
    assert len(passwords) > 60
    for password in passwords:
        assert password not in said
        assert not [text for text in written if password in text]
    assert kafka.inside(room, run.ports)["security_protocol"] == "SSL"


def test_a_stack_in_plain_text_is_not_made_secure_under_its_clients(tmp_path: Path) -> None:
    """It would leave them without a word; and a plain one is never what a secure folder starts."""
    room = Room(tmp_path, "kafka")
    room.folder.mkdir()
    with pytest.MonkeyPatch.context() as patched, pytest.raises(LocalStackError, match="NOT_SECURE"):
        patched.setattr(stack, "_supervised", lambda _: True)
        stack.up(tmp_path, want_clickhouse=False, progress=Silent(), secure=True)
    assert not stack.secured(tmp_path)
