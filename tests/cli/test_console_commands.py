"""`replay`, `keys` and `watch --web`: what they refuse, and what they say."""

from __future__ import annotations

import builtins
import signal
import subprocess
from typing import TYPE_CHECKING, Any

import pytest

import console.tui
from console.cli.files import ConsoleFiles
from console.collector import detached
from tests.collector.running import good

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.shell import Shell


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--speed", "0"], "a speed is more than 0"),
        (["--speed", "nan"], "a speed is more than 0"),
        (["--until", "soon"], "--until soon: "),
        (["--until", "2027-01-01T00:00:00Z"], "the logs go from 2026-03-02T12:00:00Z"),
        (["--from", "2020-01-01T00:00:00Z"], "the logs go from"),
    ],
)
def test_a_replay_that_makes_no_sense_is_refused(
    shell: Shell, options: list[str], sentence: str
) -> None:
    shell.write("a.jsonl", good("r1"), good("r2", 60))
    done = shell("replay", "logs", *options)
    assert done.code == 64
    assert sentence in done.err


def test_a_replay_of_nothing_says_so(shell: Shell) -> None:
    shell.write("a.jsonl", b"nothing\n")
    done = shell("replay", "logs")
    assert done.code == 1
    assert "not played: " in done.err
    assert "no log with a time in it" in done.err


def test_keys_prints_every_action_with_its_keys(shell: Shell) -> None:
    done = shell("keys")
    assert done.code == 0
    assert "  route.act                a  " in done.out
    assert "  time.go                  t  " in done.out


def test_keys_shows_what_the_settings_changed_and_what_they_name_wrongly(shell: Shell) -> None:
    text = '[console]\nkeys = { "route.act" = "x", "route.atc" = "y" }\n'
    (shell.folder / "burnline.toml").write_text(text)
    done = shell("keys")
    assert done.code == 1
    assert "Act (from the settings)" in done.out
    assert "no action route.atc (the nearest is route.act)" in done.err


def test_the_demo_opens_on_the_fleet_whatever_the_last_session_ended_on(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    place = tmp_path / "burnline" / "console.json"
    ConsoleFiles(place, tmp_path).remember({"console": {"view": "orders"}})
    shell.environment["XDG_STATE_HOME"] = str(tmp_path)
    opened: list[Any] = []
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    monkeypatch.setattr(detached, "start", lambda *_: subprocess.Popen(["true"]))
    monkeypatch.setattr(console.tui, "run", lambda _, **given: opened.append(given["files"]))
    shell("demo")
    (files,) = opened
    assert files.remembered() == ({}, "")
    files.remember({"console": {"view": "alerts"}})
    assert ConsoleFiles(place, tmp_path).remembered()[0] == {"console": {"view": "orders"}}


def test_watch_names_a_directory_that_is_not_there(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    opened: list[Any] = []
    found = detached.Attended(tmp_path / "s.db", None)
    monkeypatch.setattr(detached, "ensure", lambda *_: found)
    monkeypatch.setattr(found, "stands", lambda: "started")
    monkeypatch.setattr(signal, "signal", lambda *_: None)
    monkeypatch.setattr(console.tui, "run", lambda _, **given: opened.append(given["banner"]()))
    assert shell("watch", "nosuch").code == 0
    assert opened == ["nosuch: no such file or directory yet; read as soon as it is there; started"]


def test_the_demo_says_how_it_is_asked_from_another_terminal(shell: Shell) -> None:
    said = " ".join(shell("demo", "--help").out.split())
    place = '"$(ls -td /tmp/burnline-demo-* | head -1)/demo.db"'
    assert f"burnline --store {place} status" in said


def test_the_web_without_its_extra_is_one_sentence(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name.startswith("textual_serve"):
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    done = shell("--read-only", "watch", "--web")
    assert done.code == 1
    assert done.err.count("\n") == 1
    assert "pip install 'burnline[web]'" in done.err
