"""The runs that a Claude Code transcript tells of, and the events that follow from what is read.

A run is one user prompt to its end, and the format has no reliable end record. An end is therefore
also inferred from silence: an answer in words after which nothing more happens for ten minutes is
a delivery, an error of the API after which no answer comes is a failure. An interruption is judged
by what the human does next: whoever prompts again within ten minutes took the work over (a rescue);
whoever does not has withdrawn it.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any, TypeAlias

import msgspec

from console.intake.formats.claude_denials import USER_REJECTED
from console.intake.formats.usage import Meter
from console.intake.reading import Sourced
from console.model import MINUTE_US, SECOND_US, Event
from console.text import clean, name

QUIET_US = 10 * MINUTE_US
"""So long after its last words a run counts as delivered, an interruption as a withdrawal."""
DENIED, FEEDBACK = "denied", "feedback"
PLANS = frozenset({"ExitPlanMode", "AskUserQuestion"})
"""Tools whose rejection is an answer of the human, not the refusal of an action."""
LAUNCHERS = frozenset({"Skill", "SlashCommand"})
"""Tools upon whose result some versions write a command, as if the human had typed it."""
_TERMINAL = frozenset({"run.delivered", "run.failed", "run.cancelled", "handoff"})
_STAMP = re.compile(r"\[burnline:([^\[\]\s]{1,200})\]")
_TOOL_LIMIT = 128
_AGENT_LIMIT = 256


def directive(text: str) -> str:
    """Return the id in the first `[burnline:<id>]` anywhere in a text of any length, or ""."""
    stamp = _STAMP.search(text)
    return name(stamp[1]) if stamp else ""


At: TypeAlias = tuple[int, int, int, int]
"""When and where a record is: its instant, byte offset and length, line."""


class Place(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A record as the cause of events: its id and instant, and where it was read."""

    uuid: str
    ts_us: int
    offset: int
    length: int
    line: int


class Run(msgspec.Struct, gc=False):
    """The run under way. Records before any prompt belong to one with no start.

    `open` are the tool uses without a result. `turned` says what the human did since the agent
    last spoke: denied an action, or gave feedback on a plan or question (at `turned_us`). `still`
    means that nothing has been under way since a terminal event or an interruption, `launched` that
    the agent itself has just launched a skill or command.
    """

    id: str
    route: str
    prompt: str = ""
    start_us: int | None = None
    waited_us: int = 0
    message: str = ""
    open: list[str] = []
    turned: str = ""
    turned_us: int = 0
    ended: bool = False
    still: bool = False
    launched: bool = False
    meter: Meter = msgspec.field(default_factory=Meter)


