"""A sheet without a journal: what lies in the channel's own topics, record by record, with its receipt.

For whoever sends without our tools. A channel opens no transaction, so every offset of its topics is a record, and one
that no receipt names is missing. From which row of whose table a record came, only a journal could tell.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

from kafka import KafkaConsumer, TopicPartition

from streams.kit.answers import Answer, Fate
from streams.kit.journal import Sent
from topics.access import reach
from topics.catalogue import Catalogue

Part = tuple[str, int]  # topic as receipts name it, partition


def spans(
    bootstrap: str, catalogue: Catalogue, channel: str, prefix: str, since: datetime | None
) -> dict[Part, tuple[int, int]]:
    """From where, as of ``since``, up to where, as of now, the topics go that ``channel`` writes. Raises KafkaError."""
    families = [
        name
        for name, family in catalogue.families.items()
        if "channel" in family.writers and channel in catalogue.channels_of(name)
    ]
    named = {catalogue.name(name, channel, prefix): catalogue.name(name, channel) for name in families}
    consumer = KafkaConsumer(**reach(bootstrap))
    try:
        places = [
            TopicPartition(name, number) for name in named for number in sorted(consumer.partitions_for_topic(name))
        ]
        begins, ends = consumer.beginning_offsets(places), consumer.end_offsets(places)
        if since is not None:
            asked = consumer.offsets_for_times(dict.fromkeys(places, int(since.timestamp() * 1000)))
            begins = {place: ends[place] if asked[place] is None else asked[place].offset for place in places}
        return {(named[place.topic], place.partition): (begins[place], ends[place]) for place in places}
    finally:
        consumer.close()


def lying(found: Iterable[Answer], there: Mapping[Part, tuple[int, int]]) -> list[Fate]:
    """Every record of ``there``, in order, with its receipt of those ``found``."""
    answers = {answer.place: answer for answer in found}
    places = [(*part, offset) for part, (first, end) in sorted(there.items()) for offset in range(first, end)]
    return [Fate(_sent(place, answers.get(place)), answers.get(place)) for place in places]


def _sent(place: tuple[str, int, int], answer: Answer | None) -> Sent:
    topic, partition, offset = place
    return Sent(
        row_key="",
        cluster="",
        sheet="",
        row=None,
        record="",
        event_id=(answer.receipt["event_id"] if answer is not None else None) or "",
        item="",
        document_day=None,
        topic=topic,
        partition=partition,
        offset=offset,
        sent_at=None,
    )
