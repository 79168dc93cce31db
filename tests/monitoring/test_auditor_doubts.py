"""疑义: switch off in the core what follows from a record under another name, and the auditor must tell."""

from collections.abc import Callable
from typing import Any

import pytest
from audit_history import PERSON, History
from audit_incentives import Honoured
from audit_papers import day, honour, listing

from monitoring.auditor.findings import Invariant as I
from streams.core.decisions import Fault, Receipt
from streams.core.disclosure import facts_of
from streams.core.docket import Docket
from streams.core.events import CaseStep

OTHER = "2" * 32  # another name
PAPER = listing(document_date=day("2026-10-12"), effect_date=day("2026-10-12"))
Story = Callable[[Honoured], object]
_FACTS_OF = facts_of


def ended_under_another_name(history: Honoured) -> None:
    history.determination(PAPER)
    history.ending(PAPER, name=OTHER)


def corrected_under_another_name(history: Honoured) -> None:
    history.determination(PAPER)
    history.correction(PAPER, PAPER, name=OTHER)


def cleared(history: Honoured) -> None:
    ended_under_another_name(history)
    history.correction(PAPER, PAPER, name="1" * 32)


def doubted_while_a_rule_begins(history: Honoured) -> None:
    """On 2019-06-01 the civil service law reaches what is on the list."""
    history.determination(listing())
    history.ending(listing(), name=OTHER)
    history.tick("2019-06-01")


def doubted_in_public(history: Honoured) -> None:
    history.determination(PAPER)
    history.tick("2026-11-04")
    history.ending(PAPER, name=OTHER)


def corrected_without_a_document(history: Honoured) -> None:
    history.determination(PAPER)
    history.correction(PAPER, PAPER, name=OTHER, document_no="")


def applied_for_under_another_name(history: Honoured) -> None:
    history.determination(PAPER)
    history.case(CaseStep.OPENED, name=OTHER)


def only_held(docket: Docket) -> Receipt:
    """As it was: the measure goes on with no mark at all."""
    return docket.hold(Fault("NAME_MISMATCH", "subject.name"))


def nothing(*_: Any) -> tuple[()]:
    return ()


def always(*_: Any) -> bool:
    return True


def never(*_: Any) -> bool:
    return False


def all_known(*given: Any) -> Any:
    """Facts without the doubt."""
    return _FACTS_OF(*given)._replace(doubted=())


SABOTAGES = [
    ("streams.core.decide.hold_misnamed", only_held, ended_under_another_name),
    ("streams.core.decide.hold_misnamed", only_held, corrected_under_another_name),
    ("streams.core.doubt._incomplete", never, corrected_without_a_document),
    ("streams.core.doubt.would_change", always, applied_for_under_another_name),
    ("streams.core.docket.told_again", nothing, ended_under_another_name),
    ("streams.core.correction.told_again", nothing, cleared),
    ("streams.core.standing.Standing.begins_nothing", never, doubted_while_a_rule_begins),
    ("streams.core.disclosure.facts_of", all_known, doubted_in_public),
]


def begun(tell: Story) -> Honoured:
    history = Honoured(today=day("2019-01-12" if tell is doubted_while_a_rule_begins else "2026-11-02"))
    history.start()
    tell(history)
    return history


@pytest.mark.parametrize(("sabotage", "off", "tell"), SABOTAGES)
def test_a_rule_switched_off_in_the_core_is_found(
    monkeypatch: pytest.MonkeyPatch, sabotage: str, off: Any, tell: Story
) -> None:
    assert begun(tell).audit().findings == []
    monkeypatch.setattr(sabotage, off)
    bent = begun(tell)
    assert I.DOUBTED in bent.audit().failed, bent.audit().findings


def test_an_upheld_case_under_another_name_is_a_doubt_and_an_application_is_none() -> None:
    history = begun(lambda one: one.determination(PAPER))
    history.case(CaseStep.OPENED, name=OTHER)
    assert not history.standings[PERSON].doubts
    history.case(CaseStep.UPHELD, name=OTHER)
    assert history.standings[PERSON].doubts and history.audit().findings == []


def test_a_mark_that_a_department_does_not_see_is_found() -> None:
    history = begun(ended_under_another_name)
    for value in history.current.values():
        value["doubted"] = False
    assert set(history.audit().failed) == {I.DOUBTED}


def test_an_honour_in_doubt_stays_and_a_list_in_doubt_bars_nobody() -> None:
    history = begun(ended_under_another_name)
    history.honoured(honour())
    assert history.view().placed[PERSON] and history.audit().findings == []


def test_of_a_plain_history_nothing_is_in_doubt() -> None:
    history = History().start()
    history.determination(listing())
    assert history.audit().checked[I.DOUBTED] >= 1 and not history.standings[PERSON].doubts
