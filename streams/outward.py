"""What leaves for others than the executing departments: public entries, feed, partners' places, erasures.

Each message says the least: a public entry only what its State rule shows, a delete nothing of the person, a
withdrawal not even why.
"""

from collections.abc import Callable, Iterator
from datetime import date

from msgspec import Struct

from schemas.codec import Codec
from streams.core.decisions import Decision, Entry
from streams.core.disclosed import BureauMove, Move, PublicationMove, RewardMove
from streams.core.law import LawBook
from streams.core.standing import Standing
from streams.engine.ports import Output
from streams.identity import Keyring

BUREAU = "credit_bureau"  # for whom the bureau's case references are made
WITHDRAWN = "place_withdrawn"  # all a partner learns: why, e.g. by a list of the untrustworthy, is not its business


class PublicEntry(Struct, frozen=True):
    """Fields as in ``PublicEntry.avsc``."""

    publication_id: str
    version: int
    list: str
    rule: str
    instrument: str
    clause: str
    display: str | None
    shows_name: bool
    shows_number: bool
    item: str | None
    ground: str | None
    body: str | None
    document_no: str | None
    document_date: date | None
    since: date
    last_day: date | None
    disputed: bool
    decision_id: str
    day: date
    law_digest: str


class BureauFeed(Struct, frozen=True):
    """Fields as in ``BureauFeed.avsc``; all that have a default are left at it on delete."""

    record_id: str
    version: int
    action: str  # put | delete
    reason: str
    decision_id: str
    day: date
    law_digest: str
    case_ref: str | None = None
    ground: str | None = None
    item: str | None = None
    item_ground: str | None = None
    body: str | None = None
    document_no: str | None = None
    document_date: date | None = None
    told_on: date | None = None
    delete_after: date | None = None
    disputed: bool = False


class PartnerPlace(Struct, frozen=True):
    """Fields as in ``PartnerPlace.avsc``; all that have a default are left at it on withdrawal."""

    reward_id: str
    version: int
    state: str  # granted | withdrawn
    offer: str
    partner: str
    reason: str
    decision_id: str
    day: date
    law_digest: str
    case_ref: str | None = None
    ground: str | None = None
    since: date | None = None


class Erasure(Struct, frozen=True):
    """Fields as in ``Erasure.avsc``."""

    subject: str
    decision_id: str
    day: date
    obligations: tuple[str, ...]


