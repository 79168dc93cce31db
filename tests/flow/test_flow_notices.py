"""What a person is told: a proposal as a proposal, an incentive never as a sanction, the right way to object."""

from datetime import date, timedelta
from typing import Any

import msgspec
import pytest

from streams.cases.model import Case
from streams.cases.stage import play
from streams.core.law import LawBook
from streams.law.loader import load
from streams.notices import Marks, text_zh
from tests.flow.flow_stand import amended

VOLUNTEER = {"determination": {"item": "VOLUNTEER_GOOD_RECORD"}}


@pytest.fixture(scope="module")
def law() -> LawBook:
    return load()


def told(law: LawBook, when: dict[str, Any], *given: dict[str, Any], day: date = date(2026, 11, 2)) -> dict[str, str]:
    """The notices that follow from ``when`` on ``day``, by kind; ``given`` happened three weeks before."""
    before = [{"on": day - timedelta(days=21), **one} for one in given]
    says = {"name": "n", "cites": "c", "law_on": day, "given": before, "when": when, "then": {}}
    played, _ = play(msgspec.convert(says, Case), law)
    found = {}
    for decision in played.decisions:
        entry = decision.entry or played.standing.entries[str(decision.key)]
        for notice in decision.notices:
            marks = Marks(played.standing.disputed(entry.key), entry.receipt_id in played.standing.doubts)
            found[notice.kind] = text_zh(notice.kind, decision, entry, law, marks)
    return found


def test_a_sanction_is_told_as_a_proposal(law: LawBook) -> None:
    text = told(law, {"determination": {"item": "TELECOM_CARD_FINDING"}})["listed"]
    assert "确认后方可实施" in text
    assert "期限至2028年11月02日止" in text
    assert "《山东省社会信用条例》第三十九条" in text
    assert "失信信息" not in text and "放弃" not in text


@pytest.mark.parametrize(("day", "cited"), [(date(2020, 9, 30), False), (date(2020, 10, 1), True)])
def test_the_way_to_object_cites_what_is_in_force(law: LawBook, day: date, cited: bool) -> None:
    text = told(law, {"determination": {"item": "DRUG_TRADE_BAN"}}, day=day)["listed"]
    assert "提出异议" in text and ("第三十九条" in text) is cited


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
    texts = [text_zh("listed", decision, decision.entry, law, Marks(disputed)) for disputed in (False, True)]
    assert ["本记录有异议" in text for text in texts] == [False, True]


def test_a_notice_about_a_record_in_doubt_says_so(law: LawBook) -> None:
    listed = {"determination": {"ground": "2"}}
    ending = {"ending": {"reason": "performed"}, "subject": {"name": "他人"}}
    refused = {"case": {**OBJECTION, "step": "rejected"}}
    assert "以他人姓名报送" in told(law, refused, listed, ending)["case_rejected"]
    assert "以他人姓名报送" not in told(law, refused, listed)["case_rejected"]


def test_a_record_that_raises_nothing_is_told_with_the_way_to_object_and_to_repair(law: LawBook) -> None:
    text = told(law, {"determination": {"item": "SAFETY_FINE_HEAD"}})["listed"]
    assert "已记入您的信用记录" in text and "没有据此向其他部门提出措施建议" in text and "确认后方可实施" not in text
    assert "《山东省社会信用条例》第三十九条" in text and "申请信用修复" in text
    honour = told(law, {"determination": {"item": "HONOUR"}})["listed"]
    assert "不是失信信息" in honour and "没有据此向有关部门提出激励建议" in honour and "信用修复" not in honour


def test_an_honour_has_nothing_to_repair_and_a_sanction_says_when(law: LawBook) -> None:
    assert "信用修复" not in told(law, VOLUNTEER)["listed"]
    text = told(law, {"determination": {"item": "TELECOM_CARD_FINDING"}})["listed"]
    assert "最早自2027年02月02日起可依《信用修复管理办法》" in text
    banned = told(law, {"determination": {"item": "FOOD_LICENCE_REVOKED"}})["listed"]
    assert "不因信用修复而提前终止" in banned


def test_each_notice_of_a_correction_names_its_own_measures() -> None:
    """One correction ends a measure, proposes another and leaves a third as it is."""
    law = amended(**{"M-141.v1/10": {"grounds": ("2",)}, "M-141.v1/12": {"grounds": ("3",)}})
    listed = {"determination": {"ground": "2"}}
    texts = told(law, {"correction": {"says": {"ground": "3"}}}, listed, day=date(2019, 4, 1))
    over, begun, stays = (
        law.measures[code].name
        for code in ("subsidies_limited", "key_supervision", "financial_bodies_founding_and_posts")
    )
    assert [name in texts["lifted"] for name in (over, begun, stays)] == [True, False, False]
    assert [name in texts["corrected"] for name in (over, begun, stays)] == [False, True, False]
    assert f"终止原因:{law.endings['corrected'].name}。" in texts["lifted"]


OBJECTION = {"matter": "objection", "step": "opened", "case_no": "Y1"}


def test_the_result_of_one_case_says_that_another_keeps_the_mark(law: LawBook) -> None:
    listed, rejected = {"determination": {"ground": "2"}}, {"case": {**OBJECTION, "step": "rejected"}}
    text = told(law, rejected, listed, {"case": OBJECTION})["case_rejected"]
    assert "异议标注已取消" in text and "异议标注保留" not in text
    lawsuit = {"case": {**OBJECTION, "matter": "lawsuit", "case_no": "S1"}}
    text = told(law, rejected, listed, {"case": OBJECTION}, lawsuit)["case_rejected"]
    assert "异议标注已取消" not in text and "异议标注保留" in text and "本记录有异议" in text


def test_what_was_over_before_its_case_was_upheld_does_not_end_today(law: LawBook) -> None:
    listed, upheld = {"determination": {"ground": "2"}}, {"case": {**OBJECTION, "step": "upheld"}}
    assert "自即日起终止" in told(law, upheld, listed)["case_upheld"]
    text = told(law, upheld, listed, {"ending": {"reason": "performed"}})["case_upheld"]
    assert "自即日起终止" not in text and "此前已于2026年10月12日终止" in text
