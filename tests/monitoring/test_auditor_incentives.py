"""Honours and partners: switch off a rule of theirs in the core, let it decide, and the auditor must tell."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from audit_incentives import LOAN, Honoured, Told
from audit_papers import day, honour

from monitoring.auditor.final import law_files
from monitoring.auditor.findings import Invariant as I
from monitoring.auditor.incentives import founded, let_know
from monitoring.auditor.lawbook import Publicity
from monitoring.auditor.view import Shown
from streams.core import redlist
from streams.core.decisions import ConsentGiven, Entry
from streams.core.disclosed import Move, RewardMove
from streams.core.events import ConsentStep, SubjectKind
from streams.core.law import Offer
from streams.core.standing import Standing

Story = Callable[[Honoured], object]


def story(sabotage: str, off: Any, tell: Story, *found: I) -> Any:
    return pytest.param(sabotage, off, tell, set(found), id=f"{sabotage.rpartition('core.')[2]}: {tell.__name__}")


def placed(history: Honoured) -> None:
    """On the red list, and with consent at one partner."""
    history.honoured()
    history.consent(ConsentStep.GIVEN)


def without_consent(history: Honoured) -> None:
    history.honoured()


def consent_for_another(history: Honoured) -> None:
    history.honoured()
    history.consent(ConsentStep.GIVEN, "partner_rent", "XINYI_RENT")


def taken_back(history: Honoured) -> None:
    placed(history)
    history.tick("2023-01-13")
    history.consent(ConsentStep.WITHDRAWN)


def honour_lost(history: Honoured) -> None:
    placed(history)
    history.tick("2023-01-13")
    history.lost()


def listed_too(history: Honoured) -> None:
    placed(history)
    history.listed()


def listed_only(history: Honoured) -> None:
    history.consent(ConsentStep.GIVEN)
    history.listed()


def doubted(history: Honoured) -> None:
    """That it was taken back was said before the honour was there, and waited for it in vain."""
    history.lost()
    history.tick("2023-02-11")
    history.honoured()


def unit_gave(history: Honoured) -> None:
    history.honoured(honour(item="DONATION_RECORD", basis="R-SHANDONG"), SubjectKind.ENTITY)


def any_consent(now: Standing) -> frozenset[tuple[str, str]]:
    """Whatever was ever consented to, as if it could not be taken back."""
    return frozenset((one.recipient, one.purpose) for one in now.consents)


def consent_to_all(now: Standing) -> frozenset[tuple[str, str]]:
    """A consent to one partner taken for one to each."""
    return frozenset(("partner_loan", "XINYI_LOAN") for _ in now.consents)


def never_withdraws(*given: Any) -> tuple[RewardMove, ...]:
    return tuple(one for one in _COMPARE(*given) if one.move is not Move.ENDED)


_COMPARE = redlist.compare


def no_list(*_: Any) -> bool:
    return False


def whoever_is_here(offer: Offer, entries: tuple[Entry, ...]) -> Entry | None:
    return next(iter(entries), None)


def whoever_is_honoured(offer: Offer, entries: tuple[Entry, ...]) -> Entry | None:
    """A unit too, and whoever's honour is in doubt."""
    return next((one for one in entries if one.ended_on is None and one.determination.item in offer.items), None)


def named_anyway(*_: Any) -> str:
    return redlist.PUBLIC_BY_LAW


def says_another(**said: Any) -> ConsentGiven:
    return ConsentGiven(**{**said, "recipient": "partner_rent", "purpose": "XINYI_RENT"})


def no_consent_kept(**said: Any) -> ConsentGiven:
    """The withdrawal is kept as if it were the consent still."""
    return ConsentGiven(**{**said, "withdrawn_on": None})


SABOTAGES = [
    story("streams.core.redlist._lets_name", named_anyway, without_consent, I.PARTNER),
    story("streams.core.disclosure.consents", consent_to_all, consent_for_another, I.PARTNER),
    story("streams.core.disclosure.consents", any_consent, taken_back, I.PARTNER),
    story("streams.core.disclosure.redlist.compare", never_withdraws, taken_back, I.PARTNER),
    story("streams.core.consents.ConsentGiven", no_consent_kept, taken_back, I.PARTNER),
    story("streams.core.consents.ConsentGiven", says_another, placed, I.PARTNER),
    story("streams.core.disclosure.redlist.compare", never_withdraws, honour_lost, I.RED_LIST),
    story("streams.core.disclosure.redlist.compare", never_withdraws, listed_too, I.RED_LIST),
    story("streams.core.redlist.adverse", no_list, listed_too, I.RED_LIST),
    story("streams.core.redlist.honour", whoever_is_here, listed_only, I.RED_LIST),
    story("streams.core.redlist.honour", whoever_is_honoured, doubted, I.RED_LIST),
    story("streams.core.redlist.honour", whoever_is_honoured, unit_gave, I.RED_LIST),
]


@pytest.mark.parametrize(("sabotage", "off", "tell", "found"), SABOTAGES)
def test_a_rule_switched_off_in_the_core_is_found(
    monkeypatch: pytest.MonkeyPatch, sabotage: str, off: Any, tell: Story, found: set[I]
) -> None:
    honest = Honoured().start()
    tell(honest)
    assert honest.audit().findings == []

    monkeypatch.setattr(sabotage, off)
    if sabotage.endswith("honour"):  # who is on an adverse list would have no place at all
        monkeypatch.setattr(redlist, "adverse", no_list)
    bent = Honoured().start()
    tell(bent)
    assert found <= set(bent.audit().failed), bent.audit().findings


