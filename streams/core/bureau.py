"""征信: what a credit bureau is given about a person, when, and when it must delete it.

Only serious acts (part 2 of the notice: 个人严重失信行为信息); only what is public by law or consented to
(征信业管理条例 13); only after the person was told (15: notice first, feed at a later tick); five years from the end of
the conduct at most (16); marked while disputed (25). Whatever takes the ground away deletes it at the bureau.
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta

from msgspec.structs import replace

from streams.core.decisions import IN_DOUBT, Entry
from streams.core.disclosed import BureauMove, BureauRecord, Move, Publication
from streams.core.events import SubjectKind
from streams.core.facts import Facts
from streams.core.ids import bureau_record_id
from streams.core.law import LawBook
from streams.core.measures import earlier
from streams.core.publication import GROUND_IN_DOUBT, why_changed
from streams.core.terms import add_years

YEARS = 5  # 征信业管理条例 16
REPAIRED = "repaired"  # 修复: sharing ends although the entry may live on
FIVE_YEARS = "bureau_five_years"
TOLD_FIRST = "told_before_feeding"
GROUND_FELL = "bureau_ground_fell"
PUBLIC_BY_LAW = "public_by_law"
CONSENTED = "consented"
CONSENT_WITHDRAWN = "consent_withdrawn"
SERIOUS = "serious"
CONSENT = ("credit_bureau", "credit_reporting")  # whom a consent must name, and for what
_DAY = timedelta(days=1)


def five_years_end(law: LawBook, entry: Entry) -> date | None:
    """Last day of art. 16. Where the record does not state the end of the conduct it cannot lie after the document
    (docs/adr/0012); a duty still to be done has not ended, and its record falls with performance."""
    document = entry.determination
    item = law.items.get(document.item)
    counted = document.conduct_end
    if counted is None and (item is None or not item.continuing):
        counted = document.document_date
    return None if counted is None else add_years(counted, YEARS)


def wanted(facts: Facts, public: Iterable[Publication]) -> dict[str, BureauRecord]:
    """What the bureau may hold on the day, by record id; ``public``: what is in public that day."""
    shown = {one.key: one for one in public if one.list == "exposure"}
    consented = CONSENT in facts.consents
    found = {}
    for entry in facts.entries.values():
        publication = shown.get(entry.key)
        hidden = entry.record_only in IN_DOUBT or entry.key in facts.repaired or entry.receipt_id in facts.doubted
        live = entry.ended_on is None and not hidden and entry.subject_kind is SubjectKind.PERSON
        if not live or entry.severity.level != SERIOUS or (publication is None and not consented):
            continue
        last = earlier(entry.ends_on, five_years_end(facts.law, entry))
        if publication is not None and not consented:
            last = earlier(last, publication.last_day)
        if last is not None and last < facts.day:
            continue
        one = bureau_record_id(facts.subject, entry.receipt_id)
        found[one] = BureauRecord(
            record_id=one,
            key=entry.key,
            ground=CONSENTED if publication is None else PUBLIC_BY_LAW,
            told_on=facts.day,
            fed_on=None,
            last_day=last,
            disputed=entry.key in facts.disputed,
            content_digest=entry.content_digest,
            version=facts.versions.get(one, 0),
        )
    return found


def compare(facts: Facts, standing: Iterable[BureauRecord], now: Mapping[str, BureauRecord]) -> tuple[BureauMove, ...]:
    """From what stands to what should. Begun = the person is told; the feed itself comes at a tick after that day."""
    before = {one.record_id: one for one in standing}
    moves = []
    for identifier, one in before.items():
        new = now.get(identifier)
        if new is None:
            deleted = replace(one, version=one.version + (one.fed_on is not None))
            moves.append(BureauMove(Move.ENDED, deleted, _why_deleted(facts, one)))
            continue
        new = replace(new, told_on=one.told_on, fed_on=one.fed_on, version=one.version)
        if one.fed_on is None and facts.ticking and facts.day > one.told_on:
            fed = replace(new, fed_on=facts.day, version=one.version + 1)
            moves.append(BureauMove(Move.CHANGED, fed, one.ground))
        elif one.fed_on is not None and new != one:
            changed = replace(new, version=one.version + 1)
            moves.append(BureauMove(Move.CHANGED, changed, why_changed(one.disputed, new.disputed)))
    begun = (new for identifier, new in now.items() if identifier not in before)
    return (*moves, *(BureauMove(Move.BEGUN, new, TOLD_FIRST) for new in begun))


def _why_deleted(facts: Facts, one: BureauRecord) -> str:
    entry = facts.entries.get(one.key)
    if entry is not None and entry.ended_reason is not None:
        return entry.ended_reason
    if entry is not None and entry.key in facts.repaired:
        return REPAIRED
    if entry is not None and entry.receipt_id in facts.doubted:
        return GROUND_IN_DOUBT
    end = None if entry is None else five_years_end(facts.law, entry)
    if end is not None and end < facts.day:
        return FIVE_YEARS
    return CONSENT_WITHDRAWN if one.ground == CONSENTED else GROUND_FELL


def next_day(standing: Iterable[BureauRecord]) -> date | None:
    """The next day on which a tick feeds or deletes something."""
    days = []
    for one in standing:
        if one.fed_on is None:
            days.append(one.told_on + _DAY)
        if one.last_day is not None:
            days.append(one.last_day + _DAY)
    return min(days, default=None)
