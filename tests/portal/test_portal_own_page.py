"""The person's own page: on record first, the same checks as the JSON addresses, and no form from anywhere else."""

import re

import pytest
from portal_stand import AT, Door, person

from sinks.portal.pages.logins import COOKIE, Logins
from sinks.portal.people import LOOKS
from streams.querylog import Query
from tests.flow.flow_stand import BOOK, CODEC

HERE = {"origin": "http://testserver", "sec-fetch-site": "same-origin"}


def sign_in(door: Door, number: int = 1) -> str:
    answer = door.client.post("/my/login", data={"token": door.person(number)}, headers=HERE, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/my")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie and "SameSite=lax" in cookie and "Path=/my" in cookie
    return door.client.get("/my").text


def fields(text: str, action: str, **chosen: str) -> dict[str, str]:
    """What the first form to ``action`` with the ``chosen`` fields sends."""
    for form in re.findall(rf'<form[^>]*action="{action}"[^>]*>.*?</form>', text, re.DOTALL):
        found = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))
        if chosen.items() <= found.items():
            return found
    raise AssertionError((action, chosen))


def test_it_shows_record_source_reason_clocks_and_who_looked(door: Door) -> None:
    door.food(1)
    said = {"number": person(1), "name": "测试1", "purpose": "licensing", "matter": "办17"}
    door.post("/status", door.officer("market", "licensing"), **said)
    door.log.queries.clear()
    text = sign_in(door)
    assert [(one.officer, one.command, one.refused) for one in door.log.queries] == [("self", "record", None)]
    for told in (
        "鲁市监罚〔2026〕1号",
        "山东省市场监督管理局",
        "本项目映射",
        "建议，待确认",
        "第三十九条",
        "实施行政许可",
        "办17",
        "信用状况",
        "现状始于",
        "措施至",
    ):
        assert told in text
    assert "最早可以修复" in text and "L-1" in text and "您本人" in text
    assert person(1) not in text and "测试1" not in text and "score" not in text
    assert "<details>" in text and "<details open>" in door.client.get("/my?every=true").text


def test_what_ended_shows_no_last_day_before_its_first(door: Door) -> None:
    door.food(1)
    door.revoke(1)
    text = sign_in(door)
    assert "解除中" in text and "现状始于" in text and "措施至" not in text


def test_entries_nobody_can_read_stand_on_the_page_as_a_number_in_both_languages(door: Door) -> None:
    zh, en = "另有 2 条查询记录无法读取", "2 entries of the query log could not be read"
    assert "无法读取" not in sign_in(door)
    key = door.stand.keyring.token("citizen", person(1)).encode()
    door.stand.topics["querylog"] += [(key, b"no record"), (key, b"nor this")]
    assert zh in door.client.get("/my").text and en in door.client.get("/my?lang=en").text


def test_no_log_no_page(door: Door) -> None:
    door.food(1)
    sign_in(door)
    door.log.down = True
    answer = door.client.get("/my")
    assert answer.status_code == 503 and "LOG_UNAVAILABLE" in answer.text and "鲁市监罚" not in answer.text


