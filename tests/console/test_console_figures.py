"""Figures of arrows from what processes expose: rates, waits and faults, and what is said where there is none."""

import pytest
from console_stand import CATALOGUE, Scene

from monitoring import catalogue as c
from monitoring.console.figures import BEHIND, ENOUGH, STANDS, Figure, Flow, Told, troubles
from monitoring.console.looks import GAUGES_S
from monitoring.console.map import draw
from sinks.clickhouse.tables import SINK_GROUP

DRAWN = draw(CATALOGUE)


def told(scene: Scene) -> dict[str, Told]:
    return Flow(scene.window(), CATALOGUE, "").told(DRAWN)


def test_without_any_process_every_arrow_says_that_there_is_no_figure() -> None:
    scene = Scene()
    scene.look(0.0)
    assert {(one.word, one.state) for one in told(scene).values()} == {("no_figure", "none")}
    assert [(one.word, one.about) for one in troubles(scene.window(), told(scene))] == [
        ("role_missing", role) for role in ("worker", "sink", "exporter")
    ]


def test_receipts_of_two_workers_are_added_and_a_new_worker_begins_at_nothing() -> None:
    scene = Scene()
    for name in ("worker-1", "worker-2"):
        scene.of(name).counter(c.RECEIPTS, "intake", "court", "rejected", "none").inc(5)
    scene.look(0.0)
    assert told(scene)["intake>receipts"].word == "measuring"
    scene.of("worker-1").counter(c.RECEIPTS, "intake", "court", "rejected", "none").inc(7)
    scene.again("worker-2").counter(c.RECEIPTS, "intake", "court", "rejected", "none").inc(3)
    scene.look(10.0)
    one = told(scene)["intake>receipts"]
    assert one.rate.value == pytest.approx(1.0) and one.unit == "records" and one.faults.value == 10
    assert told(scene)["casework>receipts"].rate.value is None


@pytest.mark.parametrize(
    ("accepted", "rejected", "word"),
    [(80, 20, "moving"), (79, 21, "rejecting"), (0, ENOUGH, "moving"), (0, ENOUGH + 1, "rejecting")],
)
def test_many_rejected_is_what_the_alert_calls_so(accepted: int, rejected: int, word: str) -> None:
    scene = Scene()
    for number in (0, 1):
        for outcome, records in (("accepted", accepted), ("rejected", rejected)):
            scene.of("worker-1").counter(c.RECEIPTS, "intake", "court", outcome, "none").inc(number * records)
        scene.look(number * 10.0)
    assert told(scene)["intake>receipts"].word == word


def gauges(scene: Scene, group: str, topic: str, position: int, lag: int) -> None:
    scene.of("exporter-1").gauge(c.GROUP_POSITION, group, topic, 0).set(position)
    scene.of("exporter-1").gauge(c.GROUP_LAG, group, topic, 0).set(lag)


@pytest.mark.parametrize(
    ("moved", "lag", "seconds", "word"),
    [
        (0, STANDS, GAUGES_S, "at_rest"),  # commit markers wait for nobody
        (0, STANDS + 1, GAUGES_S, "stands"),
        (0, STANDS + 1, GAUGES_S - 1, "measuring"),
        (1, STANDS + 1, GAUGES_S, "moving"),
        (9, BEHIND, GAUGES_S, "moving"),
        (9, BEHIND + 1, GAUGES_S, "behind"),
    ],
)
def test_what_waits_and_does_not_move_stands(moved: int, lag: int, seconds: float, word: str) -> None:
    scene = Scene()
    gauges(scene, SINK_GROUP, "decisions", 10, lag)
    scene.look(0.0)
    gauges(scene, SINK_GROUP, "decisions", 10 + moved, lag)
    scene.look(seconds)
    one = told(scene)["decisions>sink"]
    assert one.word == (word if word != "measuring" else "at_rest")
    assert one.waiting.value == lag
    assert one.rate.measuring == (seconds < GAUGES_S)


def test_an_input_is_read_at_the_pace_of_its_positions_whoever_holds_the_partition() -> None:
    scene = Scene()
    scene.of("worker-1").gauge(c.POSITION, "intake", "events.court", 0).set(100)
    scene.of("worker-1").gauge(c.POSITION, "intake", "cases.court", 0).set(5)
    scene.look(0.0)
    scene.of("worker-2").gauge(c.POSITION, "intake", "events.court", 0).set(150)  # it moved; worker-1 still shows 100
    scene.look(5.0)
    assert told(scene)["events>intake"].rate.value == pytest.approx(10.0)
    assert told(scene)["cases>intake"].rate.value == 0 and told(scene)["cases>intake"].word == "at_rest"
    assert told(scene)["feedback>intake"].word == "no_figure"


def test_unreadable_bytes_are_a_fault() -> None:
    scene = Scene()
    scene.of("exporter-1").gauge(c.FAMILY_END, "quarantine").set(3)
    scene.look(0.0)
    scene.look(GAUGES_S)
    assert told(scene)["intake>quarantine"].word == "at_rest"
    scene.of("exporter-1").gauge(c.FAMILY_END, "quarantine").set(5)
    scene.look(GAUGES_S + 5)
    one = told(scene)["intake>quarantine"]
    assert (one.word, one.state, one.faults.value) == ("unreadable", "warn", 2)
    assert ("warn", "unreadable", "intake>quarantine") in troubles(scene.window(), told(scene))


