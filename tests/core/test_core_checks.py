"""Intake's checks where no case in tests/cases can reach: other books, masks, every code, minors at any date."""

from datetime import date, timedelta

import pytest
from book import DIGEST, LISTING, ORDER, book, correction, determination, ending
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from streams.core.check_determination import EARLIEST
from streams.core.checks import SubjectFacts, check_correction, check_determination, check_ending, check_feedback
from streams.core.events import Feedback, FeedbackState, SubjectKind
from streams.core.law import Body, LawBook
from streams.core.shown import shown

DAY = date(2026, 11, 2)
GROWN = SubjectFacts(SubjectKind.PERSON, date(1980, 1, 1))
days = st.dates(date(2017, 5, 1), DAY)


def test_a_body_of_a_level_that_may_not_report_the_item() -> None:
    item = replace(book().items[LISTING], levels=("county",))
    law = replace(book(), items={LISTING: item})
    (fault,) = check_determination(determination(DAY), "court", GROWN, law, DAY).faults
    assert (fault.code, fault.seen, fault.expected) == ("LEVEL_NOT_ALLOWED", "province", "county")


def of_two_sectors() -> LawBook:
    """A book in which a city channel hosts bodies of several lines of work, and the court list is market's."""
    market = Body("SD-MARKET-370100", "济南市市场监督管理局", "city", "370100", None, "city-jinan", "market")
    tax = replace(market, code="SD-TAX-370100", name="济南市税务局", sector="tax")
    item = replace(book().items[LISTING], providers=("market", "drugs"))
    bodies = {**book().bodies, market.code: market, tax.code: tax}
    return replace(book(), digest="two sectors", items={LISTING: item}, bodies=bodies)


@pytest.mark.parametrize(
    ("body", "channel", "found"),
    [
        ("SD-MARKET-370100", "city-jinan", []),
        ("SD-MARKET", "market", []),
        ("SD-MARKET-370100", "market", [("WRONG_CHANNEL", "body", "market", "city-jinan")]),
        ("SD-TAX-370100", "city-jinan", [("PROVIDER_NOT_LISTED", "body", "tax", "market | drugs")]),
        (
            "SD-COURT",
            "city-jinan",
            [
                ("WRONG_CHANNEL", "body", "city-jinan", "court"),
                ("PROVIDER_NOT_LISTED", "body", "court", "market | drugs"),
            ],
        ),
        ("SD-NOBODY", "city-jinan", [("BODY_UNKNOWN", "body", "SD-NOBODY", "a code of bodies.yaml")]),
    ],
)
def test_a_body_of_a_listed_sector_reports_through_its_own_channel(
    body: str, channel: str, found: list[tuple[str, ...]]
) -> None:
    faults = check_determination(determination(DAY, body=body), channel, GROWN, of_two_sectors(), DAY).faults
    assert [(fault.code, fault.field, fault.seen, fault.expected) for fault in faults] == found


@pytest.mark.parametrize(
    ("channel", "ok"), [("city-jinan", True), ("market", True), ("court", False), ("nobody", False)]
)
def test_who_hosts_a_listed_sector_may_end_and_correct(channel: str, ok: bool) -> None:
    law = of_two_sectors()
    codes = [] if ok else ["PROVIDER_NOT_LISTED"]
    assert [fault.code for fault in check_ending(ending(DAY, "revoked"), channel, law, DAY).faults] == codes
    body = "SD-MARKET" if channel == "market" else "SD-MARKET-370100"
    fixed = correction(DAY, determination(DAY, body=body))
    assert [fault.code for fault in check_correction(fixed, channel, GROWN, law, DAY).faults] == codes


def test_an_item_that_has_left_the_catalogue() -> None:
    item = replace(book().items[LISTING], in_force_to=DAY - timedelta(days=1))
    law = replace(book(), items={LISTING: item})
    assert [fault.code for fault in check_determination(determination(DAY), "court", GROWN, law, DAY).faults] == [
        "ITEM_NOT_IN_FORCE"
    ]
    before = determination(DAY - timedelta(days=1))
    assert check_determination(before, "court", GROWN, law, DAY).faults == ()


@given(days, st.one_of(st.none(), days), st.integers(0, 18 * 365))
def test_no_minor_passes_whatever_the_dates(made: date, conduct: date | None, age_days: int) -> None:
    born = made - timedelta(days=age_days)
    said = determination(made, conduct_end=conduct)
    facts = SubjectFacts(SubjectKind.PERSON, born)
    assert "MINOR_SUBJECT" in [fault.code for fault in check_determination(said, "court", facts, book(), DAY).faults]


