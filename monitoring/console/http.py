"""The console over HTTP: pages, one style sheet, one script, updates. It only reads; only sign-in and the question for
an explanation are posts, and the latter goes to the portal."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import FileResponse, HTMLResponse, StreamingResponse
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from monitoring.console import explaining, views
from monitoring.console import map as flowmap
from monitoring.console.desk import Desk, Renderer
from monitoring.console.pages import CHANNELS, FLOW, LANGUAGES, LAW, OBLIGATIONS, PAGES, WHAT_IF, Page
from monitoring.console.words import Words
from schemas import request_size, unforeseen
from topics.look import STYLE

log = logging.getLogger(__name__)
SCRIPT = Path(__file__).with_name("console.js")
LIMIT_BYTES = 16 << 10  # of a request
STREAMS = 32  # updates that are sent at once
_LANGUAGE = "lang"
_TEXT = "text/plain; charset=utf-8"
_HEADERS = {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "content-security-policy": "default-src 'none'; style-src 'self' 'unsafe-inline'; script-src 'self'; "
    "img-src data:; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'",  # a chart carries its own style
    "referrer-policy": "same-origin",
}


def build(desk: Desk) -> FastAPI:
    """The application."""
    app = FastAPI(title="Chengxin console", docs_url=None, redoc_url=None, openapi_url=None)
    renderer = Renderer(desk)
    app.middleware("http")(_guard)
    app.add_exception_handler(HTTPException, _missing(renderer))
    _files(app)
    _pages(app, desk, renderer)
    _law(app, desk, renderer)
    _updates(app, desk, renderer)
    explaining.add(app, desk, renderer, language)
    return app


def language(request: Request) -> str:
    """As the address asks, else as the reader chose before, else Chinese."""
    for asked in (request.query_params.get(_LANGUAGE), request.cookies.get(_LANGUAGE)):
        if asked in LANGUAGES:
            return asked
    return LANGUAGES[0]


def _files(app: FastAPI) -> None:
    @app.get("/style.css")
    def style() -> FileResponse:
        return FileResponse(STYLE, media_type="text/css")

    @app.get("/console.js")
    def script() -> FileResponse:
        return FileResponse(SCRIPT, media_type="text/javascript")


def _pages(app: FastAPI, desk: Desk, renderer: Renderer) -> None:
    def shown(request: Request, page: Page, values: Callable[[Words], dict[str, Any]]) -> HTMLResponse:
        say = renderer.words(language(request))
        return HTMLResponse(renderer.page(page.name, say, page=page, path=request.url.path, **values(say)))

    @app.get(FLOW.path)
    def flow(request: Request) -> HTMLResponse:
        return shown(request, FLOW, lambda say: views.flow(desk, flowmap.draw(desk.catalogue), say))

    @app.get(CHANNELS.path)
    def channels(request: Request) -> HTMLResponse:
        return shown(request, CHANNELS, lambda say: views.channels(desk, say))

    @app.get(OBLIGATIONS.path)
    def obligations(request: Request, state: str = "", executor: str = "") -> HTMLResponse:
        state = state if state in views.STATES else ""
        executor = executor if executor in desk.catalogue.channels else ""
        return shown(request, OBLIGATIONS, lambda say: views.obligations(desk, say, state, executor))

    @app.get(WHAT_IF.path)
    def reports(request: Request) -> HTMLResponse:
        return shown(request, WHAT_IF, lambda say: {"reports": desk.reports.all(), "folder": desk.reports.folder.name})

    @app.get(f"{WHAT_IF.path}/{{digest}}")
    def report(request: Request, digest: str) -> HTMLResponse:
        say = renderer.words(language(request))
        found = views.report(desk, digest, say)
        if found["report"] is None:
            raise HTTPException(404)
        return HTMLResponse(renderer.page("report", say, page=WHAT_IF, path=request.url.path, **found))


def _law(app: FastAPI, desk: Desk, renderer: Renderer) -> None:
    @app.get(LAW.path)
    def law(request: Request) -> HTMLResponse:
        say = renderer.words(language(request))
        return HTMLResponse(renderer.page(LAW.name, say, page=LAW, path=request.url.path, **views.law(desk)))

    @app.get(f"{LAW.path}/{{name}}")
    def version(request: Request, name: str) -> HTMLResponse:
        found = desk.laws.versions.get(name)
        if found is None:
            raise HTTPException(404)
        say = renderer.words(language(request))
        values = {**views.law(desk), "version": found}
        return HTMLResponse(renderer.page("version", say, page=LAW, path=request.url.path, **values))


def _updates(app: FastAPI, desk: Desk, renderer: Renderer) -> None:
    free = asyncio.Semaphore(STREAMS)

    def update(page: Page, say: Words) -> dict[str, Any]:
        if page is FLOW:
            found = views.flow(desk, flowmap.draw(desk.catalogue), say)
            parts = {"troubles": renderer.page("_troubles", say, **found), "processes": _part(renderer, say, found)}
            return {"texts": found["live"].texts, "states": found["live"].states, "parts": parts, "at": found["at"]}
        found = views.channels(desk, say)
        return {"texts": {}, "states": {}, "parts": {"board": renderer.page("_board", say, **found)}, "at": found["at"]}

    @app.get("/live/{name}")
    async def live(request: Request, name: str) -> Response:
        page = next((one for one in PAGES if one.name == name and one.live is not None), None)
        if page is None or page.live is None:
            raise HTTPException(404)
        if free.locked():
            raise HTTPException(503)
        say, pause = renderer.words(language(request)), page.live

        async def beats() -> AsyncIterator[str]:
            async with free:
                sent = 0
                while desk.beats is None or sent < desk.beats:
                    said = await run_in_threadpool(update, page, say)
                    yield f"event: figures\ndata: {json.dumps(said, ensure_ascii=False)}\n\n"
                    sent += 1
                    if sent != desk.beats:
                        await asyncio.sleep(pause)

        return StreamingResponse(beats(), media_type="text/event-stream")


def _part(renderer: Renderer, say: Words, found: dict[str, Any]) -> str:
    return renderer.page("_processes", say, **found)


async def _guard(request: Request, answer: Callable[[Request], Awaitable[Response]]) -> Response:
    """A post is short and comes from a page of ours; what fails unforeseen is logged by its place, without values."""
    length, origin = request_size.declared(request.headers), request.headers.get("origin")
    if length is None:
        told = Response("请求须注明长度 / say how long the request is (Content-Length)\n", 411, media_type=_TEXT)
    elif length > LIMIT_BYTES:
        told = Response("请求过长 / too long\n", 413, media_type=_TEXT)
    elif request.method == "POST" and origin is not None and origin.partition("://")[2] != request.headers.get("host"):
        told = Response("来源不符 / posted from another page\n", 403, media_type=_TEXT)
    else:
        try:
            told = await answer(request)
        except Exception as fault:
            log.error("%s", unforeseen.place(fault))
            told = Response("本系统出错，已记录 / a fault of ours; it is on record\n", 500, media_type=_TEXT)
    told.headers.update(_HEADERS)
    asked = request.query_params.get(_LANGUAGE)
    if asked in LANGUAGES:
        told.set_cookie(_LANGUAGE, asked, max_age=365 * 86_400, samesite="strict", httponly=True)
    return told


def _missing(renderer: Renderer) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def told(request: Request, fault: Exception) -> Response:
        assert isinstance(fault, HTTPException)
        say = renderer.words(language(request))
        shown = renderer.page("missing", say, page=None, path=request.url.path)
        return HTMLResponse(shown, fault.status_code)

    return told
