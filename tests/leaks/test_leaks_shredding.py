"""After the erasure nothing in topics, state or tables opens to the person, whatever keys are there: on real bytes."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import NamedTuple

import pytest
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap

from sinks.clickhouse import columns
from sinks.clickhouse.tables import TABLES
from streams.identity import Keyring, keyfiles
from streams.identity.sealing import Sealed, unseal
from tests.flow.flow_stand import CATALOGUE, CODEC, Stand, determination, listing, person
from tests.flow.test_flow_seen_by_others import performed, prove
from tests.leaks.leak_needles import Needles

START, OVER = date(2021, 3, 4), date(2026, 4, 4)  # five years after the document, and thirty days
GONE, STAYS = 1, 2
WRAPPED = 40  # bytes of a wrapped data key
MOST = 1 << 24


class Kept(NamedTuple):
    """What is left in the end, by place; and the sealed identities as they were before."""

    stand: Stand
    keys: Path
    places: dict[str, bytes]
    before: dict[str, bytes]
    copies: list[tuple[str, Sealed]]  # token and seal, as a copy of the topic's disk from before the erasure holds them


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    folder = tmp_path_factory.mktemp("deployment") / "keys"
    stand = Stand(folder).begin(START)
    for number in (GONE, STAYS):
        stand.send("events.court", listing(number, START))
    stand.send("events.court", performed(START, GONE))
    prove(stand)
    before, copies = _left(stand), list(_sealed(stand))
    stand.tick(OVER)
    assert stand.read("decisions")[-1]["kind"] == "erased"
    return Kept(stand, folder, _left(stand), before, copies)


def _left(stand: Stand) -> dict[str, bytes]:
    """Topics as compaction and retention leave them, both agents' states, and rows as the sink stores them."""
    found = {}
    for topic, records in stand.topics.items():
        family = CATALOGUE.families[CATALOGUE.owner_of(topic)[0]]
        last = [pair for pair in dict(records).items() if pair[1] is not None]
        alive = last if family.cleanup == "compact" else records
        found[f"topic {topic}"] = b"\n".join((key or b"") + b"\0" + (value or b"") for key, value in alive)
    for name, store in stand.stores.items():
        state = [(key, store.get(key) or b"") for key in store.keys_after(b"", 1 << 20)]
        found[f"state {name}"] = b"\n".join(key + b"\0" + value for key, value in state)
    return found | {f"table {name}": text.encode() for name, text in _rows(stand)}


def _rows(stand: Stand) -> Iterator[tuple[str, str]]:
    said = [CODEC.decode(value).value for _, value in stand.topics["erasures"]]
    erased = columns.Erasures(
        {one["subject"]: one["day"] for one in said}, {one for of in said for one in of["obligations"]}
    )
    for table in TABLES:
        topics = [name for name in stand.topics if CATALOGUE.owner_of(name)[0] in table.families]
        records = [
            columns.Stored(name, 0, offset, 0, CODEC.decode(value, max_bytes=MOST).value)
            for name in topics
            for offset, (_, value) in enumerate(stand.topics[name])
        ]
        yield table.name, repr(columns.rows(table, records, erased))


def _sealed(stand: Stand) -> Iterator[tuple[str, Sealed]]:
    for key, value in dict(stand.topics["identities"]).items():
        if key is not None and value is not None:
            said = CODEC.decode(value).value
            fields = (said[name] for name in ("key_version", "wrapped_key", "nonce", "ciphertext"))
            yield key.decode()[:32], Sealed(*fields)


def _needles(number: int) -> Needles:
    return Needles({person(number): "number"}, {f"测试{number}": "name"})


def _token(stand: Stand, number: int) -> str:
    return stand.keyring.token("citizen", person(number))


def _opened(places: dict[str, bytes], ring: Keyring) -> set[str]:
    """Places in which some forty bytes are a data key wrapped by a master key: every window is tried."""
    return {where for where, data in places.items() if any(_opens(ring, window) for window in set(_windows(data)))}


