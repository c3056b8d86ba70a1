"""One answer in every directory: commands find the settings that the store's collector reads."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.cli.shell import Shell, eventually

LINE = b'{"ts":"2026-03-02T12:00:00Z","route":"refunds","event":"run.started","run":"r1"}\n'
SETTINGS = '[[source]]\npath = "logs"\n[route.refunds]\ntier = "high"\nowner = "dana"\n'


class Elsewhere:
    """A shell whose collector read settings, and the same shell in a directory without any."""

    def __init__(self, shell: Shell) -> None:
        self.home, self.file = shell, shell.settings(SETTINGS)
        shell.write("a.jsonl", LINE)
        assert shell("collect", "--once").code == 0
        self.away = Shell(shell.folder / "away")
        self.away.folder.mkdir()
        self.away.store, self.away.control = shell.store, shell.control
        self.away.environment = shell.environment


@pytest.fixture
def elsewhere(shell: Shell) -> Elsewhere:
    return Elsewhere(shell)


def owner(shell: Shell, *options: str) -> str:
    (route,) = shell(*options, "status", "--json").document["routes"]
    return f"{route['tier']} {route['owner']}".strip()


def test_a_command_without_settings_reads_those_of_the_collector_and_says_so(
    elsewhere: Elsewhere,
) -> None:
    assert owner(elsewhere.away) == owner(elsewhere.home) == "high dana"
    first = elsewhere.away("status").err.splitlines()[0]
    assert first == f"burnline: no settings here: by {elsewhere.file}, as the collector reads it"
    assert elsewhere.home("status").err == ""


def test_other_settings_hold_and_the_collectors_are_named(elsewhere: Elsewhere) -> None:
    other = elsewhere.away.settings('[route.refunds]\ntier = "low"\n')
    assert owner(elsewhere.away) == "low"
    first = elsewhere.away("status").err.splitlines()[0]
    assert f"by {other}: --settings {elsewhere.file}" in first


def test_none_that_were_asked_for_are_none(elsewhere: Elsewhere) -> None:
    assert owner(elsewhere.away, "--settings", os.devnull) == "medium"
    first = elsewhere.away("--settings", os.devnull, "status").err.splitlines()[0]
    assert f"by built-in settings: --settings {elsewhere.file}" in first


def test_the_same_file_by_another_name_is_the_same(elsewhere: Elsewhere) -> None:
    link = elsewhere.away.folder / "burnline.toml"
    link.symlink_to(elsewhere.file)
    assert elsewhere.away("status").err == ""


def test_a_file_that_is_gone_is_named(elsewhere: Elsewhere) -> None:
    elsewhere.file.unlink()
    assert owner(elsewhere.away) == "medium"
    assert f"reads {elsewhere.file}, which is gone" in elsewhere.away("status").err


def test_an_order_from_elsewhere_is_written_where_agents_read(elsewhere: Elsewhere) -> None:
    done = elsewhere.away("pause", "refunds", "--reason", "why", "--yes")
    assert done.code == 0
    assert elsewhere.home("gate", "refunds", "--start").code == 1


def test_init_writes_settings_of_its_own_directory(elsewhere: Elsewhere) -> None:
    elsewhere.away.write("b.jsonl", LINE)
    assert elsewhere.away("init", "logs", "--yes").code == 0
    assert (elsewhere.away.folder / "burnline.toml").exists()


def test_a_collector_without_settings_leaves_others_alone(shell: Shell) -> None:
    shell.write("a.jsonl", LINE)
    shell("collect", "--once", "logs")
    assert shell("status").err == ""
    shell.settings(SETTINGS)
    assert shell("status").err == ""


def test_an_edit_that_a_collector_at_work_has_not_read_is_said(shell: Shell) -> None:
    path: Path = shell.settings(SETTINGS)
    shell.write("a.jsonl", LINE)
    shell("collect", "--once")
    path.write_text(SETTINGS + 'deputy = "kim"\n')
    assert shell("status").err == ""
    path.write_text(SETTINGS)
    with shell.started("-m", "console", *shell.command("collect")):
        eventually(lambda: "collector running" in shell("status").out, "a collector runs")
        path.write_text(SETTINGS + 'deputy = "kim"\n')
        assert "was edited after the collector read it" in shell("status").err
