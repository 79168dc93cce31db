"""What the person is told: every record with its source, why, what others see of it, how to object, and who looked.

Pure: a subject as known, a day, the law book of the last decision. Nothing is left out but what an erasure took; looks
only by an exemption in use, and then counted.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime

from sinks.portal import describing
from sinks.portal.applications import Applications
from sinks.portal.people import LOOKS, Known, Look, Looks
from sinks.portal.shapes import (
    CaseState,
    Consented,
    Considered,
    DecisionMade,
    LookedAt,
    LooksTold,
    Own,
    OwnRecord,
    Shown,
    Source,
    Withheld,
)
from sinks.portal.watch import CHINA
from streams.asof.fold import Known as EntryKnown
from streams.asof.fold import fold
from streams.core.decisions import Decision, Entry
from streams.core.events import Matter
from streams.core.law import LawBook
from streams.core.repair import earliest
from streams.core.standing import Standing
from streams.explain.parts import reason
from streams.filed import WAIVED
from streams.notices import how_to_object
from streams.querylog import SELF
from topics.catalogue import Catalogue

_NOTICE = (
    "本记录由本人免费查询（《山东省社会信用条例》第二十一条、第三十七条）。所列措施均为建议，须经执行部门工作人员确认；"
    "您有权要求说明理由，并拒绝仅由自动化方式作出的决定（《个人信息保护法》第二十四条）。"
)


def own(known: Known, law: LawBook | None, channels: Catalogue, day: date, named: bool) -> Own:
    """The whole record. ``law``: None where nothing was decided. ``named``: the records carry the person's name."""
    standing = known.standing
    records = []
    if law is not None:
        seen = fold(standing.subject, known.decisions, {}, lambda _: law, at=day, known=date.max)
        records = [_record(one, known, law, channels, day, named=named) for one in seen.entries]
    return Own(
        as_of=day,
        name_differs=not named,
        erased_on=None if known.erased is None else known.erased.decided_on,
        records=records,
        waiting=len(standing.waiting),
        consents=[
            Consented(recipient=one.recipient, purpose=one.purpose, since=one.since, withdrawn_on=one.withdrawn_on)
            for one in standing.consents
        ],
        notice=_NOTICE,
    )


def _record(one: EntryKnown, known: Known, law: LawBook, channels: Catalogue, day: date, *, named: bool) -> OwnRecord:
    entry, standing = one.entry, known.standing
    told = describing.record(entry, standing, standing.obligations.get(entry.key, ()), law)
    return OwnRecord(
        **told.model_dump(),
        source=Source(
            channel=entry.channel,
            channel_name=channels.channels[entry.channel].name,
            event_id=entry.event_id,
            document_digest=entry.determination.document_digest,
        ),
        why_not=one.why_not,
        ended_on=entry.ended_on,
        ended_reason=None if entry.ended_reason is None else reason(entry.ended_reason, law),
        severity_reasons=[reason(code, law) for code in entry.severity.reasons],
        shown=list(_shown(entry, standing, law)),
        cases=[
            CaseState(case_no=c.case_no, matter=c.matter, state=c.state, since=c.since, due_on=c.due.day)
            for c in standing.cases.get(entry.key, ())
        ],
        decisions=[_decision(made, law) for made in known.decisions if _about(made, entry)],
        how_to_object=how_to_object(entry.channel, told.body_name),
        may_file=may_file(entry, standing, law, channels, day, named=named),
        repair_from=earliest(law, entry, day),
    )


def may_file(
    entry: Entry, standing: Standing, law: LawBook, channels: Catalogue, day: date, *, named: bool
) -> list[str]:
    """What can be filed here about the record; a body that decides no cases is written to instead. An honour under
    another name (not ``named``) may be another's to keep: it is not waived, it is objected to."""
    if entry.channel not in channels.channels_of("cases"):
        return []
    pending = {case.matter for case in standing.cases.get(entry.key, ()) if case.pending}
    item = law.items.get(entry.determination.item)
    found = [] if Matter.OBJECTION in pending else ["objection"]
    if describing.stands(entry, day) and item is not None:
        if item.info_class == "negative" and Matter.REPAIR not in pending and entry.key not in standing.repaired:
            found.append("repair")
        if WAIVED in item.endings and named:
            found.append("waiver")
    return found


def _shown(entry: Entry, standing: Standing, law: LawBook) -> Iterable[Shown]:
    for public in standing.publications.values():
        if public.key == entry.key:
            row = law.publicity.get(public.rule)
            rule = public.rule if row is None else f"《{law.instruments[row.instrument].title}》{row.clause}"
            yield Shown(to="公示", rule=rule, since=public.since, until=public.last_day)
    for fed in standing.bureau.values():
        if fed.key == entry.key:
            yield Shown(to="征信机构", rule=reason(fed.ground, law), since=fed.fed_on, until=fed.last_day)
    for place in standing.rewards.values():
        if place.key == entry.key:
            offer = law.offers.get(place.offer)
            name = place.offer if offer is None else offer.name
            yield Shown(to=name, rule=reason(place.ground, law), since=place.since, until=None)


def _about(made: Decision, entry: Entry) -> bool:
    return made.key == entry.key or (made.entry is not None and made.entry.receipt_id == entry.receipt_id)


def _decision(made: Decision, law: LawBook) -> DecisionMade:
    return DecisionMade(
        decision_id=made.decision_id,
        kind=made.kind,
        on=made.decided_on,
        reasons=[reason(code, law) for code in made.reasons],
        considered=[Considered(rule=one.rule, reason=reason(one.reason, law)) for one in made.considered],
        law=made.law_digest,
    )


def looks(found: Looks, applications: Applications, law: LawBook, channels: Catalogue, day: date) -> LooksTold:
    """Who looked, in order of time; the person's own questions too. What cannot be read is told as a number."""
    told, kept = [], Counter[str]()
    exemptions = {one.code: one for one in applications.exemptions}
    for look in found.told:
        exemption = applications.withheld(look.query.purpose, day)
        if exemption is not None:
            kept[exemption.code] += 1
            continue
        told.append(_look(look, applications, law, channels))
    withheld = [
        Withheld(
            exemption=code,
            zh=one.zh,
            basis=f"《{applications.instruments[one.instrument].title}》{one.clause}",
            looks=n,
        )
        for code, n in kept.items()
        for one in (exemptions[code],)
    ]
    pages = max(1, -(-found.total // LOOKS))
    return LooksTold(
        looks=told, withheld=withheld, unreadable=found.unreadable, page=found.page, pages=pages, total=found.total
    )


def _look(look: Look, applications: Applications, law: LawBook, channels: Catalogue) -> LookedAt:
    query = look.query
    channel = None if query.channel is None else channels.channels.get(query.channel)
    purpose = applications.purposes.get(query.purpose)
    name = law.purposes.get(query.purpose, query.purpose) if purpose is None else purpose.zh
    return LookedAt(
        at=datetime.fromtimestamp(look.at_ms / 1_000, UTC).astimezone(CHINA),
        officer=query.officer,
        department=query.channel,
        department_name=None if channel is None else channel.name,
        purpose=query.purpose,
        purpose_name="本人查询" if query.purpose == SELF else name,
        question=query.command,
        content=query.content,
        refused=query.refused,
    )
