"""What holds for every command: exit codes, what goes where, and what `--read-only` refuses."""

from __future__ import annotations

import json
import sqlite3
import time
from typing import TYPE_CHECKING

import pytest

from console import __version__
from tests.collector.running import NOON, event, good

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.shell import Shell

LATER = NOON.replace(hour=13).isoformat()


@pytest.fixture
def used(shell: Shell) -> Shell:
    """A shell whose store has a route with a miss, and whose control file has an order."""
    shell.write("a.jsonl", good("r1"), event("run.failed", "r2", reason="no supplier"))
    assert shell("collect", "--once", "logs").code == 0
    assert shell("freeze", "refunds", "--change", "prompt", "--reason", "look first").code == 0
    return shell


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["status", "--nonsense"],
        ["status", "--window", "5 parsecs"],
        ["--as-of", "yesterday", "status"],
        ["--as-of", "2026-03-02T12:00:00", "status"],
        ["misses", "--class", "nonsense"],
        ["misses", "--since", "nonsense"],
        ["misses", "--limit", "-1"],
        ["pause"],
        ["pause", "refunds"],
        ["pause", "refunds", "--reason", "x", "--for", "a while"],
        ["freeze", "refunds", "--reason", "x", "--change", "promt"],
        ["reduce", "refunds", "--reason", "x", "--max-runs", "few"],
        ["lift", "refunds"],
        ["ack"],
        ["close", "A1"],
        ["gate", "refunds"],
        ["gate", "refunds", "--change", "promt"],
        ["gate", "refunds", "--start", "--on-fault", "open"],
        ["simulate", "out", "--end", "soon"],
        ["rescue", "refunds", "r2", "--minutes", "long"],
        ["rescue", "refunds", "r2", "--minutes", "5", "--at", "soon"],
        ["correct", "refunds", "--from", "soon", "--category", "outage", "--reason", "x"],
    ],
    ids=" ".join,
)
def test_wrong_usage_is_64_and_says_what_is_wrong(used: Shell, arguments: list[str]) -> None:
    done = used(*arguments)
    assert done.code == 64
    assert done.out == ""
    assert done.err.startswith("burnline: ")
    assert "Traceback" not in done.err


@pytest.mark.parametrize(
    ("text", "line", "key"),
    [
        ('[route.refunds]\nsla = "10 parsecs"\n', 2, "sla"),
        ('[route.refunds]\ntier = "high"\n\n[tier.high]\nobjective = "100%"\n', 5, "objective"),
        ('[[source]]\npath = "logs"\nfromat = "native"\n', 3, "fromat"),
        ("[route.refunds]\nowner = 5\n", 2, "owner"),
        ("[store\n", 1, ""),
    ],
)
@pytest.mark.parametrize("command", ["status", "misses", "check", "collect", "pause", "doctor"])
def test_invalid_settings_are_78_and_name_file_line_and_key(
    used: Shell, command: str, text: str, line: int, key: str
) -> None:
    used.settings(text)
    arguments = ["refunds", "--reason", "x"] if command == "pause" else []
    done = used(command, *arguments)
    assert done.code == 78
    assert done.out == ""
    assert f"burnline.toml:{line}: " in done.err
    assert key in done.err


def test_settings_that_were_named_have_to_be_there(shell: Shell) -> None:
    done = shell("--settings", "absent.toml", "status")
    assert (done.code, done.out) == (78, "")
    assert "absent.toml" in done.err


@pytest.mark.parametrize(
    "arguments",
    [
        ["status"],
        ["status", "refunds"],
        ["status", "--window", "6h"],
        ["status", "--window", "all"],
        ["misses"],
        ["misses", "refunds", "--class", "trust", "--since", "2026-03-01T00:00:00Z"],
        ["alerts"],
        ["check"],
        ["doctor"],
        ["gate", "refunds", "--start"],
        ["gate", "refunds", "--change", "prompt"],
    ],
    ids=" ".join,
)
def test_json_prints_one_document_and_nothing_else(used: Shell, arguments: list[str]) -> None:
    done = used.process(*arguments, "--json")
    document, end = json.JSONDecoder().raw_decode(done.out)
    assert isinstance(document, dict)
    assert done.out[end:] == "\n"
    assert done.err == ""
    assert done.code == used(*arguments).code


