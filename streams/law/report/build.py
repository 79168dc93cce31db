"""Everything the report shows, in one value: law folder and case folders in, figures and findings out."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from streams.core.law import Instrument, LawBook
from streams.law.files import read_folder
from streams.law.loader import FOLDER, load
from streams.law.report import chains, papers
from streams.law.report.chains import Heading
from streams.law.report.dates import FIRST, Finding, conflicts, gaps
from streams.law.report.papers import LeftOut, Version
from streams.law.report.proof import Proof, prove


class Report(NamedTuple):
    """The law book as it stands on ``day``."""

    book: LawBook
    day: date
    versions: tuple[Version, ...]
    left_out: tuple[LeftOut, ...]
    fields: tuple[Heading, ...]
    groups: tuple[Heading, ...]
    conducts: tuple[Heading, ...]
    proof: Proof
    gaps: tuple[Finding, ...]
    conflicts: tuple[Finding, ...]

    @property
    def active(self) -> int:
        """Rules that raise their measure while they are in force, whenever that is."""
        return sum(rule.active for rule in self.book.rules.values())

    @property
    def in_force(self) -> int:
        """Active rules that are in force on the day of the report."""
        return sum(len(version.in_force(self.day)) for version in self.versions)

    def figures(self) -> dict[str, int]:
        """What the command prints as its last line."""
        return {
            "instruments": len(self.book.instruments),
            "memoranda": len({version.name.partition(".")[0] for version in self.versions}),
            "active_rules": self.active,
            "inactive_rules": len(self.book.rules) - self.active,
            "items": len(self.book.items),
            "fields_with_chain": sum(one.has_chain_on(self.day) for one in self.fields),
            "groups_with_chain": sum(one.has_chain_on(self.day) for one in self.groups),
            "cases": self.proof.cases,
            "rules_without_case": len(self.proof.without(self.book)),
            "gaps": len(self.gaps),
            "conflicts": len(self.conflicts),
        }

    @property
    def sound(self) -> bool:
        """Whether nothing is left to be mended before the book may be published."""
        figures = self.figures()
        whole = not any(figures[name] for name in ("rules_without_case", "gaps", "conflicts"))
        return whole and not self.proof.failed

    def by_checked_day(self) -> dict[date, tuple[Instrument, ...]]:
        """Instruments by the day on which their source was last looked at, the oldest first."""
        days = sorted({one.checked for one in self.book.instruments.values()})
        every = sorted(self.book.instruments.values(), key=lambda one: one.code)
        return {day: tuple(one for one in every if one.checked == day) for day in days}


def build(folder: Path | None, cases: Sequence[Path], day: date) -> Report:
    """The report on the law in ``folder`` (default: this release) with the cases below ``cases``.

    Raises LawFault for a book that does not load, CaseFault for a case that cannot be read.
    """
    book = load(folder)
    pages = read_folder(folder or FOLDER, [])
    silent = tuple(Finding(FIRST, f"{code}: nothing follows, and no reason is given") for code in chains.silent(book))
    return Report(
        book=book,
        day=day,
        versions=papers.versions(pages, book),
        left_out=papers.left_out(pages, book),
        fields=_as_written(chains.fields(book), pages.single["fields"]),
        groups=_as_written(chains.groups(book), pages.single["groups"]),
        conducts=_as_written(chains.conducts(book), pages.single["conducts"]),
        proof=prove(cases, book),
        gaps=gaps(book) + silent,
        conflicts=conflicts(book),
    )


def _as_written(headings: tuple[Heading, ...], page: dict[str, Any]) -> tuple[Heading, ...]:
    """``headings`` in the order of the notice, which is that of the file; a book is sorted by code."""
    order = [row["code"] for row in page["rows"]]
    return tuple(sorted(headings, key=lambda heading: order.index(heading.code)))
