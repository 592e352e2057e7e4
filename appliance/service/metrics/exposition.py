"""The families in the text format of Prometheus, by its own library; imported only where wanted."""

from collections.abc import Iterable, Iterator

from prometheus_client import CollectorRegistry, Metric, ProcessCollector, generate_latest
from prometheus_client.registry import Collector

from appliance.service.metrics.families import Family

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def exposition(families: Iterable[Family]) -> bytes:
    """The text (format 0.0.4) of `families`, and of the memory, processor time and files of this process."""
    registry = CollectorRegistry()
    registry.register(_Once(families))
    ProcessCollector(registry=registry)
    return generate_latest(registry)


class _Once(Collector):
    def __init__(self, families: Iterable[Family]) -> None:
        self._families = tuple(families)

    def describe(self) -> Iterator[Metric]:
        """Nothing: the registry would collect twice to learn the names."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        for family in self._families:
            metric = Metric(family.name, family.help, family.kind)
            for suffix, labels, value in family.samples:
                metric.add_sample(f"{family.name}{suffix}", dict(labels), float(value))
            yield metric
