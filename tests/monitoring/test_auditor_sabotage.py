"""Switch off one rule of the core, let it decide, and the auditor must tell; it shares no code with that rule."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from audit_history import ENTITY, History, listing, order
from msgspec.structs import replace

from monitoring.auditor.findings import Invariant as I
from streams.core.decisions import Obligation, ObligationState
from streams.core.events import FeedbackState, SubjectKind

Story = Callable[[History], object]


def story(sabotage: str, off: Any, tell: Story, *found: I) -> Any:
    return pytest.param(sabotage, off, tell, set(found), id=sabotage.removeprefix("streams.core."))


def listed(history: History) -> None:
    history.determination(listing())


def listed_and_ended(history: History) -> None:
    history.determination(listing())
    history.ending(listing())


def ended_before_listed(history: History) -> None:
    history.ending(listing())
    history.determination(listing())


def listed_until_the_cut_over(history: History) -> None:
    history.determination(listing())
    history.tick("2020-12-07")


def listed_until_it_ran_out(history: History) -> None:
    history.determination(listing())
    history.tick("2020-12-07")
    history.tick("2021-01-11")


def listed_too_late(history: History) -> None:
    history.tick("2020-12-08")
    history.determination(listing())


def an_entity_listed(history: History) -> None:
    history.determination(listing(), ENTITY, SubjectKind.ENTITY)


def listed_through_a_role(history: History) -> None:
    history.determination(listing(role="legal_representative"))


def ordered(history: History) -> None:
    history.determination(order())


def carried_out_unconfirmed(history: History) -> None:
    history.determination(listing())
    history.feedback("M-141.v1/3", FeedbackState.IN_EFFECT)


def overdue(history: History) -> None:
    history.determination(listing())
    history.tick("2019-02-01")


def corrected_to_a_shorter_term(history: History) -> None:
    history.tick("2019-07-01")
    history.determination(listing(extra_years=2))
    history.correction(listing(), listing())


def nothing(*_: Any, **__: Any) -> tuple[()]:
    return ()


def none(*_: Any, **__: Any) -> None:
    return None


def confirmed_by_itself(_: Any, obligations: tuple[Obligation, ...]) -> tuple[Obligation, ...]:
    return tuple(
        replace(one, state=ObligationState.CONFIRMED, version=one.version + 1)
        for one in obligations
        if one.state is ObligationState.PROPOSED
    )


def three_years_more(start: date, years: int) -> date:
    return start.replace(year=start.year + years + 3)


SABOTAGES = [
    story("streams.core.ending.lift", nothing, listed_and_ended, I.LIVE_GROUND),
    story("streams.core.determination.settle", none, ended_before_listed, I.ENDED),
    story("streams.core.passage.unsupported", none, listed_until_the_cut_over, I.BASIS_STANDS),
    story("streams.core.passage.expire", none, listed_until_it_ran_out, I.NOT_PAST_END),
    story("streams.core.terms.add_years", three_years_more, listed, I.TERM_END),
    story("streams.core.measures.why_not_in_force", none, listed_too_late, I.RULE_IN_FORCE, I.BASIS),
    story("streams.core.measures.barred_by_item", none, an_entity_listed, I.OWN_RECORD),
    story("streams.core.measures._role_reached", lambda *_: True, listed_through_a_role, I.RULE_OF_ITEM, I.OWN_RECORD),
    story("streams.core.severity._TESTS", {"list_decision": lambda *_: True}, ordered, I.SERIOUS),
    story(
        "streams.core.feedback._NEXT",
        {ObligationState.PROPOSED: (FeedbackState.IN_EFFECT,)},
        carried_out_unconfirmed,
        I.TRANSITIONS,
    ),
    story("streams.core.passage._filled", confirmed_by_itself, overdue, I.OFFICER_ONLY),
    story("streams.core.correction.reterm", nothing, corrected_to_a_shorter_term, I.NOT_PAST_END),
]


@pytest.mark.parametrize(("sabotage", "off", "tell", "found"), SABOTAGES)
def test_a_rule_switched_off_in_the_core_is_found(
    monkeypatch: pytest.MonkeyPatch, sabotage: str, off: Any, tell: Story, found: set[I]
) -> None:
    honest = History().start()
    tell(honest)
    assert honest.audit().match, honest.audit().findings

    monkeypatch.setattr(sabotage, off)
    bent = History().start()
    tell(bent)
    failed = set(bent.audit().failed)
    assert found <= failed, bent.audit().findings
