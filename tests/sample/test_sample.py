"""The sample keeps its own rules: same seed, same bytes; every code; one subject once a day; nobody real."""

import base64
import json
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from schemas.codec import Codec, SchemaFault
from streams.cli.sample import app
from streams.core.decisions import Outcome
from streams.core.law import LawBook
from streams.sample import LEAST, NOT_IN_SAMPLE, ONLY_IN_LARGE, Sample, SampleRecord, build, cannot
from streams.sample.assembly import COMPRESSIONS
from streams.sample.cast import NEVER_ISSUED, REGION
from tests.sample.conftest import RECORDS
from topics.catalogue import Catalogue

_TAKEN = (Outcome.ACCEPTED, Outcome.HELD)


def _records(sample: Sample) -> list[SampleRecord]:
    return [record for day in sample.days for record in day.records]


def _subject(codec: Codec, record: SampleRecord) -> dict[str, str | None] | None:
    try:
        return codec.decode(record.value).value.get("subject")
    except SchemaFault:
        return None


def test_one_seed_gives_the_same_bytes_and_another_seed_others(
    sample: Sample, codec: Codec, law: LawBook, catalogue: Catalogue
) -> None:
    assert build(1, RECORDS, codec, law, catalogue) == sample
    assert build(2, RECORDS, codec, law, catalogue).days != sample.days


@pytest.mark.parametrize("records", [LEAST, LEAST + 1, 977])
def test_exactly_as_many_records_as_asked_for(records: int, codec: Codec, law: LawBook, catalogue: Catalogue) -> None:
    made = build(7, records, codec, law, catalogue)
    assert len(_records(made)) == records
    assert _missing_codes(made, law) == _not_in_small(law)


def test_too_few_records_are_refused(codec: Codec, law: LawBook, catalogue: Catalogue) -> None:
    with pytest.raises(ValueError, match=f"at least {LEAST}"):
        build(1, LEAST - 1, codec, law, catalogue)


def test_every_code_of_the_law_book_occurs_but_those_that_cannot(sample: Sample, law: LawBook) -> None:
    assert _missing_codes(sample, law) == _not_in_small(law)


def _missing_codes(sample: Sample, law: LawBook) -> set[str]:
    return set(law.codes) - {record.code for record in _records(sample)}


def _not_in_small(law: LawBook) -> set[str]:
    return set(NOT_IN_SAMPLE) | set(ONLY_IN_LARGE) | cannot(law)


def test_every_outcome_occurs_and_at_least_forty_are_rejected(sample: Sample) -> None:
    outcomes = Counter(record.expected for record in _records(sample))
    assert set(outcomes) == set(Outcome)
    assert outcomes[Outcome.REJECTED] >= 40
    assert outcomes[Outcome.ACCEPTED] > RECORDS * 3 // 4


def test_few_days_from_the_notice_to_today(sample: Sample) -> None:
    days = [day.day for day in sample.days]
    assert days == sorted(set(days))
    assert len(days) <= 50
    assert days[0] >= date(2018, 6, 25)
    assert days[-1] <= date(2026, 11, 20)


def test_month_ends_carry_most(sample: Sample) -> None:
    ends = sum(len(day.records) for day in sample.days if day.day.day >= 26)
    assert ends > RECORDS * 2 // 3


def test_a_subject_appears_once_a_day_unless_the_same_message_comes_again(sample: Sample, codec: Codec) -> None:
    for day in sample.days:
        seen: dict[str, tuple[bytes, bytes | None, int]] = {}
        for record in day.records:
            subject = _subject(codec, record)
            if subject is None or record.expected is Outcome.REJECTED:
                continue
            who = subject["id_number"] or subject["name"]
            message = (record.key, record.value, record.partition)
            assert who is not None
            assert seen.setdefault(who, message) == message, f"{who} twice on {day.day}"


def test_a_department_is_ordered_or_answers_once_a_day(sample: Sample, codec: Codec) -> None:
    found = 0
    for day in sample.days:
        read = [codec.decode(one.value) for one in day.records if one.family == "cases" and one.expected in _TAKEN]
        said = [one.value["channel"] for one in read if one.record == "SupervisionEvent"]
        assert len(said) == len(set(said)), f"{said} on {day.day}"
        found += len(said)
    assert found > 8


def test_only_persons_of_regions_nobody_issues(sample: Sample, codec: Codec) -> None:
    for record in _records(sample):
        subject = _subject(codec, record)
        if subject is None:
            continue
        number = subject["id_number"]
        if number is not None:
            assert number.startswith((REGION, NEVER_ISSUED)) or number[2:8] == REGION
        name = (subject["name"] or "").strip()
        assert not name or name.startswith("测试")


def test_one_compression_per_day_and_partition_and_all_five_occur(sample: Sample) -> None:
    for day in sample.days:
        batches = {(record.topic, record.partition, record.codec_name) for record in day.records}
        assert len(batches) == len({batch[:2] for batch in batches})
    assert {record.codec_name for record in _records(sample)} == set(COMPRESSIONS)


def test_topics_and_partitions_exist(sample: Sample, catalogue: Catalogue) -> None:
    partitions = {topic.name: topic.partitions for topic in catalogue.topics()}
    for record in _records(sample):
        assert record.topic == catalogue.name(record.family, record.channel)
        assert 0 <= record.partition < partitions[record.topic]


def test_the_side_file_counts_positions_per_topic_partition(sample: Sample) -> None:
    lines = list(sample.expectations())
    assert len(lines) == RECORDS
    places: dict[tuple[str, int], list[int]] = {}
    for line in lines:
        places.setdefault((line.topic, line.partition), []).append(line.position)
    assert all(positions == list(range(len(positions))) for positions in places.values())


def test_the_command_writes_messages_and_side_file_once(tmp_path: Path) -> None:
    arguments = ["--out", str(tmp_path / "sample"), "--seed", "3", "--records", str(LEAST)]
    first = CliRunner().invoke(app, arguments)
    assert first.exit_code == 0, first.output
    expected = (tmp_path / "sample" / "expected.jsonl").read_text().splitlines()
    assert len(expected) == LEAST
    assert set(json.loads(expected[0])) == {"topic", "partition", "position", "event_id", "expected", "code", "note"}
    files = sorted((tmp_path / "sample" / "messages").iterdir())
    messages = [json.loads(line) for file in files for line in file.read_text().splitlines()]
    assert [(m["topic"], m["partition"]) for m in messages] == [
        (row["topic"], row["partition"]) for row in map(json.loads, expected)
    ]
    assert base64.b64decode(messages[0]["key"])
    again = CliRunner().invoke(app, arguments)
    assert again.exit_code == 2
    assert "已有样本" in again.output
