"""Traces put together from spans that come in any order, and the runs that they are.

A trace is a run, told of by its root: the parentless span if that is an agent's; else the topmost
agent or workflow; else, where the parentless span has come and a minute has brought no agent, that.
Several topmost agents are several runs. What is known of a trace before its root has come is kept,
within bounds. After ten minutes of silence an agent whose parent never came (it is in another file)
is a root after all, and what else is known is told of the run by the trace's id. Of an agent's work
under a root that never came (an hour for that, where nothing else is known) a run only started: it
stays open.

What models took is told after those ten minutes too, or when more is kept than there is room for:
until then a span that says it may turn out to be the sum of others, in whatever order they come.
"""

from __future__ import annotations

from typing import Any

import msgspec

from console.intake.formats.otlp_spans import PLAIN, STRONG, is_plan
from console.intake.formats.otlp_state import Note, Place, Root, Run, Trace, Traces
from console.intake.reading import Rejected, Sourced
from console.model import HOUR_US, MINUTE_US, SECOND_US, Event
from console.text import name

QUIET_US = 10 * MINUTE_US
"""So long after its last record a trace is taken for what is known of it."""
_BARE_QUIET_US, _ROOTLESS_QUIET_US = MINUTE_US, HOUR_US
"""So long if only the parentless span could be its run, and if nothing yet could."""
_OPEN_TRACES, _TOLD_TRACES = 256, 512
_LINKS, _NOTES, _SPENT, _WAITS, _CANDIDATES, _AGENTS = 1024, 256, 1024, 64, 64, 32
_LINKS_TOLD, _BARE, _SPANS_HELD = 64, 1024, 512
_WEIGHT = 8192
"""So many parts of traces without a root are kept; beyond it the oldest traces are closed. As many
are kept of traces told of, for what their models took.
"""


