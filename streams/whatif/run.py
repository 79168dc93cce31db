"""A what-if from beginning to end: ask the clock, decide every partition twice, add up. Nothing is written."""

import multiprocessing
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from datetime import date, timedelta
from multiprocessing.sharedctypes import Synchronized
from typing import NamedTuple

from msgspec.structs import replace

from schemas.codec import Codec
from streams.core.law import LawBook
from streams.engine import collector
from streams.oracle import history
from streams.oracle.history import Message
from streams.reader import Reader
from streams.settings import Settings
from streams.whatif.clocked import Clocked, clocked
from streams.whatif.differ import differing
from streams.whatif.partition import Found, Plan, compare
from streams.whatif.places import Places
from streams.whatif.report import Piece, Report, figures
from streams.whatif.stood import DIRECTIONS, Direction, Stood

_TOLD = 2_000  # records between two words on progress
_ALONE = 150_000  # offsets of ``accepted`` below which starting processes costs more than it saves
_LOOK_S = 0.2
Progress = Callable[[int, int], None]  # done, of how many: each record once read and once decided


class NothingToCompare(Exception):
    """There is no day, or no law, that could be compared; the message says what there is."""


class Answer(NamedTuple):
    """The report, single decisions where they were asked for, and how many records had to be decided again."""

    report: Report
    samples: tuple[tuple[Direction, Stood], ...]
    redecided: int
    places: Places


class Asked(NamedTuple):
    """``first`` None: the first day of history; ``last`` None: the last that has passed."""

    draft: LawBook
    first: date | None = None
    last: date | None = None
    samples: int = 0
    processes: int = 0  # 0: as many as there are cores, or one where that is quicker


def what_if(reader: Reader, asked: Asked, progress: Progress = lambda done, whole: None) -> Answer:
    """Compare the law as it was with ``asked.draft`` over the history of a deployment.

    :raises NothingToCompare, NotPassed, UnknownLaw: it cannot be done, with the cure.
    """
    settings = reader.settings
    clock = clocked(history.each(reader.bootstrap, ["clock"], settings.prefix, 0), reader.codec)
    plan = planned(asked, clock, reader.shelf.get)
    if asked.samples:
        told = history.each(reader.bootstrap, [reader.catalogue.name("erasures")], reader.settings.prefix)
        plan = replace(plan, erased=erased(told, reader.codec))
    sizes = history.sizes(reader.bootstrap, reader.catalogue.name("accepted"), settings.prefix)
    processes = asked.processes or (1 if sum(sizes.values()) < _ALONE else os.cpu_count() or 1)
    work = _alone if processes == 1 else _together(processes)
    found = sorted(work(reader, plan, sizes, progress), key=lambda one: one.partition)
    return answered(found, plan, clock, Places([plan.draft, *plan.books.values()], reader.catalogue.channels))


def erased(messages: Iterable[Message], codec: Codec) -> dict[str, date]:
    """Who is erased, and since when. ``messages``: those of ``erasures``."""
    days = {}
    for message in messages:
        if message.value is not None:
            said = codec.decode(message.value, frozenset({"Erasure"}), max_bytes=1 << 24).value
            days[said["subject"]] = said["day"]
    return days


def planned(asked: Asked, clock: Clocked, law: Callable[[str], LawBook]) -> Plan:
    """What to compare. A day still running is left out: the same question would have another answer tomorrow."""
    if clock.first is None or clock.last is None or not clock.reigns:
        raise NothingToCompare("时钟还没有走过一天 / no day has passed yet, so there is nothing to compare")
    passed = clock.last - timedelta(days=1)
    first, last = asked.first or clock.first, asked.last or passed
    if not clock.first <= first <= last <= passed:
        raise NothingToCompare(
            f"--from {first} --to {last}: 可比较的日期为 / days that can be compared are {clock.first} .. {passed}, "
            "the last one that has passed"
        )
    books = {digest: law(digest) for digest in clock.announced}
    reigning = [books[reign.law] for reign in clock.between(first, last)]
    items = differing(asked.draft, reigning, books.values())
    return Plan(asked.draft, books, first, last, items, asked.samples)


