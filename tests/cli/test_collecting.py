"""`collect` and `init`: what they read, what they say of trouble, and what they leave behind."""

from __future__ import annotations

import json
import stat
import threading
from typing import TYPE_CHECKING

import pytest

from console.collector import Lease
from console.settings import template
from console.store import connect
from console.store.holder import alive
from tests.cli.shell import eventually
from tests.collector.running import event, good

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.shell import Shell


def test_collect_once_reads_everything_and_says_how_much(shell: Shell) -> None:
    shell.write("a.jsonl", good("r1"), good("r2"))
    done = shell("collect", "--once", "logs")
    assert done == (0, f"2 events read into {shell.store}\n", "")
    assert shell("collect", "--once", "logs") == done


@pytest.mark.parametrize(
    ("prepare", "sentence"),
    [
        ([], "no such file or directory; it is read as soon as it appears"),
        (["logs"], "no log files in it yet"),
    ],
    ids=["missing", "empty"],
)
def test_a_directory_without_logs_is_a_sentence_and_no_failure(
    shell: Shell, prepare: list[str], sentence: str
) -> None:
    for name in prepare:
        (shell.folder / name).mkdir()
    done = shell("collect", "--once", "logs")
    assert done.code == 0
    assert done.err == f"burnline: {shell.logs}: {sentence}\n"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"Traceback (most recent call last):\n", "not JSON"),
        (event("run.failed", "r9", reason="x").replace(b"x", b"\xff\xfe"), "not valid UTF-8"),
        (good("r9").replace(b"2026-03-02T", b"yesterday "), "not RFC 3339"),
        (good("r9", trusted="perhaps"), "trusted"),
        (b'"' + b"x" * 5_000_000 + b'"\n', "longer than is read"),
    ],
    ids=["no JSON", "no UTF-8", "no time", "wrong type", "too long"],
)
def test_a_line_that_cannot_be_read_is_counted_shown_and_no_failure(
    shell: Shell, line: bytes, reason: str
) -> None:
    shell.write("a.jsonl", good("r1"), line, good("r2"))
    done = shell("collect", "--once", "logs")
    assert done.code == 0
    assert "2 events read" in done.out
    assert "1 piece" in done.out
    assert done.err == ""
    doctor = shell("doctor")
    assert doctor.code == 1
    (refused,) = [row for row in doctor.out.splitlines() if row.startswith("BAD  refused")]
    assert "a.jsonl:2" in refused
    assert reason in refused
    assert shell("status", "--json").document["store"]["rejected"] == 1


def test_a_file_full_of_refused_lines_hides_no_other(shell: Shell) -> None:
    shell.write("a.jsonl", good("r1"), *[b"not JSON\n"] * 50)
    shell.write("b.jsonl", good("r2"), b"not JSON either\n")
    assert shell("collect", "--once", "logs").code == 0
    refused = [row for row in shell("doctor").out.splitlines() if row.startswith("BAD  refused")]
    assert [row for row in refused if "b.jsonl:2" in row]
    assert refused[-1] == "BAD  refused: 51 pieces in all"


@pytest.mark.parametrize(
    ("kind", "key", "nearest"),
    [
        ("auto", "human_agent", "human_agents"),
        ("codex", "preset", ""),
        ("openai-agents", "denial", "denials"),
        ("inspect", "threshhold", "threshold"),
        ("native", "timezone", ""),
    ],
)
def test_a_key_that_no_reader_of_a_source_knows_is_refused(
    shell: Shell, kind: str, key: str, nearest: str
) -> None:
    shell.write("a.jsonl", good("r1"))
    shell.settings(f'[[source]]\npath = "logs"\nformat = "{kind}"\n{key} = "x"\n')
    done = shell("collect", "--once")
    assert (done.code, shell.store.exists()) == (78, False)
    ending = f"the nearest that is known is {nearest}" if nearest else "take it out"
    assert f'"{key}" is not a known key of a source of format = "{kind}"; {ending}' in done.err


