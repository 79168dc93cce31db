"""After each decision: what others may see of the subject is brought to what the law lets them see on that day.

One place for all causes, so that no ground can fall without its publication, its record at the bureau and its place on
a list falling in the same decision (design rule 7).
"""

from datetime import date

from streams.core import bureau, publication, redlist
from streams.core.disclosed import Moves, publications_after
from streams.core.facts import Facts
from streams.core.index import Index
from streams.core.measures import earlier
from streams.core.standing import Standing


def consents(now: Standing) -> frozenset[tuple[str, str]]:
    """(who is named, for what) of each consent that stands."""
    return frozenset((one.recipient, one.purpose) for one in now.consents if one.withdrawn_on is None)


def facts_of(index: Index, now: Standing, day: date, ticking: bool) -> Facts:
    """What the three questions are answered from."""
    disputed = frozenset(key for key in now.cases if now.disputed(key))
    return Facts(
        law=index.law,
        subject=now.subject,
        entries=now.entries,
        disputed=disputed,
        consents=consents(now),
        repaired=now.repaired,
        doubted=now.doubts,
        day=day,
        ticking=ticking,
        versions=now.versions,
    )


def moves(index: Index, now: Standing, day: date, ticking: bool, decision: str) -> Moves | None:
    """What the decision ``decision``, which left the subject as ``now``, moves; None if nothing."""
    if not concerned(index, now):
        return None
    facts = facts_of(index, now, day, ticking)
    publications = publication.compare(facts, now.publications.values(), publication.wanted(facts))
    public = publications_after(now.publications, publications)
    fed = bureau.compare(facts, now.bureau.values(), bureau.wanted(facts, public.values()))
    shown = {one.key for one in public.values() if one.list == "honours"}
    rewards = redlist.compare(facts, now.rewards.values(), shown, decision)
    return Moves(publications, fed, rewards) if publications or fed or rewards else None


def concerned(index: Index, now: Standing) -> bool:
    """Whether anything is shown of this subject, or could be: most are asked nothing further."""
    if now.publications or now.bureau or now.rewards or now.consents:
        return True
    return any(
        entry.ended_on is None and entry.determination.item in index.disclosable for entry in now.entries.values()
    )


def next_day(index: Index, now: Standing, day: date) -> date | None:
    """The next day on which a tick moves what others see."""
    if not concerned(index, now):
        return None
    entries = tuple(entry for entry in now.entries.values() if entry.key not in now.repaired)
    showable = (entry for entry in entries if entry.receipt_id not in now.doubts)
    shown = publication.next_day(index.law, now.publications.values(), showable, day)
    listed = redlist.next_day(index.law, entries, now.rewards.values(), day)
    return earlier(earlier(shown, bureau.next_day(now.bureau.values())), listed)
