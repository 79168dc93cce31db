"""What others see follows the ground: consents, disputes, repairs and the erasure of a subject, through ``decide``."""

from datetime import date, timedelta
from typing import Any

import msgspec
import pytest
from book import LISTING, Life, book, correction, determination, ending
from msgspec.structs import replace

from streams.core.decisions import Decision, DecisionKind, Outcome
from streams.core.disclosed import Move
from streams.core.due import next_day
from streams.core.events import CaseStep, Consent, ConsentStep, Matter, PersonCase, Target
from streams.core.retention import over_on
from streams.core.standing import Standing

DAY = date(2026, 11, 2)
ONE = timedelta(days=1)
DIGEST = "c" * 64


def honour(day: date) -> Any:
    said = determination(day, "HONOUR", body="SD-CIVILITY", ground="moral_model", basis="R-SHANDONG")
    return replace(said, document_no="h")


def consent(day: date, recipient: str, purpose: str, step: ConsentStep = ConsentStep.GIVEN) -> Consent:
    return Consent(step, recipient, purpose, day, DIGEST)


def objection(step: CaseStep, day: date) -> PersonCase:
    target = Target("1", LISTING)
    return PersonCase(target, Matter.OBJECTION, step, "异1", day, document_no="异1决", document_digest=DIGEST)


def moved(decisions: tuple[Decision, ...], what: str) -> list[tuple[Move, str]]:
    return [(one.move, one.reason) for d in decisions if d.moves is not None for one in getattr(d.moves, what)]


def test_a_consent_names_one_partner_and_its_withdrawal_takes_the_place_at_once() -> None:
    life = Life(book(), DAY)
    life.sends(honour(DAY), channel="civility")
    _, given = life.sends(consent(DAY, "partner_loan", "XINYI_LOAN"), channel="civility", name="")
    assert moved(given, "rewards") == [(Move.BEGUN, "consented")]
    assert sorted(one.offer for one in life.standing.rewards.values()) == ["RED_LIST", "XINYI_LOAN"]
    life.day = DAY + ONE
    taken = consent(DAY + ONE, "partner_loan", "XINYI_LOAN", ConsentStep.WITHDRAWN)
    _, withdrawn = life.sends(taken, channel="civility", name="")
    assert moved(withdrawn, "rewards") == [(Move.ENDED, "consent_withdrawn")]
    assert [one.offer for one in life.standing.rewards.values()] == ["RED_LIST"]


def test_an_overtaken_consent_is_told_its_own_day_and_not_the_newer_one() -> None:
    """The newer declaration may have come to another department, and is not this one's to know."""
    life = Life(book(), DAY + ONE)
    life.sends(consent(DAY + ONE, "credit_bureau", "", ConsentStep.WITHDRAWN), channel="civility", name="")
    receipt, decisions = life.sends(consent(DAY, "credit_bureau", ""), channel="court", name="")
    assert receipt is not None
    assert [(one.code, one.field, one.seen) for one in receipt.faults] == [("CONSENT_OVERTAKEN", "day", "2026-11-02")]
    assert [one.kind for one in decisions] == [DecisionKind.HELD]
    assert (DAY + ONE).isoformat() not in repr(receipt)


def test_a_listing_withdraws_every_place_in_the_decision_that_records_it() -> None:
    life = Life(book(), DAY)
    life.sends(honour(DAY), channel="civility")
    life.sends(consent(DAY, "partner_rent", "XINYI_RENT"), channel="civility", name="")
    _, decisions = life.sends(determination(DAY))
    assert [one.kind for one in decisions] == [DecisionKind.RECORDED]
    assert moved(decisions, "rewards") == [(Move.ENDED, "on_an_adverse_list")] * 2
    assert not life.standing.rewards


def test_a_listing_in_doubt_takes_no_place_until_its_department_has_looked() -> None:
    """Its ending came first and waited thirty days in vain: nobody is shown the listing, so no partner either."""
    life = Life(book(), DAY)
    life.sends(ending(DAY))
    life.ticks(DAY + 30 * ONE)
    life.sends(honour(DAY), channel="civility")
    _, decisions = life.sends(determination(DAY))
    assert decisions[0].code == "ending_given_up"
    assert moved(decisions, "rewards") == [] and life.standing.rewards
    _, decisions = life.sends(correction(life.day, determination(DAY, ground="2")))
    assert moved(decisions, "rewards") == [(Move.ENDED, "on_an_adverse_list")]


