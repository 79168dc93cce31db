"""Each partner hears of its own places on its own topic, under references that no other partner can open."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.flow.flow_stand import BOOK, CATALOGUE, CODEC, Stand, determination, listing, person

START = date(2026, 11, 2)
OFFERS = {offer.partner: offer.code for offer in BOOK.offers.values() if offer.partner is not None}


@pytest.fixture
def stand(tmp_path: Path) -> Stand:
    return Stand(tmp_path / "keys").begin(START)


def honoured(stand: Stand, number: int) -> None:
    paper = {"item": "VOLUNTEER_GOOD_RECORD", "body": "SD-CIVIL-AFFAIRS", "basis": "R-SD-VOLUNTEER", "ground": None}
    stand.send("events.civil_affairs", listing(number, START, document_no=f"鲁志{number}号", **paper))


def consent(stand: Stand, number: int, partner: str, step: str = "given", crash: bool = False) -> None:
    value = {
        "event_id": f"C-{number}-{partner}-{step}",
        "subject": determination(number, START)["subject"],
        "step": step,
        "recipient": partner,
        "purpose": OFFERS[partner],
        "day": START,
        "document_digest": "ef" * 32,
    }
    stand.send("cases.credit", CODEC.encode("PersonConsent", value), crash)


def told(stand: Stand, partner: str) -> list[dict[str, Any]]:
    return stand.read(f"partners.{partner}")


def test_two_partners_each_see_their_own_person_and_no_other(stand: Stand) -> None:
    for number in (1, 2):
        honoured(stand, number)
    consent(stand, 1, "partner_loan")
    consent(stand, 2, "partner_rent", crash=True)
    one, two = (record["subject"] for record in stand.read("decisions")[:2])
    for partner, token in (("partner_loan", one), ("partner_rent", two)):
        (place,) = told(stand, partner)
        assert (place["state"], place["partner"], place["offer"]) == ("granted", partner, OFFERS[partner])
        assert stand.keyring.open_case_ref(place["case_ref"], partner) == token
        for other in {*OFFERS, *CATALOGUE.channels} - {partner}:
            with pytest.raises(ValueError, match="not a case reference"):
                stand.keyring.open_case_ref(place["case_ref"], other)
    assert not told(stand, "partner_travel")
    for topic, records in stand.topics.items():
        if topic.startswith("partners."):
            for number, token in ((1, one), (2, two)):
                assert not any(
                    token.encode() in value or person(number).encode() in value for _, value in records if value
                )


def test_one_person_is_two_references_and_what_one_partner_loses_the_other_keeps(stand: Stand) -> None:
    honoured(stand, 1)
    consent(stand, 1, "partner_loan")
    consent(stand, 1, "partner_rent")
    (loan,), (rent,) = told(stand, "partner_loan"), told(stand, "partner_rent")
    assert loan["case_ref"] != rent["case_ref"] and loan["reward_id"] != rent["reward_id"]
    consent(stand, 1, "partner_loan", "withdrawn", crash=True)
    withdrawn = told(stand, "partner_loan")[-1]
    assert (withdrawn["state"], withdrawn["case_ref"], withdrawn["reward_id"]) == ("withdrawn", None, loan["reward_id"])
    assert told(stand, "partner_rent") == [rent]


def test_a_place_on_the_red_list_alone_is_told_to_nobody(stand: Stand) -> None:
    honoured(stand, 1)
    assert [one["reward"]["offer"] for one in stand.read("decisions")[0]["moves"]["rewards"]] == ["RED_LIST"]
    assert not [topic for topic in stand.topics if topic.startswith("partners")]
