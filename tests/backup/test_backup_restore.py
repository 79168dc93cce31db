"""Keys and law books lost and brought back on a real broker, and everything that must be refused."""

import json
import secrets
import time
from datetime import date
from pathlib import Path

import pytest
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer, TopicPartition
from typer.testing import CliRunner

from streams.app import Parts
from streams.backup import bundle
from streams.backup.bundle import BackupFault, Bundle
from streams.cli.main import app
from streams.identity import Keyring, KeyringFault, seal, unseal
from streams.identity.sealing import Identity, Sealed
from streams.law import canonical, loader
from streams.settings import Settings
from topics import admin
from topics.catalogue import Catalogue

pytestmark = pytest.mark.servers
SECRET = "correct horse battery"
FAMILIES = ("keychecks", "lawbooks", "identities", "accepted")
TOKEN_KEY = "keys/token.key"


class Place:
    """A deployment's keys folder and the few topics that matter here, and the commands on them."""

    def __init__(self, bootstrap: str, prefix: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        folder.mkdir(exist_ok=True)
        self.folder, self.bootstrap = folder, bootstrap
        self.settings = Settings(data_dir=folder, kafka_bootstrap=bootstrap, prefix=prefix)
        wanted = {Catalogue.load().name(family, None, prefix) for family in FAMILIES}
        admin.create(bootstrap, [spec for spec in Catalogue.load().topics(prefix) if spec.name in wanted])
        for name, value in (("KAFKA_BOOTSTRAP", bootstrap), ("CHENGXIN_PREFIX", prefix)):
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("CHENGXIN_DATA_DIR", str(folder))
        self.secret = folder / "passphrase"
        self.secret.write_text(SECRET)
        self.secret.chmod(0o600)
        self.parts = self.start()
        self.parts.keychecks.record(self.parts.keyring)

    def start(self) -> Parts:
        """What every process that needs keys does first."""
        return Parts(self.settings, self.bootstrap)

    def run(self, *words: str) -> str:
        """A command that goes well; its last line."""
        done = CliRunner().invoke(app, self._words(words))
        if done.exception is not None:
            raise done.exception
        return done.stdout.strip().splitlines()[-1]

    def refused(self, *words: str) -> str:
        """A command that is refused: its message."""
        with pytest.raises((BackupFault, KeyringFault)) as caught:
            self.run(*words)
        return str(caught.value)

    def _words(self, words: tuple[str, ...]) -> list[str]:
        return [*words, "--passphrase-file", str(self.secret)] if words[0] in ("backup", "restore") else [*words]

    def keys(self) -> dict[str, bytes]:
        return {str(path.relative_to(self.folder)): path.read_bytes() for path in self.folder.rglob("*.key")}

    def lose(self, *names: str) -> None:
        for name in names:
            (self.folder / name).unlink()

    def lose_books(self) -> None:
        """The topic of law books is gone, and made again by whoever sets up a cluster."""
        (spec,) = [one for one in Catalogue.load().topics(self.settings.prefix) if one.family == "lawbooks"]
        broker = KafkaAdminClient(bootstrap_servers=self.bootstrap)
        broker.delete_topics([spec.name])
        until = time.monotonic() + 60
        while spec.name in broker.list_topics():
            assert time.monotonic() < until
            time.sleep(0.2)
        broker.close()
        admin.create(self.bootstrap, [spec])

    def seal(self, number: str, name: str) -> tuple[str, bytes]:
        """What intake writes of a person; the token and the record's key."""
        ring = self.start().keyring
        token = ring.token("citizen", number)
        fields = seal(ring.masters, token, Identity("citizen", number, name))._asdict()
        value = self.parts.codec.encode("SealedIdentity", {**fields, "sealed_on": date(2026, 11, 2)})
        return token, self.put(f"{token}:{ring.name_check(token, name)}".encode(), value)

    def put(self, key: bytes, value: bytes | None) -> bytes:
        producer = KafkaProducer(bootstrap_servers=self.bootstrap)
        producer.send(self.parts.topic("identities"), key=key, value=value, partition=0).get(timeout=30)
        producer.close()
        return key

    def alive(self) -> dict[bytes, Sealed]:
        """What a reader of ``identities`` finds: the last record of each key, none behind a tombstone."""
        place = TopicPartition(self.parts.topic("identities"), 0)
        consumer = KafkaConsumer(bootstrap_servers=self.bootstrap, enable_auto_commit=False)
        consumer.assign([place])
        consumer.seek_to_beginning()
        end, last = consumer.end_offsets([place])[place], {}
        while consumer.position(place) < end:
            for record in (one for found in consumer.poll(timeout_ms=200).values() for one in found):
                last[record.key] = record.value
        consumer.close()
        said = {key: self.parts.codec.decode(value).value for key, value in last.items() if value is not None}
        return {key: Sealed(**{n: v for n, v in one.items() if n != "sealed_on"}) for key, one in said.items()}


@pytest.fixture
def place(kafka_bootstrap: str, prefix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    return Place(kafka_bootstrap, prefix, tmp_path, monkeypatch)


def test_a_lost_key_is_refused_at_start_and_never_made_anew(place: Place) -> None:
    before = place.keys()
    place.lose(TOKEN_KEY, "keys/departments/court.key")
    for _ in range(2):
        with pytest.raises(KeyringFault, match=r"token\.key: 本部署在用的密钥丢失（共 2 个）.*orphan every standing"):
            place.start()
    assert place.keys().keys() == before.keys() - {TOKEN_KEY, "keys/departments/court.key"}


@pytest.mark.check
def test_a_lost_folder_is_refused_too(place: Place) -> None:
    place.lose(*place.keys())
    with pytest.raises(KeyringFault, match="67 keys that this deployment works with are lost"):
        place.start()
    assert place.keys() == {}


def test_another_key_in_its_place_is_refused(place: Place) -> None:
    place.lose(TOKEN_KEY)
    path = place.folder / TOKEN_KEY
    path.write_text(secrets.token_hex(32))
    path.chmod(0o600)
    with pytest.raises(KeyringFault, match="与本部署在用的密钥不同 / not the key that this deployment works with"):
        place.start()
    assert "not the key" in place.refused("backup", str(place.folder / "kept"))


@pytest.mark.check
def test_of_two_hosts_with_keys_of_their_own_the_second_is_refused(place: Place, tmp_path: Path) -> None:
    second = Keyring.load(tmp_path / "second", Catalogue.load().channels, create=True)
    with pytest.raises(KeyringFault, match="not the key"):
        place.parts.keychecks.record(second)
    assert place.parts.keychecks.read().in_use == place.parts.keyring.checks


@pytest.mark.check
def test_a_deployment_of_before_whose_keys_are_gone_gets_no_new_ones(
    kafka_bootstrap: str, prefix: str, tmp_path: Path
) -> None:
    """No check value on record, and history is there."""
    (accepted,) = [spec for spec in Catalogue.load().topics(prefix) if spec.family == "accepted"]
    admin.create(kafka_bootstrap, [accepted])
    producer = KafkaProducer(bootstrap_servers=kafka_bootstrap)
    producer.send(accepted.name, b"a record").get(timeout=30)
    producer.close()
    settings = Settings(data_dir=tmp_path, kafka_bootstrap=kafka_bootstrap, prefix=prefix)
    with pytest.raises(KeyringFault, match=r"token\.key: 缺少密钥"):
        Parts(settings, kafka_bootstrap)
    assert list(tmp_path.rglob("*.key")) == []


def test_keys_and_law_books_are_lost_and_brought_back(
    place: Place, kafka_bootstrap: str, prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    book = loader.load()
    place.parts.shelf.publish(book)
    before, file = place.keys(), str(place.folder / "kept")
    assert "67" in place.run("backup", file)
    place.lose(*before)
    figures = json.loads(place.run("restore", file, "--check"))
    assert (figures["keys_restored"], figures["law_books_restored"], place.keys()) == (67, 0, {})
    assert json.loads(place.run("restore", file)) == figures
    assert place.keys() == before and {path.stat().st_mode & 0o777 for path in place.folder.rglob("*.key")} == {0o600}
    assert place.start().keyring.checks == place.parts.keyring.checks
    again = json.loads(place.run("restore", file))
    assert (again["keys_restored"], again["keys_kept"]) == (0, 67)
    held = bundle.read(Path(file), SECRET)
    elsewhere = Place(kafka_bootstrap, f"{prefix}new.", place.folder / "new", monkeypatch)
    bundle.write(elsewhere.folder / "kept", _replaced(held, prefix=f"{prefix}new."), SECRET)
    elsewhere.lose(*elsewhere.keys())
    assert "works with another key" in elsewhere.refused("restore", str(elsewhere.folder / "kept"))
    assert elsewhere.keys() == {}


@pytest.mark.check
def test_a_lost_law_book_comes_back_byte_for_byte(place: Place) -> None:
    file, raw = place.folder / "kept", canonical.dump(loader.load())
    place.parts.shelf.publish(loader.load())
    assert "1 本法律簿" in place.run("backup", str(file))
    place.lose_books()
    assert list(place.parts.shelf.published()) == []
    for restored, there in ((1, [raw]), (0, [raw])):
        assert json.loads(place.run("restore", str(file)))["law_books_restored"] == restored
        assert list(place.parts.shelf.published()) == there
    held = bundle.read(file, SECRET)
    changed = _replaced(held, books={canonical.digest(raw): raw + b" "})
    bundle.write(place.folder / "changed", changed, SECRET)
    assert "not the one its digest names" in place.refused("restore", str(place.folder / "changed"))


def test_a_backup_that_does_not_fit_is_refused_and_nothing_is_written(place: Place) -> None:
    place.run("backup", str(place.folder / "kept"))
    held = bundle.read(place.folder / "kept", SECRET)
    place.lose(TOKEN_KEY, "keys/name.key", "keys/master.v1.key")
    left = place.keys()

    def without(*names: str) -> Bundle:
        rest = {name: text for name, text in held.keys.items() if name not in names}
        return _replaced(held, keys=rest, checks={name: held.checks[name] for name in rest})

    changed = {**held.keys, "token": secrets.token_hex(32)}
    cases = {
        "lacks token": without("token"),
        "lacks name": without("name"),
        "lacks master.v1": without("master.v1"),
        "not those that were put into it": _replaced(held, keys=changed),
        "prefix 'other.'": _replaced(held, prefix="other."),
        "not hexadecimal": _replaced(held, keys={**held.keys, "token": "no key"}),
    }
    for number, (why, wrong) in enumerate(cases.items()):
        file = place.folder / f"wrong{number}"
        bundle.write(file, wrong, SECRET)
        assert why in place.refused("restore", str(file)), why
        assert place.keys() == left
    (place.folder / "cut").write_bytes((place.folder / "kept").read_bytes()[:-1])
    assert "not whole" in place.refused("restore", str(place.folder / "cut"))
    place.secret.write_text(SECRET + "!")
    assert "wrong passphrase" in place.refused("restore", str(place.folder / "kept"))
    place.secret.chmod(0o644)
    assert "others may read" in place.refused("restore", str(place.folder / "kept"))
    assert place.keys() == left


@pytest.mark.check
def test_a_backup_older_than_a_key_in_use_is_refused(place: Place) -> None:
    place.run("backup", str(place.folder / "old"))
    place.run("keys", "renew")
    place.lose("keys/master.v2.key")
    assert "lacks master.v2" in place.refused("restore", str(place.folder / "old"))


@pytest.mark.check
def test_a_key_that_is_there_is_never_replaced(place: Place) -> None:
    place.run("backup", str(place.folder / "kept"))
    (place.folder / TOKEN_KEY).write_text(secrets.token_hex(32))
    place.lose("keys/name.key")
    left = place.keys()
    assert "none is ever replaced" in place.refused("restore", str(place.folder / "kept"))
    assert place.keys() == left


def test_whoever_is_erased_stays_erased_though_keys_come_back(place: Place) -> None:
    """One person is erased, one is not, between backup and restore; a copy of the topic from before the erasure stays
    readable only until its master key is retired, and no backup brings that back."""
    token, key = place.seal("990000198001010020", "测试甲")
    kept, kept_key = place.seal("990000199002020029", "测试乙")
    copy = place.alive()
    place.run("backup", str(place.folder / "kept"))
    place.put(key, None)  # what casework writes at the end of all clocks
    place.lose(*place.keys())
    place.run("restore", str(place.folder / "kept"))
    ring = place.start().keyring
    assert place.alive().keys() == {kept_key}
    assert unseal(ring.masters, kept, place.alive()[kept_key]).name == "测试乙"
    assert unseal(ring.masters, token, copy[key]).name == "测试甲", "the copy: nothing but retiring its key closes it"
    assert "newest" in place.refused("keys", "retire", "1")
    place.run("keys", "renew")
    assert "still seals 1 identities" in place.refused("keys", "retire", "1")
    assert "no such master key" in place.refused("keys", "retire", "3")
    assert place.seal("990000199002020029", "测试乙") == (kept, kept_key)  # the person's next record
    place.run("keys", "retire", "1")
    assert not (place.folder / "keys/master.v1.key").exists()
    figures = json.loads(place.run("restore", str(place.folder / "kept")))
    assert (figures["keys_restored"], figures["keys_retired"]) == (0, 1)
    ring = place.start().keyring
    assert unseal(ring.masters, kept, place.alive()[kept_key]).name == "测试乙"
    with pytest.raises(ValueError, match="version 1 is not in the keyring"):
        unseal(ring.masters, token, copy[key])
    held = bundle.read(place.folder / "kept", SECRET)
    path = place.folder / "keys/master.v1.key"
    path.write_text(held.keys["master.v1"])  # by hand
    path.chmod(0o600)
    with pytest.raises(KeyringFault, match="retired"):
        place.start()


def _replaced(held: Bundle, **changes: object) -> Bundle:
    fields = {name: getattr(held, name) for name in held.__struct_fields__}
    return Bundle(**{**fields, **changes})
