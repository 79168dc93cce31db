"""The channel board's words at their bars and one step either side; what has no figure says so."""

import pytest
from console_stand import CATALOGUE, NOW, Scene

from monitoring import catalogue as c
from monitoring.console.board import SILENT_S, Line, board
from monitoring.console.tables import Duties


def duties(**counts: int) -> Duties:
    return Duties(
        "railway", "proof", **{**dict.fromkeys(("on_time", "late", "past", "open", "without_term"), 0), **counts}
    )


def line(code: str, scene: Scene, outcomes: dict[str, int], *owed: Duties) -> Line:
    (found,) = [one for one in board(CATALOGUE, scene.window(), {code: outcomes}, owed, NOW) if one.code == code]
    return found


@pytest.mark.parametrize(
    ("age", "word"),
    [(0, "fresh"), (SILENT_S / 2, "fresh"), (SILENT_S / 2 + 1, "quiet"), (SILENT_S, "quiet"), (SILENT_S + 1, "silent")],
)
def test_freshness(age: float, word: str) -> None:
    scene = Scene()
    scene.of("exporter-1").gauge(c.CHANNEL_LAST, "court").set(NOW - age)
    scene.look(0.0)
    assert line("court", scene, {}).fresh.word == word


@pytest.mark.parametrize(
    ("accepted", "rejected", "word", "state"),
    [
        (0, 20, "too_few", "none"),
        (19, 2, "few_rejected", "ok"),
        (90, 10, "few_rejected", "ok"),
        (89, 11, "some_rejected", "warn"),
        (80, 20, "some_rejected", "warn"),
        (79, 21, "many_rejected", "bad"),
    ],
)
def test_rejections(accepted: int, rejected: int, word: str, state: str) -> None:
    scene = Scene()
    scene.look(0.0)
    found = line("court", scene, {"accepted": accepted, "rejected": rejected})
    assert (found.rejected.word, found.rejected.state, found.received) == (word, state, accepted + rejected)
    assert found.fresh.word == "no_figure" and found.other_past is None


@pytest.mark.parametrize(
    ("counts", "word", "share"),
    [
        ({"without_term": 9, "open": 4}, "nothing_due", None),
        ({"on_time": 3}, "on_time", 1.0),
        ({"on_time": 3, "late": 1}, "was_late", 0.75),
        ({"on_time": 3, "past": 1}, "past_due", 0.75),
    ],
)
def test_punctuality_counts_only_what_has_a_day(counts: dict[str, int], word: str, share: float | None) -> None:
    scene = Scene()
    scene.look(0.0)
    found = line("railway", scene, {}, duties(**counts))
    assert (found.punctual.word, found.punctual.figure) == (word, share)
    assert found.rejected.word == "nothing_received"


def test_trouble_stands_in_front_and_who_never_did_anything_is_not_there() -> None:
    scene = Scene()
    scene.of("exporter-1").gauge(c.OVERDUE, "health", "case").set(2)
    scene.of("exporter-1").gauge(c.OVERDUE, "health", "proof").set(5)  # counted from the tables
    scene.look(0.0)
    lines = board(CATALOGUE, scene.window(), {"court": {"accepted": 5}}, (duties(past=1),), NOW)
    assert [one.code for one in lines] == ["railway", "health", "court"]
    assert {one.code: one.other_past for one in lines} == {"railway": None, "health": 2, "court": None}
