"""What executing departments would do next: their officers look at proposals and answer some of them."""

from datetime import date
from typing import Any

from kafka import KafkaProducer

from streams.app import Parts
from streams.core.events import FeedbackState
from streams.oracle import history

_ANSWERS = (
    (FeedbackState.CONFIRMED, None),
    (FeedbackState.REFUSED, "subject_unknown_here"),
    (FeedbackState.CONFIRMED, None),
)


def answer(parts: Parts, day: date) -> int:
    """Per executing channel answer the first proposals in order of their id; returns how many were answered.

    The answers come by ``case_ref``, as a department without the number would send them.
    """
    channels = parts.catalogue.channels_of("feedback")
    topics = [parts.catalogue.name("sanctions.current", channel) for channel in channels]
    known = history.read(parts.bootstrap, topics, parts.settings.prefix)
    producer = KafkaProducer(bootstrap_servers=parts.bootstrap, acks="all", enable_idempotence=True)
    sent = 0
    try:
        for channel in channels:
            newest = {m.key: m.value for m in known.of(parts.catalogue.name("sanctions.current", channel))}
            proposed = [v for _, v in sorted(newest.items()) if _decoded(parts, v)["state"] == "proposed"]
            for number, (value, (state, reason)) in enumerate(zip(proposed, _ANSWERS, strict=False)):
                record = _feedback(_decoded(parts, value), f"{channel}-answer-{number}", state, reason, day)
                producer.send(
                    parts.messages.topic("feedback", channel),
                    key=record["event_id"].encode(),
                    value=parts.codec.encode("OfficerFeedback", record),
                    partition=number % parts.partitions,
                )
                sent += 1
        producer.flush()
    finally:
        producer.close()
    return sent


def _decoded(parts: Parts, value: bytes | None) -> dict[str, Any]:
    return parts.codec.decode(value, frozenset({"ObligationCurrent"})).value


def _feedback(
    proposal: dict[str, Any], event_id: str, state: FeedbackState, reason: str | None, day: date
) -> dict[str, Any]:
    return {
        "event_id": event_id,
        "subject": {"kind": proposal["subject_kind"], "id_type": "none", "case_ref": proposal["case_ref"]},
        "obligation_id": proposal["obligation_id"],
        "state": state.value,
        "reason": reason,
        "officer": "officer-01",
        "answered_on": day,
    }
