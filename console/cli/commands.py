"""The table of commands, and the group that loads a command only when it is called for.

What a command's module imports is of no use to `--help` and to the other commands.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

import typer
import typer.main
from typer.core import TyperCommand, TyperGroup

_PARTS = {
    "watching": {
        "watch": (
            "Open the console; starts a collector if none runs, says so, and leaves it running."
        ),
        "demo": (
            "Open the console on sample logs, replayed as if live, with sample agents that obey it."
        ),
    },
    "collecting": {
        "collect": "Read logs into the store, headless.",
        "stop": "End a collector that runs in the background.",
    },
    "replaying": {
        "replay": "Play past logs as if they were being written, in a throw-away store.",
    },
    "reading": {
        "status": "Show budgets, burn, classes, alerts and orders.",
        "misses": "Show misses with their evidence, newest first.",
        "alerts": "Show alerts, the open ones first.",
        "check": (
            "Validate settings; show the five questions per route and what each rule can fire on."
        ),
        "doctor": "Look at versions, paths, permissions, refused lines and locks.",
    },
    "acting": {
        "freeze": "Freeze kinds of change; runs go on.",
        "tighten": "Let actions happen only with a human grant.",
        "reduce": "Reduce what a route may do.",
        "pause": "Start no new run on a route.",
        "lift": "Lift an order.",
    },
    "gating": {
        "gate": "Say whether this may happen now, by the control file only.",
    },
    "answering": {
        "ack": "Acknowledge an alert: take ownership of it.",
        "close": "Close a hard stop by signature, of the route's owner or deputy.",
        "silence": "Keep matching alerts quiet; they are still evaluated and shown.",
        "silences": "Show silences, those that stand first: what, until when, why, and by whom.",
        "unsilence": "End a silence before its time.",
    },
    "consequences": {
        "accept": "Carry out what a route's ladder proposes.",
        "stepdown": (
            "Turn a pause into one run at a time in each agent process, once its probation is over."
        ),
        "accept-settings": "Let settings count that were loosened while an order stands.",
    },
    "accounting": {
        "rescue": "Log that a human repaired, redid or threw away a run's work.",
        "preventable": "Mark a run's handoff as preventable: an escalation miss.",
        "correct": "Take a period or runs out of what is charged; what was experienced stays.",
    },
    "granting": {
        "grant": "Approve one action or one change.",
        "approvals": "Show which actions wait for a human's grant.",
        "signing-key": (
            "Make a key that signs the control file, and its public half for the agents."
        ),
    },
    "keys": {
        "keys": (
            "Print every action of the console with its keys; `[console] keys` gives it others."
        ),
    },
    "auditing": {
        "audit": "Show the audit, newest first.",
    },
    "reviewing": {
        "review": (
            "Review the last seven days, a week, a month or a range: what happened, and what next."
        ),
    },
    "exporting": {
        "export": (
            "Write objectives as OpenSLO v1, burn rules for Prometheus, or routes and "
            "misses as CSV."
        ),
    },
    "importing": {
        "import": (
            "Turn OpenSLO v1 SLOs into [route.*] tables; whatever has no place there is named."
        ),
    },
    "setup": {
        "init": (
            "Propose routes and tiers from logs; write burnline.toml and the first control file."
        ),
        "simulate": (
            "Write realistic native logs with incidents; their truth is written beside OUT."
        ),
    },
    "hooking": {
        "hook": "Make Claude Code, Codex or Gemini CLI obey the control file.",
    },
    "notifying": {
        "notify": "The channels that alerts go to.",
    },
    "service": {
        "service": "A systemd user unit that keeps the collector running.",
    },
}
"""By module, in the order of the help: the first sentence of each command's own help."""
SUMMARIES = {name: said for part in _PARTS.values() for name, said in part.items()}
_MODULES = {name: module for module, part in _PARTS.items() for name in part}


class Commands(TyperGroup):
    """All commands by their summaries; the one that is called for takes the place of its own."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        for name, said in SUMMARIES.items():
            self.add_command(TyperCommand(name, help=said))

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Return the name, the command itself, and the rest of the arguments."""
        name, _, rest = super().resolve_command(ctx, args)
        return name, load(str(name)), rest


def load(name: str) -> Any:
    """Return a command of the table, read from its module."""
    part = typer.Typer(rich_markup_mode=None)
    import_module(f"console.cli.{_MODULES[name]}").register(part)
    return typer.main.get_group(part).commands[name]
