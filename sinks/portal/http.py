"""The portal over HTTP. Bodies carry what is asked, addresses never do; nothing is cached; errors say how to cure."""

import logging
import time
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, cast

from fastapi import Depends, FastAPI, Request, Response
from fastapi.responses import JSONResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from schemas import request_size, unforeseen
from sinks.portal import explaining, faults, officer_questions, person_questions
from sinks.portal.asking import Desk
from sinks.portal.pages import frame, own, public
from sinks.portal.pages.logins import Logins
from sinks.portal.refusals import Refusal
from sinks.portal.shapes import Said

log = logging.getLogger(__name__)
LIMIT_BYTES = 16 << 10  # of a request
ERRORS: dict[int | str, dict[str, Any]] = {
    code: {"model": Said} for code in (401, 403, 404, 409, 411, 413, 422, 429, 503)
}
_LENGTHLESS = Refusal(411, "LENGTH_REQUIRED", "请求须注明长度", "say how long the request is (Content-Length)")
_TOO_LARGE = Refusal(413, "TOO_LARGE", "请求过长", f"at most {LIMIT_BYTES} bytes")
_BEARER = HTTPBearer(auto_error=False, description="a token of the issuer the portal trusts")
_HEADERS = {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; style-src 'self' 'unsafe-inline'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
}


def bearer(found: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]) -> str:
    """The token of a request. Raises Refusal."""
    if found is None:
        raise Refusal(401, "TOKEN_MISSING", "请先登录", "no token: sign in first (Authorization: Bearer ...)")
    return found.credentials


def build(desk: Desk, opener: dict[str, Any], logins: Logins) -> FastAPI:
    """The application. ``opener``: the key set issuers encrypt to; ``logins``: of people with a browser. Its OpenAPI
    document is compared with ``docs/openapi-portal.json``."""
    app = FastAPI(
        title="Chengxin portal",
        description="Officers ask, by the application catalogue; a person asks and files. The query log comes first.",
        version="1",
        docs_url=None,
        redoc_url=None,
    )
    app.middleware("http")(_guard)
    for kind in faults.TOLD:
        app.add_exception_handler(kind, _told)
    app.state.desk = desk
    _open(app, desk, opener)
    officer_questions.add(app, desk, bearer, ERRORS)
    explaining.add(app, desk, bearer, ERRORS)
    person_questions.add(app, desk, bearer, ERRORS)
    public.add(app, desk)
    own.add(app, desk, logins)
    return app


def document() -> dict[str, Any]:
    """The OpenAPI document, for which nobody is asked."""
    return build(cast(Desk, None), {}, cast(Logins, None)).openapi()


def _open(app: FastAPI, desk: Desk, opener: dict[str, Any]) -> None:
    @app.get("/applications", response_class=Response, responses={200: {"content": {"text/html": {}}}})
    def applications(request: Request) -> Response:
        """公共信用信息应用目录, for everybody."""
        return public.applications(request, desk)

    @app.get("/keys")
    def keys() -> dict[str, Any]:
        """The public key to which an issuer encrypts a person's identity (JWK set)."""
        return opener


async def _guard(request: Request, answer: Callable[[Request], Awaitable[Response]]) -> Response:
    """A body says how long it is, and is short. What fails unforeseen is logged by its place, without values."""
    length = request_size.declared(request.headers)
    began = time.monotonic()
    told: Response
    if length is None:
        told = _said(_LENGTHLESS)
    elif length > LIMIT_BYTES:
        told = _said(_TOO_LARGE)
    else:
        try:
            told = await answer(request)
        except Exception as fault:
            log.error("%s", unforeseen.place(fault))
            told = frame.refused(request, faults.INTERNAL) if frame.wanted(request) else _said(faults.INTERNAL)
    told.headers.update({name: value for name, value in _HEADERS.items() if name not in told.headers})
    log.info("%s %s %d %.3f s", _method(request), _route(request), told.status_code, time.monotonic() - began)
    return told


def _method(request: Request) -> str:
    """Any word is a method to a server; a log takes those that exist."""
    return request.method if request.method in ("GET", "HEAD", "POST", "OPTIONS") else "-"


def _route(request: Request) -> str:
    """The path as declared: what strangers write into an address is not written into a log."""
    route = request.scope.get("route")
    return getattr(route, "path", "-")


async def _told(request: Request, fault: Exception) -> Response:
    """A refusal for programs; for who looks with a browser, a page."""
    refusal = faults.refusal(fault)
    faults.count(request, refusal)
    if refusal.code == "RECORDS_UNAVAILABLE":
        log.warning("records not readable: %s", type(fault).__name__)
    if frame.wanted(request):
        return frame.refused(request, refusal)
    told = _said(refusal)
    if refusal.status == 401:
        told.headers["www-authenticate"] = "Bearer"
    return told


def _said(refusal: Refusal) -> JSONResponse:
    said = Said(code=refusal.code, zh=refusal.zh, en=refusal.en)
    return JSONResponse(said.model_dump(), status_code=refusal.status)
