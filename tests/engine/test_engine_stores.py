"""One contract for both stores, alone and under a transaction's overlay, against a plain dict."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from streams.engine.disk_store import DiskStore
from streams.engine.memory_store import MemoryStore
from streams.engine.state import OFFSETS_KEY, Entry, Store, TransactionState, load, pack, unpack

KEYS = st.binary(min_size=1, max_size=2)
ENTRIES = st.builds(Entry, st.binary(max_size=3), st.none() | st.integers(-3, 3))
CHANGES = st.lists(st.dictionaries(KEYS, st.none() | ENTRIES, max_size=8), max_size=6)


@pytest.fixture(params=["memory", "disk"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], Store]:
    return MemoryStore if request.param == "memory" else lambda: DiskStore(tmp_path)


@pytest.fixture
def store(make: Callable[[], Store]) -> Iterator[Store]:
    made = make()
    yield made
    made.close()


def test_get_put_delete(store: Store) -> None:
    store.apply({b"a": Entry(b"1", None), b"b": Entry(b"2", 7)})
    assert (store.get(b"a"), store.get(b"b"), store.get(b"c"), len(store)) == (b"1", b"2", None, 2)
    store.apply({b"a": None, b"c": None, b"b": Entry(b"3", None)})
    assert (store.get(b"a"), store.get(b"b"), len(store)) == (None, b"3", 1)
    assert store.due(100, 10) == []


def test_due_is_ordered_bounded_and_follows_changes(store: Store) -> None:
    store.apply({b"b": Entry(b"", 2), b"a": Entry(b"", 2), b"z": Entry(b"", 1), b"n": Entry(b"", -(1 << 62))})
    assert store.due(2, 10) == [(-(1 << 62), b"n"), (1, b"z"), (2, b"a"), (2, b"b")]
    assert store.due(1, 10) == [(-(1 << 62), b"n"), (1, b"z")]
    assert store.due(2, 1) == [(-(1 << 62), b"n")]
    store.apply({b"n": Entry(b"", None), b"z": Entry(b"", 3), b"a": None})
    assert store.due(2, 10) == [(2, b"b")]


def test_keys_after_in_byte_order(store: Store) -> None:
    store.apply({key: Entry(b"", None) for key in (b"\xff", b"b", b"a", b"ab")})
    assert store.keys_after(b"", 10) == [b"a", b"ab", b"b", b"\xff"]
    assert store.keys_after(b"a", 2) == [b"ab", b"b"]


def test_a_sweep_sees_what_changes_ahead_of_it(store: Store) -> None:
    store.apply({bytes([65 + n]): Entry(b"", 1) for n in range(6)})
    assert store.keys_after(b"", 2) == [b"A", b"B"]
    store.apply({b"D": None, b"CC": Entry(b"", 1), b"A": None})
    assert store.keys_after(b"B", 3) == [b"C", b"CC", b"E"]
    assert store.due(1, 2) == [(1, b"B"), (1, b"C")]
    store.apply({b"A": Entry(b"", 1)})
    assert store.due(1, 2) == [(1, b"A"), (1, b"B")]


def test_a_disk_store_leaves_no_file(tmp_path: Path) -> None:
    store = DiskStore(tmp_path / "state")
    store.apply({b"k": Entry(b"v", None)})
    assert not list((tmp_path / "state").iterdir())
    assert store.get(b"k") == b"v"


def _expect(model: dict[bytes, Entry], store: Store | TransactionState, limit: int, until: int) -> None:
    due = sorted((entry.due, key) for key, entry in model.items() if entry.due is not None and entry.due <= until)
    found = store.due(until, limit)
    assert [item[1] if isinstance(item, tuple) else item for item in found] == [key for _, key in due[:limit]]
    for start in (b"", b"\x01"):
        assert store.keys_after(start, limit) == sorted(key for key in model if key > start)[:limit]
    for key in (*model, b"\x00"):
        assert store.get(key) == (model[key].value if key in model else None)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rounds=CHANGES, limit=st.integers(1, 6), until=st.integers(-3, 3))
def test_any_changes_against_a_dict(
    make: Callable[[], Store], rounds: list[dict[bytes, Entry | None]], limit: int, until: int
) -> None:
    store, model = make(), {}
    for changes in rounds:
        store.apply(changes)
        model = {key: entry for key, entry in {**model, **changes}.items() if entry is not None}
        _expect(model, store, limit, until)
    store.close()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rounds=CHANGES, limit=st.integers(1, 6), until=st.integers(-3, 3), keep=st.booleans())
def test_an_overlay_reads_its_own_writes_and_drops_without_trace(
    make: Callable[[], Store], rounds: list[dict[bytes, Entry | None]], limit: int, until: int, keep: bool
) -> None:
    store, model = make(), {}
    for changes in rounds:
        overlay, ahead = TransactionState(store), dict(model)
        for key, entry in changes.items():
            if entry is None:
                overlay.delete(key)
                ahead.pop(key, None)
            else:
                overlay.put(key, entry.value, entry.due)
                ahead[key] = entry
            _expect(ahead, overlay, limit, until)
        if keep:
            store.apply(overlay.changes)
            model = ahead
        _expect(model, store, limit, until)
    store.close()


@given(entry=st.none() | st.builds(Entry, st.binary(), st.none() | st.integers(-(1 << 63) + 1, (1 << 63) - 1)))
def test_changelog_records_return(entry: Entry | None) -> None:
    assert unpack(pack(entry)) == entry


def test_replay_keeps_the_last_of_each_key(store: Store) -> None:
    load(store, [(b"a", pack(Entry(b"1", 1))), (b"b", pack(Entry(b"1", 1))), (b"a", pack(Entry(b"2", None)))])
    load(store, [(b"b", None)])
    assert (store.get(b"a"), store.get(b"b"), store.due(9, 9)) == (b"2", None, [])


def test_the_engine_s_own_record_is_returned_and_not_stored(store: Store) -> None:
    own = Entry(b"{}", None)
    assert load(store, [(OFFSETS_KEY, b"\x00" * 8), (b"a", pack(own)), (OFFSETS_KEY, pack(own))]) == own
    assert load(store, [(b"b", pack(own))]) is None
    assert (len(store), store.keys_after(b"\x00", 9), store.get(OFFSETS_KEY)) == (2, [b"a", b"b"], None)


def test_keys_that_only_begin_like_the_engine_s_are_free(store: Store) -> None:
    """A subject's key is 16 bytes of a digest: one in 256 begins with a zero byte."""
    overlay = TransactionState(store)
    overlay.put(b"\x00" * 16, b"v", 1)
    assert (overlay.keys_after(b"", 9), overlay.due(1, 9)) == ([b"\x00" * 16], [b"\x00" * 16])


def test_the_engine_s_own_key_cannot_be_deleted(store: Store) -> None:
    with pytest.raises(ValueError, match="state key"):
        TransactionState(store).delete(OFFSETS_KEY)


@pytest.mark.parametrize(("key", "due"), [(b"", None), (OFFSETS_KEY, None), (b"k", -(1 << 63))])
def test_what_a_changelog_cannot_say_is_refused(store: Store, key: bytes, due: int | None) -> None:
    with pytest.raises(ValueError, match="state key"):
        TransactionState(store).put(key, b"", due)