def test_a_dispute_marks_entry_and_feed_and_its_end_takes_the_mark_away() -> None:
    life = Life(book(), DAY)
    life.sends(determination(DAY))
    life.ticks(DAY + ONE)
    _, opened = life.sends(objection(CaseStep.OPENED, DAY + ONE), name="")
    assert moved(opened, "publications") == moved(opened, "bureau") == [(Move.CHANGED, "dispute_marked")]
    assert all(one.disputed for one in life.standing.publications.values())
    _, closed = life.sends(objection(CaseStep.REJECTED, DAY + ONE), name="")
    assert moved(closed, "publications") == moved(closed, "bureau") == [(Move.CHANGED, "dispute_over")]


def test_an_upheld_objection_takes_everything_in_one_batch() -> None:
    life = Life(book(), DAY)
    life.sends(determination(DAY))
    life.ticks(DAY + ONE)
    _, upheld = life.sends(objection(CaseStep.UPHELD, DAY + ONE), name="")
    assert moved(upheld, "publications") == moved(upheld, "bureau") == [(Move.ENDED, "court_objection_upheld")]
    assert not life.standing.publications and not life.standing.bureau


def test_a_consent_to_the_bureau_feeds_what_is_serious_and_falls_with_it() -> None:
    life = Life(book(), DAY)
    life.sends(determination(DAY, "TAX_SERIOUS_CASE", ground="evasion", basis="O-TAX-54"))
    assert not life.standing.bureau
    _, given = life.sends(consent(DAY, "credit_bureau", "credit_reporting"), name="")
    assert moved(given, "bureau") == [(Move.BEGUN, "told_before_feeding")]
    assert [one.kind for one in given[0].notices] == ["before_bureau"]
    assert moved(life.ticks(DAY + ONE), "bureau") == [(Move.CHANGED, "consented")]
    life.day = DAY + 2 * ONE
    _, taken = life.sends(consent(life.day, "credit_bureau", "credit_reporting", ConsentStep.WITHDRAWN), name="")
    assert moved(taken, "bureau") == [(Move.ENDED, "consent_withdrawn")]


@pytest.mark.parametrize("given_as", ["x", "y"])
def test_a_withdrawal_under_another_name_ends_the_consent_and_says_so(given_as: str) -> None:
    """Whether the consent was taken down under the name in force, or under the other one before any was in force."""
    life = Life(book(), DAY)
    life.sends(consent(DAY, "partner_loan", "XINYI_LOAN"), channel="civility", name=given_as)
    life.sends(honour(DAY), channel="civility", name="x")
    assert "XINYI_LOAN" in [one.offer for one in life.standing.rewards.values()]
    taken = consent(DAY, "partner_loan", "XINYI_LOAN", ConsentStep.WITHDRAWN)
    receipt, (withdrawn,) = life.sends(taken, channel="civility", name="y")
    assert receipt is not None and (receipt.outcome, receipt.faults) == (Outcome.WARNED, ())
    assert [(one.code, one.field) for one in receipt.warnings] == [("NAME_DIFFERS", "subject.name")]
    assert withdrawn.reasons == ("consent_withdrawn", "NAME_DIFFERS")
    assert moved((withdrawn,), "rewards") == [(Move.ENDED, "consent_withdrawn")]
    assert life.standing.consents[0].withdrawn_on == DAY and life.standing.name_check == "x"
    receipt, _ = life.sends(consent(DAY + ONE, "partner_loan", "XINYI_LOAN"), channel="civility", name="y")
    assert receipt is not None and receipt.faults[0].code == "NAME_MISMATCH", "given it is under the right name alone"
    assert life.standing.consents[0].withdrawn_on == DAY


@pytest.mark.parametrize("name", ["x", ""])
def test_of_a_withdrawal_under_the_name_in_force_or_without_one_nothing_is_said(name: str) -> None:
    life = Life(book(), DAY)
    life.sends(honour(DAY), channel="civility", name="x")
    taken = consent(DAY, "partner_loan", "XINYI_LOAN", ConsentStep.WITHDRAWN)
    receipt, (withdrawn,) = life.sends(taken, channel="civility", name=name)
    assert receipt is not None and (receipt.outcome, receipt.warnings) == (Outcome.ACCEPTED, ())
    assert withdrawn.reasons == ("consent_withdrawn",)


