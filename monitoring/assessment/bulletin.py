"""The monthly bulletin (通报) as values: totals, ranking, named bodies, fields, cities, trend, news since. Pure."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime

from msgspec import Struct

from monitoring.assessment.bars import Bar, Bars
from monitoring.assessment.cells import Cells, Place, by, total, within
from monitoring.assessment.gathering import Months
from monitoring.assessment.months import last_day, twelve
from monitoring.assessment.queries import OPERATORS, PURPOSE, UNREADABLE
from monitoring.assessment.rates import FIGURES, RATES, rates
from monitoring.assessment.reference import OUTSIDE

RANKED = {"channel": ("storage", "timeliness", "feedback", "unexplained"), "city": ("timeliness",)}


class Line(Struct, frozen=True):
    """One channel, body, city or field with its figures and rates."""

    code: str
    name: str
    figures: dict[str, int]
    rates: dict[str, float | None]


class Ranked(Struct, frozen=True):
    """``rank``: 1 is best; equals share it. ``of``: what the rate is a share of."""

    kind: str  # channel | city
    rate: str
    rank: int
    code: str
    name: str
    value: float
    of: int


class Named(Struct, frozen=True):
    """A channel or body on the wrong side of a bar."""

    rate: str
    kind: str  # channel | body
    code: str
    name: str
    value: float
    of: int
    bar: float


class Month(Struct, frozen=True):
    """One month of the trend."""

    month: date
    frozen: bool
    rates: dict[str, float | None]
    figures: dict[str, int]


class Since(Struct, frozen=True):
    """A figure that moved after the month was frozen; ``code``: "" for the total."""

    code: str
    figure: str
    frozen: int
    now: int


class Asked(Struct, frozen=True):
    """Questions about persons by one department; ``code``: "" for operators and persons themselves."""

    code: str
    name: str
    answered: int
    refused: int
    by_purpose: dict[str, int]
    unreadable: int  # records that tell not even the department: they stand with the operators


class Bulletin(Struct, frozen=True):
    """Everything a bulletin says. ``frozen_at``: None where the figures still move."""

    month: date
    city: str | None
    city_name: str
    as_of: date
    over: bool
    frozen_at: datetime | None
    bars: Bars
    total: Line
    channels: tuple[Line, ...]
    bodies: tuple[Line, ...]
    fields: tuple[Line, ...]
    cities: tuple[Line, ...]
    ranking: tuple[Ranked, ...]
    named: tuple[Named, ...]
    queries: tuple[Asked, ...]
    trend: tuple[Month, ...]
    since: tuple[Since, ...]


class Names(Struct, frozen=True):
    """Chinese names by code."""

    channels: Mapping[str, str]
    bodies: Mapping[str, str]
    cities: Mapping[str, str]
    fields: Mapping[str, str]


def bulletin(months: Months, month: date, day: date, names: Names, bars: Bars, *, city: str | None = None) -> Bulletin:
    """The bulletin of ``month`` on ``day``, of the province or of one city."""
    told, was = within(months.told(month), city), months.frozen.get(month)
    channels = _lines(by(told, lambda place: place.channel), names.channels)
    bodies = _lines(by(told, lambda place: place.body), names.bodies)
    cities = () if city is not None else _lines(by(told, lambda place: place.city, names.cities), names.cities)
    return Bulletin(
        month=month,
        city=city,
        city_name="" if city is None else names.cities[city],
        as_of=day if was is None else was.as_of,
        over=day > last_day(month),
        frozen_at=None if was is None else was.frozen_at,
        bars=bars,
        total=_line("", "合计", total(told)),
        channels=channels,
        bodies=bodies,
        fields=_lines(by(told, lambda place: place.field, names.fields), {**names.fields, OUTSIDE: "重点领域以外"}),
        cities=cities,
        ranking=(*_ranking("channel", channels, bars.least), *_ranking("city", cities, bars.least)),
        named=tuple(_named(channels, bodies, bars)),
        queries=tuple(_queries(told, names)),
        trend=tuple(_trend(months, month, city)),
        since=() if was is None else tuple(_since(told, within(months.now.get(month, {}), city))),
    )


def _line(code: str, name: str, numbers: Counter[str]) -> Line:
    return Line(code, name, {figure: numbers[figure] for figure in FIGURES if numbers[figure]}, rates(numbers))


def _lines(found: Mapping[str, Counter[str]], names: Mapping[str, str]) -> tuple[Line, ...]:
    return tuple(_line(code, names.get(code, code), numbers) for code, numbers in found.items())


def _ranking(kind: str, lines: tuple[Line, ...], least: int) -> Iterator[Ranked]:
    """Lines by the rates of RANKED, best first; who has fewer than ``least`` is not compared."""
    for code in RANKED[kind]:
        rate = RATES[code]
        compared = [
            (value, one) for one in lines if (value := one.rates[code]) is not None and rate.over(one.figures) >= least
        ]
        compared.sort(key=lambda pair: (-pair[0] if rate.better == "high" else pair[0], pair[1].code))
        values = [value for value, _ in compared]
        for value, one in compared:
            yield Ranked(kind, code, values.index(value) + 1, one.code, one.name, value, rate.over(one.figures))


def _named(channels: tuple[Line, ...], bodies: tuple[Line, ...], bars: Bars) -> Iterator[Named]:
    """Whoever is on the wrong side of a bar: bodies where the figure tells them, else channels; worst first."""
    for bar in bars.bars:
        whole = RATES[bar.rate].scope == "channel"
        found = list(_over(bar, channels if whole else bodies, "channel" if whole else "body", bars.least_of(bar)))
        yield from sorted(found, key=lambda one: (one.value if bar.over is None else -one.value, one.code))


def _over(bar: Bar, lines: tuple[Line, ...], kind: str, least: int) -> Iterator[Named]:
    for one in lines:
        value, of = one.rates[bar.rate], RATES[bar.rate].over(one.figures)
        if value is not None and of >= least and bar.passes(value):
            yield Named(bar.rate, kind, one.code, one.name, value, of, bar.limit)


def _queries(cells: Cells, names: Names) -> Iterator[Asked]:
    found: dict[str, Counter[str]] = {}
    for place, numbers in sorted(cells.items()):
        if numbers["queries"] or numbers["queries_refused"] or numbers[UNREADABLE]:
            found.setdefault(place.channel, Counter()).update(numbers)
    for code, numbers in sorted(found.items(), key=lambda one: (-one[1]["queries"], one[0])):
        purposes = {name.removeprefix(PURPOSE): n for name, n in sorted(numbers.items()) if name.startswith(PURPOSE)}
        name = "运行单位与本人" if code == OPERATORS else names.channels.get(code, code)
        yield Asked(code, name, numbers["queries"], numbers["queries_refused"], purposes, numbers[UNREADABLE])


def _trend(months: Months, last: date, city: str | None) -> Iterator[Month]:
    for month in twelve(last):
        numbers = total(within(months.told(month), city))
        shown = {figure: numbers[figure] for figure in FIGURES if numbers[figure]}
        yield Month(month, month in months.frozen, rates(numbers), shown)


def _since(frozen: Cells, now: Cells) -> Iterator[Since]:
    """Figures that differ: in all, then by channel."""
    yield from _moved("", total(frozen), total(now))
    key: Callable[[Place], str] = lambda place: place.channel  # noqa: E731
    before, after = by(frozen, key), by(now, key)
    for code in sorted(before.keys() | after.keys()):
        yield from _moved(code, before.get(code, Counter()), after.get(code, Counter()))


def _moved(code: str, before: Counter[str], after: Counter[str]) -> Iterator[Since]:
    for figure in FIGURES:
        if before[figure] != after[figure]:
            yield Since(code, figure, before[figure], after[figure])
