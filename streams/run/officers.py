"""What executing departments would do next: their officers look at proposals and answer some of them.

Most answers are right. Two kinds are not, and they need obligations that exist only now: an answer about an obligation
of another department, and one that does not fit the state of its obligation.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

from kafka import KafkaProducer

from streams.app import Parts
from streams.core.events import FeedbackState
from streams.oracle import history
from streams.oracle.verify import Expectations, Expected
from topics.access import reach

_ANSWERS: tuple[tuple[FeedbackState, str | None], ...] = (
    (FeedbackState.CONFIRMED, None),
    (FeedbackState.REFUSED, "subject_unknown_here"),
    (FeedbackState.CONFIRMED, None),
)
_FAMILIES = ("sanctions.current", "rewards.current")
_RIGHT = Expected("accepted", None, "an officer's answer")
_NOT_OWN = Expected("held", "NOT_OWN_OBLIGATION", "an answer about another department's obligation")
_OUT_OF_ORDER = Expected("held", "FEEDBACK_OUT_OF_ORDER", "in effect before it was confirmed")

Proposal = dict[str, Any]


class Answer(NamedTuple):
    """``own``: the answering department's proposal about the person; ``about`` the obligation it names."""

    channel: str
    own: Proposal
    about: Proposal
    state: FeedbackState
    reason: str | None
    expected: Expected


def answer(parts: Parts, day: date) -> Expectations:
    """Send the answers of all departments and say what should come of each.

    The answers come by ``case_ref``, as a department without the number would send them. Each is about another
    subject, so that no two of them meet: they stand in different topics, and between those there is no order.
    """
    producer = KafkaProducer(**reach(parts.bootstrap), acks="all", enable_idempotence=True)
    try:
        sent = []
        for number, one in enumerate(chosen(_proposals(parts))):
            event_id = f"{one.channel}-answer-{number:03d}"
            place = (parts.messages.topic("feedback", one.channel), number % parts.partitions)
            value = parts.codec.encode("OfficerFeedback", _feedback(one, event_id, day))
            sent.append((one, producer.send(place[0], key=event_id.encode(), value=value, partition=place[1])))
        producer.flush()
        expected: Expectations = {}
        for one, future in sent:
            found = future.get()
            topic = found.topic.removeprefix(parts.settings.prefix)
            expected[topic, found.partition, found.offset] = one.expected
        return expected
    finally:
        producer.close()


def _proposals(parts: Parts) -> dict[str, list[Proposal]]:
    """What stands proposed, by executing channel, in order of id. ``subject`` comes with each: two departments know one
    subject under different references, and only who gave them can tell."""
    topics = [(c, parts.catalogue.name(f, c)) for f in _FAMILIES for c in parts.catalogue.channels_of(f)]
    known = history.read(parts.bootstrap, [name for _, name in topics], parts.settings.prefix)
    found: dict[str, dict[bytes, Proposal]] = {}
    for channel, name in topics:
        for message in known.of(name):
            value = parts.codec.decode(message.value, frozenset({"ObligationCurrent"})).value
            value["subject"] = parts.keyring.open_case_ref(value["case_ref"], channel)
            found.setdefault(channel, {})[message.key or b""] = value
    return {
        channel: [value for _, value in sorted(newest.items()) if value["state"] == "proposed"]
        for channel, newest in sorted(found.items())
    }


def chosen(proposed: dict[str, list[Proposal]]) -> Iterator[Answer]:
    """The first proposals of each channel and kind, one about each subject."""
    used: set[str] = set()
    yield from _not_own(proposed, used)
    yield from _out_of_order(proposed, used)
    for channel, proposals in proposed.items():
        for incentive in (False, True):
            answers = iter(_ANSWERS)
            for one in proposals:
                if one["incentive"] is not incentive or one["subject"] in used:
                    continue
                state, reason = next(answers, (None, None))
                if state is None:
                    break
                used.add(one["subject"])
                yield Answer(channel, one, one, state, reason, _RIGHT)


def _not_own(proposed: dict[str, list[Proposal]], used: set[str]) -> Iterator[Answer]:
    """Two departments have a proposal from one decision; one of them answers about the other's."""
    first: dict[str, tuple[str, Proposal]] = {}
    for channel, proposals in proposed.items():
        for one in proposals:
            other, about = first.setdefault(one["decision_id"], (channel, one))
            if other != channel:
                used.add(one["subject"])
                yield Answer(channel, one, about, FeedbackState.CONFIRMED, None, _NOT_OWN)
                return


def _out_of_order(proposed: dict[str, list[Proposal]], used: set[str]) -> Iterator[Answer]:
    for channel, proposals in proposed.items():
        for one in proposals:
            if one["subject"] not in used:
                used.add(one["subject"])
                yield Answer(channel, one, one, FeedbackState.IN_EFFECT, None, _OUT_OF_ORDER)
                return


def _feedback(one: Answer, event_id: str, day: date) -> dict[str, Any]:
    return {
        "event_id": event_id,
        "subject": {"kind": one.own["subject_kind"], "id_type": "none", "case_ref": one.own["case_ref"]},
        "obligation_id": one.about["obligation_id"],
        "state": one.state.value,
        "reason": one.reason,
        "officer": "officer-01",
        "answered_on": day,
    }
