"""No label ever carries a person: whatever text reaches a metric, only words of a vocabulary come out."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry

from monitoring.catalogue import CATALOGUE, Kind, Metric
from monitoring.labels import NONE, OTHER, Vocabulary
from monitoring.meters import Meters

CITIZEN = "990000199001010017"
WORDS = {
    "agent": frozenset({"intake", "casework"}),
    "topic": frozenset({"run1.events.court", "accepted"}),
    "group": frozenset({"run1.chengxin"}),
    "code": frozenset({"ITEM_UNKNOWN"}),
    "table": frozenset({"decisions"}),
    "channel": frozenset({"court"}),
    "purpose": frozenset({"audit"}),
    "family": frozenset({"events"}),
}
VOCABULARY = Vocabulary(WORDS)


def label_values(registry: CollectorRegistry) -> set[str]:
    return {
        value
        for family in registry.collect()
        for sample in family.samples
        for name, value in sample.labels.items()
        if name != "le"
    }


def touch(meters: Meters, metric: Metric, value: str | int) -> None:
    values = [value] * len(metric.labels)
    if metric.kind is Kind.COUNTER:
        meters.counter(metric, *values).inc()
    elif metric.kind is Kind.GAUGE:
        meters.gauge(metric, *values).set(1)
    else:
        meters.histogram(metric, *values).observe(1)


@settings(deadline=None)  # the whole catalogue each time: a loaded machine takes longer than a deadline allows
@given(st.one_of(st.text(), st.integers(), st.just(CITIZEN), st.just("f" * 32), st.just("张三")))
def test_whatever_is_given_as_a_label_only_the_vocabulary_comes_out(value: str | int) -> None:
    meters = Meters(VOCABULARY)
    for metric in CATALOGUE:
        touch(meters, metric, value)
    allowed = {OTHER, NONE}.union(*WORDS.values(), *(label.values for metric in CATALOGUE for label in metric.labels))
    numbers = {str(value)} if isinstance(value, int) and 0 <= value < 1_024 else set()
    assert label_values(meters.registry) <= allowed | numbers


@pytest.mark.parametrize("word", [CITIZEN, "13800000000", "a" * 32, "张三", "two words", ""])
def test_a_person_cannot_be_declared_as_a_word(word: str) -> None:
    with pytest.raises(ValueError, match="label code"):
        Vocabulary({"code": frozenset({word})})


def test_a_label_cannot_be_declared_without_bound() -> None:
    with pytest.raises(ValueError, match="at most"):
        Vocabulary({"code": frozenset(f"C{number}" for number in range(2_001))})


def test_every_label_is_closed_bounded_or_declared_and_every_metric_says_why() -> None:
    labels = {label for metric in CATALOGUE for label in metric.labels}
    assert {label.name for label in labels if label.declared} == WORDS.keys()
    assert len({metric.name for metric in CATALOGUE}) == len(CATALOGUE)
    for metric in CATALOGUE:
        assert metric.why.endswith(".") and metric.unit
        assert bool(metric.buckets) == (metric.kind is Kind.HISTOGRAM)
        assert not metric.from_zero or all(label.values for label in metric.labels)


def test_closed_labels_follow_the_types_of_the_core() -> None:
    from monitoring.labels import DECISION, MATTER, MISSED, OUTCOME, STATE
    from streams.core.decisions import DecisionKind, MissedKind, ObligationState, Outcome
    from streams.core.events import Matter

    pairs = (
        (OUTCOME, Outcome),
        (DECISION, DecisionKind),
        (STATE, ObligationState),
        (MISSED, MissedKind),
        (MATTER, Matter),
    )
    for label, kind in pairs:
        assert label.values == {str(value) for value in kind}
