"""Topics as data: no orphan on either side, names that prove the sender, and loaders that refuse what is wrong."""

import shutil
from pathlib import Path

import pytest

from schemas.codec import Codec
from topics import admin
from topics.catalogue import FOLDER, Catalogue
from topics.files import TopicFault

CATALOGUE = Catalogue.load()
NO_RECORD = {"intake-changelog", "casework-changelog"}  # the engine's own bytes


def test_every_record_of_a_topic_has_a_schema_and_every_schema_a_topic() -> None:
    records = [record for family in CATALOGUE.families.values() for record in family.records]
    assert set(records) == Codec.load().records()
    assert {name for name, family in CATALOGUE.families.items() if not family.records} == NO_RECORD


CITIES = {f"37{number:02d}00" for number in range(1, 18) if number != 12}  # 371200 ended in 2018
VERTICAL = {"court", "tax"}


def test_a_channel_is_a_line_of_work_of_the_province_or_a_city() -> None:
    provincial = {body.channel for body in CATALOGUE.bodies.values() if body.level == "province"}
    cities = {code for code in CATALOGUE.channels if code.startswith("city-")}
    assert provincial | cities == set(CATALOGUE.channels) == {body.channel for body in CATALOGUE.bodies.values()}
    assert provincial == set(CATALOGUE.sectors) == {body.sector for body in CATALOGUE.bodies.values()}
    assert (len(cities), len(provincial)) == (16, 47)
    assert not any(CATALOGUE.channels[code].executes for code in cities)
    for code in cities:  # a city platform itself
        (platform,) = [body for body in CATALOGUE.bodies.values() if (body.channel, body.sector) == (code, "credit")]
        assert platform.code == f"SD-CREDIT-{platform.region}"


def test_every_county_reports_through_its_city_but_for_the_vertical_lines() -> None:
    counties = {body.region for body in CATALOGUE.bodies.values() if body.level == "county"}
    assert len(counties) == 136
    by_place = {(body.region, body.sector): body for body in CATALOGUE.bodies.values()}
    channel_of = {body.region: body.channel for body in CATALOGUE.bodies.values() if body.sector == "credit"}
    assert {region for region in channel_of if region != "370000"} == CITIES
    for region in counties:
        for sector in ("court", "tax", "police", "market", "environment", "health", "hr", "transport", "civil_affairs"):
            body = by_place[region, sector]
            assert body.channel == (sector if sector in VERTICAL else channel_of[f"{region[:4]}00"]), body.code


def test_a_body_stands_below_its_parent() -> None:
    order = ["national", "province", "city", "county"]
    for body in CATALOGUE.bodies.values():
        if body.level in ("city", "county"):
            assert body.parent is not None, body.code
            parent = CATALOGUE.bodies[body.parent]
            assert order.index(parent.level) < order.index(body.level), body.code
            assert parent.sector == body.sector, body.code
            assert body.code == f"{parent.code.rstrip('-0123456789')}-{body.region}"
            kept = {"province": 2, "city": 4}[parent.level]
            assert body.region[:kept] == parent.region[:kept], body.code


NAMES = {
    "SD-COURT-370102": "济南市历下区人民法院",
    "SD-COURT-370781": "青州市人民法院",
    "SD-POLICE-370102": "济南市公安局历下区分局",
    "SD-POLICE-370202": "青岛市公安局市南分局",
    "SD-POLICE-370481": "滕州市公安局",
    "SD-POLICE-371721": "曹县公安局",
    "SD-ENVIRONMENT-371721": "菏泽市生态环境局曹县分局",
    "SD-TAX-370124": "国家税务总局平阴县税务局",
    "SD-HEALTH-370200": "青岛市卫生健康委员会",
    "SD-HEALTH-371082": "荣成市卫生健康局",
    "SD-WATER-370100": "济南市城乡水务局",
    "SD-CUSTOMS": "青岛海关",
}


def test_names_follow_the_patterns_and_the_rows_that_depart_from_them() -> None:
    assert {code: CATALOGUE.bodies[code].name for code in NAMES} == NAMES
    assert not [body.code for body in CATALOGUE.bodies.values() if "{" in body.name]


def test_a_body_that_other_cities_lack_is_one_row(tmp_path: Path) -> None:
    copy_of(tmp_path)
    file = tmp_path / "cities" / "jinan.yaml"
    row = '  - {sector: railway, region: "370124", name: 平阴县铁路局}\n'
    file.write_text(file.read_text(encoding="utf-8") + row, encoding="utf-8")
    body = Catalogue.load(tmp_path).bodies["SD-RAILWAY-370124"]
    assert (body.name, body.level, body.parent, body.channel) == ("平阴县铁路局", "county", "SD-RAILWAY", "city-jinan")


