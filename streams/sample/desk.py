"""Where the stories hand in their records: it numbers, encodes and dates them, and keeps what was promised."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

import msgspec

from schemas.codec import Codec
from streams.core.events import (
    Consent,
    Correction,
    Determination,
    Ending,
    Feedback,
    Payload,
    PersonCase,
    Supervision,
)
from streams.core.law import Item, LawBook
from streams.sample.calendar import Calendar, NoDays
from streams.sample.cast import Cast, Party
from streams.sample.dice import Dice
from streams.sample.fates import Fate
from streams.sample.matters import MADE_BEFORE, Matter, Matters
from streams.sample.mix import Mix
from streams.wire import to_avro
from topics.catalogue import Catalogue

Want = Callable[[Matter], bool]
Gap = tuple[int, int]  # least and most days between two reports of a story
COURT = "court"

_TRIES = 40
_RECORDS: dict[type[Payload], tuple[str, str]] = {
    Determination: ("CreditDetermination", "events"),
    Ending: ("GroundEnding", "events"),
    Correction: ("RecordCorrection", "events"),
    Feedback: ("OfficerFeedback", "feedback"),
    PersonCase: ("CaseEvent", "cases"),
    Consent: ("PersonConsent", "cases"),
    Supervision: ("SupervisionEvent", "cases"),
}
_VERSIONED = ("CreditDetermination", "RecordCorrection")  # written in two versions until every department has upgraded


class Draft(NamedTuple):
    """A record before it has a partition. ``group``: records of one day that must keep their order."""

    day: int  # index of the publication day
    channel: str
    family: str
    key: bytes
    value: bytes | None
    event_id: str | None
    fate: Fate
    note: str
    group: str


class Desk:
    """Hands out days, matters, parties and numbers; collects drafts in the order of the stories."""

    def __init__(
        self, seed: int, codec: Codec, law: LawBook, catalogue: Catalogue, *, mix: Mix, months_apart: int
    ) -> None:
        self.dice = Dice(seed)
        self.calendar = Calendar(self.dice, mix, months_apart)
        self.cast = Cast(self.dice)
        self.codec = codec
        self.law = law
        self.catalogue = catalogue
        self.mix = mix
        self.matters = Matters(law, mix, self.calendar.days[0], self.calendar.days[-1])
        self.drafts: list[Draft] = []
        self._numbered = 0
        days = len(self.calendar.days)
        self._upgraded = {channel: self.dice.between(days // 3, days - 5) for channel in catalogue.channels}

    def number(self) -> int:
        """The next number of the sample, for event ids and documents."""
        self._numbered += 1
        return self._numbered

    def day(self, index: int) -> date:
        return self.calendar.days[index]

    def channel(self, body: str) -> str:
        """The channel through which a body reports."""
        return self.law.bodies[body].channel

    def matter(
        self,
        want: Want,
        *gaps: Gap,
        since: date = date.min,
        until: date = date.max,
        late: int = 0,
        alive: bool = True,
    ) -> tuple[Matter, tuple[int, ...]]:
        """A matter as the mix has it, and days for a story of it. ``alive``: the whole story lies within its life."""
        for matter in self._drawn(want):
            try:
                return matter, self._days(matter, _within_life(matter, gaps) if alive else gaps, since, until, late)
            except NoDays:
                continue
        raise NoDays(f"no matter of the law book has days {gaps} apart until {until}: change the story")

    def _drawn(self, want: Want) -> Iterator[Matter]:
        """Matters as the mix has them that ``want`` takes: drawn from all, and if few are taken, from those only."""
        for _ in range(_TRIES):
            matter = self.matters.all[self.dice.of_cumulative(self.matters.sums)]
            if want(matter):
                yield matter
        chosen = [number for number, matter in enumerate(self.matters.all) if want(matter)]
        weights = {number: self.matters.weights[number] for number in chosen}
        for _ in range(_TRIES if weights else 0):
            yield self.matters.all[self.dice.weighted(weights)]

    def _days(self, matter: Matter, gaps: Sequence[Gap], since: date, until: date, late: int) -> tuple[int, ...]:
        """Days on whose first one a document can be reported, ``late`` days later than usual."""
        begins, ends = matter.since + timedelta(days=1 + late), matter.until + timedelta(days=MADE_BEFORE + late)
        return self.calendar.chain(*gaps, since=max(since, begins), until=min(until, ends))

    def body(self, item: Item) -> str:
        return self.dice.weighted(self.matters.reporters(item))

    def send(self, day: int, party: Party | None, payload: Payload, fate: Fate, note: str, *, channel: str) -> Draft:
        """Hand in one readable record about ``party`` under a new event id; an order is about no party."""
        event_id = f"{channel}-{self.number():06d}"
        family = _RECORDS[type(payload)][1]
        old = day < self._upgraded[channel]
        value = self.encode(event_id, party, payload, old=old)
        return self._keep(Draft(day, channel, family, event_id.encode(), value, event_id, fate, note, event_id))

    def send_bytes(
        self,
        day: int,
        value: bytes | None,
        fate: Fate,
        note: str,
        *,
        channel: str = COURT,
        family: str = "events",
        event_id: str | None = None,
    ) -> Draft:
        """Hand in bytes as they are. ``event_id``: the one a receipt can read from them, if any."""
        key = f"{channel}-{self.number():06d}"
        return self._keep(Draft(day, channel, family, key.encode(), value, event_id, fate, note, key))

    def send_again(self, draft: Draft, fate: Fate, note: str) -> Draft:
        """The same message once more on the same day: same event id, hence same partition, right behind the first."""
        return self._keep(draft._replace(fate=fate, note=note))

    def encode(
        self, event_id: str, party: Party | None, payload: Payload, *, case_ref: str | None = None, old: bool = False
    ) -> bytes:
        """The framed bytes of a record. ``old``: by the first version, as long as it has a field for all there is."""
        record = _RECORDS[type(payload)][0]
        if party is None:
            return self.codec.encode(record, {"event_id": event_id, **to_avro(payload)})
        subject = {
            "kind": party.kind,
            "id_type": party.id_type,
            "id_number": party.number,
            "name": party.name,
            "case_ref": case_ref,
        }
        value = {"event_id": event_id, "subject": subject, **to_avro(payload)}
        first = old and record in _VERSIONED and _without_valid_until(value)
        return self.codec.encode(record, value, version=1 if first else None)

    def _keep(self, draft: Draft) -> Draft:
        self.drafts.append(draft)
        return draft


def _within_life(matter: Matter, gaps: Sequence[Gap]) -> tuple[Gap, ...]:
    return tuple((least, min(most, matter.life // len(gaps))) for least, most in gaps)


def _without_valid_until(value: dict[str, Any]) -> bool:
    """Takes out the one field that the first version lacks; False where it says something."""
    holder = value.get("replacement", value)
    if holder["valid_until"] is not None:
        return False
    del holder["valid_until"]
    return True


def changed(payload: Determination, **fields: object) -> Determination:
    """``payload`` with other values in ``fields``."""
    return msgspec.structs.replace(payload, **fields)
