"""Switch off one rule of the core, let it decide, and the auditor must tell; it shares no code with that rule."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from audit_history import ENTITY, PERSON, History
from audit_papers import day, listing, order
from msgspec.structs import replace

from monitoring.auditor.findings import Invariant as I
from streams.core.decisions import Obligation, ObligationState
from streams.core.events import FeedbackState, SubjectKind

Story = Callable[[History], object]


def story(sabotage: str, off: Any, tell: Story, *found: I) -> Any:
    return pytest.param(
        sabotage, off, tell, set(found), id=f"{sabotage.removeprefix('streams.core.')}: {tell.__name__}"
    )


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


OWN, OTHER = "1" * 32, "2" * 32  # name checks
ADULT, MINOR = "990000198001010020", "990000200106010010"


def listed_under_another_name(history: History) -> None:
    history.determination(listing(), name=OWN)
    history.determination(listing("鲁01执5号"), name=OTHER)


def ended_under_another_name(history: History) -> None:
    history.determination(listing(), name=OWN)
    history.ending(listing(), name=OTHER)


def corrected_under_another_name(history: History) -> None:
    history.determination(listing(), name=OWN)
    history.correction(listing(), listing(extra_years=1), name=OTHER)


def listed_without_effect(history: History) -> None:
    history.determination(listing(effect_date=None))


def listed_without_a_number(history: History) -> None:
    history.determination(listing(""))


def ordered_without_a_date(history: History) -> None:
    history.determination(order(document_date=None))


def corrected_to_half_a_document(history: History) -> None:
    history.determination(listing())
    history.correction(listing(), listing(effect_date=None))


def corrected_by_a_document_without_a_number(history: History) -> None:
    history.determination(listing())
    history.correction(listing(), listing(extra_years=1), document_no="")


def reported_without_notice(history: History) -> None:
    history.reported(listing(prior_notice=False), ADULT)


def reported_without_hearing(history: History) -> None:
    history.reported(listing(hearing=False), ADULT)


def reported_of_a_simple_procedure(history: History) -> None:
    history.reported(listing(simple_procedure=True), ADULT)


def corrected_to_a_simple_procedure(history: History) -> None:
    history.determination(listing())
    history.reported(listing(simple_procedure=True), ADULT, target=listing())


def reported_as_a_minor(history: History) -> None:
    """Of age at the first tick, and not on the day of the document."""
    history.tick("2019-07-01")
    history.reported(listing(), MINOR)


def reported_for_conduct_of_a_minor(history: History) -> None:
    history.tick("2019-07-01")
    late = listing(document_date=day("2019-06-20"), effect_date=day("2019-06-21"), conduct_end=day("2019-05-31"))
    history.reported(late, MINOR)


def corrected_to_the_time_of_a_minor(history: History) -> None:
    history.tick("2019-07-01")
    history.determination(listing())
    history.reported(listing(extra_years=1), MINOR, target=listing())


def reported_on_an_unlisted_basis(history: History) -> None:
    history.reported(listing(basis="J-CONSUMPTION"), ADULT)


def reported_on_an_unknown_ground(history: History) -> None:
    history.reported(listing(ground="99"), ADULT)


def reported_for_conduct_long_ago(history: History) -> None:
    history.reported(listing(conduct_end=day("1989-12-31")), "990000195001010020")


def listed_without_a_name(history: History) -> None:
    history.determination(listing(), name="")


def ended_long_before_listed(history: History) -> None:
    history.ending(listing())
    history.tick("2019-02-11")
    history.determination(listing())


def ended_long_before_under_another_spelling(history: History) -> None:
    history.ending(listing("（2019）鲁 01执5号"))
    history.tick("2019-02-11")
    history.determination(listing("(2019)鲁01执5号"))


def given_the_number_of_what_was_ended(history: History) -> None:
    history.ending(listing("鲁01执5号"))
    history.tick("2019-02-11")
    history.determination(listing())
    history.correction(listing(), listing("鲁01执5号"))


def never_listed(history: History) -> None:
    history.ending(listing())
    history.tick("2019-02-11")


def kept_until_all_clocks_were_over(history: History) -> None:
    """Only held by then is another record, which keeps nothing (the document is of 8 January 2019)."""
    _over(history)
    history.tick("2024-02-07")
    history.ending(listing("鲁01执77号"))
    history.tick("2024-02-08")


def held_on_the_day_of_the_erasure(history: History) -> None:
    """It came before its partition's tick of that day."""
    _over(history)
    history.today = date(2024, 2, 8)
    history.ending(listing("鲁01执77号"))
    history.tick("2024-02-08")


def kept_beyond_the_day_after(history: History) -> None:
    held_on_the_day_of_the_erasure(history)
    history.tick("2024-02-09")


def _over(history: History) -> None:
    history.determination(listing(ground="3"))
    history.ending(listing(ground="3"))
    for one in [one for many in history.standings[PERSON].obligations.values() for one in many]:
        history.feedback(one.rule, FeedbackState.LIFTED)


def nothing(*_: Any, **__: Any) -> tuple[()]:
    return ()


