"""What the registry says of subjects, versions and ids, and what it refuses."""

import json
from typing import Any

import pytest

from schemas.files import ids, sources
from schemas.registry.book import Registry, RegistryFault
from topics.catalogue import Catalogue

SCHEMAS = {source.name: source.schema for source in sources()}
IDS = {row.schema: row.id for row in ids()}


@pytest.fixture(scope="module")
def registry() -> Registry:
    topics = Catalogue.load().topics("run1.")
    return Registry.load({spec.name: spec.records for spec in topics})


def test_every_id_of_the_list_has_its_schema(registry: Registry) -> None:
    for name, number in IDS.items():
        assert json.loads(registry.text(number)) == SCHEMAS[name]
    for number in (0, len(IDS) + 1, -1):
        with pytest.raises(RegistryFault, match="not found") as fault:
            registry.text(number)
        assert (fault.value.status, fault.value.code) == (404, 40403)


def test_every_topic_is_a_subject_and_every_record_too(registry: Registry) -> None:
    subjects = set(registry.subjects())
    for spec in Catalogue.load().topics("run1."):
        assert (f"{spec.name}-value" in subjects) == bool(spec.records)
        assert all(f"{spec.name}-chengxin.{record}" in subjects for record in spec.records)
    assert {f"chengxin.{source.record}" for source in sources()} <= subjects
    assert registry.subjects("run1.sanctions.railway.current") == [
        "run1.sanctions.railway.current-chengxin.ObligationCurrent",
        "run1.sanctions.railway.current-value",
    ]
    assert {use.subject for use in registry.uses(IDS["Receipt.v1"])} >= {
        "chengxin.Receipt",
        "run1.receipts.court-value",
    }


def test_versions_count_in_the_order_of_ids_and_latest_is_the_newest_of_the_chief_record(registry: Registry) -> None:
    subject = "run1.events.court-value"
    told = [registry.version(subject, str(version)) for version in registry.versions(subject)]
    assert [one.version for one in told] == [1, 2, 3, 4, 5]
    chief = ["CreditDetermination.v1", "CreditDetermination.v2"]
    others = ["GroundEnding.v1", "RecordCorrection.v1", "RecordCorrection.v2"]
    assert sorted(one.id for one in told) == [one.id for one in told] == sorted(IDS[name] for name in chief + others)
    assert registry.version(subject, "latest").id == registry.version(subject, "-1").id == IDS[chief[-1]]
    assert registry.version("chengxin.RecordCorrection", "latest").id == IDS["RecordCorrection.v2"]


@pytest.mark.parametrize(
    ("subject", "version", "status", "code"),
    [
        ("run1.events.court-key", "latest", 404, 40401),
        ("run1.events.court-value", "6", 404, 40402),
        ("run1.events.court-value", "0", 422, 42202),
        ("run1.events.court-value", "²", 422, 42202),
        pytest.param("run1.events.court-value", "9" * 400, 422, 42202, id="long"),
        ("run1.events.court-value", "-2", 422, 42202),
    ],
)
def test_a_version_that_is_not_there(registry: Registry, subject: str, version: str, status: int, code: int) -> None:
    with pytest.raises(RegistryFault) as fault:
        registry.version(subject, version)
    assert (fault.value.status, fault.value.code) == (status, code)


def without_docs(node: Any) -> Any:
    """As a client lays a schema out: other order, no docs."""
    if isinstance(node, dict):
        return {key: without_docs(node[key]) for key in sorted(node, reverse=True) if key != "doc"}
    return [without_docs(one) for one in node] if isinstance(node, list) else node


def test_a_schema_is_found_however_it_is_laid_out(registry: Registry) -> None:
    for spec in Catalogue.load().topics("run1."):
        for record in spec.records[:1] if spec.channel in (None, "court", "railway") else ():
            for version in [source.version for source in sources() if source.record == record]:
                text = json.dumps(without_docs(SCHEMAS[f"{record}.v{version}"]), indent=4)
                found = registry.lookup(f"{spec.name}-value", text)
                assert found.id == registry.register(f"{spec.name}-value", text) == IDS[f"{record}.v{version}"]


def test_what_we_do_not_have_is_not_found_and_never_registered(registry: Registry) -> None:
    subject = "run1.events.court-value"
    ours = SCHEMAS["CreditDetermination.v2"]
    more = {**ours, "fields": [*ours["fields"], {"name": "score", "type": ["null", "int"], "default": None}]}
    elsewhere = SCHEMAS["Receipt.v1"]  # ours, but not this topic's
    for schema in (more, elsewhere):
        with pytest.raises(RegistryFault) as fault:
            registry.lookup(subject, json.dumps(schema))
        assert (fault.value.status, fault.value.code) == (404, 40403)
        with pytest.raises(RegistryFault, match="read-only") as fault:
            registry.register(subject, json.dumps(schema))
        assert (fault.value.status, fault.value.code) == (422, 42205)
    with pytest.raises(RegistryFault, match="read-only") as fault:
        registry.register("somebody-value", json.dumps(ours))
    assert (fault.value.status, fault.value.code) == (422, 42205)


@pytest.mark.parametrize(
    "text", ["", "{", "[" * 100_000, '{"a": NaN', "\ud800"], ids=["nothing", "cut", "deep", "no number", "no text"]
)
def test_what_is_no_schema(registry: Registry, text: str) -> None:
    for ask in (registry.lookup, registry.register):
        with pytest.raises(RegistryFault) as fault:
            ask("run1.events.court-value", text)
        assert (fault.value.status, fault.value.code) == (422, 42201)
