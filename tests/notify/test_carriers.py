"""A file gets every notice exactly once, a program gets it as JSON, and neither tells secrets."""

from __future__ import annotations

import json
import os
import stat
import sys
from typing import TYPE_CHECKING, Any

import pytest

from console.notify import NotDelivered
from console.notify.command import CommandCarrier
from console.notify.file import FileCarrier
from console.notify.kinds import channels_of
from console.notify.message import document
from console.settings import Notify
from tests.notify.post import notice

if TYPE_CHECKING:
    from pathlib import Path

FIRST, SECOND = notice("A1"), notice("A2")


def keys(path: Path) -> list[str]:
    return [json.loads(line)["key"] for line in path.read_text().splitlines()]


def test_a_file_gets_one_line_of_json_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "alerts.jsonl"
    FileCarrier(path).deliver(notice(owner="payments"), again=False)
    told = json.loads(path.read_text())
    assert told["key"] == "A1/opened"
    assert (told["severity"], told["at"], told["owner"]) == (
        "page", "2026-03-02T12:00:00Z", "payments",
    )  # fmt: skip
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_stands_in_the_file_already_is_not_appended_again(tmp_path: Path) -> None:
    path = tmp_path / "alerts.jsonl"
    carrier = FileCarrier(path)
    carrier.deliver(FIRST, again=False)
    carrier.deliver(SECOND, again=False)
    carrier.deliver(FIRST, again=True)
    assert keys(path) == ["A1/opened", "A2/opened"]


def test_a_key_that_only_begins_like_another_is_another(tmp_path: Path) -> None:
    path = tmp_path / "alerts.jsonl"
    carrier = FileCarrier(path)
    carrier.deliver(notice(key="A1"), again=False)
    carrier.deliver(notice(key='A1","alert":"'), again=True)
    carrier.deliver(notice(key="A"), again=True)
    assert keys(path) == ["A1", 'A1","alert":"', "A"]


@pytest.mark.parametrize("cut", range(len(document(FIRST))))
def test_a_line_that_was_cut_off_anywhere_is_completed(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "alerts.jsonl"
    path.write_bytes(document(SECOND) + document(FIRST)[:cut])
    FileCarrier(path).deliver(FIRST, again=True)
    assert path.read_bytes() == document(SECOND) + document(FIRST)


def test_the_rest_of_something_else_is_left_as_a_line_of_its_own(tmp_path: Path) -> None:
    path = tmp_path / "alerts.jsonl"
    path.write_bytes(b"not ours")
    FileCarrier(path).deliver(FIRST, again=False)
    assert path.read_bytes() == b"not ours\n" + document(FIRST)


def test_a_line_that_was_cut_off_and_then_ended_by_another_does_not_count(tmp_path: Path) -> None:
    path = tmp_path / "alerts.jsonl"
    path.write_bytes(document(FIRST)[:30])
    carrier = FileCarrier(path)
    carrier.deliver(SECOND, again=False)
    carrier.deliver(FIRST, again=True)
    assert path.read_bytes().splitlines(keepends=True)[1:] == [document(SECOND), document(FIRST)]


def test_a_disk_that_fills_up_within_a_line_leads_to_one_whole_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "alerts.jsonl"
    carrier = FileCarrier(path)
    written = os.write
    with monkeypatch.context() as broken:

        def little(descriptor: int, content: bytes) -> int:
            if path.stat().st_size:
                raise OSError(28, "No space left on device")
            return written(descriptor, content[:20])

        broken.setattr(os, "write", little)
        with pytest.raises(NotDelivered, match="No space left on device"):
            carrier.deliver(FIRST, again=False)
    carrier.deliver(FIRST, again=True)
    assert path.read_bytes() == document(FIRST)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda path: path.symlink_to("elsewhere"), "symbolic links"),
        (os.mkfifo, "not a regular file"),
        (lambda path: path.mkdir(), "directory"),
        (lambda path: path.parent.rmdir(), "No such file or directory"),
    ],
    ids=["link", "pipe", "directory", "no directory"],
)
def test_what_is_no_file_is_refused_in_words(tmp_path: Path, make: Any, words: str) -> None:
    path = tmp_path / "folder" / "alerts.jsonl"
    path.parent.mkdir()
    make(path)
    with pytest.raises(NotDelivered, match=words):
        FileCarrier(path).deliver(FIRST, again=False)


def command(*lines: str, **options: Any) -> CommandCarrier:
    return CommandCarrier((sys.executable, "-c", "\n".join(lines), "a b; $HOME"), **options)


def test_a_program_gets_the_notice_on_its_input_and_no_shell_takes_part(tmp_path: Path) -> None:
    out = tmp_path / "out"
    carrier = command(
        "import json, sys",
        f"open({str(out)!r}, 'w').write(json.dumps([json.load(sys.stdin), sys.argv[1:]]))",
    )
    carrier.deliver(FIRST, again=False)
    told, arguments = json.loads(out.read_text())
    assert told == json.loads(document(FIRST))
    assert arguments == ["a b; $HOME"]


def test_a_program_gets_no_secret_of_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("API_TOKEN", "hunter2")
    out = tmp_path / "out"
    carrier = command("import os", f"open({str(out)!r}, 'w').write(repr(dict(os.environ)))")
    carrier.deliver(FIRST, again=False)
    assert "hunter2" not in out.read_text()
    assert "PATH" in out.read_text()


def test_a_program_that_does_not_read_its_input_may_succeed() -> None:
    command("import os; os.close(0)").deliver(notice(owner="x" * 1_000), again=False)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("raise SystemExit(3)", "exit code 3"),
        ("import os; os.kill(os.getpid(), 9)", "ended by signal 9"),
    ],
)
def test_a_program_that_fails_has_delivered_nothing(line: str, words: str) -> None:
    with pytest.raises(NotDelivered, match=words):
        command(line).deliver(FIRST, again=False)


def test_a_program_that_is_not_there_is_named_by_its_reason_only() -> None:
    with pytest.raises(NotDelivered, match=r"^cannot be started: No such file or directory$"):
        CommandCarrier(("no-such-program", "hunter2")).deliver(FIRST, again=False)


def test_a_program_that_hangs_is_killed_with_what_it_started() -> None:
    carrier = command(
        "import subprocess, sys",
        "subprocess.run([sys.executable, '-c', 'import signal; signal.pause()'])",
        patience_s=0.2,
    )
    with pytest.raises(NotDelivered, match=r"did not end within 0\.2 s, and was killed"):
        carrier.deliver(FIRST, again=False)


def test_a_channel_is_known_by_a_hash_and_a_scheme(tmp_path: Path) -> None:
    tables = (
        Notify(url="mailto://sam:hunter2@example.org"),
        Notify(file=tmp_path / "alerts.jsonl"),
        Notify(command=("/usr/bin/page-me", "--token", "hunter2")),
    )
    found = channels_of(tables)
    labels = [channel.label.rpartition(" #")[0] for channel in found]
    assert labels == ["mailto", "file alerts.jsonl", "page-me"]
    assert "hunter2" not in repr([channel.subscriber for channel in found])
    assert len({channel.id for channel in found}) == 3
    assert channels_of(tables)[0].id == found[0].id
