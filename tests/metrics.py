"""Reads metrics as Prometheus would."""

from collections.abc import Callable

from prometheus_client.parser import text_string_to_metric_families

from bankapp.telemetry import metrics

Labels = frozenset[tuple[str, str]]


class Reading:
    """The value of every metric at one moment."""

    def __init__(self, text: str) -> None:
        self._values: dict[tuple[str, Labels], float] = {
            (sample.name, frozenset(sample.labels.items())): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }

    def value(self, name: str, **labels: str) -> float:
        """The value of one metric; one that has not happened yet is 0."""
        return self._values.get((f"bankapp_{name}", frozenset(labels.items())), 0)

    def labels(self, name: str) -> list[dict[str, str]]:
        """The labels of all metrics of that name."""
        return [dict(labels) for known, labels in self._values if known == name]


def read_metrics() -> Reading:
    """The metrics of this process."""
    body, _ = metrics.render("")
    return Reading(body.decode())


def since(before: Reading) -> Callable[..., float]:
    """The growth of a metric since this snapshot."""
    now = read_metrics()

    def grown(name: str, **labels: str) -> float:
        return now.value(name, **labels) - before.value(name, **labels)

    return grown
