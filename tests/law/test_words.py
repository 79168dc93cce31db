"""Every word that the core may put into a receipt or a decision has a text for the people who read it."""

import ast
from pathlib import Path

import pytest

import streams.core
from streams.core.law import LawBook
from streams.law.loader import load

CORE = Path(streams.core.__file__).parent
NOT_REASONS = {  # codes of other kinds
    "self",
    "court",
    "credit",
    "report_change",
    "court_correction",
    "listed",
    "credit_bureau",
    "credit_reporting",
    "serious",
    "before_bureau",
}


@pytest.fixture(scope="module")
def book() -> LawBook:
    return load()


def trees() -> list[ast.Module]:
    return [ast.parse(path.read_text(encoding="utf-8")) for path in sorted(CORE.glob("*.py"))]


def constants() -> set[str]:
    """Texts of the core's module constants: NAME = "word"."""
    return {
        node.value.value
        for tree in trees()
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    }


def fault_codes() -> set[str]:
    """Codes of every Fault("CODE", ...) of the core."""
    return {
        node.args[0].value
        for tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "Fault"
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    }


def test_every_reason_of_the_core_is_in_the_book(book: LawBook) -> None:
    found = constants() - NOT_REASONS
    assert found, "the core keeps its reason codes as module constants"
    assert found - set(book.reasons) - set(book.codes) == set()


def test_every_fault_of_the_core_is_in_the_book(book: LawBook) -> None:
    assert fault_codes()
    assert fault_codes() - set(book.codes) == set()


def test_codes_speak_both_languages_and_name_a_cure(book: LawBook) -> None:
    for code in book.codes.values():
        assert code.zh and code.en and code.cure_zh and code.cure_en, code.code
        assert any("\u4e00" <= char <= "\u9fff" for char in code.zh + code.cure_zh)


PROMISED = set(
    """
EMPTY_VALUE RECORD_TOO_LARGE NOT_FRAMED SCHEMA_UNKNOWN SCHEMA_NOT_ADMITTED UNREADABLE TRAILING_BYTES EVENT_ID_MISSING
BODY_UNKNOWN WRONG_CHANNEL ITEM_UNKNOWN ITEM_NOT_IN_FORCE PROVIDER_NOT_LISTED LEVEL_NOT_ALLOWED SUBJECT_KIND_NOT_ALLOWED
IDENTIFIER_INVALID SYNTHETIC_NOT_ALLOWED CASE_REF_INVALID MINOR_SUBJECT SIMPLE_PROCEDURE PRIOR_NOTICE_MISSING
HEARING_MISSING NOT_IN_EFFECT DATE_ORDER DATE_IMPLAUSIBLE BASIS_NOT_LISTED GROUND_MISSING GROUND_UNKNOWN
TERM_NOT_ALLOWED ROLE_NOT_LISTED ENTITY_CODE_MISSING ENTITY_CODE_INVALID DIGEST_INVALID TEXT_NOT_ALLOWED REASON_UNKNOWN
TARGET_INCOMPLETE
CORRECTION_CHANGES_ITEM REFUSAL_REASON_MISSING REFUSAL_REASON_UNKNOWN OFFICER_MISSING OBLIGATION_ID_INVALID
DOCUMENT_INCOMPLETE NAME_ALONE NAME_MISSING NAME_MISMATCH SUBJECT_OVERFLOW TARGET_NOT_SEEN
ENDING_WITHOUT_EFFECT OBLIGATION_NOT_SEEN
NOT_OWN_OBLIGATION FEEDBACK_OUT_OF_ORDER DUPLICATE_RECORD CONTENT_CHANGED TARGET_NEVER_SEEN REGION_CODE_UNKNOWN
ORGANISATION_CHECK_DIGIT
""".split()  # noqa: SIM905 - fifty words read better as text
)


def test_the_codes_departments_were_promised(book: LawBook) -> None:
    assert set(book.codes) >= PROMISED


def test_purposes_name_their_users(book: LawBook) -> None:
    assert set(book.purposes) == {"objection", "audit", "confirmation"}
    assert all("可用者" in text for text in book.purposes.values())
