"""Putting our hook into the settings of Claude Code, Codex or Gemini CLI.

What each tool does when a hook fails was measured with the real programs; where one lets the action
happen all the same, the installation says so.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

from console.agent.hooks import DIALECTS
from console.agent.hooks.deciding import Setup
from console.text import clean

OURS = "console.agent.hooks"
"""What our entries in a tool's settings are known by."""
_TIMEOUT_S = 10
_SWITCH = "disableAllHooks"


class HookError(Exception):
    """The hook cannot be installed; the message says why and what to do."""


class Place(NamedTuple):
    """Where a tool keeps its hooks, and what it does not guarantee.

    `path` lies below the project or the home directory; `home` is an environment variable that
    moves the latter's first part. `timeout` is in the tool's own unit. `trusts` says that a
    project's own hooks count at once; else they are skipped until a human trusts the folder.
    """

    path: str
    home: str
    trusts: bool
    timeout: int
    extra: dict[str, Any]
    matcher: str
    cautions: tuple[str, ...]


PLACES = {
    "claude-code": Place(
        ".claude/settings.json",
        "CLAUDE_CONFIG_DIR",
        True,
        _TIMEOUT_S,
        {"onFailure": "block"},
        "*",
        (
            "before Claude Code 2.1.295 a hook that crashes or times out lets the action happen",
            f'"{_SWITCH}": true in any of its settings switches the brake off',
        ),
    ),
    "codex": Place(
        ".codex/hooks.json",
        "CODEX_HOME",
        False,
        _TIMEOUT_S,
        {},
        "*",
        (
            "Codex skips a hook that it was not told to trust: start it once and trust the hook",
            "a hook that crashes or times out lets the action happen: Codex has no other setting",
        ),
    ),
    "gemini": Place(
        ".gemini/settings.json",
        "",
        False,
        _TIMEOUT_S * 1_000,
        {"name": "burnline"},
        ".*",
        ("a hook that crashes or times out lets the action happen: Gemini CLI has no setting",),
    ),
}


def command(setup: Setup) -> str:
    """Return the shell command that a tool runs as its hook.

    The interpreter is isolated: the hook runs in the project's directory, and a file there named
    like one of its modules must not be able to switch the brake off.
    """
    words = [sys.executable, _isolation(), "-m", OURS, setup.tool, "--control", setup.control]
    words += ["--route", setup.route, "--on-fault", setup.on_fault]
    for option, value in (
        ("--log", setup.log),
        ("--agent", setup.agent),
        ("--state-dir", setup.state_dir),
        ("--public-key", setup.public_key),
    ):
        words += [option, value] if value else []
    return shlex.join(words)


def place_of(tool: str, project: Path | None) -> Path:
    """Return the settings file of a tool: of a project, or (None) of the user."""
    place = PLACES[tool]
    if project is not None:
        return project / place.path
    moved = os.environ.get(place.home, "") if place.home else ""
    return Path(moved) / Path(place.path).name if moved else Path.home() / place.path


def install(setup: Setup, path: Path) -> list[str]:
    """Write our hook into a tool's settings, in place of what we wrote before.

    Returns what the tool does not guarantee, a sentence each.

    Raises:
        HookError: the settings cannot be read or written.
    """
    place, dialect = PLACES[setup.tool], DIALECTS[setup.tool]
    settings = _read(path)
    hooks = settings.setdefault("hooks", {})
    if not isinstance(hooks, dict):
        raise HookError(f'{path}: "hooks" is no object; mend it first')
    entry = {"type": "command", "command": command(setup), "timeout": place.timeout, **place.extra}
    for event, matcher in ((dialect.start, ""), (dialect.action, place.matcher)):
        groups = hooks.setdefault(event, [])
        if not isinstance(groups, list):
            raise HookError(f'{path}: "hooks.{event}" is no list; mend it first')
        group: dict[str, Any] = {"matcher": matcher} if matcher else {}
        hooks[event] = [*_others(groups), {**group, "hooks": [entry]}]
    _write(path, settings)
    off = [f"{path} has {_SWITCH}: true: no hook runs"] if settings.get(_SWITCH) is True else []
    return [*off, *place.cautions]


def _others(groups: list[Any]) -> list[Any]:
    """Return the groups of hooks without those that we wrote."""
    kept = []
    for group in groups:
        if not isinstance(group, dict) or not isinstance(group.get("hooks"), list):
            kept.append(group)
            continue
        hooks = [hook for hook in group["hooks"] if not _is_ours(hook)]
        if hooks or not group["hooks"]:
            kept.append({**group, "hooks": hooks})
    return kept


def _is_ours(hook: object) -> bool:
    return isinstance(hook, dict) and f" -m {OURS} " in str(hook.get("command", ""))


def _read(path: Path) -> dict[str, Any]:
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise HookError(f"{path}: {error.strerror}") from error
    try:
        settings = json.loads(raw or b"{}")
    except ValueError as error:
        raise HookError(f"{path}: it is not JSON ({clean(str(error))}); mend it first") from error
    if not isinstance(settings, dict):
        raise HookError(f"{path}: it is JSON, but not an object; mend it first")
    return settings


def _write(path: Path, settings: dict[str, Any]) -> None:
    """Replace the settings as a whole, so that the tool never reads half a file."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        mode = path.stat().st_mode & 0o777 if path.exists() else 0o600
        temporary.write_text(json.dumps(settings, indent=2, ensure_ascii=False) + "\n")
        temporary.chmod(mode)
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise HookError(f"{path}: {error.strerror}") from error


def _isolation() -> str:
    """Return the option that keeps the working directory out of the import path.

    `-I` also leaves out what a user installed for himself alone; where we are that, `-P` has to do.
    """
    probe = [sys.executable, "-I", "-c", f"import {OURS}"]
    alone = subprocess.run(probe, capture_output=True, check=False, cwd="/")
    if alone.returncode == 0:
        return "-I"
    if importlib.util.find_spec(OURS) is None:
        raise HookError(f"{sys.executable} cannot import {OURS}")
    return "-P"