def test_help_and_version_need_nothing(shell: Shell) -> None:
    assert shell("--version") == (0, f"burnline {__version__}\n", "")
    for arguments in (["--help"], ["status", "--help"], ["gate", "--help"]):
        done = shell(*arguments)
        assert done.code == 0
        assert "Usage:" in done.out
        assert done.err == ""
    assert not shell.store.exists()


CHANGING = [
    ["collect", "--once", "logs"],
    ["init", "logs", "--yes"],
    ["pause", "refunds", "--reason", "x", "--yes"],
    ["freeze", "refunds", "--change", "prompt", "--reason", "x"],
    ["tighten", "refunds", "--action", "send", "--reason", "x"],
    ["reduce", "refunds", "--max-runs", "1", "--reason", "x"],
    ["lift", "refunds", "--reason", "x", "--override", "--yes"],
    ["ack", "A1"],
    ["close", "A1", "--note", "x"],
    ["rescue", "refunds", "r1", "--minutes", "5"],
    ["correct", "refunds", "--run", "r2", "--category", "outage", "--reason", "x"],
    ["preventable", "refunds", "r1"],
    ["simulate", "out", "--lines", "10"],
    ["stop"],
]


@pytest.mark.parametrize("option", [["--read-only"], ["--as-of", LATER]], ids=lambda each: each[0])
@pytest.mark.parametrize("arguments", CHANGING, ids=lambda each: each[0])
def test_what_would_change_something_is_refused(
    used: Shell, option: list[str], arguments: list[str]
) -> None:
    before = everything_below(used.folder)
    done = used(*option, *arguments)
    assert done.code == 1
    assert option[0] in done.err
    assert everything_below(used.folder) == before


@pytest.mark.parametrize("arguments", CHANGING[:4], ids=lambda each: each[0])
def test_under_read_only_nothing_is_made(shell: Shell, arguments: list[str]) -> None:
    shell.write("a.jsonl", good("r1"))
    before = everything_below(shell.folder)
    assert shell("--read-only", *arguments).code == 1
    assert everything_below(shell.folder) == before


def test_looking_is_allowed_under_read_only(used: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    now_ns = time.time_ns()
    monkeypatch.setattr(time, "time_ns", lambda: now_ns)
    for arguments in (
        ["status"],
        ["misses"],
        ["alerts"],
        ["check"],
        ["gate", "refunds", "--start"],
    ):
        assert used("--read-only", *arguments) == used(*arguments)


def test_a_store_that_is_not_ours_is_refused_and_left_alone(shell: Shell) -> None:
    shell.write("a.jsonl", good("r1"))
    with sqlite3.connect(shell.store) as other:
        other.execute("create table bookmarks (url text)")
    other.close()
    before = shell.store.read_bytes()
    for arguments in (["status"], ["collect", "--once", "logs"], ["misses"]):
        done = shell(*arguments)
        assert done.code in {1, 3}
        assert "is not burnline's" in done.err
    assert shell.store.read_bytes() == before


@pytest.mark.parametrize("content", [b"", b"not a database, but long enough to look at" * 100])
def test_a_store_that_is_none_is_a_sentence(shell: Shell, content: bytes) -> None:
    shell.store.write_bytes(content)
    done = shell("status")
    assert (done.code, done.out) == (3, "")
    assert str(shell.store) in done.err


@pytest.mark.parametrize("store", ["/dev/null/x.db", "."])
def test_a_store_that_cannot_be_made_is_a_sentence(shell: Shell, store: str) -> None:
    done = shell("--store", store, "collect", "--once", "logs")
    assert done.code == 1
    assert "name another" in done.err


def everything_below(folder: Path) -> dict[str, bytes]:
    """Return all files with what is in them; SQLite's own log of readers may come and go."""
    return {
        str(path): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.endswith(("-wal", "-shm"))
    }
