"""疑义: a record under another name that would end or change a live record ends nothing, and is no leave to go on.

Worked out from what was accepted and from the names in force: until its department corrects the record itself, nothing
new is raised from it, its executing departments see the mark, and nobody else is shown it (docs/adr/0020).
"""

from collections.abc import Callable, Iterator
from typing import Any

from monitoring.auditor.findings import Finding, Invariant
from monitoring.auditor.view import OPEN, EntryFact, View, key_of, place
from monitoring.auditor.waiting import looked_at

Fields = dict[str, Any]
_CHANGES = ("ending", "correction", "case")


def remember(view: View, value: Fields) -> None:
    """Of every ending, correction and case that names somebody: its target, and whether under the right name it would
    have an effect; None where that hangs on the law or on the day, and only the decision tells."""
    change = next((value[name] for name in _CHANGES if value[name] is not None), None)
    if change is not None and value["name_check"]:
        where = place(value["subject"], key_of(value["channel"], change["target"]))
        view.against[value["receipt_id"]] = (where, _effect(view, value))


def _effect(view: View, value: Fields) -> bool | None:
    ending, correction, case = (value[name] for name in _CHANGES)
    if case is not None:  # an application, or one turned down, has none
        upheld = case["step"] == "upheld" and _stated(case["document_no"]) and _stated(case["document_digest"])
        return None if upheld else False
    if correction is not None:
        paper = correction["replacement"]
        told = (correction["document_no"], paper["document_no"], paper["document_date"], paper["effect_date"])
        return all(map(_stated, told))
    plain = ending["reason"] not in view.law.only_without_term and _stated(ending["document_no"])
    return True if plain else None


def _stated(said: object) -> bool:
    return said is not None and bool(str(said).strip())


def fold_doubt(view: View, decision: Fields, entry: EntryFact | None) -> Iterator[Finding]:
    """The mark as it stands after the decision; ``entry``: the one it is about, as it is then."""
    if entry is not None and (entry.ended or looked_at(decision)):
        entry.in_doubt = None
    if decision["kind"] != "held" or decision["waiting"] is not None:
        return
    receipt = decision["settles"] or decision["cause"]["receipt_id"]
    against = view.against.get(receipt)
    if against is None or not _misnamed(view, decision["subject"], receipt):
        return
    meant = view.entries.get(view.now(against[0]))
    told = decision["entry"] is not None
    expected = False if meant is None or meant.ended or meant.erased else against[1]
    if expected is not None and told != expected and decision["code"] != "SUBJECT_OVERFLOW":
        seen = f"{receipt} under another name, {'' if told else 'not '}taken as a doubt"
        cure = "the entry in doubt while it lives" if expected else "no doubt about what it would not change"
        yield Finding(Invariant.DOUBTED, f"entry {against[0]}", seen, cure)
    if told and meant is not None:
        meant.in_doubt = receipt


def raises_nothing(view: View, decision: Fields) -> Iterator[Finding]:
    """Nothing new begins on an entry in doubt, unless its department corrects it now."""
    if not decision["raised"] or looked_at(decision) or decision["kind"] == "recorded":
        return
    entry = view.entries.get(place(decision["subject"], decision["key"] or ""))
    if entry is not None and entry.in_doubt:
        seen = f"{len(decision['raised'])} raised for {decision['key']}"
        expected = f"nothing: {entry.in_doubt} speaks against it"
        yield Finding(Invariant.DOUBTED, f"decision {decision['decision_id']}", seen, expected)


def marked(view: View) -> Iterator[Finding]:
    """At the end: departments see the mark of an open measure while the doubt stands, and not after."""
    for identifier, fact in view.obligations.items():
        if fact.state not in OPEN or fact.entry is None or fact.current is None:
            continue
        doubted = fact.entry.in_doubt is not None
        if fact.doubted != doubted:
            where = f"obligation {identifier}"
            yield Finding(Invariant.DOUBTED, where, f"doubted {fact.doubted} on .current", f"doubted {doubted}")
    for identifier, shown in view.public.items():
        yield from _hidden(view, f"publication {identifier}", shown.subject, shown.key)
    for identifier, fed in view.reported.items():
        yield from _hidden(view, f"bureau record {identifier}", fed.subject, fed.key)


def _hidden(view: View, where: str, subject: str, key: str) -> Iterator[Finding]:
    entry = view.entries.get(place(subject, key))
    if entry is not None and entry.in_doubt:
        yield Finding(Invariant.DOUBTED, where, f"shown while {entry.in_doubt} speaks against it", "shown to nobody")


def _misnamed(view: View, subject: str, receipt: str) -> bool:
    said, known = view.known_as.of(subject, receipt), view.known_as.in_force(subject)
    return bool(said and known and said != known)


CHECKS: tuple[tuple[Invariant, Callable[[View], Iterator[Finding]], Callable[[View], int]], ...] = (
    (Invariant.DOUBTED, marked, lambda view: sum(entry.in_doubt is not None for entry in view.entries.values())),
)
