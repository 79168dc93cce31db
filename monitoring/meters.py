"""The catalogue made live for one process: its own registry, its children bound once and found by a dictionary.

No global registry: two processes of a test, or an agent and a sink in one process, never mix their figures.
"""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from monitoring.catalogue import CATALOGUE, Kind, Metric, Vocabulary


class Meters:
    """Every metric of the catalogue on one registry.

    ``counter(RECORDS, "intake").inc(5)``: label values in the order of the metric's labels; a value outside the
    vocabulary is counted under ``other``.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.registry = CollectorRegistry()
        self._vocabulary = vocabulary
        self._metrics = {metric.name: _build(metric, self.registry) for metric in CATALOGUE}
        self._children: dict[tuple[str, ...], Counter | Gauge | Histogram] = {}

    def counter(self, metric: Metric, *values: str | int) -> Counter:
        child = self._child(metric, values)
        assert isinstance(child, Counter), f"{metric.name} is a {metric.kind}"
        return child

    def gauge(self, metric: Metric, *values: str | int) -> Gauge:
        child = self._child(metric, values)
        assert isinstance(child, Gauge), f"{metric.name} is a {metric.kind}"
        return child

    def histogram(self, metric: Metric, *values: str | int) -> Histogram:
        child = self._child(metric, values)
        assert isinstance(child, Histogram), f"{metric.name} is a {metric.kind}"
        return child

    def _child(self, metric: Metric, values: tuple[str | int, ...]) -> Counter | Gauge | Histogram:
        cleaned = [self._vocabulary.clean(label, value) for label, value in zip(metric.labels, values, strict=True)]
        key = (metric.name, *cleaned)
        child = self._children.get(key)
        if child is None:
            child = self._children[key] = self._metrics[metric.name].labels(*cleaned)
        return child


def _build(metric: Metric, registry: CollectorRegistry) -> Counter | Gauge | Histogram:
    names = [label.name for label in metric.labels]
    text = f"[{metric.unit}] {metric.why}"
    if metric.kind is Kind.HISTOGRAM:
        return Histogram(metric.name, text, names, registry=registry, buckets=metric.buckets)
    return (Counter if metric.kind is Kind.COUNTER else Gauge)(metric.name, text, names, registry=registry)
