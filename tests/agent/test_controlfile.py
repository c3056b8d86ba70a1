"""Looking at the control file on disk: never hanging, never missing a change."""

from __future__ import annotations

import errno
import fcntl
import json
import os
import socket
from pathlib import Path
from typing import Any

import pytest

from console.agent import ControlFault, controlfile
from console.agent.controlfile import MAX_BYTES, ControlFile, read_control
from tests.agent.control import NOON_US, Control, document


def fault_at(path: Path) -> str:
    with pytest.raises(ControlFault) as looked:
        ControlFile(path).current(NOON_US)
    with pytest.raises(ControlFault) as read:
        read_control(path)
    assert str(looked.value) == str(read.value)
    return str(read.value)


def test_a_missing_file_is_a_fault(control: Control) -> None:
    assert fault_at(control.path) == f"control file {control.path} is missing"


def test_a_file_below_something_that_is_no_directory_is_missing(control: Control) -> None:
    control.order(1)
    assert "is missing" in fault_at(control.path / "control.json")


def test_a_directory_in_its_place_is_a_fault(control: Control) -> None:
    control.path.mkdir()
    assert "it is not a regular file" in fault_at(control.path)


def test_a_fifo_in_its_place_is_a_fault_and_hangs_nobody(control: Control) -> None:
    os.mkfifo(control.path)
    assert "it is not a regular file" in fault_at(control.path)


def test_a_device_in_its_place_is_a_fault(control: Control) -> None:
    control.path.symlink_to("/dev/zero")
    assert "it is not a regular file" in fault_at(control.path)


def test_a_socket_in_its_place_is_a_fault(
    control: Control, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(control.directory)
    with socket.socket(socket.AF_UNIX) as bound:
        bound.bind("control.json")
        assert "cannot be read" in fault_at(control.path)


def test_a_symbolic_link_is_followed(control: Control) -> None:
    control.order(3)
    link = control.directory / "link.json"
    link.symlink_to(control.path)
    assert read_control(link).generation == 3


def test_a_link_that_is_turned_to_another_file_is_a_change(control: Control) -> None:
    for generation in (1, 2):
        control.order(generation)
        control.path.rename(control.directory / str(generation))
    control.path.symlink_to("1")
    file = ControlFile(control.path)
    assert file.current(NOON_US).generation == 1
    turned = control.directory / "turned"
    turned.symlink_to("2")
    turned.replace(control.path)
    assert file.current(NOON_US).generation == 2


def test_a_dangling_link_is_a_missing_file(control: Control) -> None:
    control.path.symlink_to("nowhere")
    assert "is missing" in fault_at(control.path)


def test_a_loop_of_links_is_a_fault(control: Control) -> None:
    control.path.symlink_to("control.json")
    assert "cannot be read: Too many levels of symbolic links" in fault_at(control.path)


def test_a_file_that_may_not_be_read_is_a_fault(
    control: Control, monkeypatch: pytest.MonkeyPatch
) -> None:
    control.order(1)

    def refuse(*_: Any) -> int:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(os, "open", refuse)
    assert "cannot be read: Permission denied" in fault_at(control.path)


def test_a_file_that_becomes_readable_is_read_although_it_did_not_change(
    control: Control, monkeypatch: pytest.MonkeyPatch
) -> None:
    control.order(1)
    file = ControlFile(control.path)

    def refuse(*_: Any) -> int:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    with monkeypatch.context() as patched:
        patched.setattr(os, "open", refuse)
        with pytest.raises(ControlFault, match="Too many open files"):
            file.current(NOON_US)
    assert file.current(NOON_US).generation == 1


def test_a_huge_file_is_refused_without_reading_it_all(control: Control) -> None:
    with control.path.open("wb") as sparse:
        sparse.truncate(1 << 40)
    assert f"larger than {MAX_BYTES} bytes" in fault_at(control.path)


def test_a_file_cut_off_at_any_byte_is_a_fault(control: Control) -> None:
    whole = json.dumps(document()).encode()
    for end in range(len(whole)):
        control.path.write_bytes(whole[:end])
        assert "is not valid" in fault_at(control.path)


def test_an_unchanged_file_is_parsed_once(control: Control) -> None:
    control.order(1)
    file = ControlFile(control.path)
    assert file.current(NOON_US) is file.current(NOON_US)


def test_an_invalid_file_is_a_fault_at_every_look(control: Control) -> None:
    control.write(b"{}")
    file = ControlFile(control.path)
    for _ in range(3):
        with pytest.raises(ControlFault, match="schema is None"):
            file.current(NOON_US)


def test_a_rewrite_with_the_old_time_and_size_is_noticed(control: Control) -> None:
    control.order(1)
    file = ControlFile(control.path)
    before = control.path.stat()
    assert file.current(NOON_US).generation == 1
    control.path.write_bytes(json.dumps(document(2)).encode())
    os.utime(control.path, ns=(before.st_atime_ns, before.st_mtime_ns))
    after = control.path.stat()
    assert (after.st_size, after.st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    assert file.current(NOON_US).generation == 2


def test_a_file_written_just_now_is_read_again_since_its_time_may_not_move(
    control: Control,
) -> None:
    control.order(1)
    now_us = control.path.stat().st_mtime_ns // 1000
    file = ControlFile(control.path)
    first = file.current(now_us + 1_000)
    second = file.current(now_us + 51_000)
    assert second is not first
    assert file.current(now_us + 101_000) is second


def test_an_older_generation_than_lies_beside_it_was_put_back(control: Control) -> None:
    control.order(3)
    (control.path.parent / "generations").mkdir()
    (control.path.parent / "generations" / "4.json").write_bytes(b"whatever it says")
    assert "it is generation 3, but 4 was written" in fault_at(control.path)


@pytest.mark.parametrize(("newest", "fault"), [(4, False), (5, True)], ids=["next", "after next"])
def test_a_generation_that_is_just_being_written_has_no_effect_yet(
    control: Control, newest: int, fault: bool
) -> None:
    control.order(3)
    (control.path.parent / "generations").mkdir()
    (control.path.parent / "generations" / f"{newest}.json").touch()
    writer = os.open(control.path.parent, os.O_RDONLY)
    fcntl.flock(writer, fcntl.LOCK_EX)
    if fault:
        assert "it was put back" in fault_at(control.path)
    else:
        assert read_control(control.path).generation == 3
    os.close(writer)


def test_a_generation_that_took_effect_while_its_file_was_looked_at_is_the_one_that_is_read(
    control: Control, monkeypatch: pytest.MonkeyPatch
) -> None:
    control.order(3)
    (control.path.parent / "generations").mkdir()
    (control.path.parent / "generations" / "4.json").touch()

    def looked_late(_: Path) -> bool:
        control.order(4)
        return False

    monkeypatch.setattr(controlfile, "_being_written", looked_late)
    assert read_control(control.path).generation == 4


def test_generations_up_to_its_own_and_other_files_beside_it_are_no_fault(control: Control) -> None:
    control.order(3)
    (control.path.parent / "generations").mkdir()
    for name in ("1.json", "3.json", ".4.json.tmp", "notes.txt", "²"):
        (control.path.parent / "generations" / name).touch()
    assert read_control(control.path).generation == 3