def test_the_stories_do_grant_and_withdraw() -> None:
    """Else the tests above would look at nothing."""
    history = Honoured().start()
    placed(history)
    assert [one["offer"] for one in history.partners.values() if one and one["state"] == "granted"] == [LOAN[1]]
    assert history.audit().checked[I.RED_LIST] == 2 + 2  # as granted, and as they stand
    for tell in (taken_back, honour_lost, listed_too):
        after = Honoured().start()
        tell(after)
        assert {one["state"] for one in after.partners.values() if one} == {"withdrawn"}


def at_the_end(history: Honoured, **changes: Any) -> set[I]:
    """What is found of the places that stand when the files say something else about offers."""
    view = history.view()
    offers = {code: replace(offer, **changes) for code, offer in view.law.offers.items()}
    view.law = replace(view.law, offers=offers)
    return {one.invariant for one in founded(view)}


@pytest.mark.parametrize(
    ("began", "found"), [("2023-01-11", set()), ("2023-01-12", set()), ("2023-01-13", {I.RED_LIST})]
)
def test_a_place_by_an_offer_that_is_not_in_force_yet_is_found(began: str, found: set[I]) -> None:
    history = Honoured().start()
    placed(history)
    assert at_the_end(history, in_force_from=day(began)) == found


@pytest.mark.parametrize(
    ("last", "found"), [("2023-01-11", {I.RED_LIST}), ("2023-01-12", set()), ("2023-01-13", set())]
)
def test_a_place_by_an_offer_that_is_over_is_found(last: str, found: set[I]) -> None:
    history = Honoured().start()
    placed(history)
    assert at_the_end(history, in_force_to=day(last)) == found


def test_a_place_that_cites_no_text_or_is_another_partners_is_found() -> None:
    history = Honoured().start()
    placed(history)
    assert at_the_end(history, instrument="F-NONE") == {I.RED_LIST}
    assert at_the_end(history, partner="partner_rent") == {I.RED_LIST}


def forgotten(partners: Told) -> None:
    partners.clear()


def still_granted(partners: Told) -> None:
    for one in partners.values():
        assert one is not None
        one["state"] = "granted"


def person_left(partners: Told) -> None:
    for one in partners.values():
        assert one is not None
        one["case_ref"] = "c" * 40


def told_why(partners: Told) -> None:
    for one in partners.values():
        assert one is not None
        one["reason"] = "on_an_adverse_list"


def said_of_another(partners: Told) -> None:
    for one in partners.values():
        assert one is not None
        one["partner"] = "partner_rent"


def on_anothers_topic(partners: Told) -> None:
    for _, key in tuple(partners):
        partners["partner_rent", key] = partners.pop((LOAN[0], key))


def on_anothers_topic_too(partners: Told) -> None:
    """Its own says the right thing, and is read last."""
    for told, value in tuple(partners.items()):
        del partners[told]
        partners |= {("partner_rent", told[1]): value, told: value}


def under_another_key(partners: Told) -> None:
    for reader, key in tuple(partners):
        partners[reader, "f" * 32] = partners.pop((reader, key))


def tombstone(partners: Told) -> None:
    for key in tuple(partners):
        partners[key] = None


@pytest.mark.parametrize(
    ("tell", "bend"),
    [
        (placed, forgotten),
        (placed, tombstone),
        (placed, said_of_another),
        (placed, on_anothers_topic),
        (placed, on_anothers_topic_too),
        (placed, under_another_key),
        (taken_back, still_granted),
        (taken_back, person_left),
        (taken_back, told_why),
    ],
)
def test_a_partner_told_otherwise_than_decided_is_found(tell: Story, bend: Callable[[Told], None]) -> None:
    history = Honoured().start()
    tell(history)
    bend(history.partners)
    assert set(history.audit().failed) == {I.PARTNERS_TOLD}


def test_a_declaration_that_was_held_gives_and_takes_nothing() -> None:
    """Overtaken by a later one: what was declared last stands, whatever came last."""
    history = Honoured().start()
    placed(history)
    history.tick("2023-01-13")
    history.consent(ConsentStep.WITHDRAWN)
    assert history.consent(ConsentStep.GIVEN, on=day("2023-01-11")) == "held"
    assert history.audit().findings == []
    assert history.view().consented == set()


def test_an_offer_of_the_book_in_force_is_one_of_the_files() -> None:
    view = Honoured().start().view()
    assert list(law_files(view)) == []
    view.law = replace(view.law, offers={code: one for code, one in view.law.offers.items() if code != "XINYI_RENT"})
    assert [one.where for one in law_files(view)] == ["offer XINYI_RENT"]


@pytest.mark.parametrize(
    ("row", "found"),
    [({}, set()), ({"active": False}, {I.PARTNER}), ({"list": "exposure"}, {I.PARTNER}), (None, {I.PARTNER})],
)
def test_without_a_consent_only_an_active_state_rule_on_honours_names_a_person(
    row: dict[str, Any] | None, found: set[I]
) -> None:
    """``row`` None: the entry itself is not in public."""
    history = Honoured().start()
    placed(history)
    view = history.view()
    (one,) = [one for _, one in view.places_of_honour() if one.partner is not None]
    view.consented.clear()
    plain = {"list": "honours", "items": (), "in_force_from": None, "in_force_to": None, "active": True}
    shows = Publicity(**{**plain, **(row or {})})
    view.law = replace(view.law, publicity={"HONOURS": shows})
    view.show("p", Shown(one.subject, one.key if row is not None else "another", "HONOURS", None))
    assert {wrong.invariant for wrong in let_know(view)} == found
