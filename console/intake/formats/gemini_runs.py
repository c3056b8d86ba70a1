"""The runs of a Gemini CLI session: what happened last decides how a run ended.

Neither chats nor telemetry have a reliable record of an end. A run is therefore decided when the
next prompt comes, or when nothing more has come for long enough.
"""

from __future__ import annotations

from typing import Any

import msgspec

from console.intake.formats.claude_runs import Place, directive
from console.intake.formats.usage import Meter
from console.intake.reading import Sourced
from console.model import MINUTE_US, Event
from console.text import clean, name

WORK, WORDS, ERROR = "work", "words", "error"
REJECTED, INTERRUPTED = "rejected", "interrupted"
QUIET_US, WORDS_QUIET_US = 10 * MINUTE_US, 30 * MINUTE_US
"""So long after something happened it was the last; words may be followed by a slow approval."""
USER_REJECTED = "user-rejected"
_TERMINAL = frozenset({"run.delivered", "run.failed", "run.cancelled"})
_TOOL_BLOCKED = "Tool execution blocked"
_POLICY = "Tool execution denied by policy"
_NOT_ALLOWED = ("User did not allow tool call", "User denied execution")
"""What a tool call says that its human did not allow, in older and in newer versions."""
BLOCKED, STOPPED = "Agent execution blocked", "Agent execution stopped"
"""What stands for the result where a hook, before or after the call, stopped the whole agent."""


class Run(msgspec.Struct):
    """The run under way, and what happened `last` in it (`at`, `reason`); "" once decided."""

    id: str
    route: str
    last: str = ""
    at: Place | None = None
    reason: str = ""
    meter: Meter = msgspec.field(default_factory=Meter)


class Runs:
    """Collects the events that follow, in `events`. `run` is the one under way, if any."""

    def __init__(self, run: Run | None) -> None:
        self.run = run
        self.events: list[Sourced] = []

    def begin(self, place: Place, run: Run, *, parent: str = "") -> None:
        """Start a run; the one before is decided by it."""
        self.decide(place.ts_us)
        self.tell_usage()
        self.run = run
        self.emit(place, "run.started", "", parent=parent)

    def mark(self, how: str, place: Place, reason: str = "") -> None:
        """Note what happened last. Of a refusal and the stop that follows it, the refusal tells."""
        if self.run is not None and not (how == INTERRUPTED and self.run.last == REJECTED):
            self.run.last, self.run.at, self.run.reason = how, place, clean(reason)

    def deny(self, place: Place, suffix: str, action: str, rule: str, text: str) -> None:
        """Record that an action was refused."""
        by = "user" if rule == USER_REJECTED else ""
        self.emit(
            place,
            "action.denied",
            suffix,
            action=name(action),
            rule=rule,
            by=by,
            reason=clean(text),
            directive=directive(text),
        )

    def block(self, place: Place, text: str) -> None:
        """Record that a hook, perhaps by our order, stopped the run before or while it ran."""
        self.emit(place, "run.cancelled", "#blocked", by=directive(text) or "hook", reason=text)
        if self.run is not None:
            self.run.last = ""

    def rewind(self, place: Place) -> None:
        """Record that the conversation was taken back to an earlier point."""
        self.emit(place, "recovery.started", "#rewind", kind="rollback")
        self.emit(place, "recovery.succeeded", "#rewound", kind="rollback")

    def decide(self, next_us: int | None) -> None:
        """Say how the run ended: the next prompt came at `next_us`, or (None) silence did."""
        run = self.run
        if run is None or run.at is None or not run.last:
            return
        how, run.last = run.last, ""
        if how == WORDS:
            self.emit(run.at, "run.delivered", "#delivered")
        elif how == ERROR:
            self.emit(run.at, "run.failed", "#failed", reason=run.reason)
        elif how == INTERRUPTED and next_us is not None and next_us <= run.at.ts_us + QUIET_US:
            self.emit(run.at, "rescued", "#rescued", by="user")
            self.emit(run.at, "run.failed", "#failed", reason="interrupted by user")
        elif how in {INTERRUPTED, REJECTED}:
            self.emit(run.at, "run.cancelled", "#cancelled", by="user")

    def pass_time(self, clock_us: int) -> None:
        """Decide a run in which nothing has happened for long enough before `clock_us`."""
        run = self.run
        if run is None:
            return
        quiet_us = WORDS_QUIET_US if run.last == WORDS else QUIET_US
        if run.at is not None and clock_us > run.at.ts_us + quiet_us:
            self.decide(None)
        if not run.last and run.meter.silent(clock_us):
            self.tell_usage()

    def tell_usage(self) -> None:
        """Tell what the run took of models that no event of it has told."""
        told = self.run.meter.event(self.run.id, self.run.route) if self.run is not None else None
        if told is not None:
            self.events.append(told)

    def emit(self, place: Place, what: str, suffix: str, /, **fields: Any) -> None:
        """Add an event of the run under way, or of another that `fields` name."""
        if self.run is not None:
            fields = {"run": self.run.id, "route": self.run.route, **fields}
            if what in _TERMINAL and fields["run"] == self.run.id:
                fields |= self.run.meter.reading()
        if "reason" in fields:
            fields["reason"] = clean(fields["reason"])
        own = name(place.uuid + suffix)
        event = Event(ts_us=place.ts_us, event=what, id=own, **fields)
        self.events.append(Sourced(event, place.offset, place.length, place.line))


def denial_rule(status: str, text: str) -> str:
    """Return by what a tool call was refused, or "" where it was not, by its runtime's own words.

    A call that failed is no refusal. One that was `cancelled` is one only if the human said no;
    else the human stopped the agent.
    """
    said = text.strip()
    if status == "cancelled":
        return USER_REJECTED if any(words in said for words in _NOT_ALLOWED) else ""
    if said.startswith(_TOOL_BLOCKED):
        return "hook"
    return "policy" if said.startswith(_POLICY) else ""