def test_what_a_refused_line_says_cannot_act_on_the_terminal(shell: Shell) -> None:
    shell.write("a\x1b]0;x\x07.jsonl", b"\x1b[2J\x9b31m not JSON\n", good("r1"))
    for arguments in (["collect", "--once", "logs"], ["doctor"], ["status"], ["misses"]):
        done = shell(*arguments)
        shown = done.out + done.err
        assert not {char for char in shown if ord(char) < 32 and char != "\n"}
        assert "\x9b" not in shown


def test_a_file_that_is_no_log_is_named(shell: Shell) -> None:
    shell.write("a.jsonl", good("r1"))
    (shell.logs / "photo.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"\x00" * 100)
    done = shell("collect", "--once", "logs")
    assert done.code == 0
    assert f"{shell.logs / 'photo.png'}: no known log format in it" in done.err


def test_lines_from_the_future_are_said(shell: Shell) -> None:
    shell.write("a.jsonl", good("r1"), good("r2").replace(b"2026-", b"2199-"))
    done = shell("collect", "--once", "logs")
    assert done.code == 0
    assert "1 events read" in done.out
    assert "1 held back: they lie in the future" in done.out


def test_nothing_to_read_is_a_sentence(shell: Shell) -> None:
    done = shell("collect", "--once")
    assert (done.code, done.out) == (1, "")
    assert "burnline collect DIR" in done.err


def test_sources_of_the_settings_are_read_where_no_directory_is_named(shell: Shell) -> None:
    shell.write("a.jsonl", good("r1"))
    shell.settings('[[source]]\npath = "logs"\n')
    assert "1 events read" in shell("collect", "--once").out


def test_the_store_is_readable_by_its_owner_only(shell: Shell) -> None:
    shell.write("a.jsonl", good("r1"))
    done = shell.process("collect", "--once", "logs")
    assert done.code == 0
    assert stat.S_IMODE(shell.store.stat().st_mode) == 0o600


# One collector for one store


def test_a_second_collector_is_4_and_names_the_first(shell: Shell) -> None:
    shell.write("a.jsonl", good("r1"))
    with shell.started("-m", "console", *shell.command("collect", "logs")) as first:
        eventually(lambda: alive(shell.store, 0.0), "a collector holds the store")
        done = shell.process("collect", "--once", "logs")
        assert done.code == 4
        assert f"another collector (process {first.pid})" in done.err
        assert shell("stop").code == 0
        assert first.wait(60) == 0
    assert shell("collect", "--once", "logs").code == 0


def test_a_collector_that_is_stopped_as_soon_as_it_can_be_found_ends_as_any_other(
    shell: Shell,
) -> None:
    told = (
        "import os, signal\n"
        "from console.collector import Lease\n"
        "taken = Lease.__init__\n"
        "def take(lease, store):\n"
        "    taken(lease, store)\n"
        "    os.kill(os.getpid(), signal.SIGTERM)\n"
        "Lease.__init__ = take\n"
        "from console.cli import main\n"
        "main()\n"
    )
    with shell.started("-c", told, *shell.command("collect", "logs")) as process:
        assert process.wait(60) == 0


def test_a_running_collector_is_seen_and_ends_when_it_is_stopped(shell: Shell) -> None:
    shell.write("a.jsonl", good("r1"))

    def running() -> bool:
        done = shell("status", "--json")
        return bool(done.out) and done.document["store"]["collector"] == "running"

    with shell.started("-m", "console", *shell.command("collect", "logs")) as collector:
        eventually(running, "the collector is shown as running")
        shell.write("a.jsonl", good("r2"))
        eventually(lambda: shell("status", "--json").document["store"]["events"] == 2, "r2 is read")
        done = shell("stop")
        assert done.out == f"collector {collector.pid} has ended\n"
    assert shell("status", "--json").document["store"]["collector"] == "stopped"
    assert shell("stop").out == "no collector runs\n"


def test_to_look_at_a_store_is_not_to_hold_it(tmp_path: Path) -> None:
    store, ending = tmp_path / "s.db", threading.Event()

    def look() -> None:
        while not ending.is_set():
            alive(store, 0.0)

    lookers = [threading.Thread(target=look) for _ in range(2)]
    for looker in lookers:
        looker.start()
    try:
        for _ in range(1_000):
            Lease(store).release()
    finally:
        ending.set()
        for looker in lookers:
            looker.join()


def test_a_store_that_somebody_else_writes_for_long_is_a_sentence(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell.write("a.jsonl", good("r1"))
    assert shell("collect", "--once", "logs").code == 0
    shell.write("a.jsonl", good("r2"))
    monkeypatch.setattr(connect, "_BUSY_MS", 1)
    other = connect.create(shell.store)
    other.execute("begin immediate")
    done = shell("collect", "--once", "logs")
    assert done.code == 1
    assert "database is locked; nothing was lost, run it again" in done.err
    other.execute("rollback")
    other.close()
    assert "2 events read" in shell("collect", "--once", "logs").out


# The first settings


def test_init_writes_settings_and_the_first_generation(shell: Shell) -> None:
    shell.write("a.jsonl", good("r1"), good("r2", route="kyc-review"))
    done = shell("init", "logs", "--yes")
    assert (done.code, done.err) == (0, "")
    assert "2 routes" in done.out
    assert json.loads(shell.control.read_text())["generation"] == 1
    check = shell("check", "--json")
    assert check.code == 1
    assert [item["route"] for item in check.document["routes"]] == ["kyc-review", "refunds"]
    assert "2 events read" in shell("collect", "--once").out
    assert shell("gate", "refunds", "--start").code == 0


def test_init_leaves_what_is_there(shell: Shell) -> None:
    shell.write("a.jsonl", good("r1"))
    path = shell.settings("# mine\n")
    for _ in range(2):
        done = shell("init", "logs", "--yes")
        assert done.code == 0
        assert "is there already and was left as it is" in done.out
    assert path.read_text() == "# mine\n"
    assert json.loads(shell.control.read_text())["generation"] == 1


def test_of_two_who_write_the_first_settings_the_later_leaves_those_of_the_other(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell.write("a.jsonl", good("r1"))

    def meanwhile(*_: object, **__: object) -> str:
        shell.settings("# the other's\n")
        return "# mine\n"

    monkeypatch.setattr(template, "render", meanwhile)
    done = shell("init", "logs", "--yes")
    assert (done.code, done.err) == (0, "")
    assert "is there already and was left as it is" in done.out
    assert (shell.folder / "burnline.toml").read_text() == "# the other's\n"


def test_init_writes_nothing_without_a_yes(shell: Shell) -> None:
    shell.write("a.jsonl", good("r1"))
    done = shell("init", "logs")
    assert done.code == 1
    assert "--yes" in done.err
    assert not (shell.folder / "burnline.toml").exists()


def test_agents_of_other_users_can_read_what_init_made(shell: Shell) -> None:
    done = shell.process("init", "--yes")
    assert done.code == 0
    assert stat.S_IMODE(shell.control.stat().st_mode) == 0o644
    for folder in (shell.control.parent, shell.control.parent / "generations"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o755


def test_doctor_names_a_source_in_which_there_is_no_log(shell: Shell) -> None:
    shell.write("a.jsonl", good("r1"))
    shell.settings('[[source]]\npath = "logs"\n[[source]]\npath = "nowhere/*.jsonl"\n')
    shell("collect", "--once")
    findings = shell("doctor", "--json").document["findings"]
    bad = [item["words"] for item in findings if not item["good"] and item["subject"] == "source"]
    assert len(bad) == 1
    assert "nowhere" in bad[0]