class Assembly:
    """Takes in spans and notes, and collects the events of the runs that they make."""

    def __init__(self, state: Traces) -> None:
        self.state = state
        self.events: list[Sourced] = []
        self.rejected: list[Rejected] = []
        self._touched: dict[str, None] = {}

    def trace(self, trace: str, ts_us: int) -> Trace:
        """Return a trace to add to, which is now under way again if it was closed."""
        state = self.state
        found = state.open.get(trace)
        if found is None:
            found = state.open[trace] = state.told.pop(trace, Trace())
            state.held, found.counted = state.held - found.counted, 0
        found.last_us = max(found.last_us, ts_us)
        self.hear(ts_us)
        self._touched[trace] = None
        return found

    def hear(self, ts_us: int) -> None:
        """Note how far the file has come in time."""
        self.state.last_us = max(self.state.last_us, ts_us)

    def link(self, trace: Trace, span: str, parent: str, tool: str, agent: str) -> None:
        """Remember where a span stands in its trace, which tool it runs, which agent acts."""
        if span in trace.links or len(trace.links) < _LINKS:
            trace.links[span] = parent
        if tool and len(trace.tools) < _LINKS:
            trace.tools[span] = tool
        if agent and agent not in trace.agents and len(trace.agents) < _AGENTS:
            trace.agents.append(agent)

    def consider(self, trace: Trace, root: Root) -> None:
        """Keep a span that may be a run. The same span read again is no other run.

        Read again with its end, where it was under way before, it ends that run.
        """
        for run in trace.runs:
            if run.span == root.span:
                if root.end_us is not None and not run.ended:
                    trace.runs = [*(other for other in trace.runs if other != run), _ended(run)]
                    self._end(trace, root, run)
                return
        for place, other in enumerate(trace.candidates):
            if other.span == root.span:
                if other.end_us is None:
                    trace.candidates[place] = root
                return
        if len(trace.candidates) < (_CANDIDATES if root.parent else _BARE):
            trace.candidates.append(root)
        else:
            trace.dropped += 1

    def note(self, trace: Trace, note: Note) -> None:
        """Keep an event until its run is known."""
        if len(trace.notes) < _NOTES:
            trace.notes.append(note)
        else:
            trace.dropped += 1

    def spend(self, trace: Trace, note: Note) -> None:
        """Keep what a span says that models took; of a span told again the most."""
        known = trace.spent.get(note.span)
        if known is not None:
            trace.spent[note.span] = max(known, note, key=_took)
        elif len(trace.spent) < _SPENT:
            trace.spent[note.span] = note
        else:
            trace.dropped += 1

    def wait(self, trace: Trace, span: str, start_us: int, end_us: int) -> None:
        """Keep a time in which a human was waited for."""
        if len(trace.waits) < _WAITS and (span, start_us, end_us) not in trace.waits:
            trace.waits.append((span, start_us, end_us))

    def assemble(self, place: Place) -> None:
        """Tell of the runs whose root has come with what was just read; `place` is that."""
        for key in self._touched:
            trace = self.state.open.get(key)
            if trace is not None:
                self.state.weight += trace.weight - trace.counted
                trace.counted = trace.weight
                self._assemble(key, trace, place)
        self._touched = {}
        while len(self.state.open) > _OPEN_TRACES or self.state.weight > _WEIGHT:
            if not self.state.open:
                break
            key = next(iter(self.state.open))
            self._close(key, self.state.open[key], place)
        if self.state.held > _WEIGHT:
            # Down to half, so that it is not looked for with every request what is the oldest.
            for key in self.state.told:
                if self.state.held <= _WEIGHT // 2:
                    break
                self._spend_up(key)

    def pass_time(self, clock_us: int, place: Place) -> None:
        """Close the traces that have been silent for long enough before `clock_us`."""
        if abs(clock_us - self.state.swept_us) < MINUTE_US:
            return
        self.state.swept_us = clock_us
        for key, trace in list(self.state.open.items()):
            if clock_us > trace.last_us + _quiet_us(trace):
                self._close(key, trace, place)
        for key, trace in self.state.told.items():
            if trace.spent and clock_us > trace.last_us + QUIET_US:
                self._spend_up(key)

    def settle(self, clock_us: int, place: Place) -> None:
        """Close silent traces by the clock, which also puts right a time from the future."""
        self.state.last_us = min(self.state.last_us, clock_us)
        self.pass_time(clock_us, place)

    def close(self, place: Place) -> None:
        """Close all traces: nothing more will come."""
        for key, trace in list(self.state.open.items()):
            self._close(key, trace, place)
        for key in self.state.told:
            self._spend_up(key)

    def _assemble(self, key: str, trace: Trace, place: Place) -> None:
        roots = later(trace) if trace.runs else chosen(trace)
        if not roots and not trace.runs:
            return
        for root in roots:
            self._begin(key, trace, root, alone=len(roots) == 1 and not trace.runs)
        if trace.silent and any(root.rank == STRONG for root in trace.candidates):
            return
        self._tell(key, trace)
        self._finish(key, trace, place)

    def _close(self, key: str, trace: Trace, place: Place) -> None:
        """Take a trace for what is known of it."""
        silent = trace.silent or not trace.runs
        roots = orphans(trace) if trace.runs else chosen(trace, final=True)
        for root in roots:
            self._begin(key, trace, root, alone=len(roots) == 1 and not trace.runs)
        if not trace.runs and trace.first is not None:
            self._start(key, trace.first, name(key))
        self._tell(key, trace)
        self._tell_spent(key, trace)
        trace.silent = silent
        self._finish(key, trace, place)

    def _begin(self, key: str, trace: Trace, root: Root, *, alone: bool) -> None:
        told = name(key if alone else f"{root.conversation or key}/{root.span}")
        run = Run(root.span, told, root.route, root.end_us is not None)
        trace.runs = [*trace.runs, run]
        self._start(key, root, told)
        if run.ended:
            self._end(trace, root, run, alone=alone)

    def _start(self, key: str, root: Root, run: str) -> None:
        own = name(f"{key}/{root.span}#started")
        start = Event(ts_us=root.start_us, event="run.started", id=own, run=run, route=root.route)
        self._emit(start, root.place)

    def _end(self, trace: Trace, root: Root, run: Run, *, alone: bool = False) -> None:
        known: dict[str, Any] = {"elapsed_s": _elapsed_s(trace, root, alone=alone)}
        kind = "run.delivered"
        if root.failure and root.order:
            kind = "run.cancelled"
            known |= {"by": root.order, "reason": root.failure}
        elif root.failure:
            kind = "run.failed"
            known |= {"reason": root.failure}
        own = name(f"{root.trace}/{root.span}#ended")
        ts_us = root.end_us or root.start_us
        end = Event(ts_us=ts_us, event=kind, id=own, run=run.id, route=run.route, **known)
        self._emit(end, root.place)

    def _tell(self, key: str, trace: Trace) -> None:
        """Emit what was noted, each with the run in whose part of the trace it happened."""
        for note in trace.notes:
            event = note.event
            if note.asked and not event.action:
                tool = trace.tools.get(note.asked, "")
                if event.by == "user" and event.event == "action.denied" and is_plan(tool):
                    continue
                event = msgspec.structs.replace(event, action=tool)
            if event.event == "handoff" and _inside(trace, event.to):
                continue
            self._note(key, trace, note, event)

    def _tell_spent(self, key: str, trace: Trace) -> None:
        """Emit what models took, of the innermost spans that say it: those around add it up."""
        covered = {above for span in trace.spent for above in trace.above(span)}
        for span, note in trace.spent.items():
            if span not in covered:
                self._note(key, trace, note, note.event)
        trace.spent = {}

    def _spend_up(self, key: str) -> None:
        """Tell what the models of a trace took that was told of, and keep no more for it."""
        trace = self.state.told[key]
        if not trace.spent:
            return
        self._tell_spent(key, trace)
        self.state.held, trace.counted = self.state.held - trace.counted, 0
        if not _keeps_links(trace):
            trace.links, trace.tools = {}, {}

    def _note(self, key: str, trace: Trace, note: Note, event: Event) -> None:
        run = _run_of(trace, note.span)
        told, route = (run.id, run.route) if run else (name(key), event.route)
        self._emit(msgspec.structs.replace(event, run=told, route=route), note.place)

    def _finish(self, key: str, trace: Trace, place: Place) -> None:
        state = self.state
        state.weight -= trace.counted
        del state.open[key]
        if trace.dropped:
            reason = f"{trace.dropped} parts of trace {key} came before its root: too many to keep"
            self.rejected.append(Rejected(*_where(place), reason, b""))
        if not trace.runs:
            return
        if max(len(trace.spent), len(trace.links)) > _SPANS_HELD:
            self._tell_spent(key, trace)
        links = bool(trace.spent) or _keeps_links(trace)
        told = state.told[key] = Trace(
            last_us=trace.last_us,
            links=trace.links if links else {},
            tools=trace.tools if _keeps_links(trace) else {},
            agents=trace.agents,
            spent=trace.spent,
            runs=trace.runs[-_CANDIDATES:],
            silent=trace.silent,
        )
        told.counted = told.weight if told.spent else 0
        state.held += told.counted
        if len(state.told) > _TOLD_TRACES:
            oldest = next(iter(state.told))
            self._spend_up(oldest)
            del state.told[oldest]

    def _emit(self, event: Event, place: Place) -> None:
        self.events.append(Sourced(event, place.offset, place.length, place.line))


