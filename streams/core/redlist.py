"""红名单: honours, volunteers, donors and model citizens, and the partners' offers that rest on a place on it.

A live honour gives a place unless a live list of the untrustworthy names the same person; entry in such a list ends
the place and never the honour (F-1798 art. 19). What was said against an honour under another name takes nothing away
(design rule 10), and a list in such doubt bars nobody. A partner is told of a person only with a consent that names
partner and offer, or where an active State rule shows the person on the honours list anyway.
"""

from collections.abc import Container, Iterable
from datetime import date, timedelta
from typing import NamedTuple

from msgspec.structs import replace

from streams.core.decisions import IN_DOUBT, Entry
from streams.core.disclosed import Move, Reward, RewardMove
from streams.core.events import SubjectKind
from streams.core.facts import Facts
from streams.core.ids import reward_id
from streams.core.law import LawBook, Offer

CONDITION_MET = "red_list_condition_met"
ON_ADVERSE_LIST = "on_an_adverse_list"
NOT_ON_RED_LIST = "not_on_red_list"
CONSENT_WITHDRAWN = "consent_withdrawn"
CONSENTED = "consented"
PUBLIC_BY_LAW = "public_by_law"
OFFER_ENDED = "offer_ended"
_DAY = timedelta(days=1)


class Place(NamedTuple):
    """Why a person has a place: the honour and the ground."""

    key: str
    ground: str


class Verdict(NamedTuple):
    """What an offer gives on one day: a place, or the reason why there is none."""

    place: Place | None
    reason: str


def adverse(law: LawBook, entries: Iterable[Entry]) -> bool:
    """Whether a live official list of the untrustworthy names this subject (black list; nothing is computed). One
    in doubt is shown to nobody, and so takes no place either."""
    for entry in entries:
        item = law.items.get(entry.determination.item)
        live = entry.ended_on is None and entry.record_only not in IN_DOUBT
        if live and item is not None and item.list_decision and item.info_class == "negative":
            return True
    return False


def honour(offer: Offer, entries: Iterable[Entry]) -> Entry | None:
    """The first live honour of the offer's items."""
    for entry in entries:
        live = entry.ended_on is None and entry.record_only not in IN_DOUBT
        if live and entry.subject_kind is SubjectKind.PERSON and entry.determination.item in offer.items:
            return entry
    return None


def judge(facts: Facts, shown: Container[str]) -> dict[str, Verdict]:
    """What each offer of the book gives on the day, by code. ``shown``: keys of entries public on an honours list."""
    law, entries = facts.law, tuple(facts.entries.values())
    sure = (one for one in entries if one.key not in facts.repaired and one.receipt_id not in facts.doubted)
    barred = adverse(law, sure)
    red = next((offer for offer in law.offers.values() if offer.needs == "items"), None)
    listed = None if red is None or not in_force(red, facts.day) else honour(red, entries)
    return {code: _judge(facts, offer, barred, listed, shown) for code, offer in law.offers.items()}


def _judge(facts: Facts, offer: Offer, barred: bool, listed: Entry | None, shown: Container[str]) -> Verdict:
    if not in_force(offer, facts.day):
        return Verdict(None, OFFER_ENDED)
    if barred:
        return Verdict(None, ON_ADVERSE_LIST)
    if listed is None:
        return Verdict(None, NOT_ON_RED_LIST)
    ground = CONDITION_MET if offer.partner is None else _lets_name(facts, offer, listed, shown)
    return Verdict(None, CONSENT_WITHDRAWN) if ground is None else Verdict(Place(listed.key, ground), ground)


def _lets_name(facts: Facts, offer: Offer, listed: Entry, shown: Container[str]) -> str | None:
    """The ground on which the partner may be told of this person."""
    if (offer.partner, offer.code) in facts.consents:
        return CONSENTED
    return PUBLIC_BY_LAW if listed.key in shown else None


def in_force(offer: Offer, day: date) -> bool:
    return offer.in_force_from <= day <= (offer.in_force_to or day)


def compare(facts: Facts, standing: Iterable[Reward], shown: Container[str], decision: str) -> tuple[RewardMove, ...]:
    """From the places that stand to those that should; ``decision``: identifier of the decision that moves them."""
    before = {one.offer: one for one in standing}
    verdicts = judge(facts, shown)
    moves = []
    for one in before.values():
        verdict = verdicts.get(one.offer, Verdict(None, OFFER_ENDED))
        if verdict.place is None:
            reason = _why_withdrawn(facts, one, verdict.reason)
            moves.append(RewardMove(Move.ENDED, replace(one, version=one.version + 1), reason))
        elif verdict.place != (one.key, one.ground):
            key, ground = verdict.place
            changed = replace(one, key=key, ground=ground, version=one.version + 1)
            moves.append(RewardMove(Move.CHANGED, changed, verdict.reason))
    for code, verdict in verdicts.items():
        if code in before or verdict.place is None:
            continue
        partner = facts.law.offers[code].partner
        new = Reward(reward_id(decision, code), code, partner, *verdict.place, since=facts.day)
        moves.append(RewardMove(Move.BEGUN, new, verdict.reason))
    return tuple(moves)


def _why_withdrawn(facts: Facts, one: Reward, reason: str) -> str:
    """Where the honour itself is over, why it is."""
    entry = facts.entries.get(one.key)
    ended = None if entry is None else entry.ended_reason
    return ended if reason == NOT_ON_RED_LIST and ended is not None else reason


def next_day(law: LawBook, entries: tuple[Entry, ...], standing: Iterable[Reward], day: date) -> date | None:
    """The next day on which the book itself opens or closes an offer for this person."""
    days = []
    for reward in standing:
        offer = law.offers.get(reward.offer)
        if offer is not None and offer.in_force_to is not None:
            days.append(offer.in_force_to + _DAY)
    if any(honour(offer, entries) is not None for offer in law.offers.values()):
        days += [offer.in_force_from for offer in law.offers.values() if offer.in_force_from > day]
    return min(days, default=None)
