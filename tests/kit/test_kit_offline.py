"""Without servers the kit says what the servers say: same outcome, same code, for whatever a department can send."""

import random
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from streams.core.decisions import Outcome
from streams.identity import Keyring
from streams.kit.offline import NEEDS_SERVER, Checker, Fate
from streams.sample import build
from streams.sample.assembly import NOT_IN_SAMPLE, ONLY_IN_LARGE
from streams.sample.model import SampleRecord
from tests.flow.flow_stand import BOOK, CATALOGUE, CODEC, Stand
from tests.kit.kit_stand import kit

GOOD = (Outcome.ACCEPTED, Outcome.WARNED)


@cache
def dated() -> list[tuple[date, SampleRecord]]:
    """1,500 records: every faulty kind of the sample, and of everything else some."""
    made = build(4, 1_500, CODEC, BOOK, CATALOGUE)
    return [(day.day, record) for day in made.days for record in day.records]


@cache
def fates() -> list[Fate]:
    return [Checker(kit(), record.channel, day).fate(record.family, record.value) for day, record in dated()]


def test_every_record_of_the_sample_has_offline_the_fate_its_writer_expects() -> None:
    for (day, record), fate in zip(dated(), fates(), strict=True):
        if record.code in NEEDS_SERVER:
            assert fate.code == record.code == "CASE_REF_INVALID" or fate.code not in NEEDS_SERVER, (day, record.note)
            assert fate.outcome in (*GOOD, Outcome.HELD) or fate.code == record.code, (day, record.note)
        else:
            assert (fate.outcome, fate.code) == (record.expected, record.code), (day, record.note)


def test_every_code_is_found_offline_or_named_as_one_that_needs_the_server() -> None:
    found = {fate.code for fate in fates()}
    kept = {*NOT_IN_SAMPLE, *ONLY_IN_LARGE} - NEEDS_SERVER.keys()
    assert kept == {"SYNTHETIC_NOT_ALLOWED"}
    assert BOOK.codes.keys() - found - NEEDS_SERVER.keys() == kept
    assert NEEDS_SERVER.keys() <= BOOK.codes.keys()


def test_a_production_kit_refuses_test_numbers() -> None:
    said = kit()._replace(said=kit().said.__class__(**{**_fields(kit().said), "allow_synthetic": False}))
    day, record = next(one for one in dated() if one[1].expected is Outcome.ACCEPTED and one[1].family == "events")
    assert Checker(said, record.channel, day).fate("events", record.value).code == "SYNTHETIC_NOT_ALLOWED"


def _fields(said: Any) -> dict[str, Any]:
    return {name: getattr(said, name) for name in said.__struct_fields__}


@pytest.mark.parametrize("seed", [1, 2])
def test_random_records_get_offline_the_code_of_their_receipt(seed: int, tmp_path: Path) -> None:
    """Sound records with fields taken from others, emptied or spoilt, sent through both agents' real steps."""
    dice = random.Random(seed)
    decoded = [
        (record.family, record.channel, CODEC.decode(record.value))
        for _, record in dated()
        if record.expected in (*GOOD, Outcome.HELD) and record.family != "feedback"
    ]
    day = date(2024, 6, 3)
    stand = Stand(tmp_path / "keys").begin(day)
    needed = 0
    for number in range(400):
        family, channel, one = dice.choice(decoded)
        value = _spoilt(dice, one.value, [other.value for _, _, other in decoded if other.record == one.record])
        data = CODEC.encode(one.record, {**value, "event_id": f"random-{number}"})
        answers = stand.topics[f"receipts.{channel}"]
        before = len(answers)
        stand.send(f"{family}.{channel}", data)
        (receipt,) = [CODEC.decode(answer).value for _, answer in answers[before:]]
        fate = Checker(kit(), channel, day).fate(family, data)
        code = next((fault["code"] for fault in (*receipt["faults"], *receipt["warnings"])), None)
        if code in NEEDS_SERVER:
            needed += 1
            continue
        assert (fate.outcome.value, fate.code) == (receipt["outcome"], code), value
        assert [(f.field, f.seen, f.expected) for f in fate.faults] == [
            (f["field"], f["seen"], f["expected"]) for f in receipt["faults"]
        ]
    assert needed < 200


def _spoilt(dice: random.Random, value: dict[str, Any], others: list[dict[str, Any]]) -> dict[str, Any]:
    """A few fields as another record has them, or empty, or nonsense."""
    made = {name: dict(inner) if isinstance(inner, dict) else inner for name, inner in value.items()}
    for _ in range(dice.randint(0, 3)):
        name = dice.choice([one for one in made if one != "event_id"])
        inner, other = made[name], dice.choice(others)[name]
        if isinstance(inner, dict):
            key = dice.choice(list(inner))
            made[name] = {**inner, key: _other(dice, inner[key], other[key])}
        else:
            made[name] = _other(dice, inner, other)
    return made


def _other(dice: random.Random, old: Any, new: Any) -> Any:
    if isinstance(old, str) and dice.random() < 0.3:
        return dice.choice(["", "  ", "X", "0" * 64, old[:-1], f"{old}\n", old * 9]) if not old.islower() else new
    return new


def test_no_key_of_the_kit_is_one_of_a_deployment(tmp_path: Path) -> None:
    """Two checkers never agree on a token: nothing they make can be joined with anything."""
    day, record = next(one for one in dated() if one[1].expected is Outcome.ACCEPTED and one[1].family == "events")
    contents = {Checker(kit(), record.channel, day).fate(record.family, record.value).content for _ in range(2)}
    assert len(contents) == 2
    assert Keyring.load(tmp_path / "keys", (), create=True).token("citizen", "1") not in contents