def chosen(trace: Trace, *, final: bool = False) -> list[Root]:
    """Return the spans that are the runs of a trace; none while the parentless one is awaited.

    Nor while that has come and is nothing but a span: an agent below it may come behind it.
    """
    bare = [root for root in trace.candidates if not root.parent]
    agents = [root for root in bare if root.rank]
    if agents or not (bare or final):
        return agents
    tops = _topmost(trace)
    if not (tops or final):
        return []
    strong = [root for root in tops if root.rank == STRONG]
    broken = trace.dropped or len(trace.links) >= _LINKS
    if len(tops) == 1 or (strong and not (broken and bare)):
        return strong or tops
    rest = bare or tops or trace.candidates
    return [min(rest, key=lambda root: (root.start_us, root.span))] if rest else []


def _keeps_links(trace: Trace) -> bool:
    """Say whether what comes late to a trace told of has to be told to one of several runs."""
    return len(trace.runs) > 1 and len(trace.links) <= _LINKS_TOLD


def _took(note: Note) -> tuple[int, float]:
    return note.event.tokens or 0, note.event.cost_usd or 0


def _quiet_us(trace: Trace) -> int:
    """Return how long a trace has to be silent to be taken for what is known of it."""
    if not trace.runs and any(not root.parent for root in trace.candidates):
        return _BARE_QUIET_US
    known = trace.runs or trace.candidates or trace.notes
    return QUIET_US if known else _ROOTLESS_QUIET_US


def _ended(run: Run) -> Run:
    return Run(run.span, run.id, run.route)


def later(trace: Trace) -> list[Root]:
    """Return the runs that have come to a trace that was told of; forget what are none."""
    found = [root for root in trace.candidates if root.rank == STRONG and not root.parent]
    waiting = [root for root in trace.candidates if root.parent] if trace.silent else []
    trace.candidates = waiting
    return found


def orphans(trace: Trace) -> list[Root]:
    """Return the agents of a trace already told of whose parents never came."""
    strong = [root for root in _topmost(trace) if root.rank == STRONG]
    heads = {run.span for run in trace.runs}
    return [root for root in strong if trace.silent and heads.isdisjoint(trace.above(root.span))]


def _topmost(trace: Trace) -> list[Root]:
    ranked = {root.span for root in trace.candidates if root.rank != PLAIN}
    return [
        root
        for root in trace.candidates
        if root.rank != PLAIN and ranked.isdisjoint(trace.above(root.span))
    ]


def _run_of(trace: Trace, span: str) -> Run | None:
    """Return the run that a span is part of: that of its nearest root, else the first."""
    heads = {run.span: run for run in trace.runs}
    for above in (span, *trace.above(span)):
        if above in heads:
            return heads[above]
    return trace.runs[0] if trace.runs else None


def _inside(trace: Trace, to: str) -> bool:
    """Say whether a handoff went to an agent that works on in the same run."""
    return bool(to) and _plain(to) in {_plain(agent) for agent in trace.agents}


def _plain(agent: str) -> str:
    letters = "".join(char for char in agent.lower() if char.isalnum())
    return letters.removesuffix("agent") or letters


def _elapsed_s(trace: Trace, root: Root, *, alone: bool) -> float:
    """Return how long a run took, without the times in which it waited for a human."""
    end_us = root.end_us or root.start_us
    waited, covered_us = 0, root.start_us
    for span, from_us, to_us in sorted(trace.waits, key=lambda wait: wait[1:]):
        if not alone and root.span not in trace.above(span):
            continue
        begin_us, over_us = max(from_us, covered_us), min(to_us, end_us)
        if over_us > begin_us:
            waited, covered_us = waited + over_us - begin_us, over_us
    return max(end_us - root.start_us - waited, 0) / SECOND_US


def _where(place: Place) -> tuple[int, int, int]:
    return place.offset, place.length, place.line
