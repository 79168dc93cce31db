"""Whatever the records of a channel say, alone or one after the other: one receipt each, rows that can be stored, and
days that go on."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.flow.flow_hostile import DAYS_OF, ODD_DAYS, PEOPLE, RECORDS, START, Made
from tests.flow.flow_rows import Rows
from tests.flow.flow_stand import CODEC, Stand, determination

LONGEST = timedelta(days=400)
DAYS = st.sampled_from([1, 2, 31, LONGEST.days])


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hostile") / "keys"


def begun(keys: Path) -> Stand:
    """A stand with a listing of each person."""
    stand = Stand(keys).begin(START)
    for number in range(1, PEOPLE + 1):
        stand.send("events.court", CODEC.encode("CreditDetermination", determination(number, START)))
    return stand


def obligations(stand: Stand) -> list[dict[str, Any]]:
    names = [name for name in stand.topics if name.startswith(("sanctions.", "rewards."))]
    return [one for name in names if not name.endswith(".current") for one in stand.read(name)]


def receipts(stand: Stand) -> list[dict[str, Any]]:
    return [one for name in list(stand.topics) if name.startswith("receipts.") for one in stand.read(name)]


def sends(stand: Stand, made: Made) -> None:
    topic, record, value = made
    before = len(receipts(stand))
    stand.send(topic, CODEC.encode(record, value))
    assert len(receipts(stand)) == before + 1


def shown(keys: Path, made: Made) -> None:
    """The record comes, and a year passes: it could be answered and stored."""
    stand, follow = begun(keys), Rows()
    sends(stand, made)
    stand.tick(START + LONGEST)
    assert follow.check(stand) > 0


@pytest.mark.parametrize("kind", RECORDS)
def test_a_record_of_each_kind_that_says_anything(keys: Path, kind: str) -> None:
    @settings(max_examples=25, deadline=None)
    @given(made=RECORDS[kind])
    def one(made: Made) -> None:
        shown(keys, made)

    one()


@pytest.mark.parametrize("day", ODD_DAYS)
@pytest.mark.parametrize(("kind", "field"), [(kind, field) for kind, fields in DAYS_OF.items() for field in fields])
def test_a_day_that_no_calendar_needs(keys: Path, kind: str, field: str, day: date) -> None:
    @settings(max_examples=4, deadline=None)
    @given(made=RECORDS[kind])
    def one(made: Made) -> None:
        topic, record, value = made
        shown(keys, (topic, record, {**value, field: day}))

    one()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), happenings=st.lists(st.one_of(DAYS, *RECORDS.values()), min_size=3, max_size=14))
def test_records_of_all_kinds_one_after_the_other(
    keys: Path, data: st.DataObject, happenings: list[int | Made]
) -> None:
    stand, follow, today = begun(keys), Rows(), START
    for happening in happenings:
        if isinstance(happening, int):
            today += timedelta(days=happening)
            stand.tick(today)
            continue
        topic, record, value = happening
        if record == "OfficerFeedback":
            one = data.draw(st.sampled_from(obligations(stand)))
            subject = {"kind": "person", "id_type": "none", "case_ref": one["case_ref"]}
            value = {**value, "obligation_id": one["obligation_id"], "subject": subject}
            topic = f"feedback.{one['executor']}"
        sends(stand, (topic, record, value))
    stand.tick(today + LONGEST)
    assert follow.check(stand) > 0