class Outward:
    """Turns the moves of a decision into outputs. Deterministic, as ``Messages``."""

    def __init__(self, codec: Codec, topic: Callable[..., str], keyring: Keyring) -> None:
        self._codec = codec
        self._topic = topic
        self._keyring = keyring

    def of(self, decision: Decision, standing: Standing, law: LawBook) -> Iterator[Output]:
        """Publication, bureau and partners; ``standing`` is the one after ``decision``."""
        if decision.moves is None:
            return
        for shown in decision.moves.publications:
            yield self._publication(shown, decision, standing, law)
        for fed in decision.moves.bureau:
            if fed.record.fed_on is not None:  # what was only told of was never there
                yield self._bureau(fed, decision, standing)
        for placed in decision.moves.rewards:
            if placed.reward.partner is not None:
                yield self._place(placed, placed.reward.partner, decision)

    def erasure(self, decision: Decision, before: Standing, partition: int) -> Iterator[Output]:
        """Everything an ``erased`` decision takes back; ``before``: the standing it erases,
        ``partition``: that of ``accepted``, where identity and masked form lie too.

        Identity and masked form under every name a record came with, the snapshots departments read, and the word to
        whoever keeps rows.
        """
        for name in dict.fromkeys((before.name_check, *before.other_names, "")):
            yield from self._forgotten(before.subject, name, partition)
        obligations = [one for held in before.obligations.values() for one in held]
        for one in obligations:
            family = "rewards.current" if one.incentive else "sanctions.current"
            yield Output(self._topic(family, one.executor), one.obligation_id.encode(), None)
        ids = tuple(one.obligation_id for one in obligations)
        told = Erasure(before.subject, decision.decision_id, decision.decided_on, ids)
        yield Output(self._topic("erasures"), before.subject.encode(), self._codec.encode("Erasure", told))

    def forget_name(self, decision: Decision, standing: Standing, partition: int) -> Iterator[Output]:
        """What intake sealed under the name of a record for which the standing has no room: nothing there knows the
        name, so the erasure could not take it back, and nobody will ever ask for it."""
        if decision.name_check not in ("", standing.name_check, *standing.other_names):
            yield from self._forgotten(decision.subject, decision.name_check, partition)

    def _forgotten(self, subject: str, name: str, partition: int) -> Iterator[Output]:
        key = f"{subject}:{name}".encode()
        yield Output(self._topic("identities"), key, None, partition)
        yield Output(self._topic("displays"), key, None, partition)

    def _publication(self, move: PublicationMove, decision: Decision, standing: Standing, law: LawBook) -> Output:
        one = move.publication
        topic, key = self._topic("publication"), one.publication_id.encode()
        if move.move is Move.ENDED:
            return Output(topic, key, None)
        row, document = law.publicity[one.rule], standing.entries[one.key].determination
        named = {field: getattr(document, field) if field in row.shown else None for field in _OF_DOCUMENT}
        name, number = "name" in row.shown, "number" in row.shown
        told = PublicEntry(
            publication_id=one.publication_id,
            version=one.version,
            list=one.list,
            rule=one.rule,
            instrument=row.instrument,
            clause=row.clause,
            display=f"{standing.subject}:{standing.name_check}" if name or number else None,
            shows_name=name,
            shows_number=number,
            since=one.since,
            last_day=one.last_day,
            disputed=one.disputed,
            decision_id=decision.decision_id,
            day=decision.decided_on,
            law_digest=decision.law_digest,
            **named,
        )
        return Output(topic, key, self._codec.encode("PublicEntry", told))

    def _bureau(self, move: BureauMove, decision: Decision, standing: Standing) -> Output:
        one = move.record
        told = BureauFeed(
            record_id=one.record_id,
            version=one.version,
            action="delete",
            reason=move.reason,
            decision_id=decision.decision_id,
            day=decision.decided_on,
            law_digest=decision.law_digest,
        )
        if move.move is not Move.ENDED:
            told = self._put(told, move, standing.entries[one.key], standing.subject)
        return Output(self._topic("bureau"), one.record_id.encode(), self._codec.encode("BureauFeed", told))

    def _put(self, told: BureauFeed, move: BureauMove, entry: Entry, subject: str) -> BureauFeed:
        one, document = move.record, entry.determination
        return BureauFeed(
            record_id=told.record_id,
            version=told.version,
            action="put",
            reason=told.reason,
            decision_id=told.decision_id,
            day=told.day,
            law_digest=told.law_digest,
            case_ref=self._keyring.case_ref(subject, BUREAU),
            ground=one.ground,
            item=document.item,
            item_ground=document.ground,
            body=document.body,
            document_no=document.document_no,
            document_date=document.document_date,
            told_on=one.told_on,
            delete_after=one.last_day,
            disputed=one.disputed,
        )

    def _place(self, move: RewardMove, partner: str, decision: Decision) -> Output:
        one = move.reward
        stands = move.move is not Move.ENDED
        told = PartnerPlace(
            reward_id=one.reward_id,
            version=one.version,
            state="granted" if stands else "withdrawn",
            offer=one.offer,
            partner=partner,
            reason=move.reason if stands else WITHDRAWN,
            decision_id=decision.decision_id,
            day=decision.decided_on,
            law_digest=decision.law_digest,
            case_ref=self._keyring.case_ref(decision.subject, partner) if stands else None,
            ground=one.ground if stands else None,
            since=one.since if stands else None,
        )
        topic = self._topic("partners", partner)
        return Output(topic, one.reward_id.encode(), self._codec.encode("PartnerPlace", told))


_OF_DOCUMENT = ("item", "ground", "body", "document_no", "document_date")
