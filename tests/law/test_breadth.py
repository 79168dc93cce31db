"""Every field, group and kind of conduct of the notice is in the catalogue; what raises nothing says why."""

import pytest

from streams.core.law import Item, LawBook, Rule
from streams.law.loader import load
from topics.catalogue import Catalogue

PERSON = "person"


@pytest.fixture(scope="module")
def book() -> LawBook:
    return load()


def rules_of(book: LawBook, item: Item) -> list[Rule]:
    """Rules that may reach a natural person through ``item``."""
    return [rule for rule in book.rules.values() if item.code in rule.items and PERSON in rule.subjects]


def has_chain(book: LawBook, item: Item) -> bool:
    return PERSON not in item.record_only and any(rule.active for rule in rules_of(book, item))


def says_why(book: LawBook, item: Item) -> bool:
    """The item is record-only by a reason of its own, a mere warning, or every row about it gives a reason."""
    if item.record_only.get(PERSON) in book.reasons or item.minor or PERSON not in item.subjects:
        return True
    rows = [rule for rule in book.rules.values() if item.code in rule.items]
    return bool(rows) and all(rule.inactive_reason in book.reasons for rule in rows)


def by_field(book: LawBook) -> dict[str, list[Item]]:
    return {code: [item for item in book.items.values() if item.field == code] for code in book.fields}


def by_group(book: LawBook) -> dict[str, list[Item]]:
    return {code: [item for item in book.items.values() if code in item.groups] for code in book.groups}


def test_each_field_group_and_conduct_has_an_item(book: LawBook) -> None:
    assert [code for code, items in by_field(book).items() if not items] == []
    assert [code for code, items in by_group(book).items() if not items] == []
    assert set(book.conducts) - {item.conduct for item in book.items.values()} == set()


def test_negative_items_have_a_chain_or_say_why_not(book: LawBook) -> None:
    silent = [
        item.code
        for item in book.items.values()
        if item.info_class == "negative" and not has_chain(book, item) and not says_why(book, item)
    ]
    assert silent == []


def test_fields_and_groups_without_a_chain_are_those_we_know(book: LawBook) -> None:
    """A field that loses or gains its chain is a change of law, to be told and not to slip in."""
    fields = {code for code, items in by_field(book).items() if not any(has_chain(book, item) for item in items)}
    groups = {code for code, items in by_group(book).items() if not any(has_chain(book, item) for item in items)}
    assert fields == {"e_commerce", "utilities"}
    assert groups == {"tax_advisers", "real_estate_agents"}


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
