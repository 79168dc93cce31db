"""疑义: a record names the person otherwise than the name in force, and would end or change a record that stands.

It moves nothing (design rule 10), but something was said against the ground, and a measure that outlives its ground is
the worst defect (rule 7). So until the department looks at its record again nothing new begins on it, nobody beyond
the executing departments is shown it, and these are told that it is in doubt (docs/adr/0020).
"""

from streams.core.cases import unfit
from streams.core.decisions import Entry, Fault, Receipt
from streams.core.docket import Docket
from streams.core.ending import without_effect
from streams.core.events import CaseStep
from streams.core.evolve import NAME_MISMATCH
from streams.core.ids import entry_key


def hold_misnamed(docket: Docket) -> Receipt:
    """The record is held. Its live target is in doubt; where that is not here yet, the record waits for it, as one
    under the right name would (docs/adr/0008)."""
    event, fault = docket.event, Fault(NAME_MISMATCH, "subject.name")
    change = event.ending or event.correction or event.case
    if change is None or not _would_change(docket):
        return docket.hold(fault)
    key = docket.standing.key_now(entry_key(event.channel, change.target.document_no, change.target.item))
    entry = docket.standing.entries.get(key)
    if entry is None:
        return docket.hold(fault, docket.waiting(event.ending, event.correction, event.case))
    return docket.hold(fault, key=key, doubted=entry if _has_effect(docket, entry) else None)


def _would_change(docket: Docket) -> bool:
    """An application, or one turned down, says nothing against the record."""
    case = docket.event.case
    return case is None or case.step is CaseStep.UPHELD


def _has_effect(docket: Docket, entry: Entry) -> bool:
    """Whether the record would end or change ``entry`` if it named the person rightly."""
    ending, case = docket.event.ending, docket.event.case
    if entry.ended_on is not None or (ending is not None and without_effect(docket.law, entry, ending)):
        return False
    return case is None or unfit(docket, entry, case) is None
