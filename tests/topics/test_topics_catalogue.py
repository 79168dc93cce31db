"""Topics as data: no orphan on either side, names that prove the sender, and loaders that refuse what is wrong."""

import shutil
from pathlib import Path

import pytest

from schemas.codec import Codec
from topics.catalogue import FOLDER, Catalogue
from topics.files import TopicFault

CATALOGUE = Catalogue.load()
NO_RECORD = {"cases", "intake-changelog", "casework-changelog"}  # none admitted yet; the engine's own bytes


def test_every_record_of_a_topic_has_a_schema_and_every_schema_a_topic() -> None:
    records = [record for family in CATALOGUE.families.values() for record in family.records]
    assert set(records) == Codec.load().records()
    assert {name for name, family in CATALOGUE.families.items() if not family.records} == NO_RECORD


def test_every_channel_has_a_body_of_the_province_and_every_body_a_channel() -> None:
    provincial = {body.channel for body in CATALOGUE.bodies.values() if body.level == "province"}
    assert provincial == set(CATALOGUE.channels) == {body.channel for body in CATALOGUE.bodies.values()}


def test_a_body_stands_below_its_parent() -> None:
    order = ["national", "province", "city", "county"]
    for body in CATALOGUE.bodies.values():
        if body.parent is not None:
            parent = CATALOGUE.bodies[body.parent]
            assert order.index(parent.level) < order.index(body.level), body.code
            assert parent.channel == body.channel, body.code
            kept = {"province": 2, "city": 4}[parent.level]
            assert body.region[:kept] == parent.region[:kept], body.code


def test_the_cities_of_shandong_each_have_an_intermediate_court() -> None:
    cities = {body.region for body in CATALOGUE.bodies.values() if (body.channel, body.level) == ("court", "city")}
    assert cities == {f"37{number:02d}00" for number in range(1, 18) if number != 12}, "371200 ended in 2018"


@pytest.mark.parametrize("prefix", ["", "run1."])
def test_a_topic_name_proves_family_and_channel(prefix: str) -> None:
    names = set()
    for spec in CATALOGUE.topics(prefix):
        assert CATALOGUE.name(spec.family, spec.channel, prefix) == spec.name
        assert CATALOGUE.owner_of(spec.name, prefix) == (spec.family, spec.channel)
        assert len(spec.name) <= 249
        names.add(spec.name)
    assert len(names) == len(CATALOGUE.topics(prefix))


@pytest.mark.parametrize(
    ("family", "channel"), [("events", None), ("clock", "court"), ("events", "customs"), ("sanctions", "court")]
)
def test_a_name_that_no_topic_has_is_refused(family: str, channel: str | None) -> None:
    with pytest.raises(KeyError, match=f"family {family} has no topic"):
        CATALOGUE.name(family, channel)


def test_a_name_of_another_prefix_is_not_ours() -> None:
    with pytest.raises(KeyError):
        CATALOGUE.owner_of("run2.events.court", "run1.")
    with pytest.raises(KeyError):
        CATALOGUE.owner_of("events.court", "run1.")


@pytest.mark.parametrize("scale", ["local", "province"])
def test_what_a_task_reads_and_writes_by_partition_number_has_one_count(scale: str) -> None:
    count = {"local": 8, "province": 64}[scale]
    specs = {spec.name: spec for spec in CATALOGUE.topics(scale=scale)}  # type: ignore[arg-type]
    for agent in ("intake", "casework"):
        tasks = [*CATALOGUE.inputs(agent), f"{agent}-changelog"]
        assert {specs[name].partitions for name in tasks} == {count}
    assert {specs[name].partitions for name in ("clock", "accepted", "decisions")} == {count}


