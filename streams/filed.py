"""本人提交: what a person files at the portal, as the event it is for the flow.

The record can say nothing but acts of the person's own: whoever holds the portal's account decides no case, ends no
record but an honour, and speaks for no department. Those write ``cases.<channel>``, where the portal may not.
"""

from datetime import date
from enum import StrEnum

from msgspec import Struct

from streams.core.decisions import Fault
from streams.core.events import (
    CaseStep,
    Consent,
    ConsentStep,
    Ending,
    EventKind,
    Matter,
    PersonCase,
    Target,
)
from streams.core.index import Index
from streams.core.law import LawBook
from streams.core.shown import shown

RECORD = "PersonFiling"
WAIVED = "honour_waived"  # code of endings.yaml: a reason of no item but honours


class Act(StrEnum):
    """What a person can do there; symbols of ``FilingAct``."""

    OBJECTION = "objection"
    REPAIR = "repair"
    WAIVER = "waiver"
    CONSENT = "consent"
    CONSENT_WITHDRAWN = "consent_withdrawn"


class Filing(Struct, frozen=True, kw_only=True):
    """Fields as in ``PersonFiling``."""

    event_id: str
    channel: str
    case_ref: str
    act: Act
    day: date
    target: Target | None = None
    case_no: str | None = None
    recipient: str | None = None
    purpose: str | None = None
    document_digest: str | None = None

    def event(self) -> tuple[EventKind, PersonCase | Ending | Consent]:
        """What it is for the flow; what it leaves out is empty there, and refused as in a department's record."""
        target, case_no = self.target or Target("", ""), self.case_no or ""
        match self.act:
            case Act.OBJECTION | Act.REPAIR:
                return EventKind.CASE, PersonCase(target, Matter(self.act.value), CaseStep.OPENED, case_no, self.day)
            case Act.WAIVER:
                return EventKind.ENDING, Ending(target, WAIVED, self.case_no, self.day, self.document_digest)
            case Act.CONSENT | Act.CONSENT_WITHDRAWN:
                step = ConsentStep.GIVEN if self.act is Act.CONSENT else ConsentStep.WITHDRAWN
                recipient, purpose = self.recipient or "", self.purpose or ""
                return EventKind.CONSENT, Consent(step, recipient, purpose, self.day, self.document_digest or "")

    def faults(self, law: LawBook) -> tuple[Fault, ...]:
        """What is wrong with it beside the act itself."""
        if self.channel in Index.of(law).sectors_of:
            return ()
        return (Fault("WRONG_CHANNEL", "channel", shown(self.channel), "a channel of bodies.yaml"),)
