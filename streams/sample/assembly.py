"""Puts the sample together: everything at least once, then ordinary life until the number asked for is reached."""

import hashlib
from collections.abc import Sequence

from schemas.codec import Codec
from streams.core.law import LawBook
from streams.sample import mix
from streams.sample.calendar import NoDays
from streams.sample.coverage import coverage
from streams.sample.desk import Desk, Draft
from streams.sample.doubts import DOUBTS
from streams.sample.fault_changes import CHANGES
from streams.sample.fault_providers import PROVIDERS, unlisted_items
from streams.sample.fault_rights import WRONGED
from streams.sample.faults import FAULTS
from streams.sample.model import Sample, SampleDay, SampleRecord
from streams.sample.poison import LARGEST, POISON
from streams.sample.rights import RIGHTS
from streams.sample.stories import ORDINARY, Story, reported
from streams.sample.turns import ONCE, TURNS
from streams.sample.words import consent_given_and_withdrawn, orders
from topics.catalogue import Catalogue

LEAST = 400  # records: fewer do not hold every story once
LARGE = 5_000  # records from which departments publish on every month's last day, not on every fourth
TURNS_EVERY = 600  # records to one round of what is out of turn or in doubt
FAULTS_EVERY = 3_200  # records to one round of faults: about 3 in 100
COMPRESSIONS = ("none", "gzip", "snappy", "lz4", "zstd")

# Codes of the law book that no record of the sample can lead to, and why. A test holds this list to the truth.
NOT_IN_SAMPLE = {
    "SYNTHETIC_NOT_ALLOWED": "only a production profile refuses region 990000, and the sample never runs there",
    "NOT_OWN_OBLIGATION": "needs the id of an obligation: the officers of a run send such an answer",
    "FEEDBACK_OUT_OF_ORDER": "needs the id of an obligation: the officers of a run send such an answer",
    "NAME_DIFFERS": "a consent taken back under another name is told in tests/cases",
    "TARGET_NEVER_SEEN": "a decision after 30 ticks, never a receipt",
}
ONLY_IN_LARGE = {"SUBJECT_OVERFLOW": "needs a hundred publication days"}


def build(seed: int, records: int, codec: Codec, law: LawBook, catalogue: Catalogue) -> Sample:
    """Exactly ``records`` records on at most 150 days. Equal arguments give equal bytes.

    Within a day a subject appears once, except for a message sent twice under the same key; so what comes out does
    not depend on the order between partitions. Raises ValueError for fewer than ``LEAST`` records.
    """
    if records < LEAST:
        raise ValueError(f"{records} records cannot hold every story once: ask for at least {LEAST}")
    desk = Desk(seed, codec, law, catalogue, mix=mix.load(), months_apart=1 if records >= LARGE else 4)
    for _ in range(max(1, records // FAULTS_EVERY)):
        _tell(desk, (*FAULTS, *CHANGES, *PROVIDERS, *WRONGED, *POISON))
    _tell(desk, (*LARGEST, unlisted_items, *ONCE, orders))
    for _ in range(max(1, records // TURNS_EVERY)):
        _tell(desk, (*TURNS, *DOUBTS, *RIGHTS, consent_given_and_withdrawn))
    _cover(desk, records)
    while len(desk.drafts) < records:
        before = len(desk.drafts)
        _told(desk, desk.dice.weighted(ORDINARY))
        if len(desk.drafts) > records:  # a story is told whole or not at all; the last places take single records
            del desk.drafts[before:]
            reported(desk)
    return Sample(seed, _published(desk))


def _tell(desk: Desk, stories: Sequence[Story]) -> None:
    for story in stories:
        story(desk)


def _told(desk: Desk, story: Story) -> None:
    """Tells a story if the law book and the calendar have what it needs."""
    before = len(desk.drafts)
    try:
        story(desk)
    except NoDays:
        del desk.drafts[before:]


def _cover(desk: Desk, records: int) -> None:
    """As much of the law book as there is room for. What came into force too late for its story stays out of it."""
    for story in coverage(desk):
        before = len(desk.drafts)
        _told(desk, story)
        if len(desk.drafts) > records:
            del desk.drafts[before:]
            return


def _published(desk: Desk) -> tuple[SampleDay, ...]:
    by_day: dict[int, dict[str, list[Draft]]] = {}
    for draft in desk.drafts:
        by_day.setdefault(draft.day, {}).setdefault(draft.group, []).append(draft)
    days = []
    for index in sorted(by_day):
        groups = desk.dice.shuffled(list(by_day[index].values()))
        records = tuple(_placed(desk, draft) for group in groups for draft in group)
        days.append(SampleDay(desk.day(index), records))
    return tuple(days)


def _placed(desk: Desk, draft: Draft) -> SampleRecord:
    """The record with its topic, its partition (a hash of the key) and the compression of its batch."""
    topic = desk.catalogue.name(draft.family, draft.channel)
    partition = _hash(draft.key) % desk.catalogue.families[draft.family].partitions.local
    batch = f"{desk.day(draft.day)}:{topic}:{partition}"
    return SampleRecord(
        topic=topic,
        channel=draft.channel,
        family=draft.family,
        key=draft.key,
        value=draft.value,
        partition=partition,
        codec_name=COMPRESSIONS[_hash(batch.encode()) % len(COMPRESSIONS)],
        event_id=draft.event_id,
        expected=draft.fate.outcome,
        code=draft.fate.code,
        note=draft.note,
    )


def _hash(data: bytes) -> int:
    return int.from_bytes(hashlib.sha256(data).digest()[:8])
