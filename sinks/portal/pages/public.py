"""Pages for everybody. They show what is published lawfully, the law's own words and counts - and no person is asked
about, so nothing here goes on the query log."""

import contextlib
from collections import Counter
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import PlainTextResponse
from markupsafe import Markup

from monitoring.assessment.suppress import LEAST, TOTAL
from sinks.portal import page as catalogue_page
from sinks.portal import typical
from sinks.portal.asking import Desk
from sinks.portal.board import PAGE
from sinks.portal.figures import Counts, FiguresClosed
from sinks.portal.following import Behind
from sinks.portal.pages import frame, plain, tables
from sinks.portal.refusals import Refusal
from sinks.portal.shapes import PageNumber
from sinks.portal.statistics import LEVELS, OUTSIDE, Statistics, statistics
from streams.core.repair import scheme_on
from streams.core.severity import scale_on
from topics import look
from topics.people import cities

_LISTS = {"/exposure": "exposure", "/red-list": "honours"}
_STANDING = ("confirmed", "in_effect")


def add(app: FastAPI, desk: Desk) -> None:
    """Every public page, the style sheet and the word to robots."""

    counted = _Counted(desk)

    def home(request: Request) -> Response:
        return _home(request, desk, counted)

    frame.add(app, "/", home)
    for path, name in _LISTS.items():
        _list(app, desk, path, name)
    _lawful(app, desk)
    _figures(app, desk, counted)

    @app.get("/style.css", include_in_schema=False)
    def style() -> Response:
        return Response(look.style(), media_type="text/css; charset=utf-8", headers={"cache-control": "max-age=600"})

    @app.get("/robots.txt", include_in_schema=False)
    def robots() -> PlainTextResponse:
        """What a person's pages are is nobody's to fetch; lists may be read, and kept by nobody (their headers)."""
        return PlainTextResponse("User-agent: *\nDisallow: /my\nDisallow: /me\n")


def _home(request: Request, desk: Desk, counted: "_Counted") -> Response:
    """First figures; what cannot be counted now is left out, not the page."""
    figures, listed = None, None
    with contextlib.suppress(FiguresClosed):
        figures = counted.now()
    with contextlib.suppress(Behind):
        listed = {name: desk.board.listed(name, desk.today(), 1).total for name in _LISTS.values()}
    return frame.shown(request, "home.html", figures=figures, totals=_totals(figures), listed=listed)


def _totals(figures: Statistics | None) -> list[tuple[tuple[str, str], str, int | None]]:
    """What a first look tells: words, the page with more, number."""
    if figures is None:
        return []
    states = figures.table("sanctions_year").cells
    said = {
        ("记入的文书", "documents recorded"): figures.table("field_year").cells[TOTAL, TOTAL],
        ("提出的惩戒措施建议", "punitive measures proposed"): states[TOTAL, TOTAL],
        ("其中依据终止、已解除", "of these lifted: their ground has fallen"): states[TOTAL, "over"],
        ("其中经工作人员确认、仍有效", "of these confirmed by an officer and standing"): _sum(
            [states[TOTAL, one] for one in _STANDING]
        ),
    }
    return [(words, "/statistics", number) for words, number in said.items()]


def _sum(numbers: list[int | None]) -> int | None:
    """What adds up from shown cells alone tells nothing new."""
    shown = [one for one in numbers if one is not None]
    return sum(shown) if len(shown) == len(numbers) else None


def _list(app: FastAPI, desk: Desk, path: str, name: str) -> None:
    def shows(request: Request, page: PageNumber = 1) -> Response:
        day = desk.today()
        found = desk.board.listed(name, day, page)
        if page > 1 and not found.entries:
            raise Refusal(404, "HTTP_404", "没有这一页", "no such page")
        rows = (row for row in desk.book.publicity.values() if row.list == name)
        rules = sorted((plain.publicness(desk.book, row, day) for row in rows), key=lambda one: one.why_not is not None)
        return frame.shown(
            request, "list.html", at=path, name=name, today=day, listed=found, page=page, book=desk.book, plain=plain,
            pages=max(1, -(-found.total // PAGE)), rules=rules,
            offers=[one for one in desk.book.offers.values() if one.scheme == "red_list"],
        )  # fmt: skip

    frame.add(app, path, shows)


def _lawful(app: FastAPI, desk: Desk) -> None:
    def catalogue(request: Request) -> Response:
        items = desk.book.items.values()
        fields = [*desk.book.fields.items(), (None, "")]
        said = [(name, [one for one in items if one.field == code]) for code, name in fields]
        return frame.shown(request, "catalogue.html", fields=said, **_law(desk))

    def item(request: Request, code: str) -> Response:
        found = desk.book.items.get(code)
        if found is None:
            raise Refusal(404, "HTTP_404", "数据清单中没有这一事项", "no such item of the catalogue")
        rules = typical.proposing(desk.book, code, desk.today())
        public = [one for one in desk.book.publicity.values() if code in one.items]
        return frame.shown(
            request, "item.html", at=f"/catalogue/{found.code}", item=found, rules=rules,
            public=[plain.publicness(desk.book, one, desk.today()) for one in public], **_law(desk),
        )  # fmt: skip

    def law(request: Request) -> Response:
        rules = desk.book.rules.values()
        idle = Counter(one.inactive_reason or "" for one in rules if not one.active)
        acting = Counter(one.measure for one in rules if one.active and plain.holds(one, desk.today()))
        return frame.shown(request, "law.html", idle=idle.most_common(), acting=acting, **_law(desk))

    def rights(request: Request) -> Response:
        day = desk.today()
        scale, scheme = scale_on(desk.book, day), scheme_on(desk.book, day)
        return frame.shown(request, "rights.html", scale=scale, scheme=scheme, **_law(desk))

    frame.add(app, "/catalogue", catalogue)
    frame.add(app, "/catalogue/{code}", item)
    frame.add(app, "/law", law)
    frame.add(app, "/rights", rights)


def _law(desk: Desk) -> dict[str, Any]:
    """What pages about the law all need."""
    return {"book": desk.book, "today": desk.today(), "plain": plain, "channels": desk.channels}


def applications(request: Request, desk: Desk) -> Response:
    """公共信用信息应用目录."""
    content = catalogue_page.content(desk.applications, desk.book, desk.channels, desk.today())
    return frame.shown(request, "applications.html", content=Markup(content))  # noqa: S704 escaped there


def _figures(app: FastAPI, desk: Desk, counted: "_Counted") -> None:
    def figures(request: Request) -> Response:
        found = counted.now()
        return frame.shown(
            request, "statistics.html", figures=found, least=LEAST, total=TOTAL, drawn=tables.drawn(found)
        )

    def cases(request: Request) -> Response:
        told = typical.cases(desk.figures.counts(), desk.book, desk.today())
        return frame.shown(request, "cases.html", told=told, least=LEAST, levels=LEVELS, outside=OUTSIDE, **_law(desk))

    frame.add(app, "/statistics", figures)
    frame.add(app, "/cases", cases)


class _Counted:
    """The statistics of the newest counts, worked out once for all who ask meanwhile."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._kept: tuple[Counts, Statistics] | None = None

    def now(self) -> Statistics:
        """Raises FiguresClosed."""
        counts, kept = self._desk.figures.counts(), self._kept
        if kept is None or kept[0] is not counts:
            self._kept = kept = (counts, statistics(counts, self._desk.book, cities()))
        return kept[1]
