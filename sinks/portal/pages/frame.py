"""The frame around every page: language, menu, refusals. Templates escape by themselves and lack nothing silently."""

from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from sinks.portal.pages import menu
from sinks.portal.refusals import Refusal

PAGE = "page"  # tag of a route whose reader has a browser
LANGUAGE = "language"  # name of the cookie
_DOCUMENTED = "/applications"  # a page that the OpenAPI document names too
_YEAR_S = 365 * 86_400
_LIST_HEADERS = {"x-robots-tag": "noindex, nofollow, noarchive"}


class Said(NamedTuple):
    """One text in both languages; ``{{ t(said) }}`` shows that of the reader."""

    zh: str
    en: str


def _number(value: int | None) -> str:
    """A count as it may be shown: hidden where it is small."""
    return "—" if value is None else f"{value:,}"


def _environment() -> Environment:
    found = Environment(
        loader=FileSystemLoader(Path(__file__).with_name("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters["count"] = _number
    return found


_TEMPLATES = _environment()


def add(app: FastAPI, path: str, shows: Callable[..., Response], *, post: bool = False) -> None:
    """Put a page, or what its form is sent to, under ``path``. It stands in no OpenAPI document."""
    method = app.post if post else app.get
    method(path, include_in_schema=False, tags=[PAGE], response_model=None)(shows)


def wanted(request: Request) -> bool:
    """Whether a refusal of this request should be a page too."""
    route = request.scope.get("route")
    if route is None:
        return "text/html" in request.headers.get("accept", "")
    return PAGE in getattr(route, "tags", ()) or getattr(route, "path", "") == _DOCUMENTED


def language(request: Request) -> str:
    """zh, unless the reader chose otherwise in the address, or before."""
    asked = request.query_params.get("lang") or request.cookies.get(LANGUAGE)
    return "en" if asked == "en" else "zh"


def shown(request: Request, template: str, *, status: int = 200, at: str | None = None, **said: Any) -> HTMLResponse:
    """The page ``template`` makes of ``said``. ``at``: its place in the menu, where that is not its address."""
    spoken = language(request)
    path = request.url.path if at is None else at
    entry = next((one for one in (*menu.PUBLIC, *menu.OWN) if one.path == path), None)
    text = _TEMPLATES.get_template(template).render(
        **said, t=partial(_text, spoken), day=partial(_day, spoken), language=spoken, path=path, menu=menu.MENU,
        switch=_switch(request, path, spoken), robots=entry is None or entry.robots,
    )  # fmt: skip
    answer = HTMLResponse(text, status_code=status)
    answer.headers["referrer-policy"] = "same-origin"  # else a browser sends a form without saying from where
    if entry is not None and not entry.robots:
        answer.headers.update(_LIST_HEADERS)
    if request.query_params.get("lang") in ("zh", "en"):
        answer.set_cookie(LANGUAGE, spoken, max_age=_YEAR_S, httponly=True, samesite="lax")
    return answer


def refused(request: Request, refusal: Refusal) -> HTMLResponse:
    """Why there is no answer, and what to do."""
    known = request.scope.get("route") is not None  # else its address is a stranger's, and stands in no link of ours
    return shown(request, "refused.html", status=refusal.status, at=None if known else "", refusal=refusal)


def _text(spoken: str, zh: str | tuple[str, str], en: str = "") -> str:
    told = (zh, en) if isinstance(zh, str) else zh
    return told[0] if spoken == "zh" else told[1]


def _day(spoken: str, day: date | None, none: str = "—") -> str:
    """A day in words, not broken over two lines; without one, ``none``."""
    if day is None:
        return none
    told = f"{day.year}年{day.month}月{day.day}日" if spoken == "zh" else day.isoformat()
    return Markup('<time datetime="{}">{}</time>').format(day.isoformat(), told)


def _switch(request: Request, path: str, spoken: str) -> str:
    """This page in the other language; what a form was sent to is no page to come back to."""
    kept = request.query_params if request.method == "GET" else {}
    page = kept.get("page", "")
    tail = f"&page={page}" if page.isascii() and page.isdigit() else ""
    return f"{path}?lang={'en' if spoken == 'zh' else 'zh'}{tail}"
