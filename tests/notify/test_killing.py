"""A collector that is killed while it tells somebody repeats no line and loses nothing."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from console.notify import channels_of
from console.settings import load
from console.store import outbox
from console.store.writer import Writer
from tests.notify.post import NOON_US, PATIENCE_S, notice

ROOT = Path(__file__).resolve().parents[2]
MAIN = "from console.cli import main\nmain()\n"
KILL = "os.kill(os.getpid(), signal.SIGKILL)"
WRAP = """
import os, signal
from console.notify import file
real = {target}
def killing(*given, **options):
    {before}
    answer = real(*given, **options)
    {after}
    return answer
{target} = killing
"""
POINTS = {
    "before it is attempted": ("file.FileCarrier.deliver", KILL, ""),
    "before the line": ("file._append", KILL, ""),
    "in the middle of the line": ("file._append", "given = (given[0], given[1][:30])", KILL),
    "before it is synced": ("file._append", "", KILL),
    "before it is marked": ("file.FileCarrier.deliver", "", KILL),
}
PROGRAM = """
import json, os, signal, sys
told = json.load(sys.stdin)
with open({out!r}, "a") as file:
    file.write(told["key"] + "\\n")
if not os.path.exists({flag!r}):
    open({flag!r}, "w").close()
    os.kill(os.getppid(), signal.SIGKILL)
"""
NOTICES = [notice(f"A{number}") for number in range(1, 7)]


class Place:
    """A folder with settings, logs, and an outbox in which notices wait."""

    def __init__(self, folder: Path, channel: str) -> None:
        self.folder = folder
        self.store = folder / "burnline.db"
        self.settings = folder / "burnline.toml"
        (folder / "logs").mkdir()
        self.settings.write_text(f'[[source]]\npath = "logs"\n[[notify]]\n{channel}\n')
        channels = channels_of(load(self.settings).notify)
        writer = Writer(self.store)
        with writer.transaction():
            subscribers = [channel.subscriber for channel in channels]
            outbox.keep_channels(writer.connection, subscribers, NOON_US)
            outbox.post(writer.connection, NOTICES)
        writer.close()

    def collect(self, before: str = "") -> int:
        """Run `collect --once` in a process; `before` is code that it runs first."""
        options = ["--settings", str(self.settings), "--store", str(self.store), "collect"]
        done = subprocess.run(
            [sys.executable, "-c", before + MAIN, *options, "--once"],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            timeout=PATIENCE_S,
            check=False,
        )
        assert done.returncode in {0, -signal.SIGKILL}, done.stderr.decode()
        return done.returncode

    def states(self) -> Counter[str]:
        writer = Writer(self.store)
        rows = writer.connection.execute("select state from delivery").fetchall()
        writer.close()
        return Counter(row[0] for row in rows)


@pytest.mark.parametrize("point", POINTS)
def test_killed_anywhere_while_it_writes_to_a_file(tmp_path: Path, point: str) -> None:
    place = Place(tmp_path, 'file = "alerts.jsonl"')
    target, before, after = POINTS[point]
    code = WRAP.format(target=target, before=before or "pass", after=after or "pass")
    assert place.collect(code) == -signal.SIGKILL
    assert place.states()["sent"] < len(NOTICES)
    assert place.collect() == 0
    lines = (tmp_path / "alerts.jsonl").read_text().splitlines()
    keys = Counter(json.loads(line)["key"] for line in lines if line.endswith("}"))
    assert keys == Counter(notice.key for notice in NOTICES)
    assert place.states() == {"sent": len(NOTICES)}


def test_killed_by_its_own_receiver_before_it_heard_the_answer(tmp_path: Path) -> None:
    out = tmp_path / "told"
    program = tmp_path / "page_me.py"
    program.write_text(PROGRAM.format(out=str(out), flag=str(tmp_path / "killed")))
    place = Place(tmp_path, f"command = {json.dumps([sys.executable, str(program)])}")
    assert place.collect() == -signal.SIGKILL
    assert place.collect() == 0
    told = Counter(out.read_text().split())
    assert set(told) == {notice.key for notice in NOTICES}
    assert place.states() == {"sent": len(NOTICES)}
