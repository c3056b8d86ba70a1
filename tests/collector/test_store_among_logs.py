"""A store that lies among the logs: to open and close one of its files would cost it its locks."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import msgspec
import pytest

from console.collector import Collector
from console.intake.places import open_log
from console.settings import Source, load
from console.store import intake
from console.store.writer import Writer
from tests.collector.running import good

if TYPE_CHECKING:
    from pathlib import Path

LOCK = "import fcntl, sys; fcntl.lockf(open(sys.argv[1], 'r+b'), fcntl.LOCK_EX | fcntl.LOCK_NB)"


@pytest.mark.parametrize("named", ["the folder", "a link to it", "the store"])
def test_a_store_among_the_logs_is_no_log(tmp_path: Path, named: str) -> None:
    logs, link = tmp_path / "logs", tmp_path / "link"
    logs.mkdir()
    link.symlink_to(logs)
    (logs / "a.jsonl").write_bytes(good("r1"))
    store = logs / "s.db"
    paths = {"the folder": [logs], "a link to it": [link], "the store": [logs / "a.jsonl", store]}
    sources = tuple(Source(path=path) for path in paths[named])
    settings = msgspec.structs.replace(load(None), sources=sources)
    collector = Collector(settings, store, tmp_path / "control.json")
    collector.step()
    known = intake.positions(collector.writer.connection)
    assert [os.path.basename(file.path) for file in known] == [b"a.jsonl"]  # noqa: PTH119 - bytes
    collector.close()


@pytest.mark.parametrize("ending", ["", "-wal", "-shm"])
def test_no_file_of_a_store_that_is_open_is_opened_as_a_log(tmp_path: Path, ending: str) -> None:
    writer = Writer(tmp_path / "s.db")
    path = tmp_path / f"s.db{ending}"
    with pytest.raises(OSError, match="it is the store itself"):
        open_log(os.fsencode(path))
    if ending != "-wal":
        found = subprocess.run(
            [sys.executable, "-c", LOCK, path], capture_output=True, text=True, check=False
        )
        assert "BlockingIOError" in found.stderr
    writer.close()
