"""Every field, group and kind of conduct of the notice is in the catalogue; what raises nothing says why."""

from datetime import date

import pytest
from msgspec.structs import replace

from streams.core.law import LawBook
from streams.law.loader import load
from streams.law.report.chains import chain_of, conducts, fields, groups, silent
from topics.catalogue import Catalogue

TODAY = date(2026, 11, 28)


@pytest.fixture(scope="module")
def book() -> LawBook:
    return load()


def test_each_field_group_and_conduct_has_an_item(book: LawBook) -> None:
    headings = (*fields(book), *groups(book), *conducts(book))
    assert [one.code for one in headings if not one.chains] == []
    assert [len(found(book)) for found in (fields, groups, conducts)] == [11, 12, 4]


def test_negative_items_have_a_chain_or_say_why_not(book: LawBook) -> None:
    assert silent(book) == ()
    for chain in (chain_of(book, item) for item in book.items.values()):
        assert chain.rules or set(chain.reasons) <= set(book.reasons), chain.item.code


def test_an_item_that_would_say_nothing_is_found(book: LawBook) -> None:
    quiet = replace(book.items["ECOMMERCE_PENALTY"], record_only={})
    rules = {code: rule for code, rule in book.rules.items() if quiet.code not in rule.items}
    assert silent(replace(book, items={**book.items, quiet.code: quiet}, rules=rules)) == (quiet.code,)


def test_fields_and_groups_without_a_chain_are_those_we_know(book: LawBook) -> None:
    """A field that loses or gains its chain is a change of law, to be told and not to slip in."""
    for today in (True, False):
        without = [
            {one.code for one in headings if not (one.has_chain_on(TODAY) if today else one.has_chain)}
            for headings in (fields(book), groups(book), conducts(book))
        ]
        assert without == [{"e_commerce", "utilities"}, {"tax_advisers", "real_estate_agents"}, set()]


def test_an_entity_record_reaches_nobody(book: LawBook) -> None:
    """条例 31: what is reported about a unit raises nothing against its people; they have records of their own."""
    open_ended = [
        item.code
        for item in book.items.values()
        if item.info_class == "negative" and "entity" in item.subjects and "entity" not in item.record_only
    ]
    assert open_ended == []


def test_bans_outlive_the_provincial_five_years_only_by_statute(book: LawBook) -> None:
    """条例 38 但书 speaks of laws and regulations: a term that stands in an order or a memorandum is cut."""
    for item in book.items.values():
        if item.statutory_term:
            grades = {book.instruments[code].basis_grade for code in item.instruments}
            assert grades & {"law", "regulation"}, item.code
            assert any(ground.own_term for ground in item.grounds.values()), item.code


def test_terms_of_statutes(book: LawBook) -> None:
    """Lengths as the articles give them."""

    def ground(item: str, code: str) -> tuple[object, ...]:
        found = book.items[item].grounds[code]
        return found.term_years, found.stated_months, found.life, found.counts_from

    assert ground("FOOD_LICENCE_REVOKED", "135_1") == (5, None, False, "document")
    assert ground("FOOD_CRIME_SENTENCE", "135_2") == (None, None, True, "effect")
    assert ground("DRUG_TRADE_BAN", "122") == (10, None, False, "effect")
    assert ground("BIDDING_BAR", "53") == (None, (12, 24), False, "effect")
    assert ground("BIDDING_BAR", "54") == (None, (12, 36), False, "effect")
    assert ground("BIDDING_BAR", "60") == (None, (24, 60), False, "effect")
    assert ground("PROCUREMENT_BAR", "77") == (None, (12, 36), False, "effect")
    assert ground("APPRAISAL_BAN", "45_grave") == (None, (60, 120), False, "effect")
    assert ground("ACCOUNTING_BAN", "40") == (5, None, False, "effect")
    assert ground("GUIDE_LICENCE_REVOKED", "103") == (3, None, False, "document")
    assert ground("SAFETY_SERIOUS_LIST", "listed") == (3, None, False, "effect")
    assert not book.items["SAFETY_SERIOUS_LIST"].statutory_term


def test_no_household_debt_is_an_item(book: LawBook) -> None:
    """A household that owes for water, power, gas or heating owes a civil debt; only theft is an item of that field."""
    assert [item.code for item in book.items.values() if item.field == "utilities"] == ["POWER_THEFT_PENALTY"]


def test_whoever_acts_can_be_told_and_whoever_reports_can_decide(book: LawBook) -> None:
    """A measure goes to a channel with topics for it; who issues documents must be able to answer objections."""
    channels = Catalogue.load().channels
    mute = {rule.executor for rule in book.rules.values() if rule.active and rule.executor} & {
        code for code, channel in channels.items() if not channel.executes
    }
    assert mute == set()
    deciding = {body.sector for body in book.bodies.values() if channels[body.channel].decides}
    assert {
        item.code: set(item.providers) - deciding for item in book.items.values() if set(item.providers) - deciding
    } == {}
