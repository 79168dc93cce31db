"""One book, one spelling, one digest - on every machine."""

import msgspec
import pytest

from streams.core.law import Body, LawBook
from streams.law import canonical
from streams.law.loader import load
from topics.catalogue import Catalogue


@pytest.fixture(scope="module")
def book() -> LawBook:
    return load()


def test_round_trip(book: LawBook) -> None:
    data = canonical.dump(book)
    assert canonical.parse(data) == book
    assert canonical.dump(canonical.parse(data)) == data


def test_digest_is_of_the_bytes_without_itself(book: LawBook) -> None:
    data = canonical.dump(book)
    assert book.digest == canonical.digest(data)
    assert b'"digest"' not in data
    assert len(book.digest) == 64


def test_loading_twice_gives_the_same_book() -> None:
    assert canonical.dump(load()) == canonical.dump(load())


def test_order_of_the_bodies_does_not_matter(book: LawBook) -> None:
    bodies = Catalogue.load().bodies
    backwards = dict(reversed(bodies.items()))
    assert load(bodies=backwards).digest == book.digest


def test_plain_bodies_are_accepted(book: LawBook) -> None:
    plain = {code: msgspec.to_builtins(body) for code, body in book.bodies.items()}
    assert load(bodies=plain).digest == book.digest
    assert all(isinstance(body, Body) for body in book.bodies.values())


def test_iteration_order_is_the_canonical_one(book: LawBook) -> None:
    for mapping in (book.rules, book.items, book.instruments, book.reasons):
        assert list(mapping) == sorted(mapping)


def test_spelling_is_canonical(book: LawBook) -> None:
    data = canonical.dump(book)
    keys = list(msgspec.json.decode(data))
    assert keys == sorted(keys)
    assert "失信被执行人".encode() in data
    assert b'": ' not in data and b'", "' not in data and b"\n" not in data


@pytest.mark.parametrize(
    "change", [lambda data: data.replace(b'":', b'": ', 1), lambda data: b"{}", lambda data: b"\x00"]
)
def test_another_spelling_is_refused(book: LawBook, change: object) -> None:
    assert callable(change)
    with pytest.raises(ValueError, match=r"canonical|law book"):
        canonical.parse(change(canonical.dump(book)))


def test_a_change_of_one_day_is_another_book(book: LawBook) -> None:
    moved = msgspec.structs.replace(book, cut_over=book.cut_over.replace(day=8))
    assert canonical.digest(canonical.dump(moved)) != book.digest


def as_published_before(book: LawBook) -> bytes:
    """The book as it was written before there were sectors, and the later fields of items and rules."""
    plain = msgspec.to_builtins(book)
    del plain["digest"]
    for body in plain["bodies"].values():
        del body["sector"]
    for item in plain["items"].values():
        for field in ("statutory_term", "minor", "cap", "continuing", "conduct_end_required", "stands_until"):
            del item[field]
    for rule in plain["rules"].values():
        del rule["grounds"]
    return msgspec.json.encode(plain, order="sorted")


def test_a_book_published_before_a_field_was_there_keeps_its_digest(book: LawBook) -> None:
    data = as_published_before(book)
    old = canonical.parse(data)
    assert old.digest == canonical.digest(data) != book.digest
    assert all(body.sector == body.channel for body in old.bodies.values())
    assert all(item.continuing for item in old.items.values())  # nothing counted from the document then
    assert old.rules == {code: msgspec.structs.replace(rule, grounds=()) for code, rule in book.rules.items()}


@pytest.mark.parametrize("place", ["rules", "items", "bodies"])
def test_a_field_of_a_later_version_is_refused(book: LawBook, place: str) -> None:
    plain = msgspec.json.decode(canonical.dump(book))
    next(iter(plain[place].values()))["exempts"] = ["SD-COURT"]
    with pytest.raises(ValueError, match="canonical"):
        canonical.parse(msgspec.json.encode(plain, order="sorted"))
