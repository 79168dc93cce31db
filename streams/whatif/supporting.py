"""The question that the activation of a law book asks of a what-if report."""

import hashlib
from pathlib import Path

from streams.clock import Support
from streams.oracle import history
from streams.reader import Reader
from streams.whatif.clocked import Clocked, clocked
from streams.whatif.kept import NotShown, find
from streams.whatif.partition import sealed
from streams.whatif.report import Report

FRESH_DAYS = 30  # an engineering choice, no law: how many days may pass between a report and the decision on it


def support(reader: Reader, book: str, what_if: str | None, without: str | None, where: Path) -> Support:
    """What an activation of ``book`` rests on: a report that holds, or a reason in words.

    :raises NotShown: neither, both, or a report that does not hold.
    """
    if what_if is not None and without is not None:
        raise NotShown("只能给出一项 / --what-if and --without-what-if exclude each other")
    if without is not None:
        if not without.strip():
            raise NotShown("理由为空 / --without-what-if is empty")
        return Support(without=without.strip())
    if what_if is None:
        raise NotShown("启用新的法律簿须先推演 / a book in force is replaced only after a what-if about the new one")
    messages = history.each(reader.bootstrap, ["clock"], reader.settings.prefix, 0)
    check(reader, find(what_if, where), book, clocked(messages, reader.codec))
    return Support(what_if)


def check(reader: Reader, report: Report, book: str, clock: Clocked) -> None:
    """Whether ``report`` is about ``book``, held against the law that holds, on this history, and not stale.

    :raises NotShown: it is not.
    """
    if report.draft != book:
        raise NotShown(f"报告讲的是另一部法律簿 / the report is about law book {report.draft}, not {book}")
    if report.announced != (clock.announced[-1] if clock.announced else None):
        raise NotShown("报告之后又公布了别的法律簿 / another law book has been announced since the report was made")
    if clock.last is None or (clock.last - report.to_day).days > FRESH_DAYS:
        raise NotShown(
            f"报告已过时 / the report ends on {report.to_day}, more than {FRESH_DAYS} days before "
            f"{clock.last}, where the clock stands"
        )
    for partition, piece in enumerate(report.history):
        if _print(reader, partition, piece.end) != piece.print:
            raise NotShown(f"报告讲的是另一段历史 / the report is about another history: accepted {partition} differs")


def _print(reader: Reader, partition: int, end: int) -> str:
    seal = hashlib.sha256()
    topic = reader.catalogue.name("accepted")
    for message in history.each(reader.bootstrap, [topic], reader.settings.prefix, partition):
        if message.offset >= end:
            break
        sealed(seal, message)
    return seal.hexdigest()
