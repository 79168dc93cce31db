"""``chengxin validate``: every row of a file with the answer the server would give it, cell by cell."""

import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from typing import NamedTuple

from streams.core.decisions import Fault, Outcome
from streams.core.law import CodeText, LawBook
from streams.kit.cells import LISTED, shown
from streams.kit.offline import Checker, Fate
from streams.kit.rows import Draft, Problem
from streams.kit.words import FILE_CODES, HINTS

UNSENDABLE = "unsendable"
_NUMBERS = ("subject.id_number", "entity_code", "replacement.entity_code")
_WHOLE = 18


class Finding(NamedTuple):
    """One line of an error file: which cell, which code, what was there, what belongs there, how to cure it."""

    column: str
    code: str
    seen: str
    expected: str
    zh: str
    en: str
    cure_zh: str
    cure_en: str


class Checked(NamedTuple):
    """A row and its fate. ``outcome``: the receipt's, or unsendable where no record could be made."""

    draft: Draft
    outcome: str
    code: str | None
    findings: tuple[Finding, ...]
    warnings: tuple[Finding, ...]

    @property
    def sendable(self) -> bool:
        """Whether sending it makes sense: the server would at least keep it for review."""
        return self.outcome in (Outcome.ACCEPTED.value, Outcome.WARNED.value, Outcome.HELD.value)

    @property
    def faulty(self) -> bool:
        return self.outcome not in (Outcome.ACCEPTED.value, Outcome.WARNED.value)


def check(
    drafts: Sequence[Draft], checker: Checker, book: LawBook, step: Callable[[], None] = lambda: None
) -> list[Checked]:
    """Ask for the fate of every row, in order. ``step`` is called after each."""
    found, seen = [], dict[str, int]()
    for draft in drafts:
        found.append(_checked(draft, checker, book, seen))
        step()
    return found


def outcomes(checked: Sequence[Checked]) -> Counter[tuple[str, str]]:
    """How many rows by outcome and code."""
    return Counter((one.outcome, one.code or "") for one in checked)


def _checked(draft: Draft, checker: Checker, book: LawBook, seen: dict[str, int]) -> Checked:
    if draft.data is None:
        findings = tuple(_of_file(problem) for problem in draft.problems)
        return Checked(draft, UNSENDABLE, findings[0].code, findings, ())
    fate = checker.fate(draft.family, draft.data)
    findings = tuple(_of_record(fault, draft, book) for fault in fate.faults)
    warnings = tuple(_of_record(fault, draft, book) for fault in fate.warnings)
    return Checked(draft, fate.outcome.value, fate.code, findings, warnings + _repeat(draft, fate, book, seen))


def _repeat(draft: Draft, fate: Fate, book: LawBook, seen: dict[str, int]) -> tuple[Finding, ...]:
    """A row that says what an earlier one of the file said: harmless, and told."""
    if fate.content is None or seen.setdefault(fate.content, draft.row.number) == draft.row.number:
        return ()
    hint = tuple(text.format(row=seen[fate.content]) for text in HINTS["repeat"])
    return (_of_record(Fault("DUPLICATE_RECORD"), draft, book, hint),)


def _of_file(problem: Problem) -> Finding:
    return Finding(*problem, *FILE_CODES[problem.code])


def _of_record(fault: Fault, draft: Draft, book: LawBook, hint: tuple[str, ...] = ()) -> Finding:
    """A fault of the receipt, with what the department typed in place of what a receipt may quote."""
    text = book.codes[fault.code]
    path = fault.field or ""
    heading = draft.headings.get(path, path)
    seen = shown(draft.row.cells.get(heading)) if path in draft.headings else (fault.seen or "")
    hint = hint or _hint(fault, path, seen)
    cures = [f"{cure}；{more}" if more else cure for cure, more in zip(_cures(text), (*hint, "", ""), strict=False)]
    return Finding(heading, fault.code, seen, fault.expected or "", text.zh, text.en, *cures)


def _cures(text: CodeText) -> tuple[str, str]:
    return text.cure_zh, text.cure_en


def _hint(fault: Fault, path: str, seen: str) -> tuple[str, ...]:
    """What a spreadsheet or a keyboard probably did to a number or code that fails its check."""
    if path.rpartition(".")[2] in LISTED and unicodedata.normalize("NFKC", seen) != seen:
        return HINTS["wide"]
    if path not in _NUMBERS or not seen.isdigit():
        return ()
    if len(seen) == _WHOLE and seen.endswith("000"):
        return HINTS["rounded"]
    return HINTS["short"] if len(seen) in (_WHOLE - 2, _WHOLE - 1) else ()
