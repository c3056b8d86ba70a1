"""Metrics beside a collector: served to Prometheus, pushed by OTLP."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from console.cli.session import REFUSED, USAGE, Session, Stop, warn

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextlib.contextmanager
def served(session: Session, port: int | None) -> Iterator[None]:
    """Serve metrics while the collector works, where a port is named."""
    if port is None:
        yield
        return
    from console.export.serving import HOST, MetricsServer

    try:
        server = MetricsServer(port, session.snapshot)
    except OSError as error:
        raise Stop(f"--metrics {port}: {error.strerror or error}; name another", REFUSED) from error
    warn(f"burnline: metrics at http://{HOST}:{server.port}/metrics")
    try:
        yield
    finally:
        server.close()


@contextlib.contextmanager
def pushed(session: Session, url: str | None) -> Iterator[None]:
    """Push metrics while the collector works, where a receiver is named."""
    if url is None:
        yield
        return
    from console.export.otel import MetricsPusher

    try:
        pusher = MetricsPusher(url, session.snapshot, lambda words: warn(f"burnline: {words}"))
    except ModuleNotFoundError as error:
        raise Stop(
            "OpenTelemetry is not installed; pip install 'burnline[otel]'", REFUSED
        ) from error
    except ValueError as error:
        raise Stop(f"--otlp is no receiver: {error}", USAGE) from error
    warn(f"burnline: metrics are pushed to {pusher.host}")
    try:
        yield
    finally:
        pusher.close()
