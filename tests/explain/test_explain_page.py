"""The page of a decision, as the person it is about would contest it."""

import io
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from rich.console import Console

from schemas.codec import Codec
from streams.core.decisions import Decision, DecisionKind
from streams.core.events import FeedbackState
from streams.explain import page
from streams.explain.parts import reason
from streams.law import canonical
from streams.wire import from_avro
from tests.flow.flow_stand import BOOK, CODEC, Stand, amended, determination, listing, person

START = date(2019, 3, 4)
NAME = "测试1"


@pytest.fixture
def stand(tmp_path: Path) -> Stand:
    return Stand(tmp_path / "keys").begin(START)


def decisions(stand: Stand) -> list[Decision]:
    return [from_avro(value, Decision) for value in stand.read("decisions")]


def shown(decision: Decision, stand: Stand) -> str:
    """The page on a wide screen, so that no word is broken."""
    console = Console(record=True, width=400, file=io.StringIO())
    console.print(page(decision, stand.books[decision.law_digest]))
    return console.export_text()


def assert_nobody_named(text: str) -> None:
    assert person(1) not in text and NAME not in text


@pytest.mark.parametrize(("life", "said"), [(True, "依法为终身"), (False, "未定期限")])
def test_page_and_notice_say_why_there_is_no_last_day(tmp_path: Path, life: bool, said: str) -> None:
    item = BOOK.items["COURT_DEFAULTER_LISTING"]
    ground = msgspec.structs.replace(item.grounds["1"], life=life)
    items = {**BOOK.items, item.code: msgspec.structs.replace(item, grounds={"1": ground})}
    law = canonical.parse(canonical.dump(msgspec.structs.replace(BOOK, items=items)))
    stand = Stand(tmp_path / "keys")
    stand.law(law, START)
    stand.tick(START)
    stand.send("events.court", listing(1, START, ground="1"))
    (decision,) = decisions(stand)
    assert said in shown(decision, stand)
    assert said in stand.read("notices")[0]["text_zh"]


def test_a_listing_says_what_why_by_whom_until_when_and_how_to_object(stand: Stand) -> None:
    stand.send("events.court", listing(1, START, extra_years=1))
    (decision,) = decisions(stand)
    text = shown(decision, stand)
    assert decision.decision_id in text and decision.subject in text
    assert "(2019)鲁执1号" in text and BOOK.items["COURT_DEFAULTER_LISTING"].name in text
    assert f"生效 {START}" in text and re.search(rf"期限至 +{date(2022, 3, 4)}", text)
    assert BOOK.title in text and BOOK.digest[:16] in text
    assert BOOK.instruments[BOOK.items["COURT_DEFAULTER_LISTING"].instruments[0]].title in text
    assert "不是对人的评价" in text and "严重 serious" in text
    for obligation in decision.raised:
        rule = BOOK.rules[obligation.rule]
        assert obligation.rule in text and obligation.clause in text
        assert BOOK.measures[obligation.measure].name in text
        assert BOOK.bodies[obligation.executor_body].name in text
        assert f"本项目映射:{rule.remit}" in text
        assert all(BOOK.instruments[code].title in text for code in obligation.basis)
    assert "建议(待确认)" in text and "文本未规定答复期限" in text
    assert "个人信息保护法第二十四条" in text and "提出异议" in text
    assert_nobody_named(text)


def test_what_was_considered_stands_with_its_reason(stand: Stand) -> None:
    stand.send("events.court", listing(1, START))
    (decision,) = decisions(stand)
    text = shown(decision, stand)
    assert "考虑过但未适用的规则" in text and len(decision.considered) > 3
    for one in decision.considered:
        (row,) = [line for line in text.splitlines() if f" {one.rule} " in line]
        said = BOOK.reasons.get(one.reason) or BOOK.codes[one.reason].zh
        assert said in row and BOOK.measures[BOOK.rules[one.rule].measure].name in row


def test_a_lifting_says_why_and_until_when_it_is_proved(stand: Stand) -> None:
    stand.send("events.court", listing(1, START))
    target = {"document_no": "(2019)鲁执1号", "item": "COURT_DEFAULTER_LISTING"}
    said = {"event_id": "E-1", "subject": determination(1, START)["subject"], "target": target, "reason": "performed"}
    document = {"document_no": "屏蔽1", "document_date": START, "document_digest": "cd" * 32}
    stand.send("events.court", Codec.load().encode("GroundEnding", {**said, **document}))
    _, ended = decisions(stand)
    text = shown(ended, stand)
    assert ended.kind is DecisionKind.ENDED
    assert "终止 ended" in text and "解除中" in text and BOOK.reasons["performed"] in text
    assert {f"应于 {one.due.day} 前" for one in ended.changed} == {f"应于 {date(2019, 3, 7)} 前"}
    assert f"应于 {date(2019, 3, 7)} 前" in text
    assert_nobody_named(text)


