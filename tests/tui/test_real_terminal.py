"""The console in a real terminal: what comes out of it, whatever agents have written.

A pseudo-terminal gives the bytes, tmux the screen. The bytes may hold the sequences of the console
itself and nothing else: no title, link, clipboard or control of an agent's making.
"""

from __future__ import annotations

import base64
import contextlib
import fcntl
import os
import pty
import re
import select
import shutil
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

from tests.cli.shell import PATIENCE_S, eventually
from tests.collector.running import Station, event, good, route

ROOT = Path(__file__).resolve().parents[2]
EVERY = (
    "\x1b]52;c;aGk=\x07\x1b]8;;file:///etc\x07link\x1b]8;;\x07\x1b]0;owned\x07\x1b[2J\x1bP+q\x1b\\"
    "\x9b31m\x9d0;owned\x9c\u202eevil\u2066\u200b[@click=app.quit]x[/]\u0301\r\n\x08\x7f"
)
PRESS_S = 5.0
HUGE = "w" * 10_000_000
MARKS = "e" + "\u0301" * 1_000
PAYLOADS = {"escapes": "EVERY", "huge": "HUGE", "marks": "MARKS"}
CSI = re.compile(rb"\x1b\[[0-9;?<>=:]*[$ ]?[A-Za-z]")
TITLE = re.compile(rb"\x1b\]0;([^\x1b\x07]*)\x07")
COPY = re.compile(rb"\x1b\]52;c;([A-Za-z0-9+/=]*)\x07")
OWN = re.compile(rb"\x1b\]22;[a-z-]+\x07|\x1b[=>78]|\x1b\([B0]|\x0f")
KEYS = (
    "\r", "\r", "c", "1", "2", "1", "5", "\r", "1", "7", "y", "\x1b", "7", "s", "\x1b", "7",
    "\r", "\t", "\t", "c", "1", "a", "p", "\x1b", "\x1b", "e", "\x1b", "[", "t", "\x1b", "?",
    "\x1b", "/", "x", "\x1b", " ", " ", "\x11",
)  # fmt: skip
"""A number leads back to its view from anywhere: q would end a console that is still busy."""


def run_hostile(payload: str) -> None:
    """Run the console on a feed in which every text is the payload; this is the child's part."""
    from .stage import console
    from .test_hostile_text import hostile

    text = globals()[payload]
    console(hostile(text), operator=text, label=text[:99], banner=text, poll_s=0.5).run()


def in_terminal(payload: str) -> bytes:
    """Return all that the console writes to a terminal while every screen is visited."""
    parent, child = pty.openpty()
    fcntl.ioctl(child, termios.TIOCSWINSZ, struct.pack("HHHH", 46, 120, 0, 0))
    code = f"from tests.tui.test_real_terminal import run_hostile; run_hostile({payload!r})"
    process = subprocess.Popen(
        [sys.executable, "-c", code], stdin=child, stdout=child, stderr=child, cwd=ROOT,
        start_new_session=True, env={**os.environ, "TERM": "xterm-256color"},
    )  # fmt: skip
    os.close(child)
    seen = b""
    keys = list(KEYS)
    end = time.monotonic() + 5 * PATIENCE_S  # painting ten million letters takes its time
    pressed = time.monotonic()
    with contextlib.suppress(OSError):  # the other side has closed: the console is at its end
        while time.monotonic() < end:
            quiet = not select.select([parent], [], [], 0.4)[0]
            if not quiet:
                seen += os.read(parent, 65_536)
            # Where the machine is slow, it paints without a pause.
            waited = quiet or time.monotonic() - pressed > PRESS_S
            if keys and waited and b"\x1b[?1049h" in seen:
                os.write(parent, keys.pop(0).encode())
                pressed = time.monotonic()
    os.close(parent)
    if process.poll() is None:
        process.kill()
    process.wait(PATIENCE_S)
    assert not keys, f"it ended before its end:\n{seen[-2000:]!r}"
    assert process.returncode == 0, seen[-2000:]
    return seen


@pytest.mark.parametrize("payload", PAYLOADS)
def test_only_the_consoles_own_sequences_come_out(payload: str) -> None:
    seen = in_terminal(PAYLOADS[payload])
    for title in TITLE.findall(seen):
        assert title.startswith(b"PAGE ") or title == b"burnline"
    for copied in COPY.findall(seen):
        base64.b64decode(copied, validate=True)
    rest = seen
    for own in (COPY, TITLE, CSI, OWN):
        rest = own.sub(b"", rest)
    text = rest.decode("utf-8", "replace")
    strange = {char for char in text if ord(char) < 32 or 127 <= ord(char) < 160} - set("\r\n\x07")
    assert strange == set()
    assert not any(char in text for char in "\u202e\u2066\u200b")
    assert len(COPY.findall(seen)) <= 2


@pytest.fixture
def tmux(tmp_path: Path):  # type: ignore[no-untyped-def]
    """Give a function that runs tmux with a server of its own."""
    if shutil.which("tmux") is None:
        pytest.skip("tmux is not installed")

    def run(*arguments: str) -> str:
        command = ["tmux", "-S", str(tmp_path / "tmux"), "-f", "/dev/null", *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout

    yield run
    run("kill-server")


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
def test_the_real_program_shows_and_obeys(tmux, tmp_path: Path, size: tuple[int, int]) -> None:  # type: ignore[no-untyped-def]
    station = Station(tmp_path, route())
    station.write("a.jsonl", *(good(f"g{n}", n) for n in range(9)), event("run.failed", "b", 9))
    station.read()
    station.close()
    width, height = (str(each) for each in size)
    program = (
        f"env XDG_STATE_HOME={tmp_path} {sys.executable} -m console --read-only"
        f" --store {station.store} --control {station.control} watch --label PROD"
    )
    tmux("new-session", "-d", "-x", width, "-y", height, "-c", str(ROOT), program)

    def shows(*words: str) -> None:
        def there() -> bool:
            return all(word in tmux("capture-pane", "-p") for word in words)

        eventually(there, f"the screen shows {', '.join(words)}")

    shows("PROD", "RO", "refunds", "Routes 1")
    tmux("send-keys", "Enter")
    shows("Trusted outcome")
    tmux("send-keys", "[")
    shows("AS OF", "actions disabled")
    tmux("send-keys", "End")
    tmux("send-keys", "?")
    shows("esc leaves")
    tmux("send-keys", "Escape")
    tmux("send-keys", "C-q")
    eventually(lambda: tmux("ls") == "", "the program has ended")
