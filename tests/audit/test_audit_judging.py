"""Every way of editing a sealed log is found, and nothing that had to go is taken for one."""

from datetime import timedelta
from typing import TypeVar

import msgspec
import pytest
from audit_world import BEGUN, COMPACTED, DAY_MS, KEY, OTHER_KEY, THREE_YEARS, Place, World, ms, record

from streams.audit.seals import Range, Seal, public, read_line, signed

PLACES: list[Place] = [("decisions", 0), ("decisions", 1), ("querylog", 0), ("publication", 0)]
NEVER_GONE = PLACES[:3]
Sealed = TypeVar("Sealed", Seal, Range)


def kinds(world: World, **given: object) -> list[str]:
    return [finding.kind for finding in world.verified(**given).findings]  # type: ignore[arg-type]


def test_what_nobody_touched_is_as_it_was_sealed() -> None:
    world = World()
    report = world.verified(copy=list(world.seals))
    assert (report.count, report.seals, report.records, report.gone, report.unsealed) == (0, 3, 72, 0, 0)


@pytest.mark.parametrize("place", PLACES)
def test_a_single_bit_flipped_anywhere_in_a_record_is_found(place: Place) -> None:
    world = World()
    for number in (0, 16):
        one = world.log[place][number]
        for part in ("key", "value"):
            for byte in range(8 * len(getattr(one, part))):
                flipped = bytearray(getattr(one, part))
                flipped[byte // 8] ^= 1 << byte % 8
                world.log[place][number] = one._replace(**{part: bytes(flipped)})
                findings = world.verified().findings
                assert [finding.kind for finding in findings] == ["changed"]
                assert findings[0].where == f"{place[0]} {place[1]} offset {one.offset}"
        world.log[place][number] = one


@pytest.mark.parametrize(
    "change",
    [
        {"timestamp_ms": ms(0) + 1},
        {"headers": ()},
        {"headers": (("decided", b"2026-03-02"),)},
        {"headers": (("decide", b"d2026-03-01"),)},
        {"key": None},
        {"key": b"obligation-0" + b"\x00" * 7 + b"\x28", "value": b""},
        {"value": None},
        {"value": b""},
    ],
)
def test_time_headers_nothing_and_where_one_field_ends_count_too(change: dict[str, object]) -> None:
    world = World()
    world.log["querylog", 0][0] = world.log["querylog", 0][0]._replace(**change)
    assert kinds(world) == ["changed"]


@pytest.mark.parametrize("place", NEVER_GONE)
@pytest.mark.parametrize("number", [0, 5, 6, 17])
def test_a_record_dropped_is_missing_first_last_and_at_the_edge_of_a_day(place: Place, number: int) -> None:
    world = World()
    del world.log[place][number]
    assert kinds(world) == ["missing"]


@pytest.mark.parametrize("place", PLACES)
def test_two_records_swapped_are_told_as_moved(place: Place) -> None:
    world = World()
    held = world.log[place]
    held[1], held[2] = (
        held[2]._replace(offset=held[1].offset, timestamp_ms=held[1].timestamp_ms),
        held[1]._replace(offset=held[2].offset, timestamp_ms=held[2].timestamp_ms),
    )
    assert kinds(world) == ["moved", "moved"]


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("left", [0, 1, 17])
def test_a_log_cut_at_its_end_is_found(place: Place, left: int) -> None:
    world = World()
    del world.log[place][left:]
    found = kinds(world)
    assert found and set(found) == {"missing"}
    if place in NEVER_GONE:
        assert len(found) == 18 - left


def test_a_record_doubled_or_put_in_between_is_found() -> None:
    world = World()
    held = world.log["decisions", 0]
    free = next(n for n in range(held[-1].offset) if n not in {one.offset for one in held})
    held.insert(0, record(("decisions", 0), free, ms(0), b"key", b"value"))
    assert kinds(world) == ["inserted"]
    held[0] = held[5]
    assert kinds(world) == ["inserted"]


def test_a_copy_of_a_record_at_the_end_is_new_and_sealed_with_the_next() -> None:
    world = World()
    held = world.log["querylog", 0]
    held.append(held[0]._replace(offset=held[-1].offset + 5, timestamp_ms=ms(2, 30)))
    assert (world.verified().count, world.verified().unsealed) == (0, 1)
    world.seal(BEGUN + timedelta(days=4))
    assert (world.verified(now_ms=ms(4)).count, world.verified(now_ms=ms(4)).records) == (0, 73)


def altered(seal: Sealed, **fields: object) -> Sealed:
    return msgspec.structs.replace(seal, **fields)


def test_a_seal_changed_dropped_doubled_or_moved_is_found() -> None:
    world, whole = World(), World().seals
    for change in (
        {"at": whole[1].at + 1},
        {"day": whole[0].day},
        {"prefix": "run1."},
        {"previous": whole[2].digest},
        {"number": 5},
        {"ranges": whole[1].ranges[1:]},
        {"signature": whole[0].signature},
        {"signature": "no hex"},
        {"key": public(OTHER_KEY)},
    ):
        world.seals = [whole[0], altered(whole[1], **change), whole[2]]
        assert "seal" in kinds(world), change
    for wrong in (whole[1:], [whole[0], whole[2]], [whole[0], whole[0], *whole[1:]], [whole[1], whole[0], whole[2]]):
        world.seals = wrong
        assert "seal" in kinds(world)


def test_what_is_no_head_at_all_is_a_finding_and_stops_nobody() -> None:
    world = World()
    first, second, third = world.seals
    broken = altered(second.ranges[0], head="no hex")
    world.seals = [first, altered(second, ranges=(broken, *second.ranges[1:])), third]
    assert {"seal", "entries"} == set(kinds(world))


def test_a_history_sealed_anew_with_another_key_is_not_believed() -> None:
    world = World()
    world.seals = [signed(seal, OTHER_KEY) for seal in world.seals]
    assert set(kinds(world)) == {"seal"}
    assert "seal" not in kinds(World(), believed={public(KEY): None, public(OTHER_KEY): None})


@pytest.mark.parametrize(("end", "found"), [(2, ["seal"]), (3, []), (4, []), (None, [])])
def test_a_key_that_ended_seals_nothing_more_and_what_it_sealed_until_then_stands(
    end: int | None, found: list[str]
) -> None:
    assert kinds(World(), believed={public(KEY): end, public(OTHER_KEY): None}) == found


def test_what_the_key_that_followed_seals_is_believed() -> None:
    world = World()
    world.seal(BEGUN + timedelta(days=4), OTHER_KEY)
    assert kinds(world, now_ms=ms(4), believed={public(KEY): 3, public(OTHER_KEY): None}) == []


def test_even_the_sealer_itself_cannot_rewrite_what_was_copied_elsewhere() -> None:
    """Whoever has the key can make new seals that fit an edited log; the copy says otherwise."""
    kept, world = World().seals, World()
    world.log["querylog", 0][3] = world.log["querylog", 0][3]._replace(value=b"nobody looked")
    world.seals, world.entries = [], []
    log, world.log = world.log, {}
    for day in range(3):
        world.log = {place: held[: 6 * (day + 1)] for place, held in log.items()}
        world.seal(BEGUN + timedelta(days=day + 1))
    assert kinds(world) == []
    assert kinds(world, copy=kept) == ["copy"] * 3


def test_seals_cut_off_at_the_end_are_found_by_the_copy_and_after_two_days_by_the_records() -> None:
    world, kept = World(), list(World().seals)
    del world.seals[2:]
    assert kinds(world, copy=kept) == ["copy"]
    due = world.seals[-1].at + 2 * DAY_MS
    assert kinds(world, now_ms=due) == []
    assert kinds(world, now_ms=due + 1) == ["late"]
    youngest = min(one.timestamp_ms for one in world.log["decisions", 0][12:])
    assert kinds(world, now_ms=youngest + 2 * DAY_MS) == ["late"]
    assert kinds(world, now_ms=youngest + 2 * DAY_MS + 1) == ["late"] * (1 + len(PLACES))


def test_seals_cut_off_with_all_that_was_under_them_are_missed_after_two_days() -> None:
    world = World()
    del world.seals[2:]
    for held in world.log.values():
        del held[12:]
    due = world.seals[-1].at + 2 * DAY_MS
    assert kinds(world, now_ms=due) == []
    assert kinds(world, now_ms=due + 1) == ["late"]


@pytest.mark.parametrize("place", PLACES)
def test_entries_changed_dropped_or_moved_do_not_match_their_seal(place: Place) -> None:
    for change in (
        lambda held: held.pop(),
        lambda held: held.pop(0),
        lambda held: held.reverse(),
        lambda held: held.append(held[-1]),
        lambda held: held.__setitem__(0, held[0]._replace(at=held[0].at + 1)),
        lambda held: held.__setitem__(0, held[0]._replace(content=bytes(32))),
        lambda held: held.__setitem__(0, held[0]._replace(key=b"x" * 16)),
        lambda held: held.__setitem__(0, held[0]._replace(tombstone=True)),
    ):
        world = World()
        change(world.entries[1][place])
        assert kinds(world) == ["entries"]


def test_every_byte_of_a_line_of_the_copy_counts() -> None:
    world = World()
    line, silent = world.seals[1].line, []
    for place in range(len(line)):
        flipped = bytearray(line)
        flipped[place] ^= 1
        try:
            kept = [world.seals[0], read_line(bytes(flipped)), world.seals[2]]
        except ValueError:
            continue
        if kept != world.seals and kinds(world, copy=kept) == [] and kept[1].signature == world.seals[1].signature:
            silent.append(place)
    assert silent == []


def test_what_expired_is_no_finding_a_moment_before_it_is() -> None:
    world = World()
    place: Place = ("querylog", 0)
    old = world.log[place][5]
    assert THREE_YEARS.keep_ms is not None
    first = {place: world.log[place][6].offset}
    del world.log[place][:6]
    world.seal(BEGUN + timedelta(days=1100))
    due = old.timestamp_ms + THREE_YEARS.keep_ms
    assert kinds(world, now_ms=due - 1, firsts=first) == ["missing"]
    report = world.verified(now_ms=due, firsts=first)
    assert (report.count, report.gone, report.records) == (0, 6, 66)


def test_what_expired_goes_from_the_beginning_and_never_from_the_middle() -> None:
    world = World()
    place: Place = ("querylog", 0)
    del world.log[place][3]
    late = ms(1200)
    world.seal(BEGUN + timedelta(days=1200))
    assert kinds(world, now_ms=late, firsts={place: world.log[place][0].offset}) == ["missing"]
    assert kinds(world, now_ms=late, firsts={place: world.log[place][3].offset - 1}) == ["missing"]


def test_compaction_takes_what_was_overtaken_and_nothing_else() -> None:
    place: Place = ("publication", 0)
    world = World()
    last = {one.key: one.offset for one in world.log[place]}
    world.log[place] = [one for one in world.log[place] if one.offset == last[one.key]]
    report = world.verified()
    assert (report.count, report.records, report.gone) == (0, 54 + 4, 14)
    for number in range(4):  # the last word of each key must be there
        world = World()
        gone = sorted(last.values())[number]
        world.log[place] = [one for one in world.log[place] if one.offset != gone]
        assert kinds(world) == ["missing"]


def test_a_word_that_came_after_the_last_seal_overtakes_too() -> None:
    place: Place = ("publication", 0)
    world = World()
    key, end = world.log[place][-1].key, world.log[place][-1].offset + 1
    assert key is not None
    world.log[place] = [one for one in world.log[place] if one.key != key]
    assert "missing" in kinds(world)
    world.log[place].append(record(place, end, ms(2, 20), key, b"again"))
    report = world.verified()
    assert (report.count, report.unsealed) == (0, 1)


def test_a_tombstone_may_go_after_its_time_and_not_before() -> None:
    place: Place = ("publication", 0)
    world = World()
    stone = world.log[place].pop()
    assert stone.value is None and COMPACTED.tombstone_ms is not None
    world.seal(BEGUN + timedelta(days=31))
    due = stone.timestamp_ms + COMPACTED.tombstone_ms
    assert kinds(world, now_ms=due - 1) == ["missing"]
    assert kinds(world, now_ms=due) == []


def test_nothing_of_a_person_is_in_what_is_kept_for_ever() -> None:
    """Values, keys and headers of every record: none is in a seal or an entry, not even a part of eight bytes."""
    world = World()
    kept = b"".join(seal.line for seal in world.seals)
    kept += b"".join(one.content + one.key for part in world.entries for held in part.values() for one in held)
    for held in world.log.values():
        for one in held:
            for data in filter(None, (one.key, one.value)):
                assert data[:8] not in kept and data.hex()[:16].encode() not in kept
