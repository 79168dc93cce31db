"""The sample a run makes when nobody asks for another size: what the project says of it, counted."""

from collections import Counter
from collections.abc import Iterator

import pytest

from schemas.codec import Codec, Decoded, SchemaFault
from streams.cli.pipeline import RECORDS
from streams.core.decisions import Outcome
from streams.core.law import LawBook
from streams.run.pipeline import SEED
from streams.sample import NOT_IN_SAMPLE, Sample, SampleRecord, build, cannot
from streams.sample.assembly import COMPRESSIONS
from topics.catalogue import Catalogue

CITIES = 16
VERSIONS = {
    ("CreditDetermination", 1),
    ("CreditDetermination", 2),
    ("RecordCorrection", 1),
    ("RecordCorrection", 2),
}


@pytest.fixture(scope="session")
def default(codec: Codec, law: LawBook, catalogue: Catalogue) -> Sample:
    """Made once: it takes some seconds."""
    return build(SEED, RECORDS, codec, law, catalogue)


@pytest.fixture(scope="session")
def readable(default: Sample, codec: Codec) -> list[tuple[int, SampleRecord, Decoded]]:
    """Every record that can be read, with the number of its day."""
    return list(_readable(default, codec))


def _readable(sample: Sample, codec: Codec) -> Iterator[tuple[int, SampleRecord, Decoded]]:
    for number, day in enumerate(sample.days):
        for record in day.records:
            try:
                yield number, record, codec.decode(record.value)
            except SchemaFault:
                continue


def test_twenty_thousand_records_on_at_most_150_days(default: Sample) -> None:
    assert sum(len(day.records) for day in default.days) == RECORDS == 20_000
    assert len({day.day for day in default.days}) == len(default.days) <= 150


def test_about_three_in_a_hundred_are_faulty(default: Sample) -> None:
    outcomes = Counter(record.expected for day in default.days for record in day.records)
    assert set(outcomes) == set(Outcome)
    assert outcomes[Outcome.REJECTED] >= 400
    assert 0.02 < outcomes[Outcome.REJECTED] / RECORDS < 0.05


def test_every_code_occurs_even_those_only_a_large_sample_has(default: Sample, law: LawBook) -> None:
    codes = {record.code for day in default.days for record in day.records}
    assert set(law.codes) - codes == set(NOT_IN_SAMPLE) | cannot(law)


def test_a_subject_comes_once_a_day_but_for_the_same_event_again(
    readable: list[tuple[int, SampleRecord, Decoded]],
) -> None:
    """Rejected records reach no standing, so their order means nothing."""
    seen: dict[tuple[int, str], str | None] = {}
    again = 0
    for day, record, decoded in readable:
        subject = decoded.value.get("subject")
        if subject is None or record.expected is Outcome.REJECTED:
            continue
        who = (day, subject["id_number"] or subject["name"])
        again += who in seen
        assert seen.setdefault(who, record.event_id) == record.event_id, f"{who[1]} twice on day {day}"
    assert again > 0, "a sample where nothing is sent twice does not show that a second time changes nothing"


def test_all_compressions_and_both_versions_of_the_schemas(
    default: Sample, readable: list[tuple[int, SampleRecord, Decoded]]
) -> None:
    assert {record.codec_name for day in default.days for record in day.records} == set(COMPRESSIONS)
    assert len(COMPRESSIONS) == 5
    sent = {(decoded.record, decoded.version) for _, record, decoded in readable if record.expected == "accepted"}
    assert sent >= VERSIONS


def test_all_fields_groups_and_cities(
    readable: list[tuple[int, SampleRecord, Decoded]], law: LawBook, catalogue: Catalogue
) -> None:
    """Counted on accepted determinations: what is refused would show no field and no city."""
    made = [
        (record.channel, law.items[decoded.value["item"]])
        for _, record, decoded in readable
        if decoded.record == "CreditDetermination" and record.expected is Outcome.ACCEPTED
    ]
    assert {item.field for _, item in made} - {None} == set(law.fields)
    assert {group for _, item in made for group in item.groups} == set(law.groups)
    assert (len(law.fields), len(law.groups)) == (11, 12)
    cities = {channel for channel in catalogue.channels if channel.startswith("city-")}
    assert {channel for channel, _ in made if channel.startswith("city-")} == cities
    assert len(cities) == CITIES
