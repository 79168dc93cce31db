"""One old decision made again: from its stored event, the schema it was written in, and the law book it names.

What the subject's standing was before is the fold of the decisions before; nothing else goes in. The decision must come
out byte for byte, in the version of the schema in which it stands there.
"""

from collections.abc import Callable
from random import Random
from typing import NamedTuple

from schemas.codec import Codec
from streams.core.decide import decide
from streams.core.decisions import Decision
from streams.core.events import Accepted
from streams.core.evolve import evolve
from streams.core.law import LawBook
from streams.core.standing import Standing
from streams.oracle.difference import Difference, between
from streams.oracle.history import History, Message
from streams.wire import from_avro

_MOST = 1 << 24  # bytes of a record of our own
_SHOWN = 10  # differences told of many


class Tally(NamedTuple):
    """How many were made again, and how many came out otherwise; ``first``: a few of the differences."""

    rerun: int
    different: int
    first: tuple[Difference, ...]

    @property
    def equal(self) -> int:
        return self.rerun - self.different


class Rerun:
    """Decisions by id, with all it takes to make them again. ``history`` holds ``accepted`` and ``decisions``."""

    def __init__(self, history: History, codec: Codec, law: Callable[[str], LawBook]) -> None:
        self._codec = codec
        self._law = law
        self._events: dict[tuple[int, str], Message] = {}
        for message in history.of("accepted"):
            event = from_avro(codec.decode(message.value, max_bytes=_MOST).value, Accepted)
            self._events[message.partition, event.receipt_id] = message
        self._about: dict[tuple[int, str], list[tuple[Message, Decision]]] = {}
        self._subjects: dict[str, tuple[int, str]] = {}  # by decision id
        for message in history.of("decisions"):
            decision = from_avro(codec.decode(message.value, max_bytes=_MOST).value, Decision)
            place = message.partition, decision.subject
            self._about.setdefault(place, []).append((message, decision))
            self._subjects[decision.decision_id] = place

    def ids(self) -> list[str]:
        """Ids of all decisions, in order of partition and offset."""
        return list(self._subjects)

    def at_random(self, number: int, seed: int) -> Tally:
        """Make ``number`` decisions again, or all where there are fewer; the same seed takes the same ones."""
        known = self.ids()
        taken = Random(seed).sample(known, min(number, len(known)))  # noqa: S311 - a sample, no secret
        differences = [found for one in taken if (found := self.rerun(one)) is not None]
        return Tally(len(taken), len(differences), tuple(differences[:_SHOWN]))

    def rerun(self, decision_id: str) -> Difference | None:
        """None where the decision comes out byte for byte; else the first difference. KeyError: no such decision."""
        partition, subject = self._subjects[decision_id]
        about = self._about[partition, subject]
        message, stored = next(one for one in about if one[1].decision_id == decision_id)
        standing = Standing(subject)
        for _, earlier in about:
            if earlier.cause.receipt_id == stored.cause.receipt_id:
                break  # all decisions of one cause are made in one go, from the standing before
            standing = evolve(standing, earlier)
        return self._again(standing, partition, message, stored)

    def _again(self, standing: Standing, partition: int, message: Message, stored: Decision) -> Difference | None:
        where = f"decision {stored.decision_id}"
        held = self._events.get((partition, stored.cause.receipt_id))
        if held is None:
            return Difference(where, f"its event {stored.cause.receipt_id} on accepted {partition}", "none")
        event = from_avro(self._codec.decode(held.value, max_bytes=_MOST).value, Accepted)
        made = decide(standing, event, self._law(stored.law_digest), stored.decided_on).decisions
        again = next((one for one in made if one.decision_id == stored.decision_id), None)
        expected = None if again is None else self._as_written(again, message)
        if expected == message.value:
            return None
        return between(self._codec, where, expected, message.value) or Difference(where, "the same bytes", "others")

    def _as_written(self, decision: Decision, message: Message) -> bytes:
        """The decision in the version of its schema in which ``message`` holds it."""
        written = self._codec.encode("Decision", decision)
        version = self._codec.decode(message.value, max_bytes=_MOST).version
        same = version == self._codec.decode(written, max_bytes=_MOST).version
        return written if same else self._codec.lowered(written, version)