def test_an_officers_answer_and_a_change_of_law(stand: Stand) -> None:
    stand.send("events.court", listing(1, START))
    (delta,) = stand.read("sanctions.hr")
    answer = {
        "event_id": "a1",
        "subject": {"kind": "person", "id_type": "none", "case_ref": delta["case_ref"]},
        "obligation_id": delta["obligation_id"],
        "state": "refused",
        "reason": "subject_unknown_here",
        "officer": "officer-07",
        "answered_on": START,
    }
    stand.send("feedback.hr", Codec.load().encode("OfficerFeedback", answer))
    stand.law(
        amended(**{"M-141.v1/12": {"active": False, "inactive_reason": "rule_inactive"}}), START + timedelta(days=1)
    )
    stand.tick(START + timedelta(days=1))
    _, answered, moved, _ = decisions(stand)
    assert "执行部门反馈 answered" in (text := shown(answered, stand)) and "officer-07" in text
    assert f"不予执行 {START}" in text and text.count(BOOK.refusals["subject_unknown_here"]) == 2
    assert "依法调整 law_applied" in (text := shown(moved, stand)) and "解除中" in text
    assert moved.law_digest[:16] in text


@pytest.mark.parametrize("what", ["held", "review"])
def test_what_waits_or_goes_to_a_person(stand: Stand, what: str) -> None:
    fields: dict[str, Any] = {"document_no": "屏蔽1", "document_date": START, "document_digest": "cd" * 32}
    target = {"document_no": "(2019)鲁执77号", "item": "COURT_DEFAULTER_LISTING"}
    said = {"event_id": "E", "subject": determination(1, START)["subject"], "target": target, "reason": "performed"}
    stand.send("events.court", Codec.load().encode("GroundEnding", {**said, **fields}))
    for day in range(1, 33):
        stand.tick(START + timedelta(days=day))
    decision = next(d for d in decisions(stand) if d.kind == what)
    text = shown(decision, stand)
    assert decision.code is not None and BOOK.codes[decision.code].zh in text
    assert what == "review" or "(2019)鲁执77号" in text
    assert_nobody_named(text)


def test_no_code_shows_bare(stand: Stand) -> None:
    """Every reason that a book, a rule or an answer can give has a Chinese text."""
    known = {*BOOK.reasons, *BOOK.refusals, *BOOK.codes, *BOOK.endings, *(state.value for state in FeedbackState)}
    bare = [code for code in sorted(known) if reason(code, BOOK).isascii()]
    assert bare == []
    stand.send("events.court", listing(1, START))
    (decision,) = decisions(stand)
    for kind in DecisionKind:
        assert f" {kind.value}" in shown(msgspec.structs.replace(decision, kind=kind), stand)


def case(word: str, event_id: str, **changes: Any) -> bytes:
    listed = determination(1, START)
    value = {
        "event_id": event_id,
        "subject": {"kind": "person", "id_type": "citizen", "id_number": person(1)},
        "target": {"document_no": listed["document_no"], "item": listed["item"]},
        "matter": "objection",
        "step": word,
        "case_no": "YY-1",
        "day": START,
        **changes,
    }
    return CODEC.encode("CaseEvent", value)


def test_a_case_shows_its_number_its_day_and_the_mark(stand: Stand) -> None:
    stand.send("cases.court", case("opened", "C-0"))
    held = decisions(stand)[-1]
    assert held.waiting is not None and "YY-1" in shown(held, stand)
    stand.send("events.court", listing(1, START))
    opened = decisions(stand)[-1]
    assert opened.kind == "case_opened"
    text = shown(opened, stand)
    assert "异议 YY-1" in text and "有异议" in text and str(START + timedelta(days=15)) in text
    for day in range(1, 17):
        stand.tick(START + timedelta(days=day))
    late = decisions(stand)[-1]
    assert late.kind == "overdue" and "办结案件 YY-1" in shown(late, stand)
    assert_nobody_named(shown(late, stand))


def test_an_order_shows_its_day_and_its_answer(stand: Stand) -> None:
    value = {"event_id": "D-1", "step": "ordered", "order_no": "DD-1", "channel": "org", "day": START}
    due = START + timedelta(days=10)
    stand.send("cases.credit", CODEC.encode("SupervisionEvent", {**value, "duty": "prove_lifting", "due_on": due}))
    (order,) = decisions(stand)
    text = shown(order, stand)
    assert "credit → org" in text and f"{due};尚未答复" in text