def none(*_: Any, **__: Any) -> None:
    return None


def empty(*_: Any) -> dict[str, str]:
    return {}


def never(_: Any) -> date:
    return date.max


def confirmed_by_itself(_: Any, obligations: tuple[Obligation, ...]) -> tuple[Obligation, ...]:
    return tuple(
        replace(one, state=ObligationState.CONFIRMED, version=one.version + 1)
        for one in obligations
        if one.state is ObligationState.PROPOSED
    )


def three_years_more(start: date, months: int) -> date:
    return start.replace(year=start.year + months // 12 + 3)


SABOTAGES = [
    story("streams.core.ending.lift", nothing, listed_and_ended, I.LIVE_GROUND),
    story("streams.core.determination.settle", none, ended_before_listed, I.WAITING),
    story("streams.core.passage.unsupported", none, listed_until_the_cut_over, I.BASIS_STANDS),
    story("streams.core.passage.expire", none, listed_until_it_ran_out, I.NOT_PAST_END),
    story("streams.core.terms.add_months", three_years_more, listed, I.TERM_END),
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
    story("streams.core.decide._whose", none, listed_under_another_name, I.NAME_IN_FORCE),
    story("streams.core.decide._whose", none, ended_under_another_name, I.NAME_IN_FORCE),
    story("streams.core.decide._whose", none, corrected_under_another_name, I.NAME_IN_FORCE),
    story("streams.core.decide._whose", none, listed_without_a_name, I.NAME_IN_FORCE),
    story("streams.core.evolve._given_up", empty, ended_long_before_listed, I.GIVEN_UP),
    story("streams.core.evolve._given_up", empty, ended_long_before_under_another_spelling, I.GIVEN_UP),
    story("streams.core.evolve._given_up", empty, given_the_number_of_what_was_ended, I.GIVEN_UP),
    story("streams.core.passage.given_up_on", never, never_listed, I.WAITING),
    story("streams.core.determination.missing", nothing, listed_without_effect, I.WHOLE_DOCUMENT),
    story("streams.core.determination.missing", nothing, listed_without_a_number, I.WHOLE_DOCUMENT),
    story("streams.core.determination.missing", nothing, ordered_without_a_date, I.WHOLE_DOCUMENT),
    story("streams.core.correction.incomplete", none, corrected_to_half_a_document, I.WHOLE_DOCUMENT),
    story("streams.core.correction.incomplete", none, corrected_by_a_document_without_a_number, I.WHOLE_DOCUMENT),
    story("streams.core.check_determination._procedure", nothing, reported_without_notice, I.FAIR_PROCEDURE),
    story("streams.core.check_determination._procedure", nothing, reported_without_hearing, I.FAIR_PROCEDURE),
    story("streams.core.check_determination._procedure", nothing, reported_of_a_simple_procedure, I.FAIR_PROCEDURE),
    story("streams.core.check_determination._procedure", nothing, corrected_to_a_simple_procedure, I.FAIR_PROCEDURE),
    story("streams.core.check_determination._subject", nothing, reported_as_a_minor, I.NO_MINOR),
    story("streams.core.check_determination._subject", nothing, reported_for_conduct_of_a_minor, I.NO_MINOR),
    story("streams.core.check_determination._subject", nothing, corrected_to_the_time_of_a_minor, I.NO_MINOR),
    story("streams.core.check_determination._basis", nothing, reported_on_an_unlisted_basis, I.CLOSED_CATALOGUE),
    story("streams.core.check_determination._ground", nothing, reported_on_an_unknown_ground, I.CLOSED_CATALOGUE),
    story("streams.core.check_determination._dates", nothing, reported_for_conduct_long_ago, I.DATES),
    story("streams.core.passage.over_on", none, kept_until_all_clocks_were_over, I.KEPT),
    story("streams.core.passage.over_on", none, kept_beyond_the_day_after, I.KEPT),
    story("streams.core.correction.reterm", nothing, corrected_to_a_shorter_term, I.NOT_PAST_END),
]


@pytest.mark.parametrize(("sabotage", "off", "tell", "found"), SABOTAGES)
def test_a_rule_switched_off_in_the_core_is_found(
    monkeypatch: pytest.MonkeyPatch, sabotage: str, off: Any, tell: Story, found: set[I]
) -> None:
    honest = History().start()
    tell(honest)
    unlisted = {I.CLOSED_CATALOGUE} if tell is listed_through_a_role else set()  # intake knows no such role
    assert set(honest.audit().failed) == unlisted, honest.audit().findings

    monkeypatch.setattr(sabotage, off)
    bent = History().start()
    tell(bent)
    failed = set(bent.audit().failed)
    assert found <= failed, bent.audit().findings


def test_the_day_after_is_the_day_of_the_erasure_where_something_was_held_that_day() -> None:
    history = History().start()
    held_on_the_day_of_the_erasure(history)
    assert (history.audit().findings, history.decisions[-1]["kind"]) == ([], "held")
    history.tick("2024-02-09")
    assert (history.audit().findings, history.decisions[-1]["kind"]) == ([], "erased")
