"""The real programs, run without a network: each with a model of ours, and our hook installed.

Where they come from: `BURNLINE_PROGRAMS` names a folder that `.ci/programs` filled (npm packages of
Codex and Gemini CLI, and the wheel of claude-agent-sdk, which carries Claude Code).
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tests.real import models

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.real.models import Model

PATIENCE_S = 180
ROUTE = "work"
"""The name of the folder that the agents work in, and so the route."""


class Program(NamedTuple):
    """One real program: how it is started, and what its shell is called in its hooks and logs.

    `prepare` writes the settings that it needs to talk to the model; `home` is where it keeps its
    logs, below the home directory.
    """

    tool: str
    executable: str
    shell: str
    model: Callable[[str], Model]
    arguments: Callable[[bool], list[str]]
    environment: Callable[[Path, Model], dict[str, str]]
    prepare: Callable[[Path, Model], None]
    home: str


class Did(NamedTuple):
    """What a program did with one prompt: did its model get to think, did its shell run?"""

    asked: bool
    ran: bool
    said: str


def _claude(home: Path, model: Model) -> dict[str, str]:
    return {
        "ANTHROPIC_BASE_URL": model.url,
        "ANTHROPIC_API_KEY": "none",
        "CLAUDE_CONFIG_DIR": str(home / ".claude"),
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
        "IS_SANDBOX": "1",
    }


def _codex(home: Path, _: Model) -> dict[str, str]:
    return {"CODEX_HOME": str(home / ".codex"), "FAKE_KEY": "none"}


def _gemini(_: Path, model: Model) -> dict[str, str]:
    return {"GOOGLE_GEMINI_BASE_URL": model.url, "GEMINI_API_KEY": "none"}


def _codex_settings(home: Path, model: Model) -> None:
    folder = home / ".codex"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.toml").write_text(
        'model = "fake"\nmodel_provider = "fake"\napproval_policy = "never"\n'
        'sandbox_mode = "danger-full-access"\n[model_providers.fake]\nname = "fake"\n'
        f'base_url = "{model.url}/v1"\nwire_api = "responses"\nenv_key = "FAKE_KEY"\n'
    )


def _gemini_settings(home: Path, _: Model) -> None:
    path = home / ".gemini" / "settings.json"
    settings = json.loads(path.read_bytes()) if path.exists() else {}
    settings["security"] = {"auth": {"selectedType": "gemini-api-key"}}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(settings))


def _nothing(_: Path, __: Model) -> None:
    pass


def _codex_arguments(trusted: bool) -> list[str]:
    trust = ["--dangerously-bypass-hook-trust"] if trusted else []
    return ["exec", "--json", "--skip-git-repo-check", *trust, "leave a file"]


PROGRAMS = {
    "claude-code": Program(
        "claude-code",
        "sdk/claude",
        "Bash",
        models.anthropic,
        lambda _: ["-p", "leave a file", "--permission-mode", "bypassPermissions"],
        _claude,
        _nothing,
        ".claude/projects",
    ),
    "codex": Program(
        "codex",
        "node_modules/.bin/codex",
        "Bash",
        models.responses,
        _codex_arguments,
        _codex,
        _codex_settings,
        ".codex/sessions",
    ),
    "gemini": Program(
        "gemini",
        "node_modules/.bin/gemini",
        "run_shell_command",
        models.gemini,
        lambda _: ["-p", "leave a file", "-y", "-m", "gemini-2.5-pro", "--skip-trust"],
        _gemini,
        _gemini_settings,
        ".gemini/tmp",
    ),
}


def executable(program: Program) -> Path | None:
    """Return the program, or None where it is not installed."""
    folder = os.environ.get("BURNLINE_PROGRAMS", "")
    path = Path(folder) / program.executable
    return path if folder and path.exists() else None


def run(program: Program, place: Path, *, trusted: bool = True) -> Did:
    """Give a program one prompt in `place`/work, with `place` as its home."""
    path = executable(program)
    assert path is not None
    work, mark = place / ROUTE, place / "ran"
    work.mkdir(exist_ok=True)
    mark.unlink(missing_ok=True)
    with models.serving(program.model(f"touch {mark}")) as model:
        program.prepare(place, model)
        surroundings = {key: os.environ[key] for key in ("PATH", "LANG") if key in os.environ}
        done = subprocess.run(
            [str(path), *program.arguments(trusted)],
            env={**surroundings, "HOME": str(place), **program.environment(place, model)},
            cwd=work,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )
        return Did(model.asked > 0, mark.exists(), done.stdout + done.stderr)
