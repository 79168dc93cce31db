"""May this record have had an effect? What must be held for a human: half a document, another person's name."""

from collections.abc import Callable, Iterator
from typing import Any

from monitoring.auditor.findings import Finding, Invariant
from monitoring.auditor.view import View

Fields = dict[str, Any]
_CONTENT = frozenset({"recorded", "corrected"})
_EFFECTS = _CONTENT | {"ended", "answered"}  # kinds of decision by which a record moves a standing
_DOCUMENT = ("document_no", "document_date", "effect_date")


def whole_document(view: View, decision: Fields) -> Iterator[Finding]:
    if decision["kind"] in _CONTENT and record_of(decision) in view.incomplete:
        yield _wrong(Invariant.WHOLE_DOCUMENT, decision, f"{decision['kind']} by half a document", "held")
    content = (decision["entry"] or {}).get("determination") or {}
    missing = [name for name in _DOCUMENT if not content.get(name)]
    if decision["raised"] and missing:
        yield _wrong(Invariant.WHOLE_DOCUMENT, decision, f"raised without {', '.join(missing)}", "nothing raised")


def name_in_force(view: View, decision: Fields) -> Iterator[Finding]:
    """Name checks are compared, names are not known here."""
    receipt = record_of(decision)
    if decision["kind"] not in _EFFECTS or receipt is None:
        return
    if decision["kind"] == "recorded" and not view.known_as.of(decision["subject"], receipt):
        yield _wrong(Invariant.NAME_IN_FORCE, decision, f"recorded by {receipt} without a name", "held")
    said, known = view.known_as.of(decision["subject"], receipt), view.known_as.in_force(decision["subject"])
    if said and known and said != known:
        seen = f"{decision['kind']} by {receipt} under name check {said}"
        yield _wrong(Invariant.NAME_IN_FORCE, decision, seen, f"held: {known} is in force")


def ends_what_must_not_stand(view: View, decision: Fields) -> Iterator[Finding]:
    """The correction shows a minor, a simple procedure, or a missing notice or hearing (docs/adr/0008)."""
    if (
        decision["kind"] == "corrected"
        and record_of(decision) in view.barring
        and decision["entry"]["ended_on"] is None
    ):
        yield _wrong(Invariant.MUST_NOT_STAND, decision, f"{decision['key']} stands", "ended")


def record_of(decision: Fields) -> str | None:
    """Receipt id of the record that has its effect here: one that waited, or the cause. None for ticks and laws."""
    if decision["settles"]:
        settled: str = decision["settles"]
        return settled
    cause = decision["cause"]
    return None if cause["kind"] in {"tick", "law"} else cause["receipt_id"]


def _wrong(invariant: Invariant, decision: Fields, seen: str, expected: str) -> Finding:
    return Finding(invariant, f"decision {decision['decision_id']}", seen, expected)


CHECKS: tuple[tuple[Invariant, Callable[[View, Fields], Iterator[Finding]]], ...] = (
    (Invariant.WHOLE_DOCUMENT, whole_document),
    (Invariant.NAME_IN_FORCE, name_in_force),
    (Invariant.MUST_NOT_STAND, ends_what_must_not_stand),
)
