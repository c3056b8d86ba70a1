"""`watch --web`: the console in a browser on the same machine, read-only always.

The server asks nobody for a name, and starts a console for every visitor. So it listens on this
machine alone, the consoles behind it can neither act nor write files, and a page of another site
that the browser has open is turned away by the names of its host and origin.
"""

from __future__ import annotations

import shlex
import socket
import sys
from typing import TYPE_CHECKING, Any

from console.cli.session import REFUSED, Stop, say

if TYPE_CHECKING:
    from console.cli.session import Session

HOST = "127.0.0.1"


def serve(session: Session, port: int, *, label: str, ascii_only: bool, theme: str) -> None:
    """Serve until ctrl+c."""
    try:
        from textual_serve.server import Server
    except ImportError:
        raise Stop(
            "--web needs the extra: pip install 'burnline[web]'; without it, burnline watch",
            REFUSED,
        ) from None
    port = port or _free_port()
    command = shlex.join(_command(session, label=label, ascii_only=ascii_only, theme=theme))
    server = _local(Server)(command, host=HOST, port=port, title="burnline")
    try:
        server.open()
    except OSError as error:
        raise Stop(f"--port {port}: {error.strerror}; name another, or none", REFUSED) from error


def _local(server: Any) -> Any:
    """Return the class of server, kept to this machine and quiet."""
    from aiohttp import web

    class Local(server):  # type: ignore[misc]
        def open(self) -> None:
            """Serve, and say where once somebody is listening there."""

            def told(*_: object) -> None:
                say(f"{self.public_url} shows the console, read-only; end with ctrl+c")
                sys.stdout.flush()

            web.run_app(
                self._make_app(), host=self.host, port=self.port, print=told, access_log=None
            )

        async def on_startup(self, app: web.Application) -> None:
            """Say nothing yet."""

        async def _make_app(self) -> web.Application:
            app: web.Application = await super()._make_app()
            app.middlewares.append(web.middleware(_turn_away(self.public_url)))
            return app

    return Local


def _turn_away(ours: str) -> Any:
    """Return what refuses requests that do not come from the console's own page."""
    from aiohttp import web

    async def check(request: web.Request, handler: Any) -> web.StreamResponse:
        origin = request.headers.get("Origin", ours)
        if f"http://{request.host}" != ours or origin != ours:
            raise web.HTTPForbidden(text="This console is for its own page on this machine.")
        answer: web.StreamResponse = await handler(request)
        return answer

    return check


def _command(session: Session, *, label: str, ascii_only: bool, theme: str) -> list[str]:
    command = [sys.executable, "-m", "console"]
    if session.settings.path is not None:
        command += ["--settings", str(session.settings.path)]
    command += ["--store", str(session.store), "--control", str(session.control), "--read-only"]
    command += ["watch", "--served", "--label", label, "--theme", theme]
    return [*command, "--ascii"] if ascii_only else command


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
