"""The shared part alone: what examine, decide, evolve and the codec cost per event, with no Kafka anywhere.

Processor time of one process, so that a neighbour on the machine does not count. Run as a program it prints JSON.
"""

import json
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import msgspec
from bench_events import Events
from bench_job import CHANNEL, DAY, Event, Job, alone

from schemas.codec import SchemaFault
from streams.core.decide import decide
from streams.core.due import next_day
from streams.core.events import Accepted, Correction, Determination, Ending
from streams.core.evolve import evolve
from streams.core.law import LawBook
from streams.core.standing import Standing
from streams.engine.collector import settle
from streams.examine import Source
from streams.law import canonical
from streams.wire import from_avro

MEMORANDA, ROWS = 500, 10
_SHAPES = {"CreditDetermination": Determination, "GroundEnding": Ending, "RecordCorrection": Correction}


class Lap:
    """Processor time by name."""

    def __init__(self) -> None:
        self.spent: Counter[str] = Counter()
        self._last = time.process_time_ns()

    def start(self) -> None:
        self._last = time.process_time_ns()

    def to(self, name: str) -> None:
        """Everything since the last call was ``name``."""
        now = time.process_time_ns()
        self.spent[name] += now - self._last
        self._last = now


def whole(job: Job, events: Sequence[Event]) -> float:
    """Microseconds per event of the job alone."""
    began = time.process_time()
    for _ in alone(job, events):
        pass
    return (time.process_time() - began) * 1e6 / len(events)


def parts(job: Job, events: Sequence[Event]) -> dict[str, float]:
    """The same by what it is spent on, microseconds per event. ``check`` is examination without decoding."""
    lap, codec, admitted = Lap(), job.codec, job.catalogue.admitted("events")
    offsets, states = Counter[int](), dict[str, bytes]()
    for partition, _, value in events:
        lap.start()
        try:
            found = codec.decode(value, admitted)
            from_avro(found.value, _SHAPES[found.record])
        except SchemaFault:
            pass
        lap.to("decode")
        source = Source(job.events, "events", CHANNEL, partition, offsets[partition])
        offsets[partition] += 1
        ruling = job.examiner.examine(source, value, DAY, job.law)
        lap.to("examine")
        if ruling.accepted is None:
            continue
        if ruling.identity is not None:
            job.examiner.seal(ruling.accepted, ruling.identity, DAY)
            lap.to("seal")
        raw = codec.encode("Accepted", ruling.accepted)
        lap.to("encode")
        event = from_avro(codec.decode(raw).value, Accepted)
        lap.to("decode_accepted")
        states[event.subject] = _decided(job, event, states.get(event.subject), lap)
    each = {name: spent / 1000 / len(events) for name, spent in lap.spent.items()}
    each["check"] = each.pop("examine") - each["decode"]
    each["decode"] += each.pop("decode_accepted")
    return each


def _decided(job: Job, event: Accepted, state: bytes | None, lap: Lap) -> bytes:
    standing = Standing(event.subject) if state is None else msgspec.msgpack.decode(state, type=Standing)
    lap.to("state")
    verdict = decide(standing, event, job.law, DAY)
    lap.to("decide")
    assert verdict.receipt is not None
    job.messages.receipt(verdict.receipt)
    lap.to("encode")
    for decision in verdict.decisions:
        standing = evolve(standing, decision)
        lap.to("evolve")
        for _ in job.messages.of(decision, standing, job.law, 0):
            pass
        lap.to("encode")
    next_day(standing, job.law, DAY)
    lap.to("decide")
    packed = msgspec.msgpack.encode(standing)
    lap.to("state")
    return packed


def crowded(law: LawBook) -> LawBook:
    """``law`` with 500 synthetic memoranda of ten rows, each about an item of its own as memoranda are."""
    items, rules = dict(law.items), dict(law.rules)
    item = next(iter(law.items.values()))
    row = next(rule for rule in law.rules.values() if rule.active and rule.executor)
    for number in range(MEMORANDA):
        code, name = f"SYNTHETIC_{number}", f"S-{number}"
        items[code] = msgspec.structs.replace(item, code=code)
        for line in range(ROWS):
            changes = {"rule_id": f"{name}.v1/{line}", "memorandum": name, "items": (code,), "no": str(line)}
            rules[f"{name}.v1/{line}"] = msgspec.structs.replace(row, **changes)
    return canonical.parse(canonical.dump(msgspec.structs.replace(law, items=items, rules=rules)))


def main(keys: Path, count: int, repeats: int) -> dict[str, object]:
    """Today's book and the crowded one in turn, on events of their own each time."""
    job = Job(keys, 8)
    crowd = Job(keys, 8, crowded(job.law))
    events = Events(job.codec, job.law, 8).make(count)
    whole(job, events[: count // 10])
    settle()
    found: dict[str, list[float]] = {"today": [], "crowded": []}
    laps = []
    for _ in range(repeats):
        found["today"].append(whole(Job(keys, 8, job.law), events))
        found["crowded"].append(whole(Job(keys, 8, crowd.law), events))
        laps.append(parts(Job(keys, 8, job.law), events))
    return {**found, "parts": laps, "rules": {"today": len(job.law.rules), "crowded": len(crowd.law.rules)}}


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))))
