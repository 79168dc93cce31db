"""What a verifier makes of seals, entries and records: pure, so that every way of editing a log can be tried on it.

A record that is gone is no finding where it had to go: it expired, or a later record of its key overtook it. Everything
else that is not as it was sealed is one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from streams.audit.chain import Entry, linked, start
from streams.audit.seals import Range, Seal, holds

Place = tuple[str, int]
LATE_MS = 2 * 86_400_000  # no seal for longer: the sealer does not run, or its last seals are gone
_SHOWN = 20


class Rule(NamedTuple):
    """How long a topic keeps what, in ms; None = for ever. ``compacted``: the last record of each key."""

    compacted: bool
    keep_ms: int | None
    tombstone_ms: int | None


class Finding(NamedTuple):
    """``kind``: seal, entries, changed, moved, missing, inserted, late, copy or row."""

    kind: str
    where: str
    seen: str
    expected: str

    def __str__(self) -> str:
        seen = f"所见 {self.seen}，应为 {self.expected} / seen {self.seen}, expected {self.expected}"
        return f"{self.kind}: {self.where}: {seen}"


@dataclass
class Report:
    """``records``: there and as sealed; ``gone``: had to go; ``set_aside``: of topics that are no more; ``unsealed``:
    since the last seal; ``rows``: of ClickHouse, in their places. ``findings`` holds the first of ``count``."""

    seals: int = 0
    records: int = 0
    gone: int = 0
    set_aside: int = 0
    unsealed: int = 0
    rows: int = 0
    count: int = 0
    findings: list[Finding] = field(default_factory=list)

    def add(self, kind: str, where: str, seen: str, expected: str) -> None:
        self.count += 1
        if len(self.findings) < _SHOWN:
            self.findings.append(Finding(kind, where, seen, expected))


class Judge:
    """Is told seals in their order, of each its ranges, and at the end what is not sealed yet."""

    def __init__(self, prefix: str, believed: Mapping[str, int | None], now_ms: int) -> None:
        self.report = Report()
        self._prefix, self._believed, self._now = prefix, believed, now_ms
        self._last: Seal | None = None
        self._next: dict[Place, int] = {}
        self._heads: dict[Place, bytes] = {}
        self._waiting: dict[tuple[Place, bytes], list[int]] = {}  # gone, unless a later record of the key comes

    def reached(self, place: Place) -> int | None:
        """First offset of a partition that no seal covers; None where none covers any."""
        return self._next.get(place)

    def seal(self, seal: Seal) -> None:
        """The next seal of the topic: is it signed, and does it follow on the one before?"""
        self.report.seals += 1
        where, last = f"seal {seal.number}", self._last
        if seal.key not in self._believed:
            self.report.add("seal", where, f"key {seal.key}", "a key of the file of public keys")
        elif (end := self._believed[seal.key]) is not None and seal.number > end:
            self.report.add("seal", where, f"key {seal.key}, which ended with seal {end}", "the key that followed it")
        if not holds(seal):
            self.report.add("seal", where, "a signature that does not hold", "one that does")
        if seal.prefix != self._prefix:
            self.report.add("seal", where, f"prefix {seal.prefix!r}", repr(self._prefix))
        number, root = (1, None) if last is None else (last.number + 1, last.digest)
        if (seal.number, seal.previous) != (number, root):
            self.report.add("seal", where, f"number {seal.number} after {seal.previous}", f"{number} after {root}")
        self._last = seal

    def range(
        self, sealed: Range, entries: Sequence[Entry], found: Sequence[Entry], rule: Rule | None, first: int | None
    ) -> None:
        """One range of the last seal. ``found``: what the topic holds there now; ``first``: where the partition
        begins now; ``rule`` None: the topic is no more, as it should be."""
        place, where = sealed.place, f"{sealed.topic} {sealed.partition}"
        if (expected := self._next.get(place, sealed.first)) != sealed.first:
            self.report.add("seal", where, f"a range from {sealed.first}", f"from {expected}")
        head = self._heads.get(place, start(*place))
        sound = len(entries) == sealed.records and linked(head, entries).hex() == sealed.head
        self._next[place], self._heads[place] = sealed.next, _unhexed(sealed.head)
        if not sound:
            self.report.add("entries", where, f"entries of {sealed.first}..{sealed.next} that differ", sealed.head)
        elif rule is None:
            self.report.set_aside += len(entries)
        else:
            self._compare(place, entries, found, rule, first)

    def _compare(
        self, place: Place, entries: Sequence[Entry], found: Sequence[Entry], rule: Rule, first: int | None
    ) -> None:
        here = {one.offset: one for one in found}
        contents = {one.content: one.offset for one in entries}
        for one in entries:
            seen = here.pop(one.offset, None)
            self.overtaken(place, one.key)
            if seen == one:
                self.report.records += 1
            elif seen is None:
                self._absent(place, one, rule, first)
            else:
                moved = contents.get(seen.content, one.offset) != one.offset
                other = f"the record of {contents[seen.content]}" if moved else "another record"
                self.report.add("moved" if moved else "changed", _at(place, one.offset), other, "the one sealed")
        for offset in here:
            self.report.add("inserted", _at(place, offset), "a record", "none")
        if len(found) != len({one.offset for one in found}):
            self.report.add("inserted", f"{place[0]} {place[1]}", "a record twice", "once")

    def _absent(self, place: Place, one: Entry, rule: Rule, first: int | None) -> None:
        if rule.compacted:
            if one.tombstone and rule.tombstone_ms is not None and one.at + rule.tombstone_ms <= self._now:
                self.report.gone += 1
            else:
                self._waiting.setdefault((place, one.key), []).append(one.offset)
        elif (
            rule.keep_ms is not None and first is not None and one.offset < first and one.at + rule.keep_ms <= self._now
        ):
            self.report.gone += 1
        else:
            self.report.add("missing", _at(place, one.offset), "no record", "the one sealed")

    def overtaken(self, place: Place, key: bytes) -> None:
        """A record of ``key`` came: those before it may be gone."""
        self.report.gone += len(self._waiting.pop((place, key), ()))

    def unsealed(self, place: Place, found: Sequence[Entry]) -> None:
        """What a partition holds after its last range."""
        self.report.unsealed += len(found)
        for one in found:
            self.overtaken(place, one.key)
        if found and self._now - found[0].at > LATE_MS:
            self.report.add("late", _at(place, found[0].offset), "no seal for more than two days", "one each day")

    def copy(self, kept: Sequence[Seal], known: Sequence[str]) -> None:
        """The copy that was kept elsewhere; ``known``: roots of the topic, in order."""
        for number, seal in enumerate(kept):
            root = known[number] if number < len(known) else "no seal"
            if root != seal.digest:
                self.report.add("copy", f"seal {seal.number}", f"{root} on the topic", seal.digest)

    def end(self) -> Report:
        """All was told. A seal is made each day, also where nothing is new: cut off with the records under it, the last
        ones leave no record unsealed, and are missed all the same."""
        if self._last is not None and self._now - self._last.at > LATE_MS:
            self.report.add(
                "late", f"seal {self._last.number}", "no seal for more than two days after it", "one each day"
            )
        for (place, _), offsets in self._waiting.items():
            for offset in offsets:
                self.report.add("missing", _at(place, offset), "no record, and no later one of its key", "one of both")
        return self.report


def _unhexed(head: str) -> bytes:
    """No head at all where somebody wrote what is none: nothing fits to it, and the rest is still looked at."""
    try:
        return bytes.fromhex(head)
    except ValueError:
        return b""


def _at(place: Place, offset: int) -> str:
    return f"{place[0]} {place[1]} offset {offset}"
