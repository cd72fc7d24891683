"""Figures for Prometheus: requests, refusals, work, caches, trainings, and the process itself.

Nothing in them says who asked, or for what: routes stand for addresses.
"""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    generate_latest,
    make_wsgi_app,
    start_http_server,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from app.execution.cache import SingleFlightCache
from app.execution.executor import WorkExecutor
from app.http.access.same_origin import is_loopback, name_of
from app.http.observing.record import RequestRecord, note_stage
from app.http.services import Services

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 120)


class Metrics:
    """The figures of one app."""

    def __init__(self, services: Services) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "convscope_requests",
            "Requests that were answered.",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self._seconds = Histogram(
            "convscope_request_seconds",
            "From a request's head to the end of its answer.",
            ("route",),
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._refusals = Counter(
            "convscope_refusals",
            "Requests that were refused, by the problem's type.",
            ("reason",),
            registry=self.registry,
        )
        self._stages = Histogram(
            "convscope_work_seconds",
            "Work off the event loop: the wait for a thread, and the work itself.",
            ("stage",),
            buckets=_SECONDS,
            registry=self.registry,
        )
        services.executor.observe = self._observe_work
        self.registry.register(_State(services))
        ProcessCollector(namespace="convscope", registry=self.registry)

    def observe(self, request: RequestRecord, seconds: float) -> None:
        """A request has been answered."""
        self._requests.labels(request.method, request.route, str(request.status)).inc()
        self._seconds.labels(request.route).observe(seconds)
        if request.reason is not None:
            self._refusals.labels(request.reason).inc()

    def text(self) -> bytes:
        """All figures in Prometheus's text format."""
        return generate_latest(self.registry)

    def _observe_work(self, waited: float, worked: float) -> None:
        note_stage("queue", waited)
        note_stage("work", worked)
        self._stages.labels("queue").observe(waited)
        self._stages.labels("work").observe(worked)


@contextmanager
def served(metrics: Metrics, port: int) -> Iterator[None]:
    """The figures at http://127.0.0.1:PORT/metrics, for this machine alone; with 0 nowhere."""
    if not port:
        yield
        return
    server, thread = start_http_server(port, "127.0.0.1", metrics.registry)
    server.set_app(_for_this_machine(make_wsgi_app(metrics.registry)))
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _for_this_machine(app: WSGIApplication) -> WSGIApplication:
    """The app where it is called by a name of this machine. A page of elsewhere whose name leads
    here (DNS rebinding) would read the figures through the browser of whoever sits at it.
    """

    def guarded(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if is_loopback(name_of(environ.get("HTTP_HOST", ""))):
            return app(environ, start_response)
        start_response("421 Misdirected Request", [("Content-Length", "0")])
        return []

    return guarded


class _State(Collector):
    """What is read when somebody asks: the queue, the caches, the trainings."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def collect(self) -> Iterable[Metric]:
        yield from _queue(self._services.executor)
        yield from self._caches()
        trainings = GaugeMetricFamily(
            "convscope_trainings", "Trainings by their state.", labels=("status",)
        )
        for status, count in Tally(run.status for run in self._services.trainings.all()).items():
            trainings.add_metric((status,), count)
        yield trainings

    def _caches(self) -> Iterator[Metric]:
        size = GaugeMetricFamily(
            "convscope_cache_bytes", "Bytes that a cache holds.", labels=("cache",)
        )
        most = GaugeMetricFamily(
            "convscope_cache_limit_bytes", "Bytes that a cache may hold.", labels=("cache",)
        )
        found = CounterMetricFamily(
            "convscope_cache_lookups",
            "Results that were asked for, by whether they were there.",
            labels=("cache", "found"),
        )
        caches: dict[str, SingleFlightCache[Any]] = {
            "analyses": self._services.analyses.cache,
            "steps": self._services.steps.cache,
        }
        for name, cache in caches.items():
            size.add_metric((name,), cache.nbytes)
            most.add_metric((name,), cache.max_bytes)
            found.add_metric((name, "yes"), cache.hits)
            found.add_metric((name, "no"), cache.misses)
        yield from (size, most, found)


def _queue(executor: WorkExecutor) -> Iterator[Metric]:
    yield GaugeMetricFamily(
        "convscope_tasks", "Tasks at work or waiting for it.", value=executor.pending
    )
    yield GaugeMetricFamily(
        "convscope_tasks_limit", "Tasks from which on others are refused.", value=executor.capacity
    )
