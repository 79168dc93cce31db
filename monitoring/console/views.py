"""What each page shows, as values for its template: gathered anew for every reader, nothing about a person among it."""

import time
from datetime import date, datetime
from typing import Any, NamedTuple

from monitoring.console import board, charts, figures
from monitoring.console.desk import Desk
from monitoring.console.figures import Figure, Told
from monitoring.console.map import Map
from monitoring.console.tables import OPEN, SHOWN, Unavailable
from monitoring.console.words import Words
from streams.clock import HERE
from streams.whatif import charts as whatif_charts
from streams.whatif.places import TABLES, TITLES
from streams.whatif.stood import DIRECTIONS
from streams.whatif.words import COLUMNS, MEANING, NOTES, figure

STATES = ("proposed", "confirmed", "in_effect", "lifting", "lifted", "refused", "not_applicable")


class Live(NamedTuple):
    """An update of the flow's page: texts and states by key."""

    texts: dict[str, str]
    states: dict[str, str]


def flow(desk: Desk, drawn: Map, say: Words) -> dict[str, Any]:
    """The map with its figures, what is wrong, the processes and the topics beside the flow."""
    window = desk.window()
    told = figures.Flow(window, desk.catalogue, desk.prefix)
    arrows = told.told(drawn)
    return {
        "live": cells(arrows, say),
        "told": arrows,
        "troubles": figures.troubles(window, arrows),
        "processes": window.processes,
        "aside": {family: _rate(told.family_rate(family), say) for family in drawn.aside},
        "seconds": window.seconds,
        "at": clock(desk.now()),
    }


def cells(arrows: dict[str, Told], say: Words) -> Live:
    texts: dict[str, str] = {}
    states: dict[str, str] = {}
    for key, told in arrows.items():
        waiting, faults = _count(told.waiting, say), _count(told.faults, say)
        texts[f"{key}.rate"] = _rate(told.rate, say)
        texts[f"{key}.total"] = say.number(told.rate.total)
        texts[f"{key}.waiting"] = waiting
        texts[f"{key}.faults"] = faults
        texts[f"{key}.pace"] = _pace(told.rate, say)
        known = ((told.waiting, "waiting_short", waiting), (told.faults, "faults_short", faults))
        texts[f"{key}.note"] = " ".join(
            f"{say(name)} {text}" for figure, name, text in known if figure is not None and figure.value is not None
        )
        texts[f"{key}.word"] = say(told.word)
        states[key] = told.state
    return Live(texts, states)


def channels(desk: Desk, say: Words) -> dict[str, Any]:
    """The board; without the tables what the metrics alone say."""
    try:
        receipts, duties, away = desk.tables.receipts(), desk.tables.duties(), None
    except Unavailable as fault:
        receipts, duties, away = {}, (), str(fault)
    lines = board.board(desk.catalogue, desk.window(), receipts, duties, desk.now())
    return {"lines": lines, "away": away, "at": clock(desk.now())}


def obligations(desk: Desk, say: Words, state: str, executor: str) -> dict[str, Any]:
    """Counts by department and state, the months in which days lie, and the ids due first."""
    try:
        day, counts, months = desk.tables.day(), desk.tables.states(), desk.tables.months()
        owed = desk.tables.owed(state, executor)
    except Unavailable as fault:
        return {"away": str(fault)}
    totals = {one: sum(count.obligations for count in counts if count.state == one) for one in STATES}
    by_executor: dict[str, dict[str, int]] = {}
    for count in counts:
        row = by_executor.setdefault(count.executor, {})
        row[count.state] = row.get(count.state, 0) + count.obligations
    return {
        "away": None,
        "day": day,
        "totals": totals,
        "by_executor": by_executor,
        "months": months,
        "chart": charts.due_by_month(months, say) if months else "",
        "owed": owed,
        "most": SHOWN,
        "states": STATES,
        "open": OPEN,
        "chosen": {"state": state, "executor": executor},
        "past": {one.obligation_id for one in owed if _past(one.state, one.due_day, day)},
    }


def _past(state: str, due: date | None, day: date | None) -> bool:
    return state in OPEN and due is not None and day is not None and due < day


def law(desk: Desk) -> dict[str, Any]:
    today = datetime.fromtimestamp(desk.now(), HERE).date()
    book = desk.laws.book
    return {
        "laws": desk.laws,
        "timeline": desk.laws.timeline(today),
        "today": today,
        "counts": {
            "instruments": len(book.instruments),
            "items": len(book.items),
            "rules_active": sum(rule.active for rule in book.rules.values()),
            "rules_inactive": sum(not rule.active for rule in book.rules.values()),
        },
    }


def report(desk: Desk, digest: str, say: Words) -> dict[str, Any]:
    """One what-if report with its charts; ``report`` is None where there is none to be shown."""
    found = desk.reports.one(digest)
    told = {} if found is None else {name: rows for name, rows in found.tables.items() if rows}
    return {
        "report": found,
        "charts": {name: whatif_charts.bars(name, rows) for name, rows in told.items()},
        "titles": {name: TITLES[name].split(" / ")[say.language == "en"] for name in TABLES},
        "directions": DIRECTIONS,
        "columns": {one: COLUMNS[one][say.language == "en"] for one in DIRECTIONS},
        "meaning": {one: MEANING[one][say.language == "en"] for one in DIRECTIONS},
        "notes": [note[say.language == "en"] for note in NOTES],
        "colours": whatif_charts.COLOURS,
        "figure": figure,
    }


def clock(now: float) -> str:
    return time.strftime("%H:%M:%S", time.localtime(now))


def _rate(found: Figure, say: Words) -> str:
    if found.value is None:
        return say("measuring" if found.measuring else "no_figure")
    return say.rate(found.value)


def _pace(found: Figure, say: Words) -> str:
    """How fast now and how much so far: at rest the former says little."""
    return _rate(found, say) if found.total is None else f"{_rate(found, say)} · {found.total:,.0f}"


def _count(found: Figure | None, say: Words) -> str:
    return "—" if found is None else say.number(found.value)
