"""A decision's explanation over the console: the portal's own door, log and refusals; no second way to a person."""

import subprocess
import sys
from pathlib import Path

import pytest
from console_stand import OfTest, Stand

from tests.portal.portal_stand import Door, person


class Asked:
    def __init__(self, folder: Path) -> None:
        self.door = Door(folder / "portal")
        self.portal = OfTest(self.door.client)
        self.stand = Stand(folder, self.portal)
        self.door.food(1)
        self.decision = self.door.stand.read("decisions")[-1]["decision_id"]

    def sign_in(self, channel: str = "credit", *purposes: str) -> int:
        token = self.door.officer(channel, *(purposes or ("audit",)))
        return self.stand.browser.post("/explain/sign-in", data={"token": token}).status_code

    def ask(self, wanted: str, purpose: str = "audit", matter: str = "核2026-3") -> tuple[int, str]:
        said = {"decision_id": wanted, "purpose": purpose, "matter": matter}
        answer = self.stand.browser.post("/explain?lang=en", data=said)
        return answer.status_code, answer.text


@pytest.fixture
def asked(tmp_path: Path) -> Asked:
    return Asked(tmp_path)


def test_an_officer_signs_in_asks_and_reads_and_the_look_is_on_record(asked: Asked) -> None:
    assert "explain/sign-in" in asked.stand.page("/explain")
    assert asked.sign_in() == 303
    page = asked.stand.page("/explain")
    assert "R-17" in page and 'value="audit"' in page and not asked.door.log.queries
    status, text = asked.ask(asked.decision)
    assert status == 200 and asked.decision in text and "On the query log" in text and "不是对人的评价" in text
    assert person(1) not in text and "测试1" not in text
    (query,) = asked.door.log.queries
    assert (query.officer, query.channel, query.purpose, query.decision_id) == (
        "R-17",
        "credit",
        "audit",
        asked.decision,
    )
    cookie = next(one for one in asked.stand.browser.cookies.jar if one.name == "officer")
    assert cookie.has_nonstandard_attr("HttpOnly") and cookie.get_nonstandard_attr("SameSite") == "strict"
    assert asked.stand.browser.post("/explain/sign-out").status_code == 303
    assert asked.ask(asked.decision)[0] == 401 and len(asked.door.log.queries) == 1


def test_who_has_not_signed_in_reads_nothing(asked: Asked) -> None:
    status, text = asked.ask(asked.decision)
    assert status == 401 and asked.decision not in text and not asked.door.log.queries


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "ø", "凭证", "a\r\nx: b", "x" * 3_801])
def test_a_token_that_the_portal_does_not_take_is_not_kept(asked: Asked, token: str) -> None:
    answer = asked.stand.browser.post("/explain/sign-in?lang=en", data={"token": token})
    assert answer.status_code == 401 and "sign in" in answer.text
    assert "officer" not in asked.stand.browser.cookies


def test_a_persons_token_is_no_officers(asked: Asked) -> None:
    answer = asked.stand.browser.post("/explain/sign-in", data={"token": asked.door.person(1)})
    assert answer.status_code == 403 and "officer" not in asked.stand.browser.cookies


def test_a_department_without_the_right_has_no_form_and_is_refused_on_record(asked: Asked) -> None:
    assert asked.sign_in("market", "licensing") == 303
    assert 'name="decision_id"' not in asked.stand.page("/explain")
    status, text = asked.ask(asked.decision, "licensing")
    assert status == 403 and "PURPOSE_NOT_ALLOWED" in text and "不是对人的评价" not in text
    assert [one.refused for one in asked.door.log.queries] == ["PURPOSE_NOT_ALLOWED"]


def test_no_log_no_answer(asked: Asked) -> None:
    asked.sign_in()
    asked.door.log.down = True
    status, text = asked.ask(asked.decision)
    assert status == 503 and "LOG_UNAVAILABLE" in text and "不是对人的评价" not in text


@pytest.mark.parametrize("wanted", ["990000198001010020", "f" * 32, "<script>"])
def test_what_is_not_there_is_told_and_nothing_runs(asked: Asked, wanted: str) -> None:
    asked.sign_in()
    status, text = asked.ask(wanted)
    assert status in (404, 422) and "<script>" not in text.replace('<script src="/console.js" defer></script>', "")


def test_without_the_portal_nothing_is_shown(asked: Asked, tmp_path: Path) -> None:
    asked.sign_in()
    asked.portal.away = True
    status, text = asked.ask(asked.decision)
    assert status == 503 and "The portal does not answer" in text
    assert asked.stand.browser.get("/explain").status_code == 503
    alone = Stand(tmp_path)
    assert "查询门户没有应答" in alone.page("/explain")
    assert alone.browser.post("/explain/sign-in", data={"token": "x"}).status_code == 503


def test_the_console_loads_nothing_that_opens_an_identity() -> None:
    """Nor a producer's module of ours: what is not loaded is not used."""
    code = "import sys, monitoring.console.composing; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    forbidden = ("sinks.portal", "streams.querylog", "streams.explain", "streams.committed", "streams.intake")
    assert not [name for name in loaded if name.startswith(forbidden)], loaded