def versions(life: Life) -> list[tuple[str, int]]:
    """Of everything told to the public and to a bureau, in order; of a record that was only announced nothing was."""
    found = []
    for moves in (one.moves for one in life.decisions if one.moves is not None):
        found += [(one.move.value, one.publication.version) for one in moves.publications]
        found += [(f"bureau {one.move.value}", one.record.version) for one in moves.bureau if one.record.fed_on]
    return found


def doubted_and_cleared(life: Life) -> None:
    life.day += ONE
    life.sends(ending(life.day), name="y")
    assert not life.standing.publications and not life.standing.bureau
    life.sends(correction(life.day, determination(DAY, ground="2")), name="x")


def test_what_is_shown_and_fed_again_after_a_doubt_goes_on_from_its_last_version() -> None:
    life = Life(book(), DAY)
    life.sends(determination(DAY, ground="2"))
    life.ticks(DAY + ONE)
    doubted_and_cleared(life)
    assert life.standing.versions == {}, "what is shown again carries its version itself"
    doubted_and_cleared(life)  # before it was fed again
    life.ticks(life.day + ONE)
    life.sends(ending(DAY))
    told = versions(life)
    assert [one for one in told if "bureau" not in one[0]] == [
        ("begun", 1), ("ended", 2), ("begun", 3), ("ended", 4), ("begun", 5), ("ended", 6)
    ]  # fmt: skip
    assert [one for one in told if "bureau" in one[0]] == [
        ("bureau changed", 1), ("bureau ended", 2), ("bureau changed", 3), ("bureau ended", 4)
    ]  # fmt: skip
    assert life.standing.versions == {}, "an entry that is over comes back no more"


def test_a_standing_of_before_begins_from_the_versions_it_knows() -> None:
    life = Life(book(), DAY)
    life.sends(determination(DAY, ground="2"))
    life.ticks(DAY + ONE)
    life.sends(ending(life.day), name="y")
    before = msgspec.msgpack.decode(msgspec.msgpack.encode(life.standing), type=dict)
    assert sorted(before.pop("versions").values()) == [2, 2]
    life.standing = msgspec.msgpack.decode(msgspec.msgpack.encode(before), type=Standing)
    life.sends(correction(life.day, determination(DAY, ground="2")), name="x")
    assert [one.version for one in life.standing.publications.values()] == [1]


def test_a_subject_is_erased_when_its_last_clock_and_the_grace_are_over() -> None:
    life = Life(book(), DAY)
    life.sends(honour(DAY), channel="civility")
    life.sends(consent(DAY, "partner_loan", "XINYI_LOAN"), channel="civility", name="")
    life.sends(ending(DAY, "honour_waived", "HONOUR", "h"), channel="civility")
    assert over_on(life.law, life.standing) is None, "a consent still stands"
    life.sends(consent(DAY, "partner_loan", "XINYI_LOAN", ConsentStep.WITHDRAWN), channel="civility", name="")
    over = DAY + timedelta(days=31)
    assert over_on(life.law, life.standing) == next_day(life.standing, life.law, DAY) == over
    assert life.ticks(over - ONE) == ()
    (erased,) = life.ticks(over)
    assert (erased.kind, erased.entry, erased.moves) == (DecisionKind.ERASED, None, None)
    assert life.standing == Standing(life.standing.subject)
    assert next_day(life.standing, life.law, over) is None


def test_a_negative_record_is_kept_until_its_five_years_are_over() -> None:
    life = Life(book(), DAY)
    life.sends(determination(DAY, conduct_end=date(2024, 3, 1)))
    life.sends(ending(DAY))
    (key,) = life.standing.obligations
    assert over_on(life.law, life.standing) is None, "a lifting is not proved"
    proved = tuple(replace(one, state=one.state.LIFTED) for one in life.standing.obligations[key])
    life.standing = replace(life.standing, obligations={key: proved})
    assert over_on(life.law, life.standing) == date(2029, 3, 1) + timedelta(days=31)


def test_other_names_under_one_number_are_remembered_for_the_erasure() -> None:
    life = Life(book(), DAY)
    life.sends(determination(DAY))
    life.sends(determination(DAY, number="2"), name="another")
    assert (life.standing.name_check, life.standing.other_names) == ("x", ("another",))
