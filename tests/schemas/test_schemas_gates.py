"""The gates pass our schemas and stop bad ones: a gate that never closed is no gate."""

import copy
from typing import Any

import pytest

from schemas.__main__ import faults
from schemas.compatibility import check
from schemas.files import Id, Source, digest, ids, lint_ids, sources
from schemas.lint import lint, lint_together


def record(*fields: dict[str, Any], name: str = "Thing") -> dict[str, Any]:
    return {"type": "record", "name": name, "namespace": "chengxin", "doc": "A thing.", "fields": list(fields)}


def field(name: str, type_: Any, **more: Any) -> dict[str, Any]:
    return {"name": name, "type": type_, "doc": "A field.", **more}


def thing(*fields: dict[str, Any], version: int = 1) -> Source:
    return Source("Thing", version, record(*fields))


def enum(*symbols: str, **more: Any) -> dict[str, Any]:
    return {"type": "enum", "name": "Kind", "doc": "A kind.", "symbols": list(symbols), **more}


def decimal(**more: Any) -> dict[str, Any]:
    return {"type": "bytes", "logicalType": "decimal", **more}


def nested(depth: int) -> Any:
    return "string" if depth == 0 else {"type": "array", "items": nested(depth - 1)}


EMPTY = {"type": "record", "name": "Empty", "doc": "Nothing.", "fields": []}
INNER = {"type": "record", "name": "Inner", "doc": "Deep.", "fields": [field("deep", nested(6))]}

BAD = {
    "contains itself": [field("next", ["null", "Thing"], default=None)],
    "contains itself; recursion": [field("others", {"type": "array", "items": "chengxin.Thing"}), field("n", "Thing")],
    "zero-size items": [field("nothing", {"type": "array", "items": "null"})],
    "map of zero-size": [field("nothing", {"type": "map", "values": EMPTY})],
    "array of zero-size": [field("none", EMPTY), field("nothing", {"type": "array", "items": "Empty"})],
    "nested 9 deep": [field("deep", nested(8))],
    "nested 9 deep, at": [field("one", INNER), field("two", {"type": "array", "items": "Inner"})],
    "has no doc": [{"name": "bare", "type": "string"}],
    "enum Kind has no default": [field("kind", enum("a", "b"))],
    "enum Kind has no default among": [field("kind", enum("a", "b", default="c"))],
    "default null": [field("maybe", ["null", "string"])],
    "a union other than": [field("either", ["string", "long"])],
    "decimal without": [field("money", decimal(precision=12))],
    "a type wrapped": [field("hidden", {"type": {"type": "array", "items": "null"}})],
    "not an Avro schema": [field("odd", "money")],
}


def test_our_schemas_pass_every_gate() -> None:
    assert faults() == []


@pytest.mark.parametrize("message", BAD)
def test_lint_stops(message: str) -> None:
    found = lint(thing(*BAD[message]))
    assert any(message in fault for fault in found), found
    assert all(fault.startswith("schemas/avro/Thing.v1.avsc") for fault in found)


def test_lint_lets_pass_what_is_at_the_limit() -> None:
    money = field("money", decimal(precision=12, scale=2))
    assert lint(thing(field("deep", nested(7)), money, field("kind", enum("a", default="a")))) == []


def test_lint_stops_a_file_that_holds_another_record() -> None:
    other = record(name="Other") | {"namespace": "elsewhere"}
    assert [fault.split(": ")[1][:9] for fault in lint(Source("Thing", 1, other))] == ["name is O", "namespace"]
    assert "is no record" in lint(Source("Thing", 1, enum("a", default="a") | {"name": "Thing"}))[0]


def test_two_schemas_that_differ_in_scale_only_are_told_apart() -> None:
    """Their fingerprints are equal, and Avro's own checker calls them compatible."""
    cents = thing(field("money", decimal(precision=12, scale=2)))
    mills = thing(field("money", decimal(precision=12, scale=3)), version=2)
    assert "fingerprint" in lint_together([cents, mills])[0]
    assert "another meaning" in check([cents, mills])[0]


def test_versions_count_without_a_gap() -> None:
    assert "versions [1, 3]" in lint_together([thing(field("a", "int")), thing(field("a", "long"), version=3)])[0]


A = field("a", "string")
CHANGES = {
    "a required field more": ([A], [A, field("b", "string")]),
    "a required field less": ([A, field("b", "string")], [A]),
    "a wider number": ([field("a", "int")], [field("a", "long")]),
    "a renamed field": ([A], [field("b", "string", default="")]),
    "another default": ([field("a", "int", default=0)], [field("a", "int", default=1)]),
    "a day that becomes a number": ([field("a", {"type": "int", "logicalType": "date"})], [field("a", "int")]),
    "a scale inside a list": (
        [field("a", {"type": "array", "items": decimal(precision=9, scale=2)})],
        [field("a", {"type": "array", "items": decimal(precision=9, scale=4)})],
    ),
    "a symbol that old readers do not know": ([field("a", enum("x"))], [field("a", enum("x", "y"))]),
}


@pytest.mark.parametrize("change", CHANGES)
def test_compatibility_stops(change: str) -> None:
    before, after = CHANGES[change]
    found = check([thing(*before), thing(*after, version=2)])
    assert found, change
    assert all("schemas/avro/Thing.v" in fault for fault in found)


def test_compatibility_lets_pass_what_reads_both_ways() -> None:
    optional = field("b", ["null", "string"], default=None)
    kinds = [field("k", enum("x", *more, "unknown", default="unknown")) for more in ((), ("y",))]
    assert check([thing(A, kinds[0]), thing(A, kinds[1], optional, version=2)]) == []


def test_compatibility_looks_at_all_versions_not_only_at_the_last() -> None:
    """2 to 3 is fine, 1 to 3 is not: the field came back as another type."""
    one, two = thing(A, field("b", "string", default="")), thing(A, version=2)
    three = thing(A, field("b", "int", default=0), version=3)
    assert check([one, two]) == check([two, three]) == []
    assert check([one, two, three]) != []


def test_ids_are_append_only() -> None:
    found, rows = sources(), ids()
    unlisted = thing(A)
    changed = copy.deepcopy(found)
    changed[0].schema["fields"].append(A)
    reused = [*rows[:-1], Id(1, rows[-1].schema, rows[-1].digest)]
    twice = [*rows, Id(len(rows) + 1, rows[0].schema, rows[0].digest)]
    assert lint_ids(rows, found) == []
    assert digest(unlisted.schema) in lint_ids(rows, [*found, unlisted])[0], "the message gives the row to append"
    assert "never reuse" in lint_ids(reused, found)[0]
    assert "two ids" in lint_ids(twice, found)[0]
    assert "is gone" in lint_ids(rows, found[1:])[0]
    assert "never changes" in lint_ids(rows, changed)[0]


def test_docs_may_be_improved_after_publication() -> None:
    assert digest(record(A)) == digest(record(A | {"doc": "Better words."}) | {"doc": "Better."})
    assert digest(record(A)) != digest(record(A | {"default": ""}))
