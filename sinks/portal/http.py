"""The portal over HTTP. Bodies carry what is asked, addresses never do; nothing is cached; errors say how to cure."""

import logging
import time
from collections.abc import Awaitable, Callable
from typing import Annotated, Any, cast

from fastapi import Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from kafka.errors import KafkaError
from starlette.exceptions import HTTPException

from monitoring.catalogue import REFUSALS
from sinks.portal import explaining, officer_questions, person_questions
from sinks.portal.asking import Desk
from sinks.portal.inbox import InboxClosed
from sinks.portal.places import Behind
from sinks.portal.refusals import Refusal
from sinks.portal.shapes import Said
from streams.querylog import Refused

log = logging.getLogger(__name__)
LIMIT_BYTES = 16 << 10  # of a request
ERRORS: dict[int | str, dict[str, Any]] = {
    code: {"model": Said} for code in (401, 403, 404, 409, 411, 413, 422, 429, 503)
}
_KINDS = {  # of monitoring.catalogue.REFUSAL
    "TOKEN_MISSING": "no_officer",
    "TOKEN_REFUSED": "no_officer",
    "PURPOSE_NOT_ALLOWED": "unknown_purpose",
    "NUMBER_INVALID": "no_id",
    "TOO_MANY": "too_many",
}
_BEARER = HTTPBearer(auto_error=False, description="a token of the issuer the portal trusts")
_HEADERS = {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'",
    "referrer-policy": "no-referrer",
}


def bearer(found: Annotated[HTTPAuthorizationCredentials | None, Depends(_BEARER)]) -> str:
    """The token of a request. Raises Refusal."""
    if found is None:
        raise Refusal(401, "TOKEN_MISSING", "请先登录", "no token: sign in first (Authorization: Bearer ...)")
    return found.credentials


def build(desk: Desk, page: Callable[[], str], opener: dict[str, Any]) -> FastAPI:
    """The application. ``page``: the application catalogue as HTML; ``opener``: the key set issuers encrypt to. Its
    OpenAPI document is compared with ``docs/openapi-portal.json``."""
    app = FastAPI(
        title="Chengxin portal",
        description="Officers ask, by the application catalogue; a person asks and files. The query log comes first.",
        version="1",
        docs_url=None,
        redoc_url=None,
    )
    app.middleware("http")(_guard)
    app.add_exception_handler(Refusal, _refused)
    app.add_exception_handler(Refused, _unlogged)
    app.add_exception_handler(Behind, _behind)
    app.add_exception_handler(KafkaError, _behind)
    app.add_exception_handler(InboxClosed, _behind)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(HTTPException, _unknown)
    app.state.desk = desk
    _open(app, page, opener)
    officer_questions.add(app, desk, bearer, ERRORS)
    explaining.add(app, desk, bearer, ERRORS)
    person_questions.add(app, desk, bearer, ERRORS)
    return app


def document() -> dict[str, Any]:
    """The OpenAPI document, for which nobody is asked."""
    return build(cast(Desk, None), str, {}).openapi()


def _open(app: FastAPI, page: Callable[[], str], opener: dict[str, Any]) -> None:
    @app.get("/applications", response_class=Response, responses={200: {"content": {"text/html": {}}}})
    def applications() -> Response:
        """公共信用信息应用目录, for everybody."""
        return Response(page(), media_type="text/html; charset=utf-8")

    @app.get("/keys")
    def keys() -> dict[str, Any]:
        """The public key to which an issuer encrypts a person's identity (JWK set)."""
        return opener


async def _guard(request: Request, answer: Callable[[Request], Awaitable[Response]]) -> Response:
    """A body says how long it is, and is short. What fails unforeseen is logged by its place, without values."""
    length = request.headers.get("content-length", "0")
    began = time.monotonic()
    told: Response
    if "transfer-encoding" in request.headers or not (length.isascii() and length.isdigit()):
        told = _said(411, "LENGTH_REQUIRED", "请求须注明长度", "say how long the request is (Content-Length)")
    elif int(length[:9]) > LIMIT_BYTES:
        told = _said(413, "TOO_LARGE", "请求过长", f"at most {LIMIT_BYTES} bytes")
    else:
        try:
            told = await answer(request)
        except Exception as fault:
            place = fault.__traceback__
            while place is not None and place.tb_next is not None:
                place = place.tb_next
            where = "?" if place is None else f"{place.tb_frame.f_code.co_filename}:{place.tb_lineno}"
            log.error("%s at %s", type(fault).__name__, where)  # never the message: it may quote what was asked
            told = _said(500, "INTERNAL", "系统内部错误，已记录", "a fault of ours; it is on record")
    told.headers.update(_HEADERS)
    log.info("%s %s %d %.3f s", request.method, _route(request), told.status_code, time.monotonic() - began)
    return told


def _route(request: Request) -> str:
    """The path as declared: what strangers write into an address is not written into a log."""
    route = request.scope.get("route")
    return getattr(route, "path", "-")


def _count(request: Request, refusal: str) -> None:
    request.app.state.desk.meters.counter(REFUSALS, refusal).inc()


async def _refused(request: Request, fault: Exception) -> Response:
    assert isinstance(fault, Refusal)
    _count(request, _KINDS.get(fault.code, "not_allowed"))
    told = _said(fault.status, fault.code, fault.zh, fault.en)
    if fault.status == 401:
        told.headers["www-authenticate"] = "Bearer"
    return told


async def _unlogged(request: Request, _: Exception) -> Response:
    _count(request, "no_log")
    return _said(
        503, "LOG_UNAVAILABLE", "查询日志不可用，不予查询", "the query log cannot be written, so nothing is shown"
    )


async def _behind(_: Request, fault: Exception) -> Response:
    log.warning("records not readable: %s", type(fault).__name__)
    return _said(
        503, "RECORDS_UNAVAILABLE", "暂时无法读取最新记录，请稍后再试", "the newest records cannot be read; try later"
    )


async def _malformed(request: Request, fault: Exception) -> Response:
    assert isinstance(fault, RequestValidationError)
    _count(request, "no_id")
    fields = sorted({".".join(str(part) for part in one["loc"][1:2]) or "body" for one in fault.errors()})
    named = ", ".join(field for field in fields if field.isascii() and field.replace("_", "").isalpha()) or "body"
    return _said(422, "MALFORMED", f"请求格式不符：{named}", f"not as /openapi.json says: {named}")


async def _unknown(_: Request, fault: Exception) -> Response:
    assert isinstance(fault, HTTPException)
    if fault.status_code == 400:  # bytes that are no text at all
        return _said(422, "MALFORMED", "请求格式不符：body", "not as /openapi.json says: body")
    return _said(fault.status_code, f"HTTP_{fault.status_code}", "没有这个地址或者方法", "no such address or method")


def _said(status: int, code: str, zh: str, en: str) -> JSONResponse:
    return JSONResponse(Said(code=code, zh=zh, en=en).model_dump(), status_code=status)
