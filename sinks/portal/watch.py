"""One officer, many persons: read from the query log itself, so that every portal and every command is counted.

A word to supervision is a line of the process's log with officer, department and count - never a person - and a gauge.
It stops nobody: an office may have a busy day, and whoever supervises can ask why.
"""

import logging
import threading
from datetime import UTC, datetime, timedelta, timezone

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from monitoring.catalogue import WIDE_LOOKERS
from monitoring.meters import Meters
from schemas.codec import SchemaFault
from sinks.portal.limits import Wide
from streams.querylog import SELF, is_question
from streams.reader import Reader
from topics.access import reach

log = logging.getLogger(__name__)
CHINA = timezone(timedelta(hours=8))  # one time for the whole country, without summer time
_POLL_MS = 500
_AGAIN_S = 5.0


class Watch:
    """Follows the query log from the beginning of today, in a thread of its own."""

    def __init__(self, reader: Reader, wide: Wide, meters: Meters) -> None:
        self._reader = reader
        self._wide = wide
        self._gauge = meters.gauge(WIDE_LOOKERS)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        self._stop.set()
        self._thread.join(30)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._follow()
            except KafkaError as fault:  # looked at again from the morning on: no look is counted twice
                log.warning("query log not readable (%s), looking again", type(fault).__name__)
                self._stop.wait(_AGAIN_S)

    def _follow(self) -> None:
        consumer = KafkaConsumer(
            **reach(self._reader.bootstrap),
            isolation_level="read_committed",
            enable_auto_commit=False,
            auto_offset_reset="earliest",
        )
        try:
            topic = self._reader.topic("querylog")
            places = [TopicPartition(topic, number) for number in consumer.partitions_for_topic(topic) or ()]
            consumer.assign(places)
            morning = china_now().replace(hour=0, minute=0, second=0, microsecond=0)
            begins = consumer.offsets_for_times(dict.fromkeys(places, int(morning.timestamp() * 1_000)))
            for place, found in begins.items():
                if found is None:
                    consumer.seek_to_end(place)
                else:
                    consumer.seek(place, found.offset)
            while not self._stop.is_set():
                for records in consumer.poll(timeout_ms=_POLL_MS).values():
                    for record in records:
                        self._see(record.value, record.timestamp)
                self._gauge.set(self._wide.lookers())
        finally:
            consumer.close()

    def _see(self, value: bytes, at_ms: int) -> None:
        """``at_ms``: when the broker had it. A writer's own clock, ahead by a day, would end the day for all others."""
        try:
            said = self._reader.codec.decode(value, frozenset({"QueryLogged"})).value
        except SchemaFault:
            return  # not written by us; the auditor's to tell
        subject, officer, channel = said["subject"] or said["decision_id"], said["officer"], said["channel"] or ""
        if subject is None or officer == SELF or not is_question(said):
            return
        day = datetime.fromtimestamp(at_ms / 1_000, CHINA).date().isoformat()
        if self._wide.see(officer, channel, subject, day):
            log.warning("supervision: officer %r of %s asked about many persons on %s", officer, channel or "-", day)


def china_now() -> datetime:
    """The portal's clock."""
    return datetime.now(UTC).astimezone(CHINA)
