"""A decision explained behind an officer's sign-in and purpose. The portal signs in, logs and answers; what it refuses
is refused here in its own words, and without it nothing is shown. Nothing of an answer is kept.
"""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from starlette.concurrency import run_in_threadpool

from monitoring.console.asking import Answer, Portal, PortalAway
from monitoring.console.desk import Desk, Renderer
from monitoring.console.pages import EXPLAIN

COOKIE = "officer"
LIFETIME_S = 900  # a token of an issuer lives for minutes; the portal looks at its end, not we
_TOKEN = re.compile(r"[A-Za-z0-9._~+/=-]{1,3800}")  # RFC 6750; no longer than a cookie
_NO_TOKEN = Answer(
    401,
    {
        "code": "TOKEN_MALFORMED",
        "zh": "这不是登录凭证：请完整粘贴签发的凭证，重新登录",
        "en": "this is no token: sign in again with the whole of what was issued",
    },
)
_FIELDS = 10  # of a form
_BLANK: dict[str, Any] = {"known": None, "refused": None, "answer": None, "away": False, "given": {}}


def add(app: FastAPI, desk: Desk, renderer: Renderer, language: Callable[[Request], str]) -> None:
    counter = _Counter(desk, renderer, language)
    app.get(EXPLAIN.path)(counter.door)
    app.post(EXPLAIN.path)(counter.explain)
    app.post(f"{EXPLAIN.path}/sign-in")(counter.sign_in)
    app.post(f"{EXPLAIN.path}/sign-out")(counter.sign_out)


class _Counter:
    """Where officers come. Any way on which the portal is not reached ends with a page that says so."""

    def __init__(self, desk: Desk, renderer: Renderer, language: Callable[[Request], str]) -> None:
        self._portal = desk.portal
        self._renderer = renderer
        self._language = language

    async def door(self, request: Request) -> Response:
        """The sign-in, or for who has signed in the question."""
        token = request.cookies.get(COOKIE)
        if self._portal is None:
            return self._shown(request, away=True)
        if token is None:
            return self._shown(request)
        try:
            known = await run_in_threadpool(_officer, self._portal, token)
        except PortalAway:
            return self._shown(request, 503, away=True)
        return self._shown(request, known=known.said) if known.good else self._unknown(request, known)

    async def sign_in(self, request: Request) -> Response:
        """Take the token that the portal accepts."""
        token = (await _form(request)).get("token", "").strip()
        try:
            known = await run_in_threadpool(_officer, self._reached(), token)
        except PortalAway:
            return self._shown(request, 503, away=True)
        if not known.good:
            return self._unknown(request, known)
        back = RedirectResponse(EXPLAIN.path, 303)
        secure = request.url.scheme == "https"
        back.set_cookie(COOKIE, token, LIFETIME_S, httponly=True, samesite="strict", secure=secure)
        return back

    async def sign_out(self) -> Response:
        return _out(RedirectResponse(EXPLAIN.path, 303))

    async def explain(self, request: Request) -> Response:
        """The answer as a page; the portal has put the question on record before it comes."""
        token, given = request.cookies.get(COOKIE), await _form(request)
        if token is None:
            return self._shown(request, 401)
        try:
            known, answer = await run_in_threadpool(_ask, self._reached(), token, given)
        except PortalAway:
            return self._shown(request, 503, away=True)
        if answer is None:
            return self._unknown(request, known)
        told = {"answer": answer.said} if answer.good else {"refused": answer.said}
        return self._shown(request, answer.status, known=known.said, given=given, **told)

    def _reached(self) -> Portal:
        """Raises PortalAway where no portal is named."""
        if self._portal is None:
            raise PortalAway
        return self._portal

    def _unknown(self, request: Request, known: Answer) -> Response:
        """A token that proves no officer is not kept."""
        return _out(self._shown(request, known.status, refused=known.said))

    def _shown(self, request: Request, status: int = 200, **values: Any) -> HTMLResponse:
        say = self._renderer.words(self._language(request))
        page = self._renderer.page(EXPLAIN.name, say, page=EXPLAIN, path=EXPLAIN.path, **{**_BLANK, **values})
        return HTMLResponse(page, status)


def _officer(portal: Portal, token: str) -> Answer:
    """Whom the token proves; what cannot be one is not sent."""
    return portal.officer(token) if _TOKEN.fullmatch(token) else _NO_TOKEN


def _ask(portal: Portal, token: str, given: dict[str, str]) -> tuple[Answer, Answer | None]:
    """Whom the token proves, and the answer if it proves an officer."""
    known = _officer(portal, token)
    if not known.good:
        return known, None
    wanted, purpose, matter = (given.get(name, "").strip() for name in ("decision_id", "purpose", "matter"))
    return known, portal.explain(token, wanted, purpose, matter)


async def _form(request: Request) -> dict[str, str]:
    """Fields as a browser's form sends them."""
    text = (await request.body()).decode("utf-8", "replace")
    return dict(parse_qsl(text)) if text.count("&") < _FIELDS else {}


def _out(response: Response) -> Response:
    """Without the token."""
    response.delete_cookie(COOKIE, httponly=True, samesite="strict")
    return response