def test_a_new_partner_is_one_row_and_has_a_topic_of_its_own(tmp_path: Path) -> None:
    copy_of(tmp_path)
    file, before = tmp_path / "bodies.yaml", {spec.name for spec in CATALOGUE.topics()}
    row = "  - {code: partner_loan, name: 信易贷合作方}\n"
    text = file.read_text(encoding="utf-8")
    assert row in text
    file.write_text(text.replace(row, f"{row}  - {{code: partner_bank, name: 某银行}}\n"), encoding="utf-8")
    assert {spec.name for spec in Catalogue.load(tmp_path).topics()} - before == {"partners.partner_bank"}


@pytest.mark.parametrize("name", ["partners", "partners.partner_bank", "events.harbour", "sanctions.harbour.current"])
def test_on_a_shared_cluster_a_name_of_our_families_looks_like_ours(name: str) -> None:
    assert admin._ours(CATALOGUE).fullmatch(name)
    assert not admin._ours(CATALOGUE).fullmatch(f"the-{name}")


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
    ("family", "channel"),
    [
        ("events", None),
        ("clock", "court"),
        ("events", "harbour"),
        ("sanctions", "court"),
        ("feedback", "city-jinan"),
        ("partners", None),
        ("partners", "court"),
        ("receipts", "partner_loan"),
    ],
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
    assert list(dict.fromkeys(families)) == ["clock", "feedback", "cases", "filings", "events"]
    written = {name for name, family in CATALOGUE.families.items() if "channel" in family.writers}
    assert written == set(families) - {"clock", "filings"}  # these are the portal's
    assert CATALOGUE.inputs("casework") == ("accepted",)


def test_identity_in_clear_is_read_by_few_and_not_for_long() -> None:
    for family in CATALOGUE.families.values():
        if family.personal_data == "identity":
            assert family.retention == "30d", family.family
            assert set(family.readers) <= {"intake", "oracle", "auditor", "operators"}, family.family
        if {"channel", "partner"} & set(family.readers):
            assert family.personal_data in ("none", "token"), family.family
            assert ("partner" in family.readers) == (family.channels == "partners"), "each reads a topic of its own"


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


def copy_of(folder: Path) -> None:
    shutil.copytree(FOLDER, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.py", "__pycache__"))


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
    ("events.yaml", "local: 8", "local: 65", "partitions.local"),
    ("bodies.yaml", "parent: null, channel: org,", "parent: SD-ORGS, channel: org,", "SD-ORGS stands nowhere above"),
    ("bodies.yaml", "code: SD-ORG,", "code: SD-HR,", "SD-HR is given twice"),
    ("bodies.yaml", "{code: org, name: 组织, exec", "{code: hr, name: 组织, exec", "hr: given twice"),
    ("bodies.yaml", "channel: org,", "channel: party,", "channel party is not listed"),
    ("bodies.yaml", "channel: org,", "channel: hr,", "code org: has no body"),
    ("bodies.yaml", "sector: org}", "sector: party}", "sector party is not listed"),
    ("bodies.yaml", "{code: power, name", "{code: water, name", "sectors: a code is given twice"),
    ("bodies.yaml", "{code: partner_rent, ", "{code: partner_loan, ", "partners: a code is given twice"),
    ("bodies.yaml", "{code: partner_rent, ", "{code: credit_bureau, ", "partners[2].code"),
    ("bodies.yaml", "{code: org, name: 组织, exec", "{code: partner_rent, name: 组织, exec", "is a channel's"),
    ("bodies.yaml", 'region: "370200"', "region: 370200", "region"),
    ("bodies.yaml", "level: province", "level: town", "level"),
    ("bodies.yaml", "{sector: police, city", "{sector: justice, city", "sector justice: given twice"),
    ("bodies.yaml", "{sector: police, city", "{sector: harbour, city", "no body SD-HARBOUR"),
    ("bodies.yaml", "{place}公安局", "{county}公安局", "county"),
    ("cities/heze.yaml", "channel: city-heze", "channel: city-cao", "channel: city-cao is not listed"),
    ("cities/heze.yaml", '"371721", name: 曹县', '"371722", name: 曹县', "371722: given twice"),
    ("cities/heze.yaml", '"371721"', '"370921"', "whose codes begin with 3717"),
    ("cities/heze.yaml", "曹县", "曹", "counties[2].name"),
    ("cities/jinan.yaml", '{sector: water, region: "370100"', '{sector: water, region: "370201"', "no such county"),
    ("cities/jinan.yaml", '{sector: police, region: "370103"', '{sector: police, region: "370102"', "given twice"),
    ("cities/jinan.yaml", "{sector: water,", "{sector: harbour,", "sector harbour is not listed"),
]


@pytest.mark.parametrize(("file", "text", "instead", "message"), BAD)
def test_the_loader_names_file_key_and_cure(tmp_path: Path, file: str, text: str, instead: str, message: str) -> None:
    copy_of(tmp_path)
    broken = (tmp_path / file).read_text(encoding="utf-8")
    assert text in broken
    (tmp_path / file).write_text(broken.replace(text, instead, 1), encoding="utf-8")
    with pytest.raises(TopicFault) as caught:
        Catalogue.load(tmp_path)
    assert message in str(caught.value)
    assert Path(file).name in str(caught.value)
