"""Figures for the operator's monitoring, in the text format of Prometheus.

They are read anew at every request: nothing is counted in this process, of which there are several.
"""

from collections import Counter
from collections.abc import Iterable

from flask import Blueprint, Response
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector

from jadelite.audit import operating
from jadelite.audit.operating import Overview
from jadelite.web.auth import needs
from jadelite.web.services import services

pages = Blueprint("monitoring", __name__)

CIRCUIT = ("closed", "open", "half-open")


@pages.get("/metrics")
@needs("read-metrics")
def show() -> Response:
    """The figures of the operator's page for programs; no names of people, no addresses."""
    parts = services()
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Figures(operating.figures(parts.database, now=parts.clock())))
    return Response(generate_latest(registry), content_type=CONTENT_TYPE_PLAIN_0_0_4)


class _Figures(Collector):
    """One overview as metrics."""

    def __init__(self, overview: Overview) -> None:
        self.overview = overview

    def collect(self) -> Iterable[Metric]:
        yield from self._upstreams()
        yield from self._streams()
        yield from self._backlog()

    def _upstreams(self) -> Iterable[Metric]:
        state = GaugeMetricFamily(
            "jadelite_upstream_state",
            "1 for the state that the circuit of a service outside is in",
            labels=("upstream", "state"),
        )
        calls = CounterMetricFamily(
            "jadelite_upstream_calls", "Times a service was asked", labels=("upstream",)
        )
        failures = CounterMetricFamily(
            "jadelite_upstream_failures", "Times a service failed", labels=("upstream",)
        )
        retries = CounterMetricFamily(
            "jadelite_upstream_retries", "Times a service was asked again", labels=("upstream",)
        )
        paused = GaugeMetricFamily(
            "jadelite_upstream_paused_until_seconds",
            "Unix time until which a service asked to be left alone; absent where it did not",
            labels=("upstream",),
        )
        for service in self.overview.services:
            for name in CIRCUIT:
                state.add_metric((service.name, name), float(service.state == name))
            calls.add_metric((service.name,), service.n_calls)
            failures.add_metric((service.name,), service.n_failures)
            retries.add_metric((service.name,), service.n_retries)
            if service.paused_until is not None:
                paused.add_metric((service.name,), service.paused_until.timestamp())
        return state, calls, failures, retries, paused

    def _streams(self) -> Iterable[Metric]:
        events = CounterMetricFamily(
            "jadelite_stream_events", "Events taken in", labels=("stream",)
        )
        age = GaugeMetricFamily(
            "jadelite_stream_age_seconds", "Since a position was last stored", labels=("stream",)
        )
        for stream in self.overview.streams:
            events.add_metric((stream.name,), stream.n_events)
            passed = (self.overview.as_of - stream.stored_at).total_seconds()
            age.add_metric((stream.name,), max(passed, 0.0))
        return events, age

    def _backlog(self) -> Iterable[Metric]:
        work = GaugeMetricFamily(
            "jadelite_work", "Rows of work by kind and state", labels=("kind", "state")
        )
        rows = Counter((row.kind, row.state) for row in self.overview.work)
        for labels, n in sorted(rows.items()):
            work.add_metric(labels, n)
        missing = GaugeMetricFamily(
            "jadelite_missing_scores",
            "Edits that a model gave no score of, by reason",
            labels=("wiki", "model", "reason"),
        )
        for row in self.overview.failures:
            missing.add_metric((row.wiki, row.model, row.reason), row.n)
        return work, missing