def _windows(data: bytes) -> Iterator[bytes]:
    return (data[start : start + WRAPPED] for start in range(len(data) - WRAPPED + 1))


def _opens(ring: Keyring, window: bytes) -> bool:
    for master in ring.masters.values():
        try:
            aes_key_unwrap(master, window)
        except InvalidUnwrap:
            continue
        return True
    return False


def test_the_living_person_is_still_there_so_the_search_can_find(kept: Kept) -> None:
    ring = kept.stand.keyring
    ((token, sealed),) = _sealed(kept.stand)
    assert token == _token(kept.stand, STAYS)
    assert unseal(ring.masters, token, sealed).number == person(STAYS)
    assert {unseal(ring.masters, *copy).number for copy in kept.copies} == {person(GONE), person(STAYS)}


def test_no_number_and_no_name_stands_anywhere_in_clear(kept: Kept) -> None:
    for where, data in kept.places.items():
        for number in (GONE, STAYS):
            assert _needles(number).leaks(where, data) == []


def test_no_data_key_is_left_but_the_living_persons(kept: Kept) -> None:
    """Whoever holds all of Kafka, all of the state and the master key looks for the wrapped key at every byte."""
    alone = {"topic identities": kept.places["topic identities"]}
    assert _opened(alone, kept.stand.keyring) == {"topic identities"}
    ((_, sealed),) = _sealed(kept.stand)
    rest = {where: data.replace(sealed.wrapped_key, b"") for where, data in kept.places.items()}
    assert _opened(rest, kept.stand.keyring) == set()
    gone = next(seal for token, seal in kept.copies if token == _token(kept.stand, GONE))
    assert gone.wrapped_key in kept.before["topic identities"], "it was there before"
    for part in (gone.wrapped_key, gone.ciphertext, gone.nonce):
        assert all(part not in data for data in kept.places.values())


def test_a_copy_from_before_opens_no_more_once_its_master_key_is_retired(kept: Kept) -> None:
    folder = kept.keys
    keyfiles.write(folder, keyfiles.of_master(2), "ab" * 32)
    both = Keyring.load(folder, [], create=False)
    assert {unseal(both.masters, *copy).number for copy in kept.copies} == {person(GONE), person(STAYS)}
    keyfiles.remove(folder, keyfiles.of_master(1))
    after = Keyring.load(folder, [], create=False)
    for copy in kept.copies:
        with pytest.raises(ValueError, match="version 1 is not in the keyring"):
            unseal(after.masters, *copy)
        with pytest.raises(ValueError, match="does not belong"):
            unseal(after.masters, copy[0], copy[1]._replace(key_version=2))


def test_the_rows_of_the_erased_name_neither_token_nor_document(kept: Kept) -> None:
    tables = {where: data.decode() for where, data in kept.places.items() if where.startswith("table ")}
    told = {
        number: determination(number, START)["document_no"].replace("(", "").split(")")[1] for number in (GONE, STAYS)
    }
    for where in ("table accepted_events", "table decisions"):
        assert _token(kept.stand, STAYS) in tables[where]
        assert _token(kept.stand, GONE) not in tables[where] or where == "table decisions"
    decisions = tables["table decisions"]
    assert decisions.count(_token(kept.stand, GONE)) == 1, "the record of the erasure itself, and no other"
    assert told[STAYS] in tables["table accepted_events"] and told[GONE] not in tables["table accepted_events"]


def test_what_the_token_key_can_always_tell_is_as_the_documentation_says(kept: Kept) -> None:
    """docs/backup.md: who has the token key and a number can tell whether a history is that person's; nobody else."""
    assert _token(kept.stand, GONE).encode() in kept.places["topic decisions"]
    other = Keyring.load(kept.keys.with_name("other"), [], create=True)
    assert all(other.token("citizen", person(GONE)).encode() not in data for data in kept.places.values())