@given(st.text(max_size=40))
def test_a_fault_never_quotes_what_may_be_personal(text: str) -> None:
    said = determination(DAY, item=text) if text != LISTING else determination(DAY)
    for fault in check_determination(said, "court", GROWN, book(), DAY).faults:
        assert fault.seen is None or fault.seen == shown(text) or text not in fault.seen


@pytest.mark.parametrize("number", ["990000198001010020", "13800138000", "测试甲", "a b", "A" * 41, "x12345"])
def test_numbers_and_names_are_masked(number: str) -> None:
    assert shown(number) == f"<{len(number)} characters>"


@pytest.mark.parametrize("state", [FeedbackState.CONFIRMED, FeedbackState.IN_EFFECT, FeedbackState.LIFTED])
def test_an_answer_without_reason_passes(state: FeedbackState) -> None:
    assert check_feedback(Feedback("0" * 32, state, None, "T001", DAY), "org", book(), DAY).faults == ()


def test_digests_are_lower_case_hex() -> None:
    upper = determination(DAY, document_digest=DIGEST.upper())
    assert [fault.code for fault in check_determination(upper, "court", GROWN, book(), DAY).faults] == [
        "DIGEST_INVALID"
    ]


UNIT = "91110000600037341L"


def faults_and_warnings(code: str) -> tuple[list[str], tuple[str, ...]]:
    said = determination(DAY, ORDER, role="legal_representative", entity_code=code)
    checked = check_determination(said, "court", GROWN, book(), DAY)
    return [fault.code for fault in checked.faults], checked.warnings


@pytest.mark.parametrize("code", ["91110000-600037341L", "91110000 600037341L", UNIT.lower(), f" {UNIT}", f"{UNIT}\n"])
def test_an_entity_code_has_no_separators(code: str) -> None:
    assert faults_and_warnings(code) == (["ENTITY_CODE_INVALID"], ())


near_codes = st.lists(
    st.tuples(st.integers(0, 18), st.sampled_from([*"- .０Ａaiosvz٣X9", ""]), st.booleans()), max_size=3
)


@given(near_codes)
def test_a_code_that_is_nearly_one_is_told_not_thrown(edits: list[tuple[int, str, bool]]) -> None:
    code = UNIT
    for place, character, inserted in edits:
        code = code[:place] + character + code[place + (not inserted) :]
    faults, warnings = faults_and_warnings(code)
    assert faults in ([], ["ENTITY_CODE_INVALID"])
    assert not (faults and warnings)
    assert bool(faults) == (code != UNIT) or len(code) == 18


def test_an_item_that_has_left_the_catalogue_may_still_be_ended() -> None:
    law = replace(book(), items={key: item for key, item in book().items.items() if key != ORDER})
    assert check_ending(ending(DAY, "order_performed", ORDER), "court", law, DAY).faults == ()
    (fault,) = check_ending(ending(DAY, "the debtor Li paid", ORDER), "court", law, DAY).faults
    assert (fault.code, fault.seen) == ("REASON_UNKNOWN", "<18 characters>")


@pytest.mark.parametrize("day", [EARLIEST - timedelta(days=1), date(1, 1, 1), date(1899, 12, 31)])
def test_no_date_is_older_than_what_is_reported(day: date) -> None:
    said, answer = determination(DAY), Feedback("0" * 32, FeedbackState.CONFIRMED, None, "T001", day)
    facts = SubjectFacts(SubjectKind.PERSON)  # by no number: nobody knows the age
    seen = [
        check_ending(ending(day), "court", book(), DAY),
        check_correction(correction(day, said), "court", GROWN, book(), DAY),
        check_feedback(answer, "org", book(), DAY),
        check_determination(replace(said, document_date=None, effect_date=day), "court", facts, book(), DAY),
        check_determination(replace(said, document_date=None, conduct_end=day), "court", facts, book(), DAY),
    ]
    assert [[fault.code for fault in checked.faults] for checked in seen] == [["DATE_IMPLAUSIBLE"]] * len(seen)


@pytest.mark.parametrize(("made", "codes"), [(date(2026, 2, 28), ["MINOR_SUBJECT"]), (date(2026, 3, 1), [])])
def test_born_on_29_february_is_of_age_on_1_march(made: date, codes: list[str]) -> None:
    facts = SubjectFacts(SubjectKind.PERSON, date(2008, 2, 29))
    faults = check_determination(determination(made), "court", facts, book(), DAY).faults
    assert [fault.code for fault in faults] == codes
