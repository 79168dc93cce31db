"""A person's own page: what is recorded, who looked, and forms to file with - by the same questions, the same log and
the same checks as the JSON addresses under ``/me``."""

from typing import TypeVar

from fastapi import FastAPI, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import ValidationError

from sinks.portal import faults, person_questions
from sinks.portal.asking import Desk
from sinks.portal.pages import frame
from sinks.portal.pages.frame import Said
from sinks.portal.pages.logins import Form, Logins
from sinks.portal.shapes import AboutRecord, ConsentAsked, Filed, PageNumber
from sinks.portal.statistics import LEVELS, STATES
from streams.core.check_case import BUREAU, CREDIT_REPORTING
from streams.core.law import LawBook
from streams.explain.parts import KINDS, MATTERS, STEPS
from topics.catalogue import Catalogue

Asked = TypeVar("Asked", AboutRecord, ConsentAsked)
KINDS_FILED = {
    "objection": Said("提出异议", "Object"),
    "repair": Said("申请信用修复", "Apply for repair"),
    "waiver": Said("放弃这项荣誉", "Waive this honour"),
}
_EXPLAINED = {
    "objection": Said("我认为这条记录有误，请核查。", "I hold this record to be wrong: check it."),
    "repair": Said("我已经改正，请准予信用修复。", "I have put it right: grant the repair."),
    "waiver": Said(
        "我自愿放弃，记录随之终止，不能恢复。", "I waive it of my own will; the record ends and does not come back."
    ),
}
_WHY_NOT = {
    "not_in_effect_yet": Said("尚未生效", "not in effect yet"),
    "never_true": Said("自始不成立", "never stood"),
    "term_over": Said("期限已过", "its term is over"),
    "ground_fallen": Said("依据已终止", "its ground has fallen"),
}
_STATES = {
    **STATES,
    "lifting": ("解除中（已经失效）", "being lifted: without effect already"),
    "lifted": ("已解除", "lifted"),
}
_QUESTIONS = {
    "record": Said("信用记录", "the record"),
    "looks": Said("查询日志", "the query log"),
    "filing": Said("提交材料", "a filing"),
    "filings": Said("本人提交的材料", "what the person filed"),
    "status": Said("信用状况", "standing"),
    "standing": Said("某一日的信用状况", "standing on a day"),
    "resolve": Said("为确认措施核对身份", "whose a measure is, to confirm it"),
    "explain": Said("决定说明", "why a decision was made"),
    "run": Said("决定说明", "why a decision was made"),
    "what-if": Said("推演样本", "a sample of a what-if"),
}
_MATTERS_EN = {"objection": "objection", "reconsideration": "reconsideration", "lawsuit": "lawsuit", "repair": "repair"}
_TONES = {"proposed": "warn", "confirmed": "bad", "in_effect": "bad"}  # of a measure's state; others press nobody


def add(app: FastAPI, desk: Desk, logins: Logins) -> None:
    """Sign in, read, file, sign out."""

    def own(request: Request, every: bool = False, page: PageNumber = 1) -> Response:
        token = logins.token(request)
        if token is None:
            return RedirectResponse("/my/login", 303)
        told, looks = person_questions.everything(desk, token, page)
        return frame.shown(
            request, "own.html", own=told, looks=looks, every=every, mark=logins.mark(token),
            recipients=recipients(desk), kinds=KINDS_FILED, explained=_EXPLAINED, why_not=_WHY_NOT, levels=LEVELS,
            states=_STATES, tones=_TONES, decided=KINDS, questions=_QUESTIONS,
            matters=MATTERS, matters_en=_MATTERS_EN, steps=STEPS,
        )  # fmt: skip

    def login(request: Request) -> Response:
        return frame.shown(request, "login.html")

    frame.add(app, "/my", own)
    frame.add(app, "/my/login", login)
    _forms(app, desk, logins)


def _forms(app: FastAPI, desk: Desk, logins: Logins) -> None:
    def begin(request: Request, form: Form) -> Response:
        answer = RedirectResponse("/my", 303)
        logins.begin(request, form, answer)
        return answer

    def end(request: Request, form: Form) -> Response:
        logins.sent(request, form)
        answer = RedirectResponse("/", 303)
        logins.end(answer)
        return answer

    def file(request: Request, form: Form) -> Response:
        token, kind = logins.sent(request, form), form.get("kind", "")
        if kind not in KINDS_FILED:
            raise faults.malformed("kind")
        asked = _checked(AboutRecord, {"record": form.get("record", "")})
        return _filed(request, person_questions.file(desk, token, kind, asked), KINDS_FILED[kind])

    def agree(request: Request, form: Form) -> Response:
        token = logins.sent(request, form)
        asked = _checked(ConsentAsked, {name: form.get(name, "") for name in ConsentAsked.model_fields})
        title = Said("同意", "Consent") if asked.step == "given" else Said("撤回同意", "Consent taken back")
        return _filed(request, person_questions.agree(desk, token, asked), title)

    frame.add(app, "/my/login", begin, post=True)
    frame.add(app, "/my/logout", end, post=True)
    frame.add(app, "/my/filings", file, post=True)
    frame.add(app, "/my/consents", agree, post=True)


def _filed(request: Request, filed: Filed, title: Said) -> Response:
    return frame.shown(request, "filed.html", status=202, at="/my", filed=filed, title=title)


def _checked(shape: type[Asked], said: dict[str, str]) -> Asked:
    """The same shape that the JSON address takes. Raises Refusal."""
    try:
        return shape.model_validate(said)
    except ValidationError as fault:
        raise faults.refusal(fault) from None


def recipients(desk: Desk) -> list[tuple[str, str, str]]:
    """To whom, and for what, a consent can be given: recipient, purpose, and both in words."""
    return [*_partners(desk.book, desk.channels), (BUREAU, CREDIT_REPORTING, "征信机构：提供信用报告")]


def _partners(book: LawBook, channels: Catalogue) -> list[tuple[str, str, str]]:
    return [
        (offer.partner, offer.code, f"{channels.partners[offer.partner]}：{offer.name}")
        for offer in book.offers.values()
        if offer.partner is not None
    ]
