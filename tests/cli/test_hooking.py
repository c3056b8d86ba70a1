"""`burnline hook` and its installation, the tool's side played through the shell as it does."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from console.agent.hooks import DIALECTS
from console.operate.hooks import PLACES
from tests.cli.shell import Shell

TOOLS = tuple(PLACES)


@pytest.fixture(autouse=True)
def home(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the user's own settings be those of the test."""
    monkeypatch.setenv("HOME", str(shell.folder))
    monkeypatch.delenv("CODEX_HOME", raising=False)


@pytest.fixture(params=TOOLS)
def tool(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def settings_of(shell: Shell, tool: str) -> Path:
    return shell.folder / PLACES[tool].path


def hooks_of(shell: Shell, tool: str, event: str) -> list[Any]:
    """Return the hooks that a tool would run on an event."""
    groups = json.loads(settings_of(shell, tool).read_bytes())["hooks"][event]
    return [hook for group in groups for hook in group["hooks"]]


def run_hook(command: str, event: str) -> subprocess.CompletedProcess[str]:
    question = {
        "hook_event_name": event,
        "cwd": "/home/dev/refunds",
        "session_id": "s",
        "tool_name": "Bash",
    }
    return subprocess.run(
        ["/bin/sh", "-c", command], input=json.dumps(question), capture_output=True, text=True,
        check=False,
    )  # fmt: skip


def test_the_installed_command_obeys_an_order(shell: Shell, tool: str) -> None:
    shell("init", "--yes")
    assert shell("hook", "install", tool).code == 0
    event = DIALECTS[tool].start
    (hook,) = hooks_of(shell, tool, event)
    assert run_hook(hook["command"], event).returncode == 0
    shell("pause", "refunds", "--reason", "why", "--yes")
    done = run_hook(hook["command"], event)
    assert done.returncode == 2
    assert "[burnline:" in done.stderr


def test_the_installation_proves_that_the_hook_says_no(shell: Shell, tool: str) -> None:
    done = shell("hook", "install", tool)
    assert done.out.count("proved:") == 4
    assert "FAILED" not in done.out


def test_it_says_where_the_tool_lets_things_happen_all_the_same(shell: Shell, tool: str) -> None:
    done = shell("hook", "install", tool)
    assert all(caution in done.err for caution in PLACES[tool].cautions)


def test_claude_code_is_told_to_block_when_the_hook_fails(shell: Shell) -> None:
    shell("hook", "install", "claude-code")
    for event in ("PreToolUse", "UserPromptSubmit"):
        (hook,) = hooks_of(shell, "claude-code", event)
        assert hook["onFailure"] == "block"


def test_a_second_installation_replaces_the_first_and_leaves_others_alone(
    shell: Shell, tool: str
) -> None:
    event = DIALECTS[tool].action
    other = {"type": "command", "command": "echo mine"}
    settings = settings_of(shell, tool)
    settings.parent.mkdir()
    settings.write_text(json.dumps({"model": "x", "hooks": {event: [{"hooks": [other]}]}}))
    for _ in range(2):
        assert shell("hook", "install", tool).code == 0
    found = hooks_of(shell, tool, event)
    assert len(found) == 2
    assert other in found
    assert json.loads(settings.read_bytes())["model"] == "x"


def test_switched_off_hooks_are_said(shell: Shell) -> None:
    settings = settings_of(shell, "claude-code")
    settings.parent.mkdir()
    settings.write_text('{"disableAllHooks": true}')
    assert "no hook runs" in shell("hook", "install", "claude-code").err


@pytest.mark.parametrize("content", ["{", "[]", '{"hooks": 1}', '{"hooks": {"PreToolUse": 1}}'])
def test_settings_that_make_no_sense_are_left_as_they_are(shell: Shell, content: str) -> None:
    settings = settings_of(shell, "codex")
    settings.parent.mkdir()
    settings.write_text(content)
    done = shell("hook", "install", "codex")
    assert (done.code, settings.read_text()) == (1, content)
    assert str(settings) in done.err


def test_the_user_s_own_settings_follow_the_tool_s_variable(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CODEX_HOME", str(shell.folder / "elsewhere"))
    assert shell("hook", "install", "codex", "--user").code == 0
    assert (shell.folder / "elsewhere" / "hooks.json").exists()


def test_a_module_in_the_project_cannot_switch_the_hook_off(
    shell: Shell, tool: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shell("init", "--yes")
    shell("hook", "install", tool)
    shell("pause", "refunds", "--reason", "why", "--yes")
    event = DIALECTS[tool].start
    (hook,) = hooks_of(shell, tool, event)
    (shell.folder / "console.py").write_text("raise SystemExit(0)")
    (shell.folder / "json.py").write_text("raise SystemExit(0)")
    monkeypatch.chdir(shell.folder)
    assert run_hook(hook["command"], event).returncode == 2


def test_a_hook_that_does_not_stop_the_canary_fails_the_installation(
    shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("console.operate.canary.command", lambda _: "true")
    done = shell("hook", "install", "codex")
    assert done.code == 1
    assert done.out.count("FAILED") == 3


def test_an_unknown_tool_is_refused(shell: Shell) -> None:
    done = shell("hook", "install", "cursor")
    assert done.code == 64
    assert "claude-code, codex, gemini" in done.err


def test_nothing_is_installed_read_only(shell: Shell) -> None:
    done = shell("--read-only", "hook", "install", "codex")
    assert done.code == 1
    assert not settings_of(shell, "codex").exists()


@pytest.mark.parametrize("tool", ["codex", "gemini"])
def test_a_project_s_hook_that_the_tool_would_skip_is_said(shell: Shell, tool: str) -> None:
    done = shell("hook", "install", tool, "--project", "mine")
    assert (shell.folder / "mine" / PLACES[tool].path).exists()
    assert "until the folder mine is trusted" in done.err


def test_a_folder_for_receipts_that_cannot_be_made_is_a_sentence(shell: Shell) -> None:
    (shell.folder / "file").touch()
    done = shell("hook", "install", "claude-code", "--log", "file/receipts")
    assert done.code == 1
    assert "name another with --log" in done.err
