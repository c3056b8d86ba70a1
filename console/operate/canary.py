"""A canary for an installed hook: a control file of its own, on which the hook has to say no.

The very command that the tool will run is run, with only the control file and the state directory
replaced, through the shell, as the tool does it.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path
from typing import NamedTuple

from console.agent.hooks import DIALECTS
from console.agent.hooks.deciding import Setup
from console.agent.hooks.dialects import NO
from console.control.file import ControlFile
from console.intake.times import rfc3339
from console.operate.hooks import command
from console.text import clean

_ROUTE, _ORDER = "canary", "d-canary"
_PATIENCE_S = 30


class Proof(NamedTuple):
    """One thing that the hook had to do; `said` is what it did instead, "" where it did it."""

    what: str
    said: str


def prove(setup: Setup, now_us: int) -> list[Proof]:
    """Run an installed hook against orders that must stop it, and against none."""
    with tempfile.TemporaryDirectory(prefix="burnline-canary-") as name:
        folder = Path(name)
        trial = setup._replace(
            route=_ROUTE, control=str(folder / "control" / "control.json"), log="",
            state_dir=str(folder / "state"), public_key="",
        )  # fmt: skip
        missing = Proof("a missing control file stops a prompt", _stopped(trial, start=True))
        if setup.on_fault != "closed":
            missing = Proof("a missing control file asks approval", _stopped(trial, start=False))
        _order(Path(trial.control), now_us, None)
        free = Proof("without orders an action is let through", _let_through(trial))
        _order(Path(trial.control), now_us, "pause")
        return [
            missing,
            free,
            Proof("a pause stops a prompt", _stopped(trial, start=True, stamp=_ORDER)),
            Proof("a pause stops an action", _stopped(trial, start=False, stamp=_ORDER)),
        ]


def _order(path: Path, now_us: int, kind: str | None) -> None:
    order = {
        "id": _ORDER, "kind": kind, "by": "burnline", "reason": "canary",
        "issued_at": rfc3339(now_us), "generation": 2, "drain": False,
    }  # fmt: skip
    file = ControlFile(path)
    document = file.latest() or {"generation": 0, "grace_s": 0.0}
    section = {"state": "paused" if kind else "open", "on_fault": "closed"}
    document["routes"] = {_ROUTE: {**section, "directives": [order] if kind else []}}
    file.publish(document, by="burnline", now_us=now_us)


def _stopped(setup: Setup, *, start: bool, stamp: str = "") -> str:
    """Return what is wrong with the hook's no, "" for nothing."""
    done = _ask(setup, start=start)
    if isinstance(done, str):
        return done
    if start or done.returncode == NO:
        if done.returncode != NO or not done.stderr.strip():
            return (
                f"it answered exit code {done.returncode}: {clean(done.stderr, 200) or 'nothing'}"
            )
        return (
            "" if stamp in done.stderr else f"it did not name the order: {clean(done.stderr, 200)}"
        )
    try:
        denied = "deny" in json.dumps(json.loads(done.stdout))
    except ValueError:
        denied = False
    if not denied or stamp not in done.stdout:
        return f"it answered {clean(done.stdout, 200) or 'nothing'}"
    return ""


def _let_through(setup: Setup) -> str:
    done = _ask(setup, start=False)
    if isinstance(done, str):
        return done
    if done.returncode or done.stdout.strip():
        return f"it answered {clean(done.stdout + done.stderr, 200)}"
    return ""


def _ask(setup: Setup, *, start: bool) -> subprocess.CompletedProcess[str] | str:
    dialect = DIALECTS[setup.tool]
    question = {
        "hook_event_name": dialect.start if start else dialect.action,
        "tool_name": "Canary", "session_id": "canary", "cwd": "/",
    }  # fmt: skip
    try:
        return subprocess.run(
            ["/bin/sh", "-c", command(setup)],
            input=json.dumps(question), capture_output=True, text=True, check=False,
            timeout=_PATIENCE_S,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return f"it did not answer within {_PATIENCE_S} s"
