"""Metrics over HTTP, on this machine only: `GET /metrics`, a fresh snapshot each time."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

from console.export import prometheus

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.snapshot.types import Snapshot

HOST = "127.0.0.1"


class MetricsServer:
    """Serves metrics until it is closed; a snapshot that fails is an error 503 of one sentence.

    Args:
        port: where to listen; 0 for any free one (see `port`).
        look: takes a snapshot.

    Raises:
        OSError: the port is taken, or may not be used.
    """

    def __init__(self, port: int, look: Callable[[], Snapshot]) -> None:
        self._server = ThreadingHTTPServer((HOST, port), _handler(look))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        """The port on which it listens."""
        return int(self._server.server_address[1])

    def close(self) -> None:
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _handler(look: Callable[[], Snapshot]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path.split("?")[0] != "/metrics":
                self._answer(404, "metrics are at /metrics\n")
                return
            try:
                text = prometheus.exposition(look())
            except Exception as error:  # noqa: BLE001 - a boundary: the scraper is told
                self._answer(503, f"the store cannot be read now: {type(error).__name__}\n")
            else:
                self._answer(200, text)

        def _answer(self, code: int, text: str) -> None:
            body = text.encode()
            self.send_response(code)
            self.send_header("Content-Type", prometheus.CONTENT_TYPE)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing: a scrape every 15 s is no news."""

    return Handler
