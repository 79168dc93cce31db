"""征信: switch off a rule of the feed in the core, let it decide, and the auditor must tell."""

from collections.abc import Callable
from typing import Any

import pytest
from audit_incentives import Honoured
from audit_papers import day, listing

from monitoring.auditor.bureau import CONSENT, grounded
from monitoring.auditor.findings import Invariant as I
from streams.core import bureau
from streams.core.decisions import ConsentGiven
from streams.core.disclosed import BureauMove, BureauRecord, Move
from streams.core.events import ConsentStep
from streams.core.standing import Standing

Story = Callable[[Honoured], object]
_COMPARE, _WANTED = bureau.compare, bureau.wanted


def story(sabotage: str, off: Any, tell: Story, *found: I) -> Any:
    return pytest.param(sabotage, off, tell, set(found), id=f"{sabotage.rpartition('core.')[2]}: {tell.__name__}")


def consented(history: Honoured) -> None:
    """On an official list that no active rule shows, so by consent only."""
    history.taxed()
    history.consent(ConsentStep.GIVEN, *CONSENT)
    history.tick("2026-11-04")


def taken_back(history: Honoured) -> None:
    consented(history)
    history.consent(ConsentStep.WITHDRAWN, *CONSENT)


def taken_back_before_the_feed(history: Honoured) -> None:
    history.taxed()
    history.consent(ConsentStep.GIVEN, *CONSENT)
    history.consent(ConsentStep.WITHDRAWN, *CONSENT)
    history.tick("2026-11-04")


def consented_to_a_partner(history: Honoured) -> None:
    history.taxed()
    history.consent(ConsentStep.GIVEN, "partner_loan", "XINYI_LOAN")
    history.tick("2026-11-04")


def taken_back_under_another_name(history: Honoured) -> None:
    consented(history)
    history.consent(ConsentStep.WITHDRAWN, *CONSENT, name="2" * 32)


def doubted_and_fed_again(history: Honoured) -> None:
    paper = listing(document_date=day("2026-11-01"), effect_date=day("2026-11-01"))
    history.determination(paper)
    history.tick("2026-11-04")
    history.ending(paper, name="2" * 32)
    history.correction(paper, paper, name="1" * 32)
    history.tick("2026-11-05")


def in_public_and_ended(history: Honoured) -> None:
    paper = listing(document_date=day("2026-11-01"), effect_date=day("2026-11-01"))
    history.determination(paper)
    history.tick("2026-11-04")
    history.ending(paper)


def any_consent(now: Standing) -> frozenset[tuple[str, str]]:
    """Whatever was ever consented to, as if it could not be taken back."""
    return frozenset((one.recipient, one.purpose) for one in now.consents)


def consent_to_all(now: Standing) -> frozenset[tuple[str, str]]:
    """A consent to a partner taken for one to the bureau."""
    return frozenset(CONSENT for _ in now.consents)


def no_consent_kept(**said: Any) -> ConsentGiven:
    """The withdrawal is kept as if it were the consent still."""
    return ConsentGiven(**{**said, "withdrawn_on": None})


def never_deletes(*given: Any) -> tuple[BureauMove, ...]:
    return tuple(one for one in _COMPARE(*given) if one.move is not Move.ENDED)


def whatever_is_serious(facts: Any, public: Any) -> dict[str, BureauRecord]:
    return _WANTED(facts._replace(consents=frozenset({CONSENT})), public)


def tells_nobody(_: Any) -> bool:
    return False


def no_versions(*_: Any) -> dict[str, int]:
    return {}


SABOTAGES = [
    story("streams.core.disclosure.consents", any_consent, taken_back, I.BUREAU_GROUND),
    story("streams.core.disclosure.consents", any_consent, taken_back_before_the_feed, I.BUREAU_GROUND),
    story("streams.core.disclosure.consents", consent_to_all, consented_to_a_partner, I.BUREAU_GROUND),
    story("streams.core.disclosure.bureau.compare", never_deletes, taken_back, I.BUREAU_GROUND),
    story("streams.core.disclosure.bureau.compare", never_deletes, in_public_and_ended, I.BUREAU_GROUND),
    story("streams.core.disclosure.bureau.wanted", whatever_is_serious, consented_to_a_partner, I.BUREAU_GROUND),
    story("streams.core.docket.tells_person", tells_nobody, Honoured.taxed, I.TOLD),
    story("streams.core.decide.withdraws", tells_nobody, taken_back_under_another_name, I.BUREAU_GROUND),
    story("streams.core.moved._versions", no_versions, doubted_and_fed_again, I.BUREAU_TOLD),
    story("streams.core.consents.ConsentGiven", no_consent_kept, taken_back, I.BUREAU_GROUND, I.PARTNER),
]


def begun() -> Honoured:
    history = Honoured(today=day("2026-11-02"))
    history.start()
    return history


@pytest.mark.parametrize(("sabotage", "off", "tell", "found"), SABOTAGES)
def test_a_rule_switched_off_in_the_core_is_found(
    monkeypatch: pytest.MonkeyPatch, sabotage: str, off: Any, tell: Story, found: set[I]
) -> None:
    honest = begun()
    tell(honest)
    assert honest.audit().findings == []

    monkeypatch.setattr(sabotage, off)
    bent = begun()
    tell(bent)
    assert found <= set(bent.audit().failed), bent.audit().findings


def test_the_stories_do_feed_and_delete() -> None:
    """Else the tests above would look at nothing."""
    history = begun()
    consented(history)
    moves = [one["moves"]["bureau"] for one in history.decisions if one["moves"]]
    assert [(one["move"], one["record"]["ground"]) for many in moves for one in many] == [
        ("begun", "consented"),
        ("changed", "consented"),
    ]
    report = history.audit()
    assert (report.checked[I.BUREAU_NOTICE], report.checked[I.BUREAU_GROUND]) == (
        2,
        2 + 1,
    )  # as moved, and as it stands
    history.consent(ConsentStep.WITHDRAWN, *CONSENT)
    assert not history.view().reported


def test_what_the_bureau_holds_at_the_end_rests_on_the_last_word_of_the_person() -> None:
    history = begun()
    consented(history)
    view = history.view()
    assert list(grounded(view)) == []
    view.consented.clear()
    assert {one.invariant for one in grounded(view)} == {I.BUREAU_GROUND}


def test_what_the_topic_tells_is_what_was_decided_last() -> None:
    history = begun()
    consented(history)
    ((identifier, told),) = history.fed.items()
    assert (told["action"], history.audit().findings) == ("put", [])
    history.fed[identifier] = {**told, "version": 2}
    assert set(history.audit().failed) == {I.BUREAU_TOLD}
    history.fed.clear()
    assert set(history.audit().failed) == {I.BUREAU_TOLD}, "the bureau never heard of it"
    history.fed["f" * 32] = told
    assert history.audit().failed[I.BUREAU_TOLD] == 3, "nor may it hear of what nobody decided, under another key"


def test_of_a_deleted_record_nothing_of_the_person_is_left() -> None:
    history = begun()
    taken_back(history)
    ((identifier, told),) = history.fed.items()
    assert (told["action"], history.audit().findings) == ("delete", [])
    history.fed[identifier] = {**told, "document_no": "鲁税1号"}
    assert set(history.audit().failed) == {I.BUREAU_TOLD}
