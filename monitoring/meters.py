"""The catalogue made live for one process: its own registry, its children bound once and found by a dictionary.

No global registry: two processes of a test, or an agent and a sink in one process, never mix their figures.
"""

from collections.abc import Mapping
from itertools import product

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector

from monitoring.catalogue import CATALOGUE, Kind, Metric
from monitoring.labels import Label, Vocabulary


class Meters:
    """Every metric of the catalogue on one registry. A gauge that this process never set is not shown: a worker's 0
    days of calendar would be the least of all.

    ``counter(RECORDS, "intake").inc(5)``: label values in the order of the metric's labels; a value outside the
    vocabulary is counted under ``other``.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)  # memory, processor time, start: read when scraped
        self._vocabulary = vocabulary
        self._metrics = {metric.name: _build(metric, self.registry) for metric in CATALOGUE}
        self._known: dict[str, set[tuple[str, ...]]] = {}  # label values ever set by ``gauges``
        self._children: dict[tuple[str, ...], Counter | Gauge | Histogram] = {}
        for metric in CATALOGUE:
            if metric.from_zero:
                for values in product(*(sorted(label.values) for label in metric.labels)):
                    self._child(metric, values)

    def words(self, label: Label) -> list[str]:
        """What this process declared for ``label``, sorted."""
        return sorted(self._vocabulary.words.get(label.name, ()))

    def counter(self, metric: Metric, *values: str | int) -> Counter:
        child = self._child(metric, values)
        assert isinstance(child, Counter), f"{metric.name} is a {metric.kind}"
        return child

    def gauge(self, metric: Metric, *values: str | int) -> Gauge:
        child = self._child(metric, values)
        assert isinstance(child, Gauge), f"{metric.name} is a {metric.kind}"
        return child

    def gauges(self, metric: Metric, numbers: Mapping[tuple[str, ...], float]) -> None:
        """Set every gauge of ``metric`` by its label values; what stood there before and is not named is 0 from now."""
        shown: dict[tuple[str, ...], float] = {}
        for values, number in numbers.items():  # several may fall together under "other"
            cleaned = self._cleaned(metric, values)
            shown[cleaned] = shown.get(cleaned, 0.0) + number
        for cleaned in self._known.setdefault(metric.name, set()) - shown.keys():
            self.gauge(metric, *cleaned).set(0)
        for cleaned, number in shown.items():
            self.gauge(metric, *cleaned).set(number)
        self._known[metric.name] |= shown.keys()

    def forget(self, metric: Metric, *values: str | int) -> None:
        """Show this series no more; where there is none nothing happens. Only of a metric with labels."""
        cleaned = self._cleaned(metric, values)
        if self._children.pop((metric.name, *cleaned), None) is not None:
            self._metrics[metric.name].remove(*cleaned)

    def histogram(self, metric: Metric, *values: str | int) -> Histogram:
        child = self._child(metric, values)
        assert isinstance(child, Histogram), f"{metric.name} is a {metric.kind}"
        return child

    def _child(self, metric: Metric, values: tuple[str | int, ...]) -> Counter | Gauge | Histogram:
        cleaned = self._cleaned(metric, values)
        key = (metric.name, *cleaned)
        child = self._children.get(key)
        if child is None:
            parent = self._metrics[metric.name]
            child = self._children[key] = parent.labels(*cleaned) if cleaned else parent
            if _shown_once_set(metric):
                self.registry.register(parent)
        return child

    def _cleaned(self, metric: Metric, values: tuple[str | int, ...]) -> tuple[str, ...]:
        return tuple(self._vocabulary.clean(label, value) for label, value in zip(metric.labels, values, strict=True))


def _shown_once_set(metric: Metric) -> bool:
    return metric.kind is Kind.GAUGE and not metric.labels


def _build(metric: Metric, registry: CollectorRegistry) -> Counter | Gauge | Histogram:
    names = [label.name for label in metric.labels]
    text = f"[{metric.unit}] {metric.why}"
    if metric.kind is Kind.HISTOGRAM:
        return Histogram(metric.name, text, names, registry=registry, buckets=metric.buckets)
    if metric.kind is Kind.COUNTER:
        return Counter(metric.name, text, names, registry=registry)
    return Gauge(metric.name, text, names, registry=None if _shown_once_set(metric) else registry)
