"""Topics in memory, sealed as the sealer does it, and a judge that is told of them after somebody had his hands in."""

import random
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from streams.audit import chain, sealing
from streams.audit.judging import Judge, Report, Rule
from streams.audit.seals import Seal, following, public
from streams.oracle.history import Message

DAY_MS = 86_400_000
BEGUN = datetime(2026, 3, 1, 16, tzinfo=UTC)  # midnight in China
KEY, OTHER_KEY = (Ed25519PrivateKey.from_private_bytes(bytes([number] * 32)) for number in (1, 2))
KEPT = Rule(compacted=False, keep_ms=None, tombstone_ms=None)
THREE_YEARS = Rule(compacted=False, keep_ms=1100 * DAY_MS, tombstone_ms=None)
COMPACTED = Rule(compacted=True, keep_ms=None, tombstone_ms=30 * DAY_MS)
RULES = {"decisions": KEPT, "querylog": THREE_YEARS, "publication": COMPACTED}
Place = tuple[str, int]
Log = dict[Place, list[Message]]


def ms(day: int, hour: int = 1) -> int:
    return int((BEGUN + timedelta(days=day, hours=hour)).timestamp() * 1000)


def record(place: Place, offset: int, at: int, key: bytes, value: bytes | None) -> Message:
    return Message(*place, offset, at, key, value, (("decided", b"2026-03-01"),))


class World:
    """Three topics, three days, a seal each. ``log`` is what the topics hold: tests edit it."""

    def __init__(self) -> None:
        drawn = random.Random(7)
        self.log: Log = {}
        self.seals: list[Seal] = []
        self.entries: list[dict[Place, list[chain.Entry]]] = []
        for day in range(3):
            for topic, partitions in (("decisions", 2), ("querylog", 1), ("publication", 1)):
                for partition in range(partitions):
                    self._grow((topic, partition), ms(day), drawn)
            self.seal(BEGUN + timedelta(days=day + 1))

    def _grow(self, place: Place, at: int, drawn: random.Random) -> None:
        held = self.log.setdefault(place, [])
        for number in range(6):
            offset = held[-1].offset + drawn.choice((1, 1, 2)) if held else 0  # markers of transactions lie between
            key = f"obligation-{number % 4}".encode()
            gone = place[0] == "publication" and number == 5
            held.append(record(place, offset, at + number, key, None if gone else drawn.randbytes(40)))

    def seal(self, now: datetime, key: Ed25519PrivateKey = KEY) -> None:
        """What is new, as the sealer chains it."""
        before, found = sealing.reached(self.seals), []
        for place, held in sorted(self.log.items()):
            first = before[place].next if place in before else 0
            made = [chain.entry(one, RULES[place[0]].compacted) for one in held if one.offset >= first]
            end = held[-1].offset + 1 if made else first
            if end > first:
                found.append(sealing.chained(place, first, end, before, {place: made}))
        self.entries.append({one.range.place: one.entries for one in found})
        self.seals.append(following("", self.seals, [one.range for one in found], key, now))

    def edit(self, place: Place, change: Callable[[list[Message]], None]) -> None:
        change(self.log[place])

    def verified(
        self,
        now_ms: int | None = None,
        firsts: Mapping[Place, int] | None = None,
        copy: list[Seal] | None = None,
        believed: Mapping[str, int | None] = MappingProxyType({public(KEY): None}),
    ) -> Report:
        """What a judge makes of it. ``firsts``: where partitions begin by now."""
        judge, first = Judge("", believed, ms(3) if now_ms is None else now_ms), firsts or {}
        for seal in self.seals:
            judge.seal(seal)
            for one in seal.ranges:
                held = [m for m in self.log.get(one.place, []) if one.first <= m.offset < one.next]
                rule = RULES[one.topic]
                found = [chain.entry(message, rule.compacted) for message in held]
                given = self.entries[seal.number - 1].get(one.place, []) if seal.number <= len(self.entries) else []
                judge.range(one, given, found, rule, first.get(one.place, 0))
        judge.copy(copy or [], [seal.digest for seal in self.seals])
        for place, held in self.log.items():
            after = [m for m in held if m.offset >= (judge.reached(place) or 0)]
            judge.unsealed(place, [chain.entry(message, RULES[place[0]].compacted) for message in after])
        return judge.end()
