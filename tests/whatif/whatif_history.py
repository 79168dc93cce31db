"""Histories without Kafka for what-if: one made by both agents on a stand, and the sample as intake accepts it."""

from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import msgspec

from streams.core.events import LawChange, Tick
from streams.core.law import LawBook
from streams.examine import Examiner, Source, forwarded
from streams.identity import Keyring
from streams.law import canonical
from streams.oracle.history import Message
from streams.sample import build
from streams.whatif.clocked import clocked
from streams.whatif.partition import compare
from streams.whatif.places import Places
from streams.whatif.run import Answer, Asked, answered, erased, planned
from tests.flow.flow_stand import BOOK, CATALOGUE, CODEC, Stand

START = date(2019, 3, 4)


def day(number: int) -> date:
    return START + timedelta(days=number)


def what_if(stand: Stand, draft: LawBook, first: date | None = None, last: date | None = None, **asked: Any) -> Answer:
    """``chengxin what-if`` on what the agents of a stand did."""
    clock = (Message("clock", 0, n, 0, None, value) for n, value in enumerate(stand.received["clock"]))
    accepted = (Message("accepted", 0, n, 0, *record) for n, record in enumerate(stand.topics["accepted"]))
    gone = erased((Message("erasures", 0, n, 0, *record) for n, record in enumerate(stand.topics["erasures"])), CODEC)
    return answer(clock, [accepted], stand.books.__getitem__, Asked(draft, first, last, **asked), gone=gone)


def answer(
    clock: Iterable[Message],
    partitions: Iterable[Iterable[Message]],
    law: Any,
    asked: Asked,
    everybody: bool = False,
    gone: dict[str, date] | None = None,
) -> Answer:
    """The same on messages; ``everybody``: nobody is left out because no item of his is treated differently."""
    read = clocked(clock, CODEC)
    plan = msgspec.structs.replace(planned(asked, read, law), erased=gone or {})
    if everybody:
        plan = msgspec.structs.replace(plan, items=None)
    places = Places([plan.draft, *plan.books.values()], CATALOGUE.channels)
    found = [compare(number, messages, CODEC, plan, places) for number, messages in enumerate(partitions)]
    return answered(found, plan, read, places)


def changed(book: LawBook, **fields: Any) -> LawBook:
    """Another book, with the digest that is its own."""
    return canonical.parse(canonical.dump(msgspec.structs.replace(book, **fields)))


def with_term(years: int) -> LawBook:
    """Ground 2 of the court list runs so many years instead of two."""
    item = BOOK.items["COURT_DEFAULTER_LISTING"]
    ground = msgspec.structs.replace(item.grounds["2"], term_years=years)
    longer = msgspec.structs.replace(item, grounds={**item.grounds, "2": ground})
    return changed(BOOK, items={**BOOK.items, item.code: longer})


def sample_history(keys: Path, records: int, partitions: int = 2) -> tuple[list[Message], list[list[Message]]]:
    """Clock and ``accepted`` as intake writes them for a sample, ticked every day."""
    keyring = Keyring.load(keys, CATALOGUE.channels, create=True)
    admitted = {family: CATALOGUE.admitted(family) for family in CATALOGUE.families}
    examiner, sample = Examiner(CODEC, admitted, keyring, True), build(7, records, CODEC, BOOK, CATALOGUE)
    clock: list[Message] = []
    accepted: list[list[Message]] = [[] for _ in range(partitions)]
    offsets: dict[tuple[str, int], int] = {}
    today: date | None = None

    def put(partition: int, key: bytes | None, value: bytes) -> None:
        accepted[partition].append(Message("accepted", partition, len(accepted[partition]), 0, key, value))

    def pass_on(record: str, payload: Tick | LawChange) -> None:
        for partition in range(partitions):
            source = Source("clock", "clock", "", partition, len(clock))
            event = forwarded(source, payload, today, None if today is None else BOOK.digest)
            put(partition, None, CODEC.encode("Accepted", event))
        value = CODEC.encode(record, msgspec.to_builtins(payload, builtin_types=(date,)))
        clock.append(Message("clock", 0, len(clock), 0, None, value))

    pass_on("LawActivation", LawChange(BOOK.digest, sample.days[0].day))
    for one in (*sample.days, None):
        until = sample.days[-1].day + timedelta(days=1) if one is None else one.day
        while today is None or today < until:
            following = until if today is None else today + timedelta(days=1)
            pass_on("ClockTick", Tick(following))
            today = following
        for record in () if one is None else one.records:
            place = record.topic, record.partition
            offset = offsets[place] = offsets.get(place, -1) + 1
            ruling = examiner.examine(
                Source(*place[:1], record.family, record.channel, place[1], offset), record.value, today, BOOK
            )
            if ruling.accepted is not None:
                token = ruling.accepted.subject
                put(int(token[:16], 16) % partitions, token.encode(), CODEC.encode("Accepted", ruling.accepted))
    return clock, accepted
