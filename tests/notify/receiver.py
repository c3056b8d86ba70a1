"""A web server on the loopback that answers as the test wants: well, badly, half, or not at all."""

from __future__ import annotations

import json
import socketserver
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from tests.notify.post import PATIENCE_S

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    Answer = Callable[["_Handler"], None]


class _Handler(BaseHTTPRequestHandler):
    receiver: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        key = self.headers.get("Idempotency-Key", "")
        self.receiver.keys.append(key)
        self.receiver.bodies.append(json.loads(body))
        self.receiver.came.release()
        self.receiver.answer(self)

    def log_message(self, *_: Any) -> None:
        pass


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        pass


def well(handler: _Handler) -> None:
    handler.receiver.taken.append(handler.receiver.keys[-1])
    handler.send_response(200)
    handler.send_header("Content-Length", "0")
    handler.end_headers()


def badly(handler: _Handler) -> None:
    handler.send_response(500)
    handler.send_header("Content-Length", "0")
    handler.end_headers()


def half(handler: _Handler) -> None:
    """Promise more than is sent, and close."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b"half of")
    handler.close_connection = True


def reset(handler: _Handler) -> None:
    """Close before anything is said."""
    handler.close_connection = True


def late(handler: _Handler) -> None:
    """Answer well, but only when the test says so."""
    assert handler.receiver.released.wait(PATIENCE_S)
    well(handler)


class Receiver:
    """The server: what came, what was answered well, and how it answers next."""

    def __init__(self) -> None:
        self.answer: Answer = well
        self.keys: list[str] = []
        self.bodies: list[Any] = []
        self.taken: list[str] = []
        self.came = threading.Semaphore(0)
        self.released = threading.Event()
        handler = type("Handler", (_Handler,), {"receiver": self})
        self._server: socketserver.TCPServer = _Server(("127.0.0.1", 0), handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    @property
    def url(self) -> str:
        """Return the Apprise address of this server, with a password in it."""
        return f"json://sam:hunter2@127.0.0.1:{self._server.server_address[1]}/hook"

    def __enter__(self) -> Receiver:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.released.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