def test_retries_are_the_agents_faults_and_none_is_zero_only_where_it_works() -> None:
    scene = Scene()
    scene.look(0.0)
    assert told(scene)["events>intake"].faults.value is None
    scene.of("worker-1").counter(c.RECORDS, "intake").inc(4)
    scene.look(5.0)
    assert told(scene)["events>intake"].faults.value == 0
    scene.of("worker-1").counter(c.RETRIES, "intake", "KafkaTimeoutError").inc(0)
    scene.look(10.0)
    scene.of("worker-1").counter(c.RETRIES, "intake", "KafkaTimeoutError").inc(2)
    scene.look(15.0)
    assert told(scene)["events>intake"].faults.value == 2 == told(scene)["intake>accepted"].faults.value


def test_what_the_database_does_not_take_stands_at_the_arrow_of_its_table_and_at_the_last_one() -> None:
    scene = Scene()
    scene.look(0.0)
    assert told(scene)["decisions>sink"].faults.value is None is told(scene)["sink>clickhouse"].faults.value
    scene.of("sink-1").gauge(c.SINK_LAG, "decisions", 0).set(7)
    scene.of("sink-1").gauge(c.SINK_LAG, "accepted", 0).set(4)
    scene.of("sink-1").counter(c.SINK_ROWS, "decisions").inc(30)
    for table in ("decisions", "none"):
        scene.of("sink-1").counter(c.SINK_RETRIES, table).inc(0)
    scene.look(5.0)
    before = told(scene)
    assert before["decisions>sink"].faults.value == 0 == before["sink>clickhouse"].faults.value
    assert (before["sink>clickhouse"].waiting, before["sink>clickhouse"].rate.total) == (Figure(11), 30)
    scene.of("sink-1").counter(c.SINK_RETRIES, "decisions").inc(2)
    scene.of("sink-1").counter(c.SINK_RETRIES, "none").inc(1)
    scene.look(10.0)
    after = told(scene)
    assert {key: after[key].faults.value for key in ("decisions>sink", "receipts>sink", "sink>clickhouse")} == {
        "decisions>sink": 2,
        "receipts>sink": 0,
        "sink>clickhouse": 3,
    }
    marked = {one.about for one in troubles(scene.window(), after) if one.word == "store_refuses"}
    assert marked == {"decisions>sink", "sink>clickhouse"}
    assert after["erasures>sink"].faults.value == 0


def test_erasures_are_read_in_no_group_so_the_sink_tells_of_them_itself() -> None:
    scene = Scene()
    scene.look(0.0)
    assert told(scene)["erasures>sink"].word == "no_figure"
    scene.of("sink-1").gauge(c.SINK_ERASURES).set(20)
    scene.of("sink-1").gauge(c.SINK_LAG, "erasures", 0).set(3)
    scene.of("sink-2").gauge(c.SINK_ERASURES).set(20)  # each process reads the topic whole
    scene.of("sink-2").gauge(c.SINK_LAG, "erasures", 0).set(2)
    scene.of("sink-1").counter(c.SINK_RETRIES, "erasures").inc(0)
    scene.look(5.0)
    for name in ("sink-1", "sink-2"):
        scene.of(name).gauge(c.SINK_ERASURES).set(30)
    scene.look(10.0)
    one = told(scene)["erasures>sink"]
    assert (one.rate.total, one.unit, one.waiting, one.faults, one.word) == (
        30,
        "records",
        Figure(3),
        Figure(0),
        "moving",
    )
    assert one.rate.value == pytest.approx(2.0, rel=0.6)
    assert told(scene)["sink>clickhouse"].waiting == Figure(None)  # of rows nobody has told anything
    scene.of("sink-1").counter(c.SINK_RETRIES, "erasures").inc(1)
    scene.look(15.0)
    assert told(scene)["erasures>sink"].word == "store_refuses"


def test_what_went_over_an_arrow_so_far_is_told_though_it_rests_and_nothing_waits_where_it_is_written() -> None:
    scene = Scene()
    for at in (0.0, GAUGES_S):
        scene.of("exporter-1").gauge(c.FAMILY_END, "notices").set(120)
        scene.of("worker-1").gauge(c.POSITION, "intake", "events.court", 0).set(100)
        scene.look(at)
    one = told(scene)["casework>notices"]
    assert (one.rate.value, one.rate.total, one.waiting, one.word) == (0, 120, None, "at_rest")
    assert told(scene)["events>intake"].rate.total == 100
    assert told(scene)["casework>bureau"].rate.total is None


def test_a_process_that_does_not_answer_is_told_first() -> None:
    scene = Scene()
    for name in ("worker-1", "worker-2", "sink-1", "exporter-1"):
        scene.of(name)
    scene.silent.add("worker-2")
    scene.look(0.0)
    assert [(one.word, one.about) for one in troubles(scene.window(), {})] == [("process_silent", "worker-2")]
    scene.silent.add("worker-1")
    scene.look(5.0)
    assert ("bad", "role_missing", "worker") in troubles(scene.window(), {})


@pytest.mark.parametrize(("past", "gaps", "words"), [(0, 0, []), (1, 0, ["public_past"]), (0, 2, ["chain_gap"])])
def test_what_breaks_a_persons_right_is_told(past: int, gaps: int, words: list[str]) -> None:
    scene = Scene()
    for name in ("worker-1", "sink-1"):
        scene.of(name)
    scene.of("exporter-1").gauge(c.PUBLIC, "exposure", "past").set(past)
    scene.of("exporter-1").gauge(c.CHAIN_GAPS, "railway").set(gaps)
    scene.look(0.0)
    assert [one.word for one in troubles(scene.window(), {})] == words
