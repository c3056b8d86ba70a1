"""Metrics pushed by OTLP over HTTP (extra `otel`): a fresh snapshot each time, all of it at once.

Names and values are those of `prometheus`, with dots and units as OpenTelemetry writes them: a
Prometheus that receives OTLP gives them their Prometheus names again.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit, urlunsplit

from console import __version__
from console.export import prometheus

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.snapshot.types import Snapshot

EVERY_S = 60.0
_TIMEOUT_S = 10.0
_LOOK_AGAIN_S, _PATIENT = 1.0, 3
"""A store that cannot be read, as before the collector has made it, is looked at again soon."""
_PATH = "/v1/metrics"
_UNITS = {"_ratio": "1", "_seconds": "s"}
_PREFIX = "burnline_"


class Instrument(NamedTuple):
    """What OpenTelemetry calls a metric: its name and unit."""

    name: str
    unit: str


def instrument(metric: str) -> Instrument:
    """Return `burnline.budget` in `1` for `burnline_budget_ratio`, and so on."""
    plain = metric.removeprefix(_PREFIX)
    for ending, unit in _UNITS.items():
        if plain.endswith(ending):
            return Instrument(f"burnline.{plain.removesuffix(ending)}", unit)
    return Instrument(f"burnline.{plain}", "{count}")


def endpoint(url: str) -> str:
    """Return where metrics are posted to: `/v1/metrics` where the URL names no path.

    Raises:
        ValueError: it is no HTTP URL with a host.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("write it like http://localhost:4318")
    path = parts.path if parts.path.strip("/") else _PATH
    return urlunsplit((parts.scheme, parts.netloc, path, parts.query, ""))


def metrics_data(snapshot: Snapshot, at_ns: int) -> Any:
    """Return a snapshot as the SDK's `MetricsData`, one gauge a metric, observed at an instant."""
    from opentelemetry.sdk.metrics.export import (
        Gauge,
        Metric,
        MetricsData,
        NumberDataPoint,
        ResourceMetrics,
        ScopeMetrics,
    )
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.util.instrumentation import InstrumentationScope

    points: dict[str, list[Any]] = {}
    for name, labels, value in prometheus.samples(snapshot):
        number = float(value) if "." in value else int(value)
        points.setdefault(name, []).append(NumberDataPoint(labels, at_ns, at_ns, number))
    metrics = [
        Metric(called.name, prometheus.HELP[name], called.unit, Gauge(found))
        for name, found in points.items()
        for called in [instrument(name)]
    ]
    scope = ScopeMetrics(InstrumentationScope("burnline", __version__), metrics, "")
    resource = Resource({"service.name": "burnline", "service.version": __version__})
    return MetricsData([ResourceMetrics(resource, [scope], "")])


class MetricsPusher:
    """Pushes metrics until it is closed. What goes wrong is said once, and when it is over.

    Args:
        url: an OTLP/HTTP receiver, such as http://localhost:4318; headers come from the variables
            that OpenTelemetry defines (OTEL_EXPORTER_OTLP_HEADERS).
        look: takes a snapshot.
        say: takes a sentence for the operator.
        every_s: seconds from one push to the next.

    Raises:
        ModuleNotFoundError: OpenTelemetry is not installed.
        ValueError: the URL is none.
    """

    def __init__(
        self,
        url: str,
        look: Callable[[], Snapshot],
        say: Callable[[str], None],
        every_s: float = EVERY_S,
    ) -> None:
        from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter

        logging.getLogger("opentelemetry").addHandler(logging.NullHandler())
        target = endpoint(url)
        self.host = urlsplit(target).netloc.rpartition("@")[2]
        self._exporter = OTLPMetricExporter(endpoint=target, timeout=_TIMEOUT_S)
        self._look, self._say, self._every_s = look, say, every_s
        self._trouble = ""
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop pushing."""
        self._ending.set()
        self._exporter.shutdown()
        self._thread.join()

    def _run(self) -> None:
        blind = 0
        while True:
            wait_s = self._every_s
            try:
                snapshot = self._look()
            except Exception as error:  # noqa: BLE001 - a boundary: the operator is told
                blind += 1
                wait_s = min(_LOOK_AGAIN_S, self._every_s)
                if blind >= _PATIENT:
                    self._tell(f"metrics are not pushed: {type(error).__name__}")
            else:
                blind = 0
                self._tell(self._push(snapshot))
            if self._ending.wait(wait_s):
                return

    def _push(self, snapshot: Snapshot) -> str:
        """Push once; return what went wrong."""
        from opentelemetry.sdk.metrics.export import MetricExportResult

        try:
            data = metrics_data(snapshot, time.time_ns())
            if self._exporter.export(data) is MetricExportResult.SUCCESS:
                return ""
        except Exception as error:  # noqa: BLE001 - a boundary: the operator is told
            return f"metrics are not pushed: {type(error).__name__}"
        return f"metrics do not reach {self.host}; they are pushed again every {self._every_s:g} s"

    def _tell(self, trouble: str) -> None:
        if trouble != self._trouble and not self._ending.is_set():
            self._say(trouble or f"metrics reach {self.host} again")
        self._trouble = trouble
