"""Where the stories hand in their records: it numbers, encodes and dates them, and keeps what was promised."""

from datetime import date
from typing import NamedTuple

import msgspec

from schemas.codec import Codec
from streams.core.events import Correction, Determination, Ending, Feedback
from streams.core.law import LawBook
from streams.sample.calendar import Calendar
from streams.sample.cast import Cast, Party
from streams.sample.dice import Dice
from streams.sample.fates import ACCEPTED, Fate
from streams.wire import to_avro
from topics.catalogue import Catalogue

Payload = Determination | Ending | Correction | Feedback
COURT = "court"

_RECORDS: dict[type[Payload], tuple[str, str]] = {
    Determination: ("CreditDetermination", "events"),
    Ending: ("GroundEnding", "events"),
    Correction: ("RecordCorrection", "events"),
    Feedback: ("OfficerFeedback", "feedback"),
}


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
    """Hands out days, parties and numbers; collects drafts in the order of the stories."""

    def __init__(self, seed: int, codec: Codec, law: LawBook, catalogue: Catalogue) -> None:
        self.dice = Dice(seed)
        self.calendar = Calendar(self.dice)
        self.cast = Cast(self.dice)
        self.codec = codec
        self.law = law
        self.catalogue = catalogue
        self.drafts: list[Draft] = []
        self._numbered = 0

    def number(self) -> int:
        """The next number of the sample, for event ids and documents."""
        self._numbered += 1
        return self._numbered

    def day(self, index: int) -> date:
        return self.calendar.days[index]

    def send(
        self, day: int, party: Party, payload: Payload, fate: Fate = ACCEPTED, note: str = "", *, channel: str = COURT
    ) -> Draft:
        """Hand in one readable record about ``party`` under a new event id."""
        event_id = f"{channel}-{self.number():06d}"
        family = _RECORDS[type(payload)][1]
        value = self.encode(event_id, party, payload)
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

    def encode(self, event_id: str, party: Party, payload: Payload, case_ref: str | None = None) -> bytes:
        """The framed bytes of a record."""
        record = _RECORDS[type(payload)][0]
        subject = {
            "kind": party.kind,
            "id_type": party.id_type,
            "id_number": party.number,
            "name": party.name,
            "case_ref": case_ref,
        }
        return self.codec.encode(record, {"event_id": event_id, "subject": subject, **to_avro(payload)})

    def _keep(self, draft: Draft) -> Draft:
        self.drafts.append(draft)
        return draft


def changed(payload: Determination, **fields: object) -> Determination:
    """``payload`` with other values in ``fields``."""
    return msgspec.structs.replace(payload, **fields)
