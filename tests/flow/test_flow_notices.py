"""What a person is told: a proposal as a proposal, an incentive never as a sanction, the right way to object."""

from datetime import date
from typing import Any

import msgspec
import pytest

from streams.cases.model import Case
from streams.cases.stage import play
from streams.core.law import LawBook
from streams.law.loader import load
from streams.notices import text_zh

VOLUNTEER = {"determination": {"item": "VOLUNTEER_GOOD_RECORD"}}


@pytest.fixture(scope="module")
def law() -> LawBook:
    return load()


def told(law: LawBook, when: dict[str, Any], given: dict[str, Any] | None = None) -> dict[str, str]:
    """The notices that follow from ``when`` on 2 November 2026, by kind."""
    before = [] if given is None else [{"on": date(2026, 10, 12), **given}]
    says = {"name": "n", "cites": "c", "law_on": date(2026, 11, 2), "given": before, "when": when, "then": {}}
    played, _ = play(msgspec.convert(says, Case), law)
    found = {}
    for decision in played.decisions:
        assert decision.entry is not None
        for notice in decision.notices:
            found[notice.kind] = text_zh(notice.kind, decision, decision.entry, law)
    return found


def test_a_sanction_is_told_as_a_proposal(law: LawBook) -> None:
    text = told(law, {"determination": {"item": "TELECOM_CARD_FINDING"}})["listed"]
    assert "确认后方可实施" in text
    assert "期限至2028年11月02日止" in text
    assert "《山东省社会信用条例》第三十九条" in text
    assert "失信信息" not in text and "放弃" not in text


def test_an_incentive_is_never_told_as_a_sanction(law: LawBook) -> None:
    text = told(law, VOLUNTEER)["listed"]
    assert "属于其他信息,不是失信信息" in text
    assert "是否给予由该部门依法决定" in text
    assert "声明放弃" in text
    assert "义务履行" not in text and "措施建议" not in text


def test_the_end_of_an_incentive_is_no_sanction_either(law: LawBook) -> None:
    text = told(law, {"ending": {"reason": "recognition_withdrawn"}}, VOLUNTEER)["lifted"]
    assert "下列激励不再适用" in text and "不是对您的惩戒" in text


def test_a_record_without_term_says_so(law: LawBook) -> None:
    text = told(law, {"determination": {"item": "TAX_ARREARS_EXIT_STOP"}})["listed"]
    assert "未定期限,义务履行或者依据终止时终止" in text


def test_a_record_for_life_says_so(law: LawBook) -> None:
    item = law.items["TELECOM_CARD_FINDING"]
    ground = msgspec.structs.replace(item.grounds["1"], term_years=None, life=True)
    items = {
        **law.items,
        item.code: msgspec.structs.replace(item, grounds={"1": ground}, cap=None, statutory_term=True),
    }
    for_life = msgspec.structs.replace(law, items=items)
    assert "依法为终身。" in told(for_life, {"determination": {"item": item.code}})["listed"]


def test_a_court_listing_is_objected_to_at_the_court(law: LawBook) -> None:
    text = told(law, {"determination": {"ground": "1"}})["listed"]
    assert "书面申请纠正" in text


def test_a_notice_about_a_disputed_record_says_so(law: LawBook) -> None:
    says = {"name": "n", "cites": "c", "law_on": date(2026, 11, 2), "when": VOLUNTEER, "then": {}}
    played, _ = play(msgspec.convert(says, Case), law)
    (decision,) = played.decisions
    assert decision.entry is not None
    texts = [text_zh("listed", decision, decision.entry, law, disputed) for disputed in (False, True)]
    assert ["本记录有异议" in text for text in texts] == [False, True]


def test_an_honour_has_nothing_to_repair_and_a_sanction_says_when(law: LawBook) -> None:
    assert "信用修复" not in told(law, VOLUNTEER)["listed"]
    text = told(law, {"determination": {"item": "TELECOM_CARD_FINDING"}})["listed"]
    assert "最早自2027年02月02日起可依《信用修复管理办法》" in text
    banned = told(law, {"determination": {"item": "FOOD_LICENCE_REVOKED"}})["listed"]
    assert "不因信用修复而提前终止" in banned
