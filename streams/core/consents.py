"""同意: what a person lets one recipient have, and takes back (PIPL 13, 15). The newest declaration counts, whatever
the order of arrival; of one day the withdrawal.

A withdrawal under another name than the one in force takes effect, and receipt and decision say so: it only narrows
what others are given, the person sees it and may consent anew; held, it would let go on what somebody took back.
"""

from streams.core import limits
from streams.core.decisions import ConsentGiven, DecisionKind, Fault, Outcome, Receipt
from streams.core.docket import Docket
from streams.core.events import Accepted, ConsentStep

NAME_DIFFERS = "NAME_DIFFERS"


def decide_consent(docket: Docket) -> Receipt:
    """Keeps the declaration. What rests on a consent that falls is the matter of whoever gives on its strength."""
    event, says = docket.event, docket.event.consent
    assert says is not None
    given = says.step is ConsentStep.GIVEN
    now = next(
        (one for one in docket.standing.consents if (one.recipient, one.purpose) == (says.recipient, says.purpose)),
        None,
    )
    if now is not None:
        newest = now.withdrawn_on or now.since
        if says.day < newest or (given and now.withdrawn_on is not None and says.day == newest):
            return docket.hold(Fault("CONSENT_OVERTAKEN", "day", says.day.isoformat()))  # never the day of the newest
    takes_back = not given and now is not None and now.withdrawn_on is None
    if not takes_back and limits.records_full(docket.standing):
        return docket.hold(Fault(limits.OVERFLOW))
    word = f"consent_{says.step.value}"
    warned = (Fault(NAME_DIFFERS, "subject.name"),) if docket.misnamed else ()
    consent = ConsentGiven(
        recipient=says.recipient,
        purpose=says.purpose,
        since=says.day if given or now is None else now.since,
        receipt_id=event.receipt_id,
        channel=event.channel,
        withdrawn_on=None if given else says.day,
    )
    docket.add(DecisionKind.CONSENTED, code=word, consent=consent, reasons=(word, *(one.code for one in warned)))
    return docket.receipt(Outcome.ACCEPTED, warned=warned)


def withdraws(event: Accepted) -> bool:
    """Whether the record takes a consent back."""
    return event.consent is not None and event.consent.step is ConsentStep.WITHDRAWN
