"""What is reported arrives at a real endpoint, and only after the commit."""

import time
import urllib.request

import pytest
from prometheus_client.parser import text_string_to_metric_families

from monitoring import catalogue as c
from monitoring.endpoint import Endpoint, start
from monitoring.labels import REFUSAL, Vocabulary
from monitoring.lag import Lag, show
from monitoring.meters import Meters
from monitoring.observer import MetricsObserver, SinkObserver
from streams.engine.ports import Observer

Key = tuple[str, frozenset[tuple[str, str]]]


def scrape(port: int) -> dict[Key, float]:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
        text = answer.read().decode()
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def key(name: str, **labels: str) -> Key:
    return name, frozenset(labels.items())


@pytest.fixture
def meters() -> Meters:
    words = {
        "agent": {"intake", "casework"},
        "topic": {"events.court"},
        "group": {"chengxin"},
        "code": {"ITEM_UNKNOWN"},
        "table": {"decisions"},
        "channel": {"court"},
    }
    return Meters(Vocabulary({label: frozenset(values) for label, values in words.items()}))


def test_a_committed_transaction_is_scraped_with_its_counts(meters: Meters) -> None:
    observer: Observer = MetricsObserver(meters, now=lambda: 100.0)
    assert isinstance(observer, MetricsObserver)
    counts = observer.counts("casework", 3)
    counts.receipt("court", "accepted")
    counts.receipt("court", "rejected", "ITEM_UNKNOWN")
    counts.receipt("court", "rejected", "990000199001010017")
    counts.decision("recorded")
    counts.obligations(raised=3, lifted=1)
    counts.source(98_000)
    counts.latency(0.2)
    observer.transaction("casework", 3, records=5, outputs=11, seconds=0.02, state=range(40))
    with Endpoint(meters) as endpoint:
        seen = scrape(endpoint.port)
    assert seen[key("chengxin_records_read_total", agent="casework")] == 5
    assert seen[key("chengxin_records_written_total", agent="casework")] == 11
    assert seen[key("chengxin_receipts_total", agent="casework", channel="court", outcome="accepted", code="none")] == 1
    assert (
        seen[key("chengxin_receipts_total", agent="casework", channel="court", outcome="rejected", code="ITEM_UNKNOWN")]
        == 1
    )
    assert (
        seen[key("chengxin_receipts_total", agent="casework", channel="court", outcome="rejected", code="other")] == 1
    )
    assert seen[key("chengxin_decisions_total", kind="recorded")] == 1
    assert seen[key("chengxin_obligations_total", change="raised")] == 3
    assert seen[key("chengxin_obligations_total", change="lifted")] == 1
    assert seen[key("chengxin_latency_seconds_count", agent="casework")] == 2
    assert seen[key("chengxin_latency_seconds_sum", agent="casework")] == pytest.approx(2.2)
    assert seen[key("chengxin_batch_records_sum", agent="casework")] == 5
    assert seen[key("chengxin_transaction_seconds_count", agent="casework")] == 1


def test_the_state_is_counted_again_after_half_a_minute_and_not_before(meters: Meters) -> None:
    now = [100.0]
    observer = MetricsObserver(meters, now=lambda: now[0])
    for at, keys, shown in ((100.0, 5, 5), (129.9, 6, 5), (130.0, 7, 7)):
        now[0] = at
        observer.transaction("intake", 1, records=1, outputs=1, seconds=0.01, state=range(keys))
        with Endpoint(meters) as endpoint:
            assert scrape(endpoint.port)[key("chengxin_state_keys", agent="intake", partition="1")] == shown


def test_gauges_that_are_named_no_more_fall_to_zero(meters: Meters) -> None:
    meters.gauges(c.OVERDUE, {("court", "case"): 2, ("nobody", "case"): 1, ("nowhere", "case"): 1})
    meters.gauges(c.OVERDUE, {("court", "answer"): 3})
    with Endpoint(meters) as endpoint:
        seen = scrape(endpoint.port)
    assert seen[key("chengxin_overdue", channel="court", missed="case")] == 0
    assert seen[key("chengxin_overdue", channel="other", missed="case")] == 0
    assert seen[key("chengxin_overdue", channel="court", missed="answer")] == 3


def test_an_aborted_transaction_counts_nothing(meters: Meters) -> None:
    observer = MetricsObserver(meters)
    counts = observer.counts("intake", 0)
    counts.receipt("court", "accepted")
    observer.retried("intake", 0, "KafkaTimeoutError")
    counts.receipt("court", "held")
    counts.rollback()
    counts.decision("held")
    assert observer.counts("intake", 0) is counts  # a step made anew finds nothing of the old one
    observer.transaction("intake", 0, records=0, outputs=0, seconds=0.0, state=())
    with Endpoint(meters) as endpoint:
        seen = scrape(endpoint.port)
    assert not [name for name, _ in seen if name == "chengxin_decisions_total"]
    assert {value for (name, _), value in seen.items() if name == "chengxin_receipts_total"} == {0}
    assert seen[key("chengxin_retries_total", agent="intake", error="KafkaTimeoutError")] == 1


