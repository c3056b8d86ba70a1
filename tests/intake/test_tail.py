"""Files on disk: found, told apart, and read to the last whole line, whatever becomes of them."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tracemalloc
from pathlib import Path

import pytest

from console.intake.blocks import BLOCK_BYTES, MAX_LINE_BYTES
from console.model import SECOND_US
from tests.intake.watching import Watched, append, numbered, obj

ROOT = Path(__file__).resolve().parents[2]
MINUTE_US = 60 * SECOND_US


def test_new_files_and_new_directories_are_picked_up(watched: Watched) -> None:
    append(watched.logs / "a.jsonl", b"1\n")
    assert watched.sweep() == [b"1"]
    append(watched.logs / "b.jsonl", b"2\n")
    (watched.logs / "deep" / "er").mkdir(parents=True)
    append(watched.logs / "deep" / "er" / "c.jsonl", b"3\n")
    assert watched.sweep() == [b"2", b"3"]
    assert watched.sweep() == []


def test_a_source_may_be_one_file_a_glob_or_appear_later(tmp_path: Path) -> None:
    watched = Watched(tmp_path, "logs/one.log", "logs/x-*.jsonl", "later")
    for name in ("one.log", "x-1.jsonl", "other.jsonl"):
        append(watched.logs / name, name.encode() + b"\n")
    assert watched.sweep() == [b"one.log", b"x-1.jsonl"]
    assert list(watched.tailer.missing) == [tmp_path / "later"]
    (tmp_path / "later").mkdir()
    append(tmp_path / "later" / "a", b"at last\n")
    assert watched.sweep() == [b"at last"]
    assert list(watched.tailer.missing) == []


def test_a_file_that_two_sources_hold_is_read_once(tmp_path: Path) -> None:
    watched = Watched(tmp_path, "logs", "logs/a.jsonl", "logs/*.jsonl")
    append(watched.logs / "a.jsonl", b"1\n")
    os.link(watched.logs / "a.jsonl", watched.logs / "hard.jsonl")
    assert watched.sweep() == [b"1"]
    watched.tailer.changed.clear()
    assert watched.sweep() == []
    assert not watched.tailer.changed


def test_a_partial_last_line_waits_and_counts_once_when_it_is_complete(watched: Watched) -> None:
    log = watched.logs / "a.jsonl"
    for piece, lines in ((b'1\n{"li', [b"1"]), (b'ne":"2"', []), (b"}\n", [obj("2")])):
        append(log, piece)
        assert watched.sweep() == lines
        watched.restart()
    assert watched.sweep() == []


def test_a_last_line_without_newline_counts_once_it_is_whole(watched: Watched) -> None:
    log = watched.logs / "a.jsonl"
    append(log, b"\xef\xbb\xbf" + obj("1"))
    assert watched.sweep() == [b"\xef\xbb\xbf" + obj("1")]
    watched.restart()
    assert watched.sweep() == []
    append(log, b"\n" + obj("2") + b"\n")
    assert watched.sweep() == [obj("2")]
    assert [file.lines for file in watched.tailer.files.values()] == [2]


def test_a_renamed_file_goes_on_where_it_was(watched: Watched) -> None:
    log = watched.logs / "a.jsonl"
    append(log, b"1\n")
    assert watched.sweep() == [b"1"]
    append(log, b"2\n")
    log.rename(watched.logs / "a.jsonl.1")
    append(log, b"3\n")
    assert sorted(watched.sweep()) == [b"2", b"3"]
    append(watched.logs / "a.jsonl.1", b"4\n")
    assert watched.sweep() == [b"4"]


def test_files_stay_told_apart_over_rotations_that_use_inodes_again(watched: Watched) -> None:
    log, older = watched.logs / "a.jsonl", watched.logs / "a.jsonl.1"
    for turn in range(20):
        append(log, obj(f"{turn}") + b"\n")
        assert watched.sweep() == [obj(f"{turn}")]
        watched.restart()
        if log.exists():
            log.replace(older)
    files = watched.tailer.files.values()
    keys = {(file.path, file.device, file.inode, file.incarnation) for file in files}
    assert len(keys) == len(files) == 20


def test_a_file_truncated_to_shorter_is_read_anew(watched: Watched) -> None:
    log = watched.logs / "a.jsonl"
    append(log, b"1\n2\n")
    assert watched.sweep() == [b"1", b"2"]
    log.write_bytes(b"3\n")
    assert watched.sweep() == [b"3"]
    assert watched.notes() == ["truncated or replaced; read anew"]


@pytest.mark.parametrize("restart", [False, True])
def test_a_file_rewritten_longer_is_read_anew(watched: Watched, restart: bool) -> None:
    log = watched.logs / "a.jsonl"
    append(log, numbered(0, 5))
    watched.sweep()
    if restart:
        watched.restart()
    log.write_bytes(numbered(100, 120))
    assert watched.sweep() == numbered(100, 120).split()


def test_a_file_rewritten_between_look_and_read_is_not_read_from_its_middle(
    watched: Watched,
) -> None:
    log = watched.logs / "a.jsonl"
    append(log, numbered(0, 5))
    watched.sweep()
    append(log, obj("5") + b"\n")
    (file,) = watched.tailer.sweep()
    log.write_bytes(numbered(100, 120))
    assert watched.tailer.read(file) is None
    assert watched.sweep() == numbered(100, 120).split()


def test_a_file_deleted_and_made_anew_is_read_anew(watched: Watched) -> None:
    log = watched.logs / "a.jsonl"
    for turn in range(10):
        log.write_bytes(obj(f"{turn}") * 3 + b"\n")
        assert watched.sweep() == [obj(f"{turn}") * 3]
        watched.restart()
        log.unlink()


def test_a_file_replaced_by_rename_is_read_anew_and_the_old_one_to_its_end(
    watched: Watched,
) -> None:
    log, fresh = watched.logs / "a.jsonl", watched.logs.parent / "fresh"
    append(log, b"1\n")
    watched.sweep()
    append(log, b"2\n")
    fresh.write_bytes(b"3\n")
    fresh.replace(log)
    assert sorted(watched.sweep()) == [b"2", b"3"]


def test_a_file_removed_while_open_is_read_to_its_end(watched: Watched) -> None:
    log = watched.logs / "a.jsonl"
    append(log, numbered(0, 3))
    (file,) = watched.tailer.sweep()
    assert watched.tailer.read(file) is not None
    append(log, b"last\n")
    log.unlink()
    assert watched.sweep() == [*numbered(0, 3).split(), b"last"]


def test_lines_that_a_writer_adds_to_a_file_moved_away_are_read_until_it_is_quiet(
    watched: Watched,
) -> None:
    log = watched.logs / "a.jsonl"
    append(log, b"1\n")
    watched.sweep()
    with log.open("ab", buffering=0) as writer:
        log.rename(watched.logs.parent / "elsewhere")
        assert watched.sweep() == []
        for line in (b"2\n", b"3\n"):
            watched.now_us += MINUTE_US - 1
            writer.write(line)
            assert watched.sweep() == [line.strip()]
    for _ in range(2):
        assert watched.sweep() == []
        watched.now_us += MINUTE_US
    assert watched.sweep() == []
    assert watched.notes() == ["gone, read to its end"]


@pytest.mark.parametrize("source", ["logs", "logs/*.jsonl", "logs/a.jsonl", "link.jsonl"])
def test_a_file_that_went_while_nobody_looked_is_gone(tmp_path: Path, source: str) -> None:
    watched = Watched(tmp_path, source)
    log = watched.logs / "a.jsonl"
    (tmp_path / "link.jsonl").symlink_to(log)
    append(log, b'1\n{"par')
    assert watched.sweep() == [b"1"]
    watched.tailer.close()
    log.unlink()
    watched.restart()
    assert watched.sweep() == []
    assert watched.notes() == ["gone, 5 bytes unread"]


@pytest.mark.parametrize("restart", [False, True])
def test_a_directory_that_comes_back_is_gone_on_with(watched: Watched, restart: bool) -> None:
    append(watched.logs / "a.jsonl", b"1\n")
    watched.sweep()
    away = watched.logs.rename(watched.logs.parent / "away")
    assert watched.sweep() == []
    assert list(watched.tailer.missing) == [watched.logs]
    if restart:
        watched.restart()
    append(away / "a.jsonl", b"2\n")
    away.rename(watched.logs)
    assert watched.sweep() == [b"2"]


def test_links_pipes_and_sockets_inside_a_source_are_not_opened(watched: Watched) -> None:
    outside = watched.logs.parent / "outside"
    outside.mkdir()
    append(outside / "secret.jsonl", b"secret\n")
    (watched.logs / "file.jsonl").symlink_to(outside / "secret.jsonl")
    (watched.logs / "folder").symlink_to(outside)
    (watched.logs / "loop").symlink_to(watched.logs)
    os.mkfifo(watched.logs / "pipe.jsonl")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(watched.logs / "s.jsonl"))
        append(watched.logs / "a.jsonl", b"1\n")
        assert watched.sweep() == [b"1"]
    assert watched.states() == {"a.jsonl": "reading"}


def test_a_file_that_became_a_pipe_after_the_look_does_not_hang_the_reader(
    watched: Watched,
) -> None:
    log = watched.logs / "a.jsonl"
    append(log, b"1\n")
    (file,) = watched.tailer.sweep()
    log.unlink()
    os.mkfifo(log)
    assert watched.tailer.read(file) is None


def test_a_source_itself_may_be_a_link(tmp_path: Path) -> None:
    watched = Watched(tmp_path, "link")
    (tmp_path / "link").symlink_to(watched.logs)
    append(watched.logs / "a.jsonl", b"1\n")
    assert watched.sweep() == [b"1"]


def test_a_line_that_is_too_long_is_passed_over_and_the_rest_is_read(watched: Watched) -> None:
    log = watched.logs / "a.jsonl"
    log.write_bytes(b"1\n" + b"x" * 10_000_000 + b"\n2\n" + b"y" * 10_000_000)
    tracemalloc.start()
    assert watched.sweep() == [b"1", b"2"]
    assert tracemalloc.get_traced_memory()[1] < 3 * MAX_LINE_BYTES
    tracemalloc.stop()
    assert watched.oversize == [10_000_001]
    append(log, b"\n3\n")
    assert watched.sweep() == [b"3"]
    assert watched.oversize == [10_000_001, 10_000_001]
    assert [file.lines for file in watched.tailer.files.values()] == [5]


def test_a_long_line_is_a_block_of_its_own(watched: Watched) -> None:
    long = b"x" * BLOCK_BYTES + b"\n"
    append(watched.logs / "a.jsonl", long + b"1\n" * 1_000)
    (file,) = watched.tailer.sweep()
    block = watched.tailer.read(file)
    assert block is not None
    assert block.data == long


def test_the_longest_line_that_is_read_is_as_long_as_is_said(watched: Watched) -> None:
    longest = b'"' + b"x" * (MAX_LINE_BYTES - 2) + b'"'
    append(watched.logs / "a.jsonl", longest + b"\n" + longest + b"x\n2\n")
    assert watched.sweep() == [longest, b"2"]
    assert watched.oversize == [MAX_LINE_BYTES + 2]


@pytest.mark.parametrize("length", [9_000, BLOCK_BYTES, MAX_LINE_BYTES * 3, 2**40])
def test_the_hole_that_a_careless_writer_leaves_is_no_line(watched: Watched, length: int) -> None:
    with (watched.logs / "a.jsonl").open("wb") as file:
        file.seek(length)
        file.write(b"1\n2\n")
    assert [line.lstrip(b"\x00") for line in watched.sweep()] == [b"1", b"2"]
    assert watched.oversize == []


def test_zeros_that_were_written_are_no_line_either(watched: Watched) -> None:
    append(watched.logs / "a.jsonl", b"\x00" * (MAX_LINE_BYTES + 100) + b"1\n")
    assert [line.lstrip(b"\x00") for line in watched.sweep()] == [b"1"]
    assert watched.oversize == []


AS_ANYBODY = """
import os, sys
sys.path.insert(0, sys.argv[1])
from pathlib import Path
from tests.intake.watching import Watched
watched = Watched(Path(sys.argv[2]))
log = watched.logs / "a.jsonl"
log.write_bytes(b"1\\n")
assert watched.sweep() == [b"1"]
def states(): return [(file.state, file.note) for file in watched.tailer.files.values()]
for rewritten in (False, True):
    watched.restart()
    log.chmod(0)
    assert watched.sweep() == []
    assert states()[0] == ("unreadable", "cannot be read: Permission denied"), states()
    log.chmod(0o600)
    assert watched.sweep() == [], "nothing was added"
    assert states()[0] == ("reading", ""), states()
