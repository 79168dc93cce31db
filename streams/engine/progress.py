"""How far a task came, kept in its own changelog: Kafka forgets a group's offsets when nobody used them for a while
(offsets.retention.minutes, 7 days), and a task that began anew would decide everything a second time.

One record per transaction, under a key that steps cannot use, holds the input offsets of that very transaction and
the topic whose record is unfinished. What no reader will ever see again - records deleted before they were handled -
is an operator's decision and never the engine's.
"""

import logging
from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from streams.engine.errors import EngineError
from streams.engine.state import OFFSETS_KEY, Entry

log = logging.getLogger(__name__)


class Progress(msgspec.Struct, frozen=True):
    """The offset to go on at for each input topic, and the topic whose record there is unfinished."""

    offsets: dict[str, int] = {}
    unfinished: str | None = None

    def change(self) -> tuple[bytes, Entry]:
        """The state change that keeps it."""
        return OFFSETS_KEY, Entry(msgspec.json.encode(self), None)


def read(entry: Entry | None) -> Progress:
    """Inverse of ``change``; nothing known without an entry.

    >>> read(Progress({"t": 5}, "t").change()[1]), read(None)
    (Progress(offsets={'t': 5}, unfinished='t'), Progress(offsets={}, unfinished=None))
    """
    return Progress() if entry is None else msgspec.json.decode(entry.value, type=Progress)


class Known(NamedTuple):
    """What the broker knows of one topic-partition."""

    group: int | None  # the group's committed offset
    first: int  # the first offset still there
    last: int  # the offset after the last committed record


def begin(
    task: str, partition: int, known: Mapping[str, Known], progress: Progress, accept_loss: bool
) -> dict[str, int]:
    """Where to begin in each topic: the later of the group's and the changelog's offset, or the first there is where
    neither knows the topic.

    Raises EngineError when records after that were deleted or the topic ends before it, unless the loss is accepted.
    """
    offsets, lost = {}, {}
    for topic, (group, first, last) in known.items():
        kept = progress.offsets.get(topic)
        if kept is not None and (group is None or group < kept):
            log.warning("%s: %s begins at %d by the changelog; the group knew %s", task, topic, kept, group)
        if kept is None and group is None:
            if first > 0:
                log.info("%s: %s was never read and begins at its first offset, %d", task, topic, first)
            offsets[topic] = first
            continue
        offsets[topic] = max(offset for offset in (kept, group) if offset is not None)
        if offsets[topic] > last:
            _ends_before(f"{topic}:{partition}", offsets[topic], last, accept_loss)
            offsets[topic] = first
        if offsets[topic] < first:
            lost[topic] = (offsets[topic], first)
            offsets[topic] = first
    judge_loss(task, partition, lost, accept_loss)
    return offsets


def _ends_before(where: str, at: int, last: int, accept_loss: bool) -> None:
    what = f"{where} ends at {last}, but offset {at} is committed: the topic was created anew"
    if not accept_loss:
        raise EngineError(f"{what}. Cure: a new topic prefix, or accept_loss to begin at its first offset")
    log.warning("%s. The loss is accepted", what)


def judge_loss(task: str, partition: int, lost: Mapping[str, tuple[int, int]], accept_loss: bool) -> None:
    """Refuse to pass over records deleted unread (topic -> first offset lost, first offset there), or say so.

    >>> judge_loss("app.a.0", 0, {"t": (5, 9)}, False)
    Traceback (most recent call last):
    ...
    streams.engine.errors.EngineError: app.a.0: deleted before they were read: t:0 offsets 5 to 8. Cure: restore \
them, or accept that they are never handled: set accept_loss for one start, or, with all workers stopped, move the \
group's offsets of these topics forward (kafka-consumer-groups --reset-offsets --to-earliest)
    """
    if not lost:
        return
    named = ", ".join(f"{topic}:{partition} offsets {at} to {first - 1}" for topic, (at, first) in lost.items())
    what = f"{task}: deleted before they were read: {named}"
    if not accept_loss:
        raise EngineError(
            f"{what}. Cure: restore them, or accept that they are never handled: set accept_loss for one start, or, "
            "with all workers stopped, move the group's offsets of these topics forward "
            "(kafka-consumer-groups --reset-offsets --to-earliest)"
        )
    log.warning("%s. The loss is accepted", what)