def test_positions_restores_lag_and_the_sink(meters: Meters) -> None:
    observer, sink = MetricsObserver(meters), SinkObserver(meters)
    observer.assigned("intake", 8)
    observer.restored("intake", 2, keys=40, seconds=1.5)
    observer.position("intake", "events.court", 2, 17)
    observer.position("intake", "events.unheard_of", 2, 1)
    show(meters, [Lag("chengxin", "events.court", 2, position=17, end=20)])
    sink.inserted("decisions", 500, 0.1)
    sink.lag("events.court", 0, 7)
    sink.retried("decisions")
    sink.retried("none")
    sink.erasing(4)
    sink.lag("events.court", 1, 7)
    sink.left("events.court", 1)
    sink.left("events.court", 2)
    with Endpoint(meters) as endpoint:
        seen = scrape(endpoint.port)
    place = {"topic": "events.court", "partition": "2"}
    assert seen[key("chengxin_assigned_partitions", agent="intake")] == 8
    assert seen[key("chengxin_state_keys", agent="intake", partition="2")] == 40
    assert seen[key("chengxin_restore_seconds_sum", agent="intake")] == 1.5
    assert seen[key("chengxin_position", agent="intake", **place)] == 17
    assert seen[key("chengxin_position", agent="intake", topic="other", partition="2")] == 1
    assert seen[key("chengxin_group_lag", group="chengxin", **place)] == 3
    assert seen[key("chengxin_group_position", group="chengxin", **place)] == 17
    assert seen[key("chengxin_sink_rows_total", table="decisions")] == 500
    assert seen[key("chengxin_sink_retries_total", table="decisions")] == 1
    assert seen[key("chengxin_sink_retries_total", table="none")] == 1
    assert seen[key("chengxin_sink_erasures")] == 4
    assert seen[key("chengxin_sink_insert_seconds_count", table="decisions")] == 1
    assert [labels for name, labels in seen if name == "chengxin_sink_lag"] == [
        frozenset({"topic": "events.court", "partition": "0"}.items())
    ]
    assert seen[key("chengxin_sink_lag", topic="events.court", partition="0")] == 7


def test_what_an_alert_tells_at_the_first_one_is_there_at_zero_from_the_start(meters: Meters) -> None:
    MetricsObserver(meters)
    SinkObserver(meters)
    with Endpoint(meters) as endpoint:
        seen = scrape(endpoint.port)
    for refusal in REFUSAL.values:
        assert seen[key("chengxin_query_refusals_total", refusal=refusal)] == 0
    rejected = {"agent": "intake", "channel": "court", "outcome": "rejected", "code": "none"}
    assert seen[key("chengxin_receipts_total", **rejected)] == 0
    for table in ("decisions", "none"):
        assert seen[key("chengxin_sink_retries_total", table=table)] == 0


def test_a_gauge_that_a_process_never_set_is_none_of_its_figures(meters: Meters) -> None:
    """Alert CalendarEnds takes the least over all processes: the 0 of a worker was always it."""
    with Endpoint(meters) as endpoint:
        gauges = {metric.name for metric in c.CATALOGUE if metric.kind is c.Kind.GAUGE}
        assert not gauges & {name for name, _ in scrape(endpoint.port)}
        meters.gauge(c.CALENDAR_DAYS).set(41)
        meters.gauge(c.CALENDAR_DAYS).set(40)
        assert scrape(endpoint.port)[key("chengxin_calendar_days")] == 40


def test_two_processes_do_not_share_figures(meters: Meters) -> None:
    other = Meters(Vocabulary({"agent": frozenset({"intake"})}))
    MetricsObserver(meters).assigned("intake", 8)
    with Endpoint(other) as endpoint:
        assert key("chengxin_assigned_partitions", agent="intake") not in scrape(endpoint.port)


def test_start_takes_a_free_port(meters: Meters) -> None:
    assert scrape(start(meters)) is not None


def test_counting_a_record_costs_a_few_microseconds(meters: Meters) -> None:
    observer = MetricsObserver(meters)
    counts = observer.counts("casework", 0)
    begin = time.process_time()
    for _ in range(20):
        for _ in range(1_000):
            counts.receipt("court", "accepted")
            counts.decision("recorded")
            counts.obligations(3, 0)
            counts.source(1_000)
        observer.transaction("casework", 0, records=1_000, outputs=6_000, seconds=0.1, state=())
    assert (time.process_time() - begin) / 20_000 < 50e-6
