"""How a file is told from another of its name or its inode, and that no log text is kept for it."""

from __future__ import annotations

import os
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

from console.intake import access, position
from console.intake.descriptors import generation
from console.intake.position import MARKER_BYTES, digest
from tests.intake.watching import Watched, append, numbered, obj

if TYPE_CHECKING:
    from pathlib import Path


def test_what_is_kept_of_the_bytes_before_the_offset_is_a_digest(watched: Watched) -> None:
    lines = obj("sk-secret") + b"\n" + numbered(0, 9)
    append(watched.logs / "a.jsonl", lines)
    watched.sweep()
    (file,) = watched.tailer.files.values()
    assert file.marker == digest(lines[-MARKER_BYTES:])
    assert file.marked == MARKER_BYTES
    assert len(file.marker) == 16


def test_the_digest_of_a_short_file_grows_with_it(watched: Watched) -> None:
    log = watched.logs / "a.jsonl"
    text = b""
    for each in range(40):
        line = obj(f"{each}") + b"\n"
        text += line
        append(log, line)
        assert watched.sweep() == [line.strip()]
        (file,) = watched.tailer.files.values()
        assert (file.marked, file.marker) == (min(512, len(text)), digest(text[-MARKER_BYTES:]))


def has_generations(folder: Path) -> bool:
    descriptor = os.open(folder, os.O_RDONLY)
    found = generation(descriptor)
    os.close(descriptor)
    return found is not None


def remade(log: Path, data: bytes) -> bool:
    """Delete a file and make it anew; say whether its inode is the same."""
    before = log.stat().st_ino
    log.unlink()
    log.write_bytes(data)
    return log.stat().st_ino == before


def test_f6_a_file_made_anew_on_the_same_inode_and_alike_is_told_by_its_generation(
    watched: Watched,
) -> None:
    if not has_generations(watched.logs):
        pytest.skip("the file system here has no inode generations")
    log = watched.logs / "a.jsonl"
    text = numbered(0, 9)
    log.write_bytes(text)
    assert watched.sweep() == text.split()
    watched.restart()
    if not remade(log, text + b"more\n"):
        pytest.skip("the file system here does not use inode numbers again at once")
    assert watched.sweep() == [*text.split(), b"more"]
    assert watched.notes() == ["truncated or replaced; read anew"]


def test_f6_without_generations_the_digest_tells(
    watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(access, "generation", lambda _: None)
    log = watched.logs / "a.jsonl"
    log.write_bytes(numbered(0, 9))
    watched.sweep()
    watched.restart()
    remade(log, numbered(100, 130))
    assert watched.sweep() == numbered(100, 130).split()
    assert [file.generation for file in watched.tailer.files.values()] == [None, None]


def test_a_file_known_from_before_generations_were_kept_is_read_on(watched: Watched) -> None:
    log = watched.logs / "a.jsonl"
    append(log, b"1\n")
    watched.sweep()
    for file in watched.tailer.files.values():
        file.generation = None
    watched.restart()
    append(log, b"2\n")
    assert watched.sweep() == [b"2"]


def test_the_system_need_not_know_generations(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    assert generation(reading) is None
    os.close(reading)
    os.close(writing)


@pytest.mark.parametrize("restart", [False, True])
def test_f4_and_f5_a_truncated_file_is_read_anew_at_any_new_length(
    watched: Watched, restart: bool
) -> None:
    log = watched.logs / "a.jsonl"
    log.write_bytes(numbered(0, 50))
    watched.sweep()
    for first, last in ((100, 120), (200, 220), (300, 400), (400, 401)):
        if restart:
            watched.restart()
        with log.open("r+b") as file:
            file.truncate()
            file.seek(0)
            file.write(numbered(first, last))
            file.truncate()
        os.utime(log, ns=(first, first))
        assert watched.sweep() == numbered(first, last).split()


def test_f1_names_that_go_round_are_followed(watched: Watched) -> None:
    log = watched.logs / "a.jsonl"
    expected, found = [], []
    for turn in range(12):
        for name in ("first", "second"):
            append(log, obj(f"{turn} {name}") + b"\n")
            expected.append(obj(f"{turn} {name}"))
            if turn % 3:
                found += watched.sweep()
        for number in (3, 2, 1, 0):
            older = log.with_name(f"a.jsonl.{number}") if number else log
            if older.exists():
                older.replace(log.with_name(f"a.jsonl.{number + 1}"))
    found += watched.sweep()
    assert sorted(found) == sorted(expected)


def test_an_inode_number_that_uses_the_top_bit_can_be_stored() -> None:
    status = cast("os.stat_result", SimpleNamespace(st_dev=7, st_ino=2**64 - 5))
    assert position.identity(status) == (7, -5)
