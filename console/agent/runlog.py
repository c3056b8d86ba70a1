"""The events of one run, written as it goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .refusals import ApprovalNeeded, Refused

if TYPE_CHECKING:
    from .guard import Guard
    from .log import AgentLog

_OUTCOMES = ("started", "succeeded", "failed")
_VERDICTS = ("requested", "granted", "denied")


class RunLog:
    """Writes what happens in one run; made by `AgentLog.run`.

    The first of `delivered`, `failed`, `cancelled` and `handoff` ends the run: later ones, and the
    one that leaving the block would write, are not written. Checks and rescues may come later.
    """

    def __init__(self, log: AgentLog, run_id: str, guard: Guard | None = None) -> None:
        self.id = run_id
        self.ended = False
        self._log = log
        self._guard = guard
        self._took: dict[str, float | int] = {}

    def delivered(self, trusted: bool | None = None) -> None:
        """The outcome reached whoever asked for it."""
        self._end("run.delivered", trusted=trusted)

    def failed(self, reason: str) -> None:
        """The run ended with no outcome."""
        self._end("run.failed", reason=reason)

    def cancelled(self, by: str) -> None:
        """The run was withdrawn by `by`, or stopped by the directive whose id `by` is."""
        self._end("run.cancelled", by=by)

    def handoff(self, to: str, preventable: bool | None = None) -> None:
        """Uncertain work was handed to the human or route `to`."""
        self._end("handoff", to=to, preventable=preventable)

    def stopped(self, refusal: Refused) -> None:
        """A guard's refusal ended the run: cancelled by its directive, failed if a fault did it."""
        if refusal.directive:
            self.cancelled(refusal.directive)
        else:
            self.failed(f"{type(refusal).__name__}: {refusal.reason}")

    def check(self, name: str, passed: bool, reason: str = "") -> None:
        """A trust gate (`qa`, `evidence`, `policy` or any name) gave its verdict."""
        self._emit("check.passed" if passed else "check.failed", check=name, reason=reason)

    def action(self, name: str, scope: str = "", grant: str = "") -> None:
        """The agent takes an action, `scope` "in" (default) or "out".

        With a guard it is checked first; call this right before the action then.

        Raises:
            RoutePaused, ActionDenied, ApprovalNeeded: the guard refused it. The refusal is logged.
        """
        if self._guard is not None:
            try:
                grant = self._guard.check_action(name, run=self.id, grant=grant) or grant
            except ApprovalNeeded as refusal:
                self.approval("requested", name, directive=refusal.directive)
                raise
            except Refused as refusal:
                self.denied(name, rule=str(refusal), directive=refusal.directive)
                raise
        self._emit("action.taken", action=name, scope=scope, grant=grant)

    def denied(self, action: str, rule: str = "", directive: str = "") -> None:
        """Something stopped the agent from taking an action."""
        self._emit("action.denied", action=action, rule=rule, directive=directive)

    def approval(
        self, verdict: str, action: str, by: str = "", grant: str = "", directive: str = ""
    ) -> None:
        """Human approval of an action was `requested`, `granted` or `denied`."""
        event = f"approval.{_one_of(verdict, _VERDICTS)}"
        self._emit(event, action=action, by=by, grant=grant, directive=directive)

    def took(self, cost_usd: float | None = None, tokens: int | None = None) -> None:
        """A model call took so much (0 is said too); the event that ends the run says the sum."""
        for name, value in (("cost_usd", cost_usd), ("tokens", tokens)):
            if value is not None:
                self._took[name] = self._took.get(name, 0) + value

    def uncertain(self, confidence: float | None = None, reason: str = "") -> None:
        """The agent is not sure enough to go on."""
        self._emit("uncertain", confidence=confidence, reason=reason)

    def certain(self) -> None:
        """The agent is sure enough again."""
        self._emit("certain")

    def rescued(self, by: str, minutes: float | None = None, discarded: bool | None = None) -> None:
        """A human repaired, redid or threw away the work."""
        self._emit("rescued", by=by, minutes=minutes, discarded=discarded)

    def recovery(self, kind: str, outcome: str) -> None:
        """Recovery (`rollback`, `pause`, `notify`) was `started`, `succeeded` or `failed`."""
        self._emit(f"recovery.{_one_of(outcome, _OUTCOMES)}", kind=kind)

    def _end(self, event: str, **fields: object) -> None:
        if not self.ended:
            self.ended = True
            self._emit(event, **fields, **self._took)

    def _emit(self, event: str, **fields: object) -> None:
        self._log.emit(event, self.id, **fields)


def _one_of(word: str, words: tuple[str, ...]) -> str:
    if word not in words:
        raise ValueError(f"{word!r} is none of {', '.join(words)}")
    return word
