"""`watch --web` in a real browser: the first frame appears, and nothing that is pressed acts.

Needs the extra `web` and Chromium; skips, and says so, without them.
"""

from __future__ import annotations

import contextlib
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from tests.collector.running import Station, event, good, route

if TYPE_CHECKING:
    from collections.abc import Iterator

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
PATIENCE_S = 90.0
TERMINAL = "document.querySelector('.textual-terminal')"


def _station(folder: Path) -> Station:
    station = Station(folder, route())
    station.write("a.jsonl", good("r1"), event("run.failed", "r2", 1))
    station.read()
    station.close()
    return station


@contextlib.contextmanager
def served(station: Station) -> Iterator[str]:
    """Serve a console on a store; give its address."""
    command = [sys.executable, "-m", "console", "--read-only"]
    command += ["--store", str(station.store), "--control", str(station.control), "watch", "--web"]
    with subprocess.Popen(
        command, cwd=station.folder, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        try:
            assert process.stdout is not None
            said = process.stdout.readline()
            found = re.match(r"(http://127\.0\.0\.1:\d+) shows the console, read-only", said)
            assert found, said
            yield found[1]
        finally:
            process.terminate()


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    pytest.importorskip("textual_serve", reason="the extra web is not installed")
    with served(_station(tmp_path)) as found:
        yield found


@pytest.mark.parametrize(
    "headers", [{"Host": "evil.example"}, {"Origin": "http://evil.example"}, {"Origin": "null"}]
)
def test_a_page_of_another_site_is_turned_away(address: str, headers: dict[str, str]) -> None:
    for path in ("/", "/ws"):
        request = urllib.request.Request(address + path, headers=headers)
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(request, timeout=PATIENCE_S)
        assert refused.value.code == 403
        refused.value.close()


class Browser:
    """One tab of a headless Chromium, driven over its debugging protocol."""

    def __init__(self, socket: Any) -> None:
        self._socket = socket
        self._number = 0

    async def call(self, method: str, **parameters: object) -> dict[str, Any]:
        self._number += 1
        await self._socket.send_json({"id": self._number, "method": method, "params": parameters})
        while True:
            answer: dict[str, Any] = await self._socket.receive_json(timeout=PATIENCE_S)
            if answer.get("id") == self._number:
                return answer["result"]  # type: ignore[no-any-return]

    async def until(self, expression: str) -> None:
        """Wait until an expression of the page is true."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            found = await self.call("Runtime.evaluate", expression=expression, awaitPromise=True)
            if found["result"].get("value") is True:
                return
        pytest.fail(f"not within {PATIENCE_S} s: {expression}")

    async def press(self, text: str) -> None:
        for kind in ("keyDown", "keyUp"):
            key = {"key": text, "text": text} if kind == "keyDown" else {"key": text}
            await self.call("Input.dispatchKeyEvent", type=kind, **key)


@contextlib.asynccontextmanager
async def browser(url: str) -> Any:
    """Open an address in Chromium."""
    import aiohttp

    with tempfile.TemporaryDirectory() as profile:
        command = [str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu"]
        command += ["--remote-debugging-port=0", f"--user-data-dir={profile}", url]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            port_file = Path(profile) / "DevToolsActivePort"
            end = time.monotonic() + PATIENCE_S
            while not port_file.exists() or "\n" not in port_file.read_text():
                assert time.monotonic() < end, "Chromium did not start"
            port = port_file.read_text().split("\n", 1)[0]
            async with aiohttp.ClientSession() as session:
                async with session.get(f"http://127.0.0.1:{port}/json") as answer:
                    tabs = msgspec.json.decode(await answer.read())
                tab = next(each for each in tabs if each["type"] == "page")
                async with session.ws_connect(tab["webSocketDebuggerUrl"]) as socket:
                    yield Browser(socket)
        finally:
            process.terminate()
            process.wait(PATIENCE_S)


@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
async def test_the_first_frame_appears_and_no_action_works(tmp_path: Path) -> None:
    pytest.importorskip("textual_serve", reason="the extra web is not installed")
    station = _station(tmp_path)
    before = {path.name for path in tmp_path.iterdir()}
    with served(station) as address:
        async with browser(address) as page:
            await page.until("document.body.classList.contains('-first-byte')")
            for key in ("a", "p", "\x19", "e", "c"):
                await page.press(key)
            await page.until("document.body.classList.contains('-first-byte')")
    assert not station.control.exists()
    assert not list(tmp_path.glob("burnline-*.csv"))
    assert {path.name for path in tmp_path.iterdir()} <= before | {
        "burnline.db-shm",
        "burnline.db-wal",
    }