def answered(found: list[Found], plan: Plan, clock: Clocked, places: Places) -> Answer:
    """What all partitions say together."""
    differs, totals, tables = figures(found, places)
    report = Report(
        draft=plan.draft.digest,
        title=plan.draft.title,
        compared_with=clock.between(plan.first, plan.last),
        announced=clock.announced[-1] if clock.announced else None,
        from_day=plan.first,
        to_day=plan.last,
        records=sum(one.records for one in found),
        history=tuple(Piece(one.end, one.print) for one in found),
        differs=differs,
        totals=totals,
        tables=tables,
    )
    samples = tuple(_first(found, direction, plan.samples) for direction in DIRECTIONS)
    return Answer(report, sum(samples, ()), sum(one.redecided for one in found), places)


def _first(found: list[Found], direction: Direction, most: int) -> tuple[tuple[Direction, Stood], ...]:
    many = [stood for one in found for word, stood in one.samples if word == direction]
    many.sort(key=lambda stood: (stood.measured.record, stood.measured))
    return tuple((direction, stood) for stood in many[:most])


def _counted(messages: Iterable[Message], tell: Callable[[int], None]) -> Iterator[Message]:
    number = 0
    for number, message in enumerate(messages, 1):
        if number % _TOLD == 0:
            tell(_TOLD)
        yield message
    tell(number % _TOLD)


def _partition(reader: Reader, plan: Plan, partition: int, tell: Callable[[int], None]) -> Found:
    """Read one partition from its beginning to the end of the last day, and decide it twice."""
    read = 0

    def told(number: int) -> None:
        nonlocal read
        read += number
        tell(number)

    topic, prefix = reader.catalogue.name("accepted"), reader.settings.prefix
    messages = _counted(history.each(reader.bootstrap, [topic], prefix, partition), told)
    places = Places([plan.draft, *plan.books.values()], reader.catalogue.channels)
    found = compare(partition, messages, reader.codec, plan, places)
    tell(read)
    return found


def _alone(reader: Reader, plan: Plan, sizes: dict[int, int], progress: Progress) -> Iterator[Found]:
    done, whole = 0, 2 * sum(sizes.values())

    def tell(number: int) -> None:
        nonlocal done
        done += number
        progress(done, whole)

    for partition in sizes:
        yield _partition(reader, plan, partition, tell)


class _Child(NamedTuple):
    """What a process of the pool has: all it needs, and the counter it shares with the others."""

    reader: Reader
    plan: Plan
    done: "Synchronized[int]"


_child: _Child | None = None


def _begin(settings: Settings, bootstrap: str, plan: Plan, done: "Synchronized[int]") -> None:
    global _child  # noqa: PLW0603 a process of the pool keeps what it was started with
    _child = _Child(Reader(settings, bootstrap), plan, done)
    collector.settle()


def _in_child(partition: int) -> Found:
    assert _child is not None
    done = _child.done

    def tell(number: int) -> None:
        with done.get_lock():
            done.value += number

    return _partition(_child.reader, _child.plan, partition, tell)


def _together(processes: int) -> Callable[[Reader, Plan, dict[int, int], Progress], Iterator[Found]]:
    """Partitions side by side: they share nothing but the law."""

    def work(reader: Reader, plan: Plan, sizes: dict[int, int], progress: Progress) -> Iterator[Found]:
        context = multiprocessing.get_context("spawn")  # a fork would share the sockets of our consumers
        done, whole = context.Value("q", 0), 2 * sum(sizes.values())
        given = (reader.settings, reader.bootstrap, plan, done)
        with ProcessPoolExecutor(min(processes, len(sizes)), context, _begin, given) as pool:
            futures = [pool.submit(_in_child, partition) for partition in sizes]
            yield from _as_they_come(futures, lambda: progress(done.value, whole))

    return work


def _as_they_come(futures: list[Future[Found]], look: Callable[[], None]) -> Iterator[Found]:
    waiting = set(futures)
    while waiting:
        look()
        try:
            for future in as_completed(waiting, timeout=_LOOK_S):
                waiting.discard(future)
                yield future.result()
        except TimeoutError:
            continue
