"""A headless Chromium, driven over its own pipe: what a page shows, asks for and complains of."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
_OPTIONS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--remote-debugging-pipe",
)  # fmt: skip
_START = """
import os, sys
pipes = [os.dup(int(text)) for text in sys.argv[1:3]]
pipes = [os.dup2(one, 100 + place) for place, one in enumerate(pipes)]
for place, one in enumerate(pipes):
    os.dup2(one, 3 + place)
os.execv(sys.argv[3], sys.argv[3:])
"""
"""Chromium reads commands from descriptor 3, and writes answers to 4."""


class Page:
    """One page: opened at a width, measured, pictured, printed. `requests` are what it asked for.

    `complaints` are messages of its console and of the browser about it.
    """

    def __init__(self, commands: int, answers: int) -> None:
        self._commands, self._answers = commands, answers
        self._number = 0
        self._session = ""
        self._waiting = b""
        self._loaded = False
        self.requests: list[str] = []
        self.complaints: list[str] = []
        target = self._ask("Target.createTarget", url="about:blank")["targetId"]
        attached = self._ask("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for part in ("Page", "Network", "Runtime", "Log"):
            self._ask(f"{part}.enable")

    def open(self, path: Path, width: int, height: int = 844, *, mobile: bool = True) -> None:
        """Show a file in a window of so many CSS pixels."""
        self._ask(
            "Emulation.setDeviceMetricsOverride",
            width=width, height=height, deviceScaleFactor=1, mobile=mobile,
        )  # fmt: skip
        self._loaded = False
        self._ask("Page.navigate", url=path.as_uri())
        while not self._loaded:
            self._take()

    def value(self, expression: str) -> Any:
        """Return what JavaScript says of the page."""
        found = self._ask("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in found, found
        return found["result"]["value"]

    def style(self, dark: bool) -> None:
        """Ask for the page as it is in the dark, or in the light."""
        wanted = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self._ask("Emulation.setEmulatedMedia", features=[wanted])

    def picture(self, width: int, height: int) -> bytes:
        """Return the top left corner of the page as PNG."""
        clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
        found = self._ask("Page.captureScreenshot", clip=clip, captureBeyondViewport=True)
        return base64.b64decode(found["data"])

    def printed(self) -> bytes:
        """Return the page as PDF."""
        return base64.b64decode(self._ask("Page.printToPDF")["data"])

    def _ask(self, method: str, **parameters: Any) -> Any:
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._commands, json.dumps(message).encode() + b"\0")
        while (answer := self._take()).get("id") != self._number:
            pass
        assert "error" not in answer, answer
        return answer["result"]

    def _take(self) -> Any:
        """Return the next message of the browser; keep what it says of the page."""
        while b"\0" not in self._waiting:
            found = os.read(self._answers, 1 << 20)
            assert found, "the browser ended"
            self._waiting += found
        line, _, self._waiting = self._waiting.partition(b"\0")
        message = json.loads(line)
        method, parameters = message.get("method"), message.get("params")
        if method == "Page.loadEventFired":
            self._loaded = True
        elif method == "Network.requestWillBeSent":
            self.requests.append(parameters["request"]["url"])
        elif method in {"Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded"}:
            self.complaints.append(json.dumps(parameters))
        return message


@contextlib.contextmanager
def browser() -> Iterator[Page]:
    """Start a browser with a page, and end it with the block."""
    command_out, command_in = os.pipe()
    answer_out, answer_in = os.pipe()
    with tempfile.TemporaryDirectory() as profile:
        process = subprocess.Popen(
            [
                sys.executable, "-c", _START, str(command_out), str(answer_in),
                str(CHROMIUM), *_OPTIONS, f"--user-data-dir={profile}",
            ],
            pass_fds=(command_out, answer_in),
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(command_out)
        os.close(answer_in)
        try:
            yield Page(command_in, answer_out)
        finally:
            os.close(command_in)
            os.close(answer_out)
            process.terminate()
            process.wait(timeout=60)
