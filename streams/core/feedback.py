"""反馈: only an officer's answer moves a proposal (PIPL 24; design rule 5). Time alone never confirms one."""

from msgspec.structs import replace

from streams.core.decisions import DecisionKind, Fault, Obligation, ObligationState, Outcome, Receipt
from streams.core.docket import Docket
from streams.core.events import FeedbackState

_NEXT: dict[ObligationState, tuple[FeedbackState, ...]] = {
    ObligationState.PROPOSED: (FeedbackState.CONFIRMED, FeedbackState.REFUSED, FeedbackState.NOT_APPLICABLE),
    ObligationState.CONFIRMED: (FeedbackState.IN_EFFECT,),
    ObligationState.LIFTING: (FeedbackState.LIFTED,),
}


def decide_feedback(docket: Docket) -> Receipt:
    """One step of one obligation, by the department that executes it."""
    feedback = docket.event.feedback
    assert feedback is not None
    found = _find(docket, feedback.obligation_id)
    if found is None:
        return docket.hold(Fault("OBLIGATION_NOT_SEEN", "obligation_id"))
    key, obligation = found
    if obligation.executor != docket.event.channel:
        return docket.hold(Fault("NOT_OWN_OBLIGATION", "obligation_id", None, "an obligation of this channel"))
    allowed = _NEXT.get(obligation.state, ())
    if feedback.state not in allowed:
        fault = Fault("FEEDBACK_OUT_OF_ORDER", "state", feedback.state.value, " | ".join(one.value for one in allowed))
        return docket.hold(fault, key=key)
    answered = replace(
        obligation,
        state=ObligationState(feedback.state.value),
        since=docket.today,
        version=obligation.version + 1,
    )
    reasons = (feedback.state.value,) if feedback.reason is None else (feedback.state.value, feedback.reason)
    docket.add(
        DecisionKind.ANSWERED,
        code=feedback.state.value,
        key=key,
        feedback=feedback,
        changed=(answered,),
        reasons=reasons,
    )
    return docket.receipt(Outcome.ACCEPTED)


def _find(docket: Docket, obligation_id: str) -> tuple[str, Obligation] | None:
    for key, obligations in docket.standing.obligations.items():
        for obligation in obligations:
            if obligation.obligation_id == obligation_id:
                return key, obligation
    return None
