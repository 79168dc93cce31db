"""疑义: a record names the person otherwise than the name in force, and would end or change a record that stands.

It moves nothing (design rule 10), but something was said against the ground, and a measure that outlives its ground is
the worst defect (rule 7). So until the department looks at its record again nothing new begins on it, nobody beyond
the executing departments is shown it, and these are told that it is in doubt (docs/adr/0020).
"""

from streams.core import cases, correction, ending
from streams.core.decisions import Entry, Fault, Receipt, Waiting
from streams.core.docket import Docket
from streams.core.events import Accepted
from streams.core.evolve import NAME_MISMATCH, would_change
from streams.core.ids import entry_key


def hold_misnamed(docket: Docket) -> Receipt:
    """The record is held. Its live target is in doubt; where that is not here yet, the record waits for it, as one
    under the right name would (docs/adr/0008)."""
    event, fault = docket.event, Fault(NAME_MISMATCH, "subject.name")
    change = event.ending or event.correction or event.case
    if change is None or not would_change(event) or _incomplete(docket):
        return docket.hold(fault)
    key = docket.standing.key_now(entry_key(event.channel, change.target.document_no, change.target.item))
    entry = docket.standing.entries.get(key)
    if entry is None:
        return docket.hold(fault, docket.waiting(event.ending, event.correction, event.case))
    return docket.hold(fault, key=key, doubted=entry if speaks_against(docket, entry, event) else None)


def speaks_against(docket: Docket, entry: Entry, said: Accepted | Waiting) -> bool:
    """Whether a record would end or change ``entry`` if it named the person rightly. An application, or one turned
    down, says nothing against it."""
    if entry.ended_on is not None or not would_change(said):
        return False
    if said.ending is not None and ending.without_effect(docket.law, entry, said.ending):
        return False
    return said.case is None or cases.unfit(docket, entry, said.case) is None


def _incomplete(docket: Docket) -> bool:
    """Whether the record would be held for what it lacks, under whatever name."""
    event = docket.event
    faults = (
        event.ending and ending.incomplete(docket.law, event.ending),
        event.correction and correction.incomplete(event.correction),
        event.case and cases.incomplete(event.case),
    )
    return any(faults)
