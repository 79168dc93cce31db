"""The commands a person types to bring a cluster to the catalogue, on a real broker."""

import json
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from kafka import KafkaProducer
from typer.testing import CliRunner

from schemas.codec import Codec
from streams.cli.topics import app
from streams.identity import Keyring, KeyringFault
from tests.sinks.sink_records import accepted, plain
from topics.admin import create, verify
from topics.catalogue import FOLDER, Catalogue, TopicSpec

pytestmark = pytest.mark.servers


@pytest.fixture
def command(
    kafka_bootstrap: str, prefix: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Callable[..., tuple[int, str]]:
    """``chengxin topics ...`` on the test's broker: exit code and what was said."""
    monkeypatch.setenv("KAFKA_BOOTSTRAP", kafka_bootstrap)
    monkeypatch.setenv("CHENGXIN_PREFIX", prefix)
    monkeypatch.setenv("CHENGXIN_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "300")

    def run(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(app, words)
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done.exit_code, done.output

    return run


def test_a_cluster_is_brought_to_the_catalogue_and_compared(
    command: Callable[..., tuple[int, str]],
    kafka_bootstrap: str,
    prefix: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    count = len(Catalogue.load().topics())
    code, said = command("verify")
    assert code == 1 and f"{count} topics, {count} differences, 0 unknown topics" in said
    code, said = command("apply")
    assert code == 0 and f"{count} topics created, 0 stood already" in said and "stop them all" in said
    assert {key.stem for key in (tmp_path / "keys" / "departments").iterdir()} == set(Catalogue.load().channels)
    code, said = command("apply")
    assert code == 0 and f"0 topics created, {count} stood already" in said and "stop them all" not in said
    code, said = command("apply", "--json")
    assert (code, json.loads(said)) == (0, {"created": [], "topics": count, "differences": [], "unknown": []})
    create(kafka_bootstrap, [Catalogue.load().topics(prefix)[0]._replace(name=f"{prefix}events.harbour")])
    code, said = command("verify")
    assert code == 1 and f"{prefix}events.harbour" in said and "0 differences, 1 unknown topics" in said

    with monkeypatch.context() as elsewhere:  # a partner is one row and one command
        elsewhere.setenv("CHENGXIN_TOPICS", str(_with_a_partner_more(tmp_path / "topics")))
        code, said = command("verify")
        assert code == 1 and f"{prefix}partners.partner_bank" in said and "1 differences, 1 unknown topics" in said
        code, said = command("apply")
        assert f"1 topics created, {count} stood already" in said and "0 differences, 1 unknown topics" in said
    code, said = command("verify")
    assert code == 1 and f"{prefix}partners.partner_bank" in said and "0 differences, 2 unknown topics" in said


def _with_a_partner_more(folder: Path) -> Path:
    shutil.copytree(FOLDER, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    bodies = folder / "bodies.yaml"
    row = "partners:\n  - {code: partner_bank, name: 某银行}"
    bodies.write_text(bodies.read_text(encoding="utf-8").replace("\npartners:", f"\n{row}", 1), encoding="utf-8")
    return folder


def test_settings_are_changed_to_the_catalogue_and_the_rest_is_refused(
    command: Callable[..., tuple[int, str]], kafka_bootstrap: str, prefix: str
) -> None:
    wanted = Catalogue.load().topics(prefix)
    clock, identities, events = (next(s for s in wanted if s.family == f) for f in ("clock", "identities", "events"))
    odd = {
        clock.name: clock._replace(partitions=1, config=clock.config | {"max.message.bytes": "2000000"}),
        identities.name: identities._replace(config=identities.config | {"cleanup.policy": "delete"}),
        events.name: events._replace(config=events.config | {"retention.ms": "-1"}),
    }
    unchangeable = {(clock.name, "partitions"), (identities.name, "cleanup.policy")}
    create(kafka_bootstrap, [odd.get(spec.name, spec) for spec in wanted])
    code, said = command("change")
    assert code == 1 and "0 settings changed, 4 differences left" in said and "change --apply" in said
    code, said = command("change", "--delete")
    assert code == 1 and "0 settings changed, 4 differences left" in said and "change --apply --delete" in said
    code, said = command("change", "--json")
    told = json.loads(said)
    assert code == 1 and (told["changed"], told["left"]) == (0, 4)
    assert {(one["topic"], one["key"]) for one in told["settings"] if one["deletes"]} == {(events.name, "retention.ms")}
    assert len(verify(kafka_bootstrap, wanted)) == 4, "a dry run changes nothing"
    code, said = command("change", "--apply")
    assert code == 1 and "1 settings changed, 3 differences left" in said
    rows = {tuple(line.split()[1:4:2]): line for line in said.splitlines() if prefix in line}
    assert "deletes older records: 须加 --delete" in rows[events.name, "retention.ms"]
    assert "deletes" not in rows[clock.name, "max.message.bytes"] and "changed" in rows[clock.name, "max.message.bytes"]
    assert "growth is a replay" in rows[clock.name, "partitions"]
    assert _left(kafka_bootstrap, wanted, 3) == unchangeable | {(events.name, "retention.ms")}
    code, said = command("change", "--apply", "--delete")
    assert code == 1 and "1 settings changed, 2 differences left" in said and "deletes older records: 已修改" in said
    assert _left(kafka_bootstrap, wanted, 2) == unchangeable


def _left(bootstrap: str, wanted: list[TopicSpec], count: int) -> set[tuple[str, str]]:
    """What differs once the broker has got down to ``count`` differences: it takes a change up a little later."""
    until = time.monotonic() + 10
    while len(left := verify(bootstrap, wanted)) > count and time.monotonic() < until:
        time.sleep(0.1)
    return {(drift.topic, drift.key) for drift in left}


def test_a_new_channels_key_in_production(
    command: Callable[..., tuple[int, str]],
    kafka_bootstrap: str,
    prefix: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Missing, it is named with its cure; made once; never made where tokens under a lost one are out."""
    channels = Catalogue.load().channels
    keys = tmp_path / "keys"
    Keyring.load(keys, [code for code in channels if code not in ("railway", "aviation")], create=True)
    with pytest.raises(KeyringFault, match=r"railway.*missing.*topics apply --new-key railway"):
        Keyring.load(keys, [code for code in channels if code != "aviation"], create=False)
    (sanctions,) = [s for s in Catalogue.load().topics(prefix) if (s.family, s.channel) == ("sanctions", "aviation")]
    create(kafka_bootstrap, [sanctions])
    producer = KafkaProducer(bootstrap_servers=kafka_bootstrap)
    producer.send(sanctions.name, b"one").get(timeout=30)
    producer.close()
    monkeypatch.setenv("CHENGXIN_PROFILE", "production")
    for channel, reason in (("aviation", "restore that from the backup"), ("court", "has a key"), ("sea", "no such")):
        done = CliRunner().invoke(app, ["apply", "--new-key", channel])
        assert isinstance(done.exception, KeyringFault) and reason in str(done.exception)
    done = CliRunner().invoke(app, ["apply", "--new-key", "railway"])
    assert isinstance(done.exception, KeyringFault) and "aviation" in str(done.exception), "the other is still missing"
    assert (keys / "departments" / "railway.key").exists()
    assert not (keys / "departments" / "aviation.key").exists()


def test_no_new_key_where_intake_made_tokens_though_nothing_is_proposed_yet(
    command: Callable[..., tuple[int, str]], kafka_bootstrap: str, prefix: str, tmp_path: Path
) -> None:
    """A record is accepted, its tokens with it, and lies waiting; a channel that is in none of them may have a key."""
    keys = tmp_path / "keys"
    Keyring.load(keys, [c for c in Catalogue.load().channels if c not in ("railway", "aviation")], create=True)
    (topic,) = [spec for spec in Catalogue.load().topics(prefix) if spec.family == "accepted"]
    create(kafka_bootstrap, [topic])
    codec = Codec.load()
    producer = KafkaProducer(bootstrap_servers=kafka_bootstrap)
    for partition, tokens in ((0, {}), (3, {"court": "1" * 32, "aviation": "2" * 32})):
        value = codec.encode("Accepted", plain(accepted(1, department_tokens=tokens)))
        producer.send(topic.name, value, partition=partition).get(timeout=30)
    producer.close()
    done = CliRunner().invoke(app, ["apply", "--new-key", "aviation"])
    assert isinstance(done.exception, KeyringFault)
    assert f"aviation: {prefix}accepted" in str(done.exception) and "密钥须从备份恢复" in str(done.exception)
    assert not (keys / "departments" / "aviation.key").exists()
    CliRunner().invoke(app, ["apply", "--new-key", "railway", "--new-key", "court"])  # the second stops it: has a key
    assert (keys / "departments" / "railway.key").exists()


def test_bodies_are_shown_by_channel_and_region() -> None:
    result = CliRunner().invoke(app, ["bodies", "--channel", "city-heze", "--region", "371721"], env={"COLUMNS": "200"})
    assert result.exit_code == 0
    assert "SD-POLICE-371721" in result.output and "曹县公安局" in result.output
    assert "SD-COURT-371721" not in result.output and "SD-POLICE-371722" not in result.output


def test_the_list_shows_every_family() -> None:
    result = CliRunner().invoke(app, ["list"], env={"COLUMNS": "200"})
    assert result.exit_code == 0
    assert all(family.topic in result.output for family in Catalogue.load().families.values())
