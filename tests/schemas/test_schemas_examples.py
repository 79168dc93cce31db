"""Each example is a golden test, and every record has examples of both kinds."""

from typing import Any

import pytest
from schema_examples import Example, examples, value_of

from schemas.codec import Codec

CODEC = Codec.load()
ALL = examples()


@pytest.mark.parametrize("example", [e for e in ALL if e.passes], ids=lambda e: e.file.stem)
def test_a_passing_example_comes_back_from_the_wire_as_it_went(example: Example) -> None:
    value = value_of(example)
    CODEC.validate(example.record, value, example.version)
    decoded = CODEC.decode(CODEC.encode(example.record, value, example.version))
    assert (decoded.record, decoded.version) == (example.record, example.version)
    newest = CODEC.decode(CODEC.encode(example.record, value)).value  # what an older version lacks comes as its default
    assert decoded.value == newest
    assert all(newest[name] == stated for name, stated in value.items() if not isinstance(stated, dict))


@pytest.mark.parametrize("example", [e for e in ALL if not e.passes], ids=lambda e: e.file.stem)
def test_a_failing_example_is_refused_by_validation(example: Example) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        CODEC.validate(example.record, value_of(example), example.version)


def test_every_record_has_a_passing_and_a_failing_example() -> None:
    for passes in (True, False):
        assert {e.record for e in ALL if e.passes is passes} == CODEC.records()


def test_every_failing_example_is_one_step_from_a_passing_one() -> None:
    """One top-level field added, missing or different; else it might fail for another reason than its name says."""
    passing: dict[str, list[dict[str, Any]]] = {}
    for example in ALL:
        if example.passes:
            passing.setdefault(example.record, []).append(value_of(example))
    for example in (e for e in ALL if not e.passes):
        wrong = value_of(example)
        steps = min(
            sum(key not in wrong or key not in right or wrong[key] != right[key] for key in wrong.keys() | right.keys())
            for right in passing[example.record]
        )
        assert steps == 1, f"{example.file.name} differs in {steps} fields"
