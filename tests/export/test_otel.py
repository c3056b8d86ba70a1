"""OTLP metrics: what a receiver is sent is the snapshot, under OpenTelemetry's names."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from console.export import otel, prometheus
from console.snapshot import Snapshot, take
from console.store.connect import attach
from tests.cli.shell import Shell, eventually
from tests.collector.running import Station, event, good
from tests.export.test_prometheus import values_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

service = pytest.importorskip(
    "opentelemetry.proto.collector.metrics.v1.metrics_service_pb2",
    reason="no OpenTelemetry here (extra otel)",
)
pytest.importorskip("opentelemetry.exporter.otlp.proto.http", reason="no OTLP exporter here")


class Receiver:
    """An OTLP/HTTP receiver: `bodies` by path; answers `status`."""

    def __init__(self) -> None:
        self.bodies: list[tuple[str, bytes]] = []
        self.status = 200
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.bodies.append((self.path, body))
                self.send_response(receiver.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    found = Receiver()
    yield found
    found.close()


@pytest.fixture
def snapshot(tmp_path: Path) -> Snapshot:
    station = Station(tmp_path)
    station.write("a.jsonl", *(good(f"g{n}", n) for n in range(40)))
    station.write("a.jsonl", event("run.failed", "f", 50, reason="x"), b"no json\n")
    station.at(120).read().close()
    connection = attach(station.store)
    try:
        return take(
            connection, station.settings, store=station.store, control=station.control,
            now_us=station.now_us,
        )  # fmt: skip
    finally:
        connection.close()


def points_of(body: bytes) -> dict[str, float]:
    """Return the values of a request, named and labelled as Prometheus would."""
    request = service.ExportMetricsServiceRequest.FromString(body)
    (resource,) = request.resource_metrics
    names = {item.key: item.value.string_value for item in resource.resource.attributes}
    assert names["service.name"] == "burnline"
    endings = {"1": "_ratio", "s": "_seconds"}
    found: dict[str, float] = {}
    for metric in resource.scope_metrics[0].metrics:
        assert metric.description == prometheus.HELP[_name(metric, endings)]
        for point in metric.gauge.data_points:
            inner = ",".join(f'{one.key}="{one.value.string_value}"' for one in point.attributes)
            labels = f"{{{inner}}}" if inner else ""
            value = point.as_int if point.HasField("as_int") else point.as_double
            found[_name(metric, endings) + labels] = value
    return found


def _name(metric: Any, endings: dict[str, str]) -> str:
    return str(metric.name.replace(".", "_") + endings.get(metric.unit, ""))


def test_a_receiver_is_sent_what_prometheus_is_served(
    snapshot: Snapshot, receiver: Receiver
) -> None:
    pusher = otel.MetricsPusher(receiver.url, lambda: snapshot, lambda _: None)
    try:
        eventually(lambda: receiver.bodies, "metrics are pushed")
    finally:
        pusher.close()
    path, body = receiver.bodies[0]
    assert path == "/v1/metrics"
    assert points_of(body) == values_of(prometheus.exposition(snapshot))


def test_what_goes_wrong_is_said_once_and_that_it_is_over(
    snapshot: Snapshot, receiver: Receiver
) -> None:
    said: list[str] = []
    receiver.status = 400
    pusher = otel.MetricsPusher(receiver.url, lambda: snapshot, said.append, every_s=0.01)
    try:
        eventually(lambda: len(receiver.bodies) > 3, "they are pushed again and again")
        receiver.status = 200
        eventually(lambda: len(said) > 1, "they arrive again")
    finally:
        pusher.close()
    host = receiver.url.removeprefix("http://")
    assert said == [
        f"metrics do not reach {host}; they are pushed again every 0.01 s",
        f"metrics reach {host} again",
    ]


def test_a_store_that_cannot_be_read_stops_nothing(receiver: Receiver) -> None:
    said: list[str] = []

    def fails() -> Snapshot:
        raise OSError("disk")

    pusher = otel.MetricsPusher(receiver.url, fails, said.append, every_s=0.01)
    try:
        eventually(lambda: said, "it is said")
    finally:
        pusher.close()
    assert said == ["metrics are not pushed: OSError"]
    assert receiver.bodies == []


@pytest.mark.parametrize(
    ("url", "posted"),
    [
        ("http://h:4318", "http://h:4318/v1/metrics"),
        ("http://h:4318/", "http://h:4318/v1/metrics"),
        ("https://h/otlp/v1/metrics", "https://h/otlp/v1/metrics"),
    ],
)
def test_a_receiver_without_a_path_has_the_usual_one(url: str, posted: str) -> None:
    assert otel.endpoint(url) == posted


@pytest.mark.parametrize("url", ["localhost:4318", "grpc://h", "http://", "file:///x"])
def test_what_is_no_receiver_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="write it like"):
        otel.endpoint(url)


def test_passwords_in_the_url_are_not_said(snapshot: Snapshot, receiver: Receiver) -> None:
    url = receiver.url.replace("http://", "http://user:secret@")
    pusher = otel.MetricsPusher(url, lambda: snapshot, lambda _: None)
    pusher.close()
    assert "secret" not in pusher.host


def test_a_collector_pushes_while_it_works(tmp_path: Path, receiver: Receiver) -> None:
    shell = Shell(tmp_path)
    shell.settings('[[source]]\npath = "logs"\n')
    shell.write("a.jsonl", good("g"))
    command = ("-m", "console", *shell.command("collect", "--otlp", receiver.url))
    with shell.started(*command):
        eventually(lambda: receiver.bodies, "metrics are pushed")
    assert shell("collect", "--once", "--otlp", receiver.url).code == 64
    done = shell("collect", "--otlp", "nowhere")
    assert (done.code, "write it like http://localhost:4318" in done.err) == (64, True)