class ToolUse(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """An action that the agent asked for, and the run in which it did."""

    name: str
    ts_us: int
    run: str
    route: str


class Rest(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What may have been the last of its run: words, or (`failure`) an error of the API."""

    place: Place
    failure: str = ""


class Held(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A slash command of which it is not yet known whether it is a prompt or a local one."""

    place: Place
    run: str
    route: str
    prompt: str


class Story(msgspec.Struct):
    """All that is carried from one block to the next; bounded.

    `rest` is what may turn out to be the last of its run, `interruption` the one whose
    meaning the next prompt decides. `agent` is set in a sub-agent's own file. `calls` are the
    last answers, with their tokens, `paid_usd` is what the session had cost. No key of it hints at
    a secret, or all of it would have to be searched for one after every block.
    """

    session: str = msgspec.field(default="", name="talk")
    cwd: str = ""
    agent: str = ""
    begun: bool = False
    last_us: int | None = None
    run: Run | None = None
    held: Held | None = None
    rest: Rest | None = None
    interruption: Place | None = None
    tools: dict[str, ToolUse] = {}
    agents: list[str] = []
    seen: bytes = b""
    calls: dict[str, int] = {}
    priced: bool = False
    paid_usd: float = 0.0


class Runs:
    """Applies what happened to the story, and collects the events that follow in `events`."""

    def __init__(self, story: Story) -> None:
        self.story = story
        self.events: list[Sourced] = []

    def current(self, session: str, route: str) -> Run:
        """Return the run under way; before any prompt, one named after the session."""
        if self.story.run is None:
            self.story.run = Run(id=session, route=route)
        return self.story.run

    def hold(self, held: Held) -> None:
        """Keep a slash command until it shows whether the agent is to answer it."""
        self.answer()
        self.story.held = held

    def answer(self) -> None:
        """Take the command that is held for a prompt: it was no local one."""
        held, self.story.held = self.story.held, None
        if held is not None:
            self.begin(held)

    def begin(self, asked: Held, *, started: bool = True) -> None:
        """Take up a run at its prompt; what the run before left open is decided.

        A prompt that a hook stopped is a run that never `started`.
        """
        story, place = self.story, asked.place
        if story.held is not None:
            self.answer()
        if story.run is not None and asked.prompt and asked.prompt == story.run.prompt:
            return
        if story.interruption is not None:
            self._judge(rescued=place.ts_us <= story.interruption.ts_us + QUIET_US)
        self._fall_silent()
        self._tell_usage()
        story.run = Run(id=asked.run, route=asked.route, prompt=asked.prompt, start_us=place.ts_us)
        if started:
            self._emit(place, "run.started")

    def begin_agent(self, place: Place, run: Run, parent: str) -> None:
        """Start the run of a sub-agent, in whose own file we are."""
        self.story.run = run
        run.start_us = place.ts_us
        self._emit(place, "run.started", "#agent", parent=parent)

    def name_agent(self, place: Place, agent: str, session: str) -> None:
        """Start the run of a sub-agent that the run under way has started."""
        story = self.story
        if agent == story.agent or agent in story.agents or story.run is None:
            return
        story.agents = [*story.agents[1 - _AGENT_LIMIT :], agent]
        parent = story.run
        self._emit(place, "run.started", "#agent", run=name(f"{session}/{agent}"), parent=parent.id)

    def use(self, at_us: int, run: Run, tool_use: str, tool: str, *, waits: bool) -> None:
        """Remember an action that is asked for; a run `waits` for its own, not its sub-agents'."""
        tools, tool_use = self.story.tools, name(tool_use)
        tools[tool_use] = ToolUse(_tool(tool), at_us, run.id, run.route)
        if len(tools) > _TOOL_LIMIT:
            del tools[next(iter(tools))]
        if waits:
            run.open.append(tool_use)
            if len(run.open) > _TOOL_LIMIT:
                del run.open[:-_TOOL_LIMIT]

    def speak(self, run: Run, message: str) -> None:
        """Note that the agent is at work; with a further message all earlier tool uses are over."""
        if message and message != run.message:
            message = name(message)
            if message != run.message:
                run.message, run.open = message, []
        if run.turned:
            run.turned = ""
        if run.turned_us:
            run.turned_us = 0
        if run.still:
            run.still = False
        if run.launched:
            run.launched = False
        if self.story.rest is not None:
            self.story.rest = None

    def rest(self, place: Place, run: Run, failure: str = "") -> None:
        """Note an answer in words alone, or a failure to get one: perhaps the last of its run."""
        if not run.ended and not run.open and self.story.interruption is None:
            self.story.rest = Rest(place, failure)

    def deny(self, place: Place, suffix: str, tool: ToolUse, rule: str, text: str) -> None:
        """Record that an action was refused."""
        self._emit(
            place,
            "action.denied",
            suffix,
            run=tool.run,
            route=tool.route,
            action=tool.name,
            rule=rule,
            reason=clean(text),
            directive=directive(text),
            by="user" if rule == USER_REJECTED else "",
        )
        self.turn(place, tool.run, DENIED)

    def turn(self, place: Place, run: str, how: str) -> None:
        """Note a refusal or feedback; an interruption just before it was part of it."""
        under_way = self.story.run
        if under_way is None or under_way.id != run:
            return
        if under_way.turned != DENIED:
            under_way.turned = how
        under_way.turned_us = max(under_way.turned_us, place.ts_us)
        interruption, self.story.interruption = self.story.interruption, None
        if interruption is not None:
            self._absorb(interruption, under_way)

    def interrupt(self, place: Place, run: Run) -> None:
        """Record that the human stopped the agent. All records of one interruption are one."""
        self.story.rest = None
        if run.still:
            return
        run.still = True
        if self.story.agent:
            self.cancel(place, "user")
        elif run.turned:
            self._absorb(place, run)
        else:
            self.story.interruption = place

    def deliver(self, place: Place, elapsed_s: float | None = None) -> None:
        """Record that the run's outcome reached whoever asked."""
        self._emit(place, "run.delivered", elapsed_s=elapsed_s)

    def fail(self, place: Place, reason: str, suffix: str = "") -> None:
        """Record that the run ended with no outcome."""
        self._emit(place, "run.failed", suffix, reason=clean(reason))

    def cancel(self, place: Place, by: str, reason: str = "") -> None:
        """Record that the run was withdrawn or stopped."""
        self._emit(place, "run.cancelled", "#cancelled", by=name(by), reason=clean(reason))

    def check(self, place: Place, failure: str | None) -> None:
        """Record the verdict of the stop hooks: passed, or what they objected to."""
        verdict = "check.passed" if failure is None else "check.failed"
        self._emit(place, verdict, "#check", check="stop_hook", reason=clean(failure or ""))

    def elapsed_s(self, run: Run, until_us: int) -> float | None:
        """Return how long the run took, waiting for the human's answers taken out."""
        if run.start_us is None:
            return None
        return max(until_us - run.start_us - run.waited_us, 0) / SECOND_US

    def pass_time(self, ts_us: int) -> None:
        """Infer the end of a run that has said nothing more for long enough."""
        rest = self.story.rest
        if rest is not None and ts_us > rest.place.ts_us + QUIET_US:
            self._fall_silent()

    def settle(self, clock_us: int) -> None:
        """Decide what only the clock can decide, the file being read to its end."""
        self.pass_time(clock_us)
        interruption = self.story.interruption
        if interruption is not None and clock_us > interruption.ts_us + QUIET_US:
            self._judge(rescued=False)
        if self.story.run is not None and self.story.run.meter.silent(clock_us):
            self._tell_usage()

    def _tell_usage(self) -> None:
        """Tell what a run took of models that no event of it has told."""
        run = self.story.run
        if run is None or run.meter.told:
            return
        told = run.meter.event(run.id, run.route)
        if told is not None:
            self.events.append(told)

    def _fall_silent(self) -> None:
        rest, run = self.story.rest, self.story.run
        if rest is None or run is None:
            return
        if rest.failure:
            self.fail(rest.place, rest.failure)
        else:
            self.deliver(rest.place, self.elapsed_s(run, rest.place.ts_us))

    def _judge(self, *, rescued: bool) -> None:
        place, self.story.interruption = self.story.interruption, None
        if place is None:
            return
        if rescued:
            self._emit(place, "rescued", by="user")
            self.fail(place, "interrupted by user", "#failed")
        else:
            self.cancel(place, "user")

    def _absorb(self, place: Place, run: Run) -> None:
        """Close an interrupted run whose refused action or plan says all: it counts once.

        The cancellation is no earlier than the denial, so that the permission miss survives it.
        """
        if run.turned == FEEDBACK:
            self._emit(place, "handoff", "#handoff", to="user")
        else:
            later = msgspec.structs.replace(place, ts_us=max(place.ts_us, run.turned_us))
            self.cancel(later, "user")

    def _emit(self, place: Place, kind: str, suffix: str = "", **fields: Any) -> None:
        run = self.story.run
        if run is not None:
            if kind in _TERMINAL:
                run.ended = run.still = True
                self.story.rest = None
                fields |= run.meter.reading()
            if "route" not in fields:
                fields["route"] = run.route
            if "run" not in fields:
                fields["run"] = run.id
        event = Event(ts_us=place.ts_us, event=kind, id=place.uuid + suffix, **fields)
        self.events.append(Sourced(event, place.offset, place.length, place.line))


_tool = lru_cache(maxsize=256)(name)
"""Makes the name of a tool safe, of which there are few."""
