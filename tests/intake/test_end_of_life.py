"""What becomes of a file's rest: moved away, deleted, rotated, without a last newline, closed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from console.intake import descriptors
from console.intake.blocks import MAX_LINE_BYTES
from console.intake.position import GONE
from console.model import SECOND_US
from tests.intake.watching import Watched, append, numbered, obj

ROOT = Path(__file__).resolve().parents[2]
MINUTE_US = 60 * SECOND_US
LOGFMT = b"ts=2026-03-02T12:00:00Z level=info msg=bye"


@pytest.fixture
def four(watched: Watched, monkeypatch: pytest.MonkeyPatch) -> Watched:
    """A tailer that may hold four files open."""
    monkeypatch.setattr(descriptors, "open_limit", lambda: 4)
    watched.restart()
    return watched


@pytest.mark.parametrize("rest", [LOGFMT, b'{"half":', b"x" * (MAX_LINE_BYTES + 5)])
def test_f10_the_rest_of_a_deleted_file_is_a_line_once_it_is_quiet(
    watched: Watched, rest: bytes
) -> None:
    log = watched.logs / "a.log"
    append(log, b"1\n" + rest)
    assert watched.sweep() == [b"1"]
    log.unlink()
    assert watched.sweep() == []
    watched.now_us += MINUTE_US
    found = watched.sweep()
    assert found == [rest] or watched.oversize == [len(rest)]
    for _ in range(2):
        assert watched.sweep() == []
        watched.now_us += MINUTE_US
    assert watched.states() == {"a.log": GONE}
    assert watched.notes() == ["gone, read to its end; its last line had no newline"]


def test_f10_half_a_line_of_a_file_rotated_in_its_place_is_waited_for_until_it_goes(
    watched: Watched,
) -> None:
    log = watched.logs / "a.log"
    append(log, b"1\n" + LOGFMT)
    assert watched.sweep() == [b"1"]
    log = log.rename(watched.logs / "a.log.1")
    for _ in range(3):
        watched.now_us += 10 * MINUTE_US
        assert watched.sweep() == []
    (file,) = watched.tailer.files.values()
    assert file.unread == len(LOGFMT)
    log.unlink()
    watched.sweep()
    watched.now_us += MINUTE_US
    assert watched.sweep() == [LOGFMT]


def test_f10_half_a_line_of_a_file_in_its_place_is_waited_for_for_ever(watched: Watched) -> None:
    log = watched.logs / "a.log"
    append(log, b"1\nts=2026")
    assert watched.sweep() == [b"1"]
    for _ in range(3):
        watched.now_us += 10 * MINUTE_US
        assert watched.sweep() == []
    append(log, b"-03-02\n")
    assert watched.sweep() == [b"ts=2026-03-02"]


def test_f10_a_writer_that_goes_on_after_the_quiet_time_is_read_on(watched: Watched) -> None:
    log = watched.logs / "a.log"
    append(log, b"half")
    watched.sweep()
    with log.open("ab", buffering=0) as writer:
        log.unlink()
        watched.sweep()
        watched.now_us += MINUTE_US
        assert watched.sweep() == [b"half"]
        writer.write(b"-line\n2\n")
        assert watched.sweep() == [b"-line", b"2"]


def test_f10_what_cannot_be_read_to_its_end_is_counted_as_unread(watched: Watched) -> None:
    log = watched.logs / "a.jsonl"
    append(log, b'1\n{"par')
    assert watched.sweep() == [b"1"]
    watched.tailer.close()
    log.unlink()
    watched.restart()
    assert watched.sweep() == []
    assert watched.notes() == ["gone, 5 bytes unread"]


def test_f2_the_quiet_time_begins_anew_with_every_byte(watched: Watched) -> None:
    log = watched.logs / "a.jsonl"
    append(log, b"1\n")
    watched.sweep()
    with log.open("ab", buffering=0) as writer:
        log.rename(watched.logs.parent / "elsewhere")
        watched.sweep()
        for number in range(5):
            watched.now_us += MINUTE_US - 1
            writer.write(b"%d\n" % number)
            assert watched.sweep() == [b"%d" % number]
            watched.sweep()
            assert watched.states() == {"a.jsonl": "reading"}
    watched.now_us += MINUTE_US
    watched.sweep()
    assert watched.states() == {"a.jsonl": GONE}


def test_f19_files_that_are_read_are_closed_before_those_that_are_leaving(four: Watched) -> None:
    leaving = four.logs / "leaving.jsonl"
    append(leaving, b"1\n")
    four.sweep()
    with leaving.open("ab", buffering=0) as writer:
        leaving.unlink()
        four.sweep()
        for each in range(20):
            append(four.logs / f"{each:02}.jsonl", obj(f"{each}") + b"\n")
        assert four.sweep() == [obj(f"{each}") for each in range(20)]
        writer.write(b"2\n")
        assert four.sweep() == [b"2"]


def test_f19_a_file_that_left_with_bytes_unread_is_never_closed_for_another(four: Watched) -> None:
    logs = [four.logs / f"{each}.jsonl" for each in range(4)]
    for log in logs:
        append(log, b"1\nhalf")
    four.sweep()
    for log in logs:
        log.unlink()
    four.sweep()
    late = four.logs / "late.jsonl"
    append(late, b"late\n")
    (waiting,) = [file for file in four.tailer.sweep() if file.path == os.fsencode(late)]
    assert four.tailer.read(waiting) is None
    assert four.tailer.postponed(waiting)
    four.now_us += MINUTE_US
    assert four.sweep() == [*[b"half"] * 4, b"late"]


def test_f19_a_file_that_grew_is_closed_after_those_that_did_not(four: Watched) -> None:
    logs = [four.logs / f"{each}.jsonl" for each in range(4)]
    for log in logs:
        append(log, b"1\n")
    four.sweep()
    append(logs[0], b"rest\n")
    append(four.logs / "new.jsonl", b"new\n")
    files = four.tailer.sweep()
    new = next(file for file in files if file.path.endswith(b"new.jsonl"))
    assert four.tailer.read(new) is not None
    logs[0].unlink()
    assert b"rest" in four.sweep()


LOW_LIMIT = """
import resource, sys
resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from tests.intake.watching import Watched, append
watched = Watched(Path(sys.argv[2]))
for each in range(1_000):
    append(watched.logs / f"{each:04}.jsonl", b"%04d\\n" % each)
for turn in range(2):
    assert sorted(set(watched.sweep())) == [b"%04d" % each for each in range(1_000)]
    for each in range(1_000):
        append(watched.logs / f"{each:04}.jsonl", b"%04d\\n" % each)
assert set(watched.states().values()) == {"reading"}
"""


def test_f19_a_thousand_files_are_read_where_few_may_be_open(tmp_path: Path) -> None:
    command = [sys.executable, "-c", LOW_LIMIT, str(ROOT), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_f8_a_file_deleted_in_the_middle_of_reading_is_read_to_its_end(watched: Watched) -> None:
    log = watched.logs / "a.jsonl"
    lines = numbered(0, 3_000)
    append(log, lines)
    (file,) = watched.tailer.sweep()
    block = watched.tailer.read(file)
    assert block is not None
    watched.tailer.advance(file, block)
    log.unlink()
    assert [*block.data.split(), *watched.sweep()] == lines.split()