def test_intake_reads_the_clock_first_and_every_topic_that_others_write() -> None:
    inputs = CATALOGUE.inputs("intake", "p.")
    families = [CATALOGUE.owner_of(name, "p.")[0] for name in inputs]
    assert list(dict.fromkeys(families)) == ["clock", "feedback", "cases", "events"]
    written = {name for name, family in CATALOGUE.families.items() if "channel" in family.writers}
    assert written == set(families) - {"clock"}
    assert CATALOGUE.inputs("casework") == ("accepted",)


def test_identity_in_clear_is_read_by_few_and_not_for_long() -> None:
    for family in CATALOGUE.families.values():
        if family.personal_data == "identity":
            assert family.retention == "30d", family.family
            assert set(family.readers) <= {"intake", "oracle", "operators"}, family.family
        if "channel" in family.readers:
            assert family.personal_data in ("none", "token"), family.family


def test_settings_on_the_broker() -> None:
    for spec in CATALOGUE.topics(replication=3):
        assert spec.config["message.timestamp.type"] == "LogAppendTime"
        assert int(spec.config["max.message.bytes"]) >= 8_388_608
        assert spec.config["min.insync.replicas"] == "2"
        compacted = spec.config["cleanup.policy"] == "compact"
        assert compacted == ("delete.retention.ms" in spec.config)
    kept = {spec.family: spec.config["retention.ms"] for spec in CATALOGUE.topics()}
    assert kept["events"] == kept["quarantine"] == str(30 * 86_400_000)
    assert kept["accepted"] == kept["decisions"] == kept["clock"] == "-1"
    assert {spec.config["min.insync.replicas"] for spec in CATALOGUE.topics()} == {"1"}


BAD = [
    ("clock.yaml", "owner: the clock", "owner: the clock\nowner: another", "given twice"),
    ("clock.yaml", "family: clock", "family: time", "name the file time.yaml"),
    ("clock.yaml", "retention: forever", "retention: 1 year", "retention"),
    ("clock.yaml", "writers: [clock]", "writers: [anybody]", "anybody"),
    ("clock.yaml", "key:", "keys:", "keys"),
    ("clock.yaml", 'topic: "clock"', 'topic: "clock.{channel}"', "topic"),
    ("clock.yaml", "owner: the clock", "owner: [the", "not YAML"),
    ("events.yaml", "cleanup: delete", "cleanup: compact", "tombstones"),
    ("events.yaml", "cleanup: delete", "cleanup: delete\ntombstones: 30d", "tombstones"),
    ("events.yaml", "local: 8", "local: 9", "partitions.local"),
    ("bodies.yaml", "parent: SD-COURT,", "parent: SD-COURTS,", "parent SD-COURTS stands nowhere above"),
    ("bodies.yaml", "code: SD-ORG,", "code: SD-HR,", "SD-HR: given twice"),
    ("bodies.yaml", "{code: org, name: 组织, exec", "{code: hr, name: 组织, exec", "hr: given twice"),
    ("bodies.yaml", "channel: org,", "channel: party,", "channel party is not listed"),
    ("bodies.yaml", "channel: org,", "channel: hr,", "code org: has no body"),
    ("bodies.yaml", "sector: org}", "sector: party}", "sector party is not listed"),
    ("bodies.yaml", "{code: power, name", "{code: water, name", "sectors: a code is given twice"),
    ("bodies.yaml", 'region: "370102"', "region: 370102", "region"),
    ("bodies.yaml", "level: city", "level: town", "level"),
]


@pytest.mark.parametrize(("file", "text", "instead", "message"), BAD)
def test_the_loader_names_file_key_and_cure(tmp_path: Path, file: str, text: str, instead: str, message: str) -> None:
    for source in FOLDER.glob("*.yaml"):
        shutil.copy(source, tmp_path)
    broken = (tmp_path / file).read_text(encoding="utf-8")
    assert text in broken
    (tmp_path / file).write_text(broken.replace(text, instead, 1), encoding="utf-8")
    with pytest.raises(TopicFault) as caught:
        Catalogue.load(tmp_path)
    assert message in str(caught.value)
    assert file in str(caught.value)
