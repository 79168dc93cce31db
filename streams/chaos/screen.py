"""What a person sees while faults are played: how many records were sent and answered, and what is broken just now."""

import threading
from pathlib import Path
from types import TracebackType
from typing import Self

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from streams.app import Parts
from streams.chaos.stage import Stage
from streams.run.phases import Phases
from topics.access import reach

_POLL_MS = 500


class Screen:
    """Use as a context. Receipts are counted by a reader of its own; a broken broker only makes it late."""

    def __init__(self, phases: Phases, parts: Parts, journals: list[Path], seconds: float) -> None:
        self._phases = phases
        self._parts = parts
        self._journals = journals
        self._seconds = seconds
        self._read = dict.fromkeys(journals, 0)
        self._sent = self.answered = self._told = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._follow, name="receipts", daemon=True)
        columns = (BarColumn(), TimeElapsedColumn(), TextColumn("{task.description}"))
        self._bar = Progress(*columns, console=phases.console)
        self._task = self._bar.add_task("", total=seconds)
        self._began = phases.seconds

    def __enter__(self) -> Self:
        self._thread.start()
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()
        self._over.set()
        self._thread.join()

    def show(self, stage: Stage) -> None:
        for hit in stage.hits[self._told :]:
            self._phases.say(" ".join(word for word in (hit.kind, hit.whom, hit.way) if word))
        self._told = len(stage.hits)
        self._count()
        text = f"{self._sent:,} 条已发 / sent  {self.answered:,} 回执 / receipts  {len(stage.hits)} 次故障 / faults"
        self._bar.update(self._task, completed=self._phases.seconds - self._began, description=text)

    def _count(self) -> None:
        """Lines that came to the journals since."""
        for file in self._journals:
            if file.exists():
                with file.open("rb") as lines:
                    lines.seek(self._read[file])
                    new = lines.read()
                self._read[file] += len(new)
                self._sent += new.count(b"\n")

    def _follow(self) -> None:
        catalogue = self._parts.catalogue
        names = [self._parts.messages.topic("receipts", channel) for channel in catalogue.channels_of("receipts")]
        consumer = KafkaConsumer(
            **reach(self._parts.bootstrap),
            isolation_level="read_committed",
            enable_auto_commit=False,
            auto_offset_reset="earliest",
        )
        count = catalogue.families["receipts"].partitions.of(self._parts.settings.scale)
        consumer.assign([TopicPartition(name, number) for name in names for number in range(count)])
        while not self._over.is_set():
            try:
                self.answered += sum(map(len, consumer.poll(timeout_ms=_POLL_MS, max_records=5_000).values()))
            except KafkaError:
                continue
        consumer.close()
