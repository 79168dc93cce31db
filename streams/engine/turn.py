"""The records of one transaction: which are handled, in which order, and what offsets they leave.

Pure bookkeeping between the inbox and the step; nothing is sent from here.
"""

from collections.abc import Callable
from itertools import islice
from time import perf_counter

from aiokafka.structs import ConsumerRecord

from streams.engine.inbox import Inbox, Waiting
from streams.engine.ports import Record, Step
from streams.engine.state import TaskTransaction

LOOK_EVERY = 32  # records between two looks at the clock
OUTPUTS = 10_000  # a transaction ends with the record that reaches so many: some give a hundred, and all stay in memory


def _record(record: ConsumerRecord) -> Record:
    return Record(
        record.topic, record.partition, record.offset, record.timestamp, record.key, record.value, record.headers
    )


class StepBug(Exception):
    """The step raised, which it never may. ``__cause__`` is what it raised; the message names the record."""


class Turn:
    """Handles waiting records in order of topic priority until a bound, an unfinished record or an empty inbox."""

    def __init__(self, inbox: Inbox, step: Step, tx: TaskTransaction, limit: int, resume: str | None) -> None:
        self._inbox = inbox
        self._step = step
        self._tx = tx
        self._limit = limit
        self._resume = resume  # the topic whose first record was left unfinished by the last turn
        self.handled = 0
        self.offsets: dict[str, int] = {}  # topic -> offset to commit
        self.unfinished: str | None = None

    @property
    def empty(self) -> bool:
        return not self.handled and self.unfinished is None

    @property
    def _enough(self) -> bool:
        return self.handled >= self._limit or len(self._tx.outputs) >= OUTPUTS

    def run(self, budget_s: float) -> bool:
        """Handle records for about ``budget_s`` seconds. True: call again, there is more for this transaction.

        Raises StepBug when the step does.
        """
        until = perf_counter() + budget_s
        while not self._enough and self.unfinished is None:
            topic, watch = self._choose()
            if topic is None:
                return False
            if self._handle_from(topic, watch, until):
                return True
        return False

    def _choose(self) -> tuple[str | None, bool]:
        """The topic to go on with, and whether an earlier one waits for the step to become ready."""
        if self._resume is not None:  # after a restart its record may not have come yet: the others wait for it
            return (None if self._inbox.head(self._resume) is None else self._resume), False
        watch = False
        for topic in self._inbox.in_turn():
            if self._ready(self._step.ready, topic):
                return topic, watch
            watch = True
        return None, watch

    def _handle_from(self, topic: str, watch: bool, until: float) -> bool:
        """Handle one batch's records. True when the time is over."""
        waiting = self._inbox.head(topic)
        assert waiting is not None
        handle, ready, tx = self._step.handle, self._step.ready, self._tx
        for record in islice(waiting.records, waiting.at, None):
            try:
                done = handle(_record(record), tx)
            except Exception as error:
                raise StepBug(f"step failed on {record.topic}:{record.partition}:{record.offset}") from error
            if not done:
                self.offsets[topic] = record.offset
                self.unfinished = topic
                return False
            self._resume = None
            waiting.at += 1
            self.handled += 1
            stop = watch or self._enough or not self._ready(ready, topic)
            late = self.handled % LOOK_EVERY == 0 and perf_counter() > until
            if stop or late:
                self._leave(topic, waiting, record.offset + 1)
                return late and not stop
        self._leave(topic, waiting, waiting.end)
        return False

    def _leave(self, topic: str, waiting: Waiting, offset: int) -> None:
        if waiting.at == len(waiting.records):
            offset = waiting.end
            self._inbox.drop_head(topic)
        self.offsets[topic] = offset

    def _ready(self, ready: Callable[[str], bool], topic: str) -> bool:
        try:
            return ready(topic)
        except Exception as error:
            raise StepBug(f"step failed in ready({topic!r})") from error

    def flush(self) -> None:
        """Let the step write what it kept dirty. Raises StepBug."""
        try:
            self._step.flush(self._tx)
        except Exception as error:
            raise StepBug("step failed in flush") from error
