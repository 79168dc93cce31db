"""The texts that set measures, version by version, as their files say: rows that act, rows that do not and why."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from streams.core.law import Instrument, LawBook, Rule
from streams.law.files import Page, Pages
from streams.law.report.dates import holds


class Row(NamedTuple):
    """One measure row: the rule of the book, and the department as the text names it."""

    rule: Rule
    department: str | None


class Version(NamedTuple):
    """One version of a memorandum or of another text that sets measures."""

    name: str  # M-141.v1
    title: str
    lead: str
    instrument: Instrument
    in_force_from: date | None
    in_force_to: date | None
    incentive: bool
    measures_in_text: int | None
    unread: str | None  # reason code: why measures of the text are missing
    rows: tuple[Row, ...]

    @property
    def active(self) -> tuple[Row, ...]:
        """Rows that raise their measure while they are in force."""
        return tuple(row for row in self.rows if row.rule.active)

    @property
    def inactive(self) -> tuple[Row, ...]:
        """Rows kept as reference."""
        return tuple(row for row in self.rows if not row.rule.active)

    def in_force(self, day: date) -> tuple[Row, ...]:
        """Active rows that raise their measure on ``day``."""
        return tuple(row for row in self.active if holds(row.rule, day))

    def reasons(self) -> dict[str, int]:
        """How many rows are inactive for which reason, the commonest first."""
        return dict(Counter(row.rule.inactive_reason or "" for row in self.inactive).most_common())


class LeftOut(NamedTuple):
    """A memorandum that is named but has no rows, with the reason code."""

    instrument: Instrument
    reason: str


def versions(pages: Pages, book: LawBook) -> tuple[Version, ...]:
    """Every version in ``pages``, in order of the files; parts that continue a version belong to it."""
    rows: dict[str, list[Row]] = {_name(page): [] for page in pages.memoranda if "continues" not in page.data}
    for page in pages.memoranda:
        for row in page.data["rows"]:
            rows[_name(page)].append(Row(book.rules[f"{_name(page)}/{row['no']}"], row.get("department")))
    return tuple(
        _version(page, tuple(rows[_name(page)]), book) for page in pages.memoranda if "continues" not in page.data
    )


def left_out(pages: Pages, book: LawBook) -> tuple[LeftOut, ...]:
    """Instruments that say why no file of memoranda/ holds their measures."""
    listed: Iterable[dict[str, str]] = (row for page in pages.merged["instruments"] for row in page.data["rows"])
    return tuple(LeftOut(book.instruments[row["code"]], row["left_out"]) for row in listed if "left_out" in row)


def _name(page: Page) -> str:
    return str(page.data.get("continues") or f"{page.data['key']}.v{page.data['version']}")


def _version(page: Page, rows: tuple[Row, ...], book: LawBook) -> Version:
    head = page.data
    return Version(
        name=_name(page),
        title=head["title"],
        lead=head["lead"],
        instrument=book.instruments[head["instrument"]],
        in_force_from=_day(head["in_force_from"]),
        in_force_to=_day(head["in_force_to"]),
        incentive=head["incentive"],
        measures_in_text=head.get("measures_in_text"),
        unread=head.get("unread"),
        rows=rows,
    )


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)
