"""Turns of a Codex session and what follows from them, also from silence, as events.

Since versions that write `task_started`, a turn is told from its start to its end. Before, a turn
begins at the user's message, and its end is inferred: an answer in words after which nothing more
happens for ten minutes, or until the next message. An interruption is judged by what the human does
next: whoever writes again within ten minutes took the work over (a rescue); whoever does not has
withdrawn it. An interruption around the user's refusal of an action is part of that refusal.
"""

from __future__ import annotations

from typing import Any

import msgspec

from console.intake.formats.usage import Meter
from console.intake.reading import Sourced
from console.model import MINUTE_US, Event
from console.text import clean, name

QUIET_US = 10 * MINUTE_US
"""So long after its last words a turn counts as delivered, an interruption as a withdrawal."""
ANSWER, TROUBLE = "answer", "trouble"
_TERMINAL = frozenset({"run.delivered", "run.failed", "run.cancelled"})
_CALL_LIMIT = 256
_OVER_LIMIT = 256


class Place(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A record as the cause of events: its instant, and where it was read."""

    ts_us: int
    offset: int
    length: int
    line: int


class Turn(msgspec.Struct, gc=False):
    """The turn under way. Records before any turn belong to one with no start.

    `told` turns have their end written. `asked` and `busy` say whether a prompt was recorded and
    whether the agent did anything; `refused_us` is when the user last refused an action, 0 once
    the agent went on.
    """

    id: str
    route: str
    told: bool = False
    asked: bool = False
    busy: bool = False
    ended: bool = False
    refused_us: int = 0
    meter: Meter = msgspec.field(default_factory=Meter)


class Rest(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What a turn last said, which may have been its end: an answer, or the runtime's trouble."""

    place: Place
    kind: str
    reason: str = ""


class Interruption(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """An interrupted turn of which is not yet known what its human wanted."""

    place: Place
    run: str
    route: str
    elapsed_s: float | None = None


class Call(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """An action that the agent asked for, and the turn in which it did."""

    tool: str
    escalated: bool
    run: str
    route: str


class Turns(msgspec.Struct):
    """The story of the turns, carried from one block to the next; bounded.

    `open` are the calls of the turn without an output; `over` the ids of turns that have ended, of
    which a repetition tells nothing new.
    """

    turn: Turn | None = None
    rest: Rest | None = None
    interruption: Interruption | None = None
    calls: dict[str, Call] = {}
    open: list[str] = []
    over: list[str] = []


class Telling:
    """Applies what happened to the story of the turns; collects what follows in `events`."""

    def __init__(self, turns: Turns, *, child: bool = False) -> None:
        self.turns = turns
        self.child = child
        self.events: list[Sourced] = []

    def current(self, session: str, route: str) -> Turn:
        """Return the turn under way; before any, one named after the session."""
        if self.turns.turn is None:
            self.turns.turn = Turn(id=session, route=route)
        return self.turns.turn

    def begin(self, place: Place, turn: Turn, parent: str = "") -> None:
        """Take up a turn; what the one before left open is decided, unless a human decides it."""
        turns = self.turns
        if turns.turn is not None and turns.turn.id == turn.id:
            return
        self._fall_silent()
        self.tell_usage()
        turns.turn, turns.rest, turns.open = turn, None, []
        turn.ended = turn.id in turns.over
        if not turn.ended:
            self._emit(place, "run.started", parent=parent)

    def ask(self, place: Place) -> None:
        """Note that a human wrote something: this decides what an interruption meant."""
        interruption = self.turns.interruption
        if interruption is not None:
            self._judge(rescued=place.ts_us <= interruption.place.ts_us + QUIET_US)
        if self.turns.turn is not None:
            self.turns.turn.asked = True

    def work(self, turn: Turn) -> None:
        """Note that the agent is at work."""
        turn.busy = True

    def call(self, turn: Turn, call: str, tool: str, *, escalated: bool) -> None:
        """Remember an action that is asked for, until its output comes."""
        calls, turn.busy, turn.refused_us = self.turns.calls, True, 0
        self.turns.rest = None
        if not call:
            return
        calls[call] = Call(name(tool), escalated, turn.id, turn.route)
        if len(calls) > _CALL_LIMIT:
            del calls[next(iter(calls))]
        self.turns.open = [*self.turns.open[1 - _CALL_LIMIT :], call]

    def returned(self, turn: Turn, call: str) -> Call:
        """Note that a call has its output; return the call."""
        self.turns.rest = None
        self.turns.open = [other for other in self.turns.open if other != call]
        known = self.turns.calls.pop(call, None)
        return known or Call("unknown tool", escalated=False, run=turn.id, route=turn.route)

    def deny(self, place: Place, id_: str, call: Call, by: str, **said: str) -> None:
        """Record that an action was refused; if `by` the user, an interruption is part of it."""
        route = call.route
        self._emit(place, "action.denied", id=id_, run=call.run, route=route, by=by, **said)
        turn = self.turns.turn
        if not by or turn is None or turn.id != call.run:
            return
        turn.refused_us = max(turn.refused_us, place.ts_us)
        interruption = self.turns.interruption
        if interruption is not None and interruption.run == call.run:
            self.turns.interruption = None
            self._absorb(interruption, turn.refused_us)

    def say(self, place: Place, turn: Turn, kind: str, reason: str = "") -> None:
        """Note words, which may have been the last of the turn."""
        if kind == ANSWER:
            turn.busy, turn.refused_us = True, 0
        interrupted = self.turns.interruption is not None
        if not (turn.ended or interrupted or self.turns.open):
            self.turns.rest = Rest(place, kind, reason)

    def interrupt(self, place: Place, turn: Turn, elapsed_s: float | None) -> None:
        """Record that a turn was stopped. All records of one interruption are one."""
        self.turns.rest = None
        interruption = self.turns.interruption
        if turn.ended or (interruption is not None and interruption.run == turn.id):
            return
        if interruption is not None:
            self._judge(rescued=False)
        stopped = Interruption(place, turn.id, turn.route, elapsed_s)
        if turn.refused_us or self.child:
            self._absorb(stopped, turn.refused_us)
        else:
            self.turns.interruption = stopped

    def deliver(self, place: Place, elapsed_s: float | None = None) -> None:
        """Record that the turn's outcome reached whoever asked."""
        self._end(place, "run.delivered", elapsed_s=elapsed_s)

    def fail(self, place: Place, reason: str, elapsed_s: float | None = None) -> None:
        """Record that the turn ended with no outcome."""
        self._end(place, "run.failed", reason=clean(reason), elapsed_s=elapsed_s)

    def cancel(self, place: Place, by: str, reason: str, elapsed_s: float | None = None) -> None:
        """Record that the turn was withdrawn, or never came to the agent."""
        self._end(place, "run.cancelled", by=by, reason=clean(reason), elapsed_s=elapsed_s)

    def pass_time(self, ts_us: int) -> None:
        """Infer the end of a turn that has said nothing more for long enough."""
        rest = self.turns.rest
        if rest is not None and ts_us > rest.place.ts_us + QUIET_US:
            self._fall_silent()

    def settle(self, clock_us: int) -> None:
        """Decide what only the clock can decide, the file being read to its end."""
        self.pass_time(clock_us)
        interruption = self.turns.interruption
        if interruption is not None and clock_us > interruption.place.ts_us + QUIET_US:
            self._judge(rescued=False)
        if self.turns.turn is not None and self.turns.turn.meter.silent(clock_us):
            self.tell_usage()

    def spend(self, place: Place, turn: Turn, tokens: int) -> None:
        """Count what the turn took of a model."""
        turn.meter.count(turn.id, (place.ts_us, place.offset, place.length, place.line), tokens)

    def tell_usage(self) -> None:
        """Tell what the turn took of models that no event of it has told."""
        turn = self.turns.turn
        told = turn.meter.event(turn.id, turn.route) if turn is not None else None
        if told is not None:
            self.events.append(told)

    def _fall_silent(self) -> None:
        """End a turn whose end is not told at its last words."""
        rest, turn = self.turns.rest, self.turns.turn
        if rest is None or turn is None or turn.told:
            return
        self.turns.rest = None
        if rest.kind == ANSWER:
            self.deliver(rest.place)
        else:
            self.fail(rest.place, rest.reason)

    def _judge(self, *, rescued: bool) -> None:
        stopped, self.turns.interruption = self.turns.interruption, None
        if stopped is None:
            return
        of = {"run": stopped.run, "route": stopped.route}
        if rescued:
            self._emit(stopped.place, "rescued", by="user", **of)
            self._close(stopped, "run.failed", reason="interrupted by user")
        else:
            self._close(stopped, "run.cancelled", by="user")

    def _absorb(self, stopped: Interruption, refused_us: int) -> None:
        """Close an interrupted turn whose refused action says all, no earlier than the refusal."""
        place = stopped.place
        later = msgspec.structs.replace(place, ts_us=max(place.ts_us, refused_us))
        closed = msgspec.structs.replace(stopped, place=later)
        self._close(closed, "run.cancelled", by="user")

    def _close(self, stopped: Interruption, kind: str, **fields: Any) -> None:
        of = {"run": stopped.run, "route": stopped.route, "elapsed_s": stopped.elapsed_s}
        self._end(stopped.place, kind, **of, **fields)

    def _end(self, place: Place, kind: str, **fields: Any) -> None:
        """Record the end of a turn, once."""
        turns, turn = self.turns, self.turns.turn
        run = str(fields.get("run", turn.id if turn else ""))
        if run in turns.over:
            return
        turns.over = [*turns.over[1 - _OVER_LIMIT :], run]
        if turn is not None and turn.id == run:
            fields |= turn.meter.reading()
        self._emit(place, kind, **fields)
        if turns.interruption is not None and turns.interruption.run == run:
            turns.interruption = None
        if turn is not None and turn.id == run:
            turn.ended, turns.rest = True, None

    def _emit(self, place: Place, kind: str, **fields: Any) -> None:
        turn = self.turns.turn
        if turn is not None:
            fields = {"run": turn.id, "route": turn.route, **fields}
        fields.setdefault("id", f"{fields.get('run', '')}#{kind.rpartition('.')[2]}")
        event = Event(ts_us=place.ts_us, event=kind, **fields)
        self.events.append(Sourced(event, place.offset, place.length, place.line))
