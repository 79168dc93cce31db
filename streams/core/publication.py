"""公示: which entries of a natural person are in public, under which State rule, and until when.

By default none (条例 20). An entry is public only while an active row of the law book shows it on that day; the
earliest stop of all clocks ends it (docs/adr/0003). All here is a function of entry, book and day, so whatever ends a
ground - expiry, repair, revocation, an upheld objection, a correction, a law - ends the publication with it.
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from msgspec.structs import replace

from streams.core.decisions import IN_DOUBT, Entry
from streams.core.disclosed import Move, Publication, PublicationMove
from streams.core.events import SubjectKind
from streams.core.facts import Facts
from streams.core.ids import publication_id
from streams.core.law import LawBook, Publicity
from streams.core.measures import earlier
from streams.core.terms import add_months

REPAIRED = "repaired"  # 修复: publication ends although the entry may live on
TERM_ENDED = "publication_term_ended"  # the most months of its level are over
RULE_APPEARS = "state_rule_lets_appear"
RULE_ENDED = "publicity_rule_ended"
DISPUTE_MARKED = "dispute_marked"
DISPUTE_OVER = "dispute_over"
ENTRY_CHANGED = "entry_changed"
GROUND_IN_DOUBT = "ground_in_doubt"  # nobody else is shown what is in doubt
_DAY = timedelta(days=1)


def rule_on(law: LawBook, entry: Entry, day: date) -> Publicity | None:
    """The active row that lets this entry appear on ``day``, the first in order of codes; None = not public."""
    if entry.subject_kind is not SubjectKind.PERSON or entry.ended_on is not None or entry.record_only in IN_DOUBT:
        return None
    return next((row for row in law.publicity.values() if _shows(row, entry, day)), None)


def _shows(row: Publicity, entry: Entry, day: date) -> bool:
    document = entry.determination
    return (
        row.active
        and document.item in row.items
        and (not row.grounds or document.ground in row.grounds)
        and (row.in_force_from or day) <= day <= (row.in_force_to or day)
    )


def needs_display(law: LawBook, item: str, day: date) -> bool:
    """Whether a document of ``item`` reported on ``day`` may come to be shown with the masked name or number."""
    return any(
        row.active
        and item in row.items
        and ("name" in row.shown or "number" in row.shown)
        and (row.in_force_from or day) <= day <= (row.in_force_to or day)
        for row in law.publicity.values()
    )


def last_public_day(law: LawBook, entry: Entry, row: Publicity) -> date | None:
    """The last day on which ``entry`` may be public; a day before its document = never. None = until its ground falls.

    The most months of a level (order 36) bind every record from the day that scale is in force, also one whose document
    is older: doubt is read in favour of the person.
    """
    return earlier(earlier(entry.ends_on, row.in_force_to), _tier_ends(law, entry))


def _tier_ends(law: LawBook, entry: Entry) -> date | None:
    last = None
    document_date = entry.determination.document_date
    for scale in law.scales:
        span = scale.publication_months.get(entry.severity.level)
        if span is None or document_date is None:
            continue
        ends = add_months(document_date, span[1]) if span[1] else document_date - _DAY
        if scale.in_force_from is not None:
            ends = max(ends, scale.in_force_from - _DAY)
        last = earlier(last, ends)
    return last


def wanted(facts: Facts) -> dict[str, Publication]:
    """What should be public on the day, by publication id."""
    found = {}
    for entry in facts.entries.values():
        hidden = entry.key in facts.repaired or entry.receipt_id in facts.doubted
        row = None if hidden else rule_on(facts.law, entry, facts.day)
        last = None if row is None else last_public_day(facts.law, entry, row)
        if row is None or (last is not None and last < facts.day):
            continue
        one = publication_id(facts.subject, entry.receipt_id, row.code)
        found[one] = Publication(
            publication_id=one,
            key=entry.key,
            rule=row.code,
            list=row.list,
            since=facts.day,
            last_day=last,
            disputed=entry.key in facts.disputed,
            content_digest=entry.content_digest,
            version=facts.versions.get(one, 0) + 1,
        )
    return found


def compare(
    facts: Facts, standing: Iterable[Publication], now: Mapping[str, Publication]
) -> tuple[PublicationMove, ...]:
    """From what is public (``standing``) to what should be (``now``): what ends, is shown otherwise, begins."""
    before = {one.publication_id: one for one in standing}
    moves = []
    for identifier, one in before.items():
        new = now.get(identifier)
        if new is None:
            moves.append(PublicationMove(Move.ENDED, replace(one, version=one.version + 1), _why_ended(facts, one)))
            continue
        new = replace(new, since=one.since, version=one.version)
        if new != one:
            reason = why_changed(one.disputed, new.disputed)
            moves.append(PublicationMove(Move.CHANGED, replace(new, version=one.version + 1), reason))
    begun = (new for identifier, new in now.items() if identifier not in before)
    return (*moves, *(PublicationMove(Move.BEGUN, new, RULE_APPEARS) for new in begun))


def why_changed(was_disputed: bool, disputed: bool) -> str:
    """Reason code of a change: a dispute begins or is over, else another content or last day."""
    if was_disputed == disputed:
        return ENTRY_CHANGED
    return DISPUTE_MARKED if disputed else DISPUTE_OVER


def _why_ended(facts: Facts, one: Publication) -> str:
    entry = facts.entries.get(one.key)
    if entry is None:
        return ENTRY_CHANGED  # a correction of its number moved it and it is not public under the new one
    if entry.ended_reason is not None:
        return entry.ended_reason
    if entry.key in facts.repaired:
        return REPAIRED
    if entry.receipt_id in facts.doubted:
        return GROUND_IN_DOUBT
    return TERM_ENDED if rule_on(facts.law, entry, facts.day) is not None else RULE_ENDED


def next_day(law: LawBook, standing: Iterable[Publication], entries: Iterable[Entry], day: date) -> date | None:
    """The next day after ``day`` on which a tick changes what is public; None = none known."""
    days = [one.last_day + _DAY for one in standing if one.last_day is not None]
    for entry in entries:
        for row in law.publicity.values():
            start = row.in_force_from
            if start is not None and start > day and rule_on(law, entry, start) is row:
                last = last_public_day(law, entry, row)
                if last is None or last >= start:
                    days.append(start)
    return min(days, default=None)