log.chmod(0)
watched.restart()
assert watched.sweep() == []
log.chmod(0o600)
log.write_bytes(b"7\\n8\\n9\\n")
log.chmod(0)
assert watched.sweep() == []
log.chmod(0o600)
assert watched.sweep() == [b"7", b"8", b"9"]
"""


HELD = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] if os.geteuid() == 0 else []
"""What makes root be held to the modes of files as anybody is."""


@pytest.mark.skipif(
    bool(HELD) and subprocess.call(["sh", "-c", f"{' '.join(HELD)} true 2>/dev/null"]) != 0,
    reason="root reads every file, and setpriv cannot hold it to their modes here",
)
def test_a_file_that_may_not_be_read_is_said_and_read_once_that_is_put_right(
    tmp_path: Path,
) -> None:
    command = [*HELD, sys.executable, "-c", AS_ANYBODY, str(ROOT), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_glance_finds_what_was_added_to_a_known_file(watched: Watched) -> None:
    for name in ("a", "b"):
        append(watched.logs / f"{name}.jsonl", b"1\n")
    watched.sweep()
    for name in ("a", "b"):
        append(watched.logs / f"{name}.jsonl", b"2\n")
    path = os.fsencode(watched.logs / "a.jsonl")
    assert [file.path for file in watched.tailer.glance([path]) or ()] == [path]
    assert watched.sweep() == [b"2", b"2"]
    assert watched.tailer.glance([path]) == []


def test_a_glance_tells_nothing_of_a_file_that_came_or_went(watched: Watched) -> None:
    log, other = watched.logs / "a.jsonl", watched.logs / "b.jsonl"
    append(log, b"1\n")
    watched.sweep()
    append(other, b"2\n")
    assert watched.tailer.glance([os.fsencode(other)]) is None
    other.replace(log)
    assert watched.tailer.glance([os.fsencode(log)]) is None
    log.unlink()
    assert watched.tailer.glance([os.fsencode(log)]) is None


def test_a_glance_sees_that_a_file_was_truncated(watched: Watched) -> None:
    log = watched.logs / "a.jsonl"
    append(log, b"one\ntwo\n")
    watched.sweep()
    log.write_bytes(b"new\n")
    assert [file.offset for file in watched.tailer.glance([os.fsencode(log)]) or ()] == [0]
    assert watched.sweep() == [b"new"]
