"""The channel board: how fresh, how well and how punctually each department reports and answers. Colours have words.

Where the bars lie, the alerts have them (monitoring/alerts.yaml); half a bar is a word of warning.
"""

from typing import NamedTuple

from monitoring import catalogue as c
from monitoring.console.figures import ENOUGH, REJECTED, State
from monitoring.console.looks import Window
from monitoring.console.tables import Duties
from topics.catalogue import Catalogue

SILENT_S = 14 * 86_400  # as alert ChannelSilent
OTHER_DUTIES = ("case", "order", "correction")  # overdue ones are counted by the exporter


class Mark(NamedTuple):
    """A state with its word (a key of words.yaml) and the figure behind it."""

    state: State
    word: str
    figure: float | None = None


class Line(NamedTuple):
    """One channel. ``received``: its receipts; ``answers``: counts of its duties, added over answers and proofs."""

    code: str
    name: str
    fresh: Mark
    received: int
    rejected: Mark
    punctual: Mark
    on_time: int
    late: int
    past: int
    open: int
    without_term: int
    other_past: float | None


def board(
    catalogue: Catalogue, window: Window, receipts: dict[str, dict[str, int]], duties: tuple[Duties, ...], now: float
) -> list[Line]:
    """Channels that ever sent, received or owed anything; those with trouble in front."""
    newest, overdue = _by_channel(window, c.CHANNEL_LAST), _others(window)
    owed: dict[str, list[Duties]] = {}
    for one in duties:
        owed.setdefault(one.channel, []).append(one)
    active = receipts.keys() | owed.keys() | newest.keys() | overdue.keys()
    found = [
        _line(code, channel.name, receipts.get(code, {}), owed.get(code, []))._replace(
            fresh=_fresh(newest.get(code), now), other_past=overdue.get(code)
        )
        for code, channel in catalogue.channels.items()
        if code in active
    ]
    return sorted(found, key=lambda line: (-_weight(line), line.code))


def _line(code: str, name: str, outcomes: dict[str, int], duties: list[Duties]) -> Line:
    """What the tables say of a channel; the metrics' part is still missing."""
    received = sum(outcomes.values())
    on_time, late, past = (sum(getattr(one, field) for one in duties) for field in ("on_time", "late", "past"))
    return Line(
        code=code,
        name=name,
        fresh=Mark("none", "no_figure"),
        received=received,
        rejected=_rejected(outcomes.get("rejected", 0), received),
        punctual=_punctual(on_time, late, past),
        on_time=on_time,
        late=late,
        past=past,
        open=sum(one.open for one in duties),
        without_term=sum(one.without_term for one in duties),
        other_past=None,
    )


def _fresh(newest: float | None, now: float) -> Mark:
    if newest is None:
        return Mark("none", "no_figure")
    age = max(0.0, now - newest)
    if age > SILENT_S:
        return Mark("bad", "silent", age)
    return Mark("warn", "quiet", age) if age > SILENT_S / 2 else Mark("ok", "fresh", age)


def _rejected(rejected: int, received: int) -> Mark:
    if not received:
        return Mark("none", "nothing_received")
    share = rejected / received
    if received <= ENOUGH:
        return Mark("none", "too_few", share)
    if share > REJECTED:
        return Mark("bad", "many_rejected", share)
    return Mark("warn", "some_rejected", share) if share > REJECTED / 2 else Mark("ok", "few_rejected", share)


def _punctual(on_time: int, late: int, past: int) -> Mark:
    due = on_time + late + past
    if not due:
        return Mark("none", "nothing_due")
    if past:
        return Mark("bad", "past_due", on_time / due)
    return Mark("warn", "was_late", on_time / due) if late else Mark("ok", "on_time", 1.0)


def _by_channel(window: Window, metric: c.Metric) -> dict[str, float]:
    return {dict(labels)["channel"]: value for labels, value in window.series(metric).items()}


def _others(window: Window) -> dict[str, float]:
    """Cases, orders and corrections past their day, by whose duty it is."""
    found: dict[str, float] = {}
    for labels, value in window.series(c.OVERDUE).items():
        known = dict(labels)
        if known["missed"] in OTHER_DUTIES:
            found[known["channel"]] = found.get(known["channel"], 0.0) + value
    return found


def _weight(line: Line) -> int:
    marks = (line.fresh, line.rejected, line.punctual)
    return sum({"bad": 100, "warn": 10}.get(mark.state, 0) for mark in marks) + (10 if line.other_past else 0)