def test_who_has_not_signed_in_is_shown_where_to_and_an_officer_is_nobody_here(door: Door) -> None:
    answer = door.client.get("/my", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/my/login")
    for token, status in ((door.officer("market", "licensing"), 403), ("nonsense", 401), ("", 401)):
        answer = door.client.post("/my/login", data={"token": token}, headers=HERE)
        assert answer.status_code == status and "set-cookie" not in answer.headers and "<h1>" in answer.text
    door.client.cookies.set(COOKIE, door.officer("market", "audit"), path="/my")
    assert door.client.get("/my").status_code == 403
    assert [(one.officer, one.refused) for one in door.log.queries] == [("R-17", "PERSONS_ONLY")]


def test_nothing_recorded_says_so(door: Door) -> None:
    text = sign_in(door, 2)
    assert "没有关于您的记录" in text and "您没有给过任何同意" in text


def test_who_looked_is_told_by_pages(door: Door) -> None:
    key = door.stand.keyring.token("citizen", person(2)).encode()
    for number in range(LOOKS):
        look = Query("R-17", "audit", "status", f"办{number}-", subject=key.decode(), channel="credit")
        door.stand.topics["querylog"].append((key, CODEC.encode("QueryLogged", {**look._asdict(), "at": AT})))
    text = sign_in(door, 2)
    assert "第 1 / 2 页" in text and "办0-" not in text and 'href="/my?page=2#looks"' in text
    text = door.client.get("/my?page=2").text
    assert "办0-" in text and "办9-" not in text and 'href="/my?lang=en&amp;page=2"' in text
    assert "没有这一页" in door.client.get("/my?page=9").text


def test_another_name_on_the_own_number_is_told(door: Door) -> None:
    door.food(1)
    door.client.cookies.set(COOKIE, door.person(1, "测试另名"), path="/my")
    assert "可能是别人的记录" in door.client.get("/my").text


@pytest.mark.parametrize("kind", ["objection", "repair"])
def test_what_is_filed_by_the_form_is_what_the_json_address_files(door: Door, kind: str) -> None:
    door.food(1)
    form = fields(sign_in(door), "/my/filings", kind=kind)
    answer = door.client.post("/my/filings", data=form, headers=HERE)
    receipt = door.stand.read("receipts.credit")[-1]
    assert answer.status_code == 202 and receipt["outcome"] == "accepted" and receipt["receipt_id"] in answer.text
    assert "case_ref" in answer.text and "网办-" in answer.text  # the declaration, to keep
    text = door.client.get("/my").text
    assert ("异议处理中" in text) is (kind == "objection")
    again = door.client.post("/my/filings", data=form, headers=HERE)
    assert again.status_code == 409 and "NOT_TO_BE_FILED" in again.text


def test_an_honour_is_waived_and_a_consent_given_and_taken_back(door: Door) -> None:
    door.honour(1)
    text = sign_in(door)
    offer = next(one for one in BOOK.offers.values() if one.partner is not None)
    given = fields(text, "/my/consents", purpose=offer.code, step="given")
    assert door.client.post("/my/consents", data=given, headers=HERE).status_code == 202
    text = door.client.get("/my").text
    back = fields(text, "/my/consents", purpose=offer.code, step="withdrawn")
    assert door.client.post("/my/consents", data=back, headers=HERE).status_code == 202
    assert "已撤回" in door.client.get("/my").text
    waived = fields(text, "/my/filings", kind="waiver")
    assert door.client.post("/my/filings", data=waived, headers=HERE).status_code == 202
    assert "依据已终止" in door.client.get("/my").text


def test_a_form_from_elsewhere_or_without_its_mark_files_nothing(door: Door) -> None:
    door.food(1)
    form = fields(sign_in(door), "/my/filings", kind="objection")
    door.log.queries.clear()
    forged = (
        (form, {"origin": "https://elsewhere.invalid"}, 403),
        (form, {"sec-fetch-site": "cross-site"}, 403),
        (form, {"origin": "null", "sec-fetch-site": "same-site"}, 403),
        ({**form, "mark": "0" * 64}, HERE, 403),
        ({name: value for name, value in form.items() if name != "mark"}, HERE, 403),
        ({**form, "mark": "错"}, HERE, 403),
        ({**form, "kind": "consent"}, HERE, 422),
        ({**form, "record": "x"}, HERE, 422),
    )
    for data, headers, status in forged:
        assert door.client.post("/my/filings", data=data, headers=headers).status_code == status, (data, headers)
    assert not door.stand.received["cases.portal"] and door.log.queries == []
    other = {**form, "record": "0" * 32}
    assert door.client.post("/my/filings", data=other, headers=HERE).status_code == 404
    assert [one.refused for one in door.log.queries] == [None, "NO_SUCH_RECORD"]


def test_the_mark_of_one_login_is_no_mark_of_another(door: Door) -> None:
    door.food(1)
    mine = fields(sign_in(door), "/my/filings", kind="objection")
    sign_in(door)
    assert door.client.post("/my/filings", data=mine, headers=HERE).status_code == 403


def test_a_token_comes_from_here_or_from_the_issuers_own_page(door: Door) -> None:
    token = door.person(1)
    for origin, status in (("https://issuer.chengxin.invalid", 303), ("https://elsewhere.invalid", 403)):
        headers = {"origin": origin, "sec-fetch-site": "cross-site"}
        answer = door.client.post("/my/login", data={"token": token}, headers=headers, follow_redirects=False)
        assert answer.status_code == status
    assert door.client.post("/my/login", json={"token": token}, headers=HERE).status_code == 422


def test_signing_out_takes_a_form_of_ours_and_the_cookie(door: Door) -> None:
    text = sign_in(door)
    assert door.client.post("/my/logout", data={"mark": "x"}, headers=HERE).status_code == 403
    form = fields(text, "/my/logout")
    answer = door.client.post("/my/logout", data=form, headers=HERE, follow_redirects=False)
    assert answer.headers["location"] == "/" and 'chengxin_person=""' in answer.headers["set-cookie"]
    assert door.client.get("/my", follow_redirects=False).status_code == 303


def test_behind_tls_the_cookie_knows_no_other_way(door: Door) -> None:
    from fastapi import Request, Response

    answer = Response()
    request = Request({"type": "http", "headers": [], "method": "POST", "path": "/my/login", "query_string": b""})
    Logins(door.desk.tokens, b"x", "https://issuer.invalid", secure=True).begin(
        request, {"token": door.person(1)}, answer
    )
    assert "Secure" in answer.headers["set-cookie"]
