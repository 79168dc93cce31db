"""What whoever asks is told of a fault, the same for programs and for readers; values are never quoted."""

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from kafka.errors import KafkaError
from pydantic import ValidationError
from starlette.exceptions import HTTPException

from monitoring.catalogue import REFUSALS
from sinks.portal.figures import FiguresClosed
from sinks.portal.following import Behind
from sinks.portal.inbox import InboxClosed
from sinks.portal.refusals import Refusal
from streams.querylog import Refused

TOLD = (Refusal, Refused, Behind, KafkaError, InboxClosed, FiguresClosed, RequestValidationError, HTTPException)
INTERNAL = Refusal(500, "INTERNAL", "系统内部错误，已记录", "a fault of ours; it is on record")
_UNREADABLE = Refusal(
    503, "RECORDS_UNAVAILABLE", "暂时无法读取最新记录，请稍后再试", "the newest records cannot be read; try later"
)
_UNLOGGED = Refusal(
    503, "LOG_UNAVAILABLE", "查询日志不可用，不予查询", "the query log cannot be written, so nothing is shown"
)
_UNCOUNTED = Refusal(503, "FIGURES_UNAVAILABLE", "暂时无法统计，请稍后再试", "nothing can be counted now; try later")
_KINDS = {  # of monitoring.labels.REFUSAL
    "TOKEN_MISSING": "no_officer",
    "TOKEN_REFUSED": "no_officer",
    "PURPOSE_NOT_ALLOWED": "unknown_purpose",
    "NUMBER_INVALID": "no_id",
    "TOO_MANY": "too_many",
    "MALFORMED": "no_id",
    "LOG_UNAVAILABLE": "no_log",
}
_UNCOUNTED_CODES = ("RECORDS_UNAVAILABLE", "FIGURES_UNAVAILABLE", "HTTP_404", "HTTP_405", "INTERNAL")


def refusal(fault: Exception) -> Refusal:
    """The one refusal that a fault of ``TOLD`` is told as."""
    if isinstance(fault, Refusal):
        return fault
    if isinstance(fault, RequestValidationError | ValidationError):
        fields = sorted({_field(one["loc"], isinstance(fault, RequestValidationError)) for one in fault.errors()})
        return malformed(", ".join(one for one in fields if one.isascii() and one.replace("_", "").isalpha()))
    if isinstance(fault, HTTPException):
        return _of_http(fault.status_code)
    closed = {Refused: _UNLOGGED, FiguresClosed: _UNCOUNTED}
    return closed.get(type(fault), _UNREADABLE)


def _of_http(code: int) -> Refusal:
    if code == 400:  # bytes that are no text at all
        return malformed("")
    return Refusal(code, f"HTTP_{code}", "没有这个地址或者方法", "no such address or method")


def malformed(fields: str) -> Refusal:
    named = fields or "body"
    return Refusal(422, "MALFORMED", f"请求格式不符：{named}", f"not as /openapi.json says: {named}")


def _field(place: tuple[int | str, ...], in_request: bool) -> str:
    """Name of a field; that of a request stands behind the part it is in."""
    return ".".join(str(part) for part in place[1:2] if in_request) or ("body" if in_request else str(place[0]))


def count(request: Request, told: Refusal) -> None:
    """Count it, unless it says nothing of who asked."""
    if told.code not in _UNCOUNTED_CODES:
        request.app.state.desk.meters.counter(REFUSALS, _KINDS.get(told.code, "not_allowed")).inc()
