"""What the adapters share: a guard's answer as a sentence, and the events that belong to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..refusals import ApprovalNeeded, Refused

if TYPE_CHECKING:
    from ..guard import Guard
    from ..log import AgentLog


class Brake:
    """Asks a guard on behalf of a framework; no method raises.

    With `log`, actions, denials and requests for approval are logged as events of the run that the
    framework names, so that burnline needs no other log of the agent.

    A reduction to so many runs at a time is held by `guard.run(...)` around the framework's own
    run: its hooks see starts, and not ends.
    """

    def __init__(self, guard: Guard, log: AgentLog | None = None, run: str = "") -> None:
        self.guard = guard
        self._log = log
        self._run = run

    def start(self, run: str = "") -> str:
        """Return "" if a run may start, else why not, with the order's stamp."""
        try:
            self.guard.check_start(run or self._run)
        except Refused as refusal:
            return str(refusal)
        return ""

    def action(self, name: str, run: str = "") -> str:
        """Return "" if an action may be taken, else why not, with the order's stamp."""
        run = run or self._run
        try:
            grant = self.guard.check_action(name, run=run)
        except ApprovalNeeded as refusal:
            self._emit("approval.requested", run, action=name, directive=refusal.directive)
            how = f"burnline grant {self.guard.route} --action {name}"
            return f"{refusal}; a human can allow it: {how}{f' --run {run}' if run else ''}"
        except Refused as refusal:
            said = str(refusal)
            self._emit("action.denied", run, action=name, rule=said, directive=refusal.directive)
            return said
        self._emit("action.taken", run, action=name, grant=grant)
        return ""

    def _emit(self, event: str, run: str, **fields: object) -> None:
        if self._log is not None and run:
            self._log.emit(event, run, **fields)
