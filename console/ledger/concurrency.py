"""How many runs an agent had in progress at once, which a reduction to a number of runs limits.

The number binds each agent by itself: no agent can know what another one does. Agents are told
apart by their names, though a guard counts for its process. Runs of which no event names an agent
count together.

A run is in progress from its start to its end. One that has not ended is known to be as far as its
last event: it may have died with its process, and nobody is charged for a run that only seems to go
on. When it logs again, what started meanwhile is judged anew.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from console.ledger.facts import CHANGE, TERMINAL, own_run
from console.model import USAGE

if TYPE_CHECKING:
    from console.ledger.facts import Facts

_Item = TypeVar("_Item", int, tuple[int, str])
_OF_OTHERS = frozenset({USAGE, "rescued"})
"""What shows no work of the agent: a sum of what models took, and what a human did afterwards."""


class Span(NamedTuple):
    """The time in which a run is known to have been in progress, and whose it was."""

    agent: str
    begun_us: int
    until_us: int


def span_of(run: str, facts: Facts) -> Span | None:
    """Return when a run was in progress, as far as is known; None where nothing tells of work.

    A change that names no run is none, though it is booked as one.
    """
    work = [mark.event for mark in facts.ordered() if mark.event.event not in _OF_OTHERS]
    if not work or all(event.event == CHANGE and own_run(event) == run for event in work):
        return None
    _, agent = min(((event.ts_us, event.agent) for event in work if event.agent), default=(0, ""))
    ended = (event.ts_us for event in work if event.event in TERMINAL)
    begun_us = facts.began_us
    return Span(agent, begun_us, max(begun_us, next(ended, work[-1].ts_us)))


def reach_of(facts: Facts) -> list[Span]:
    """Return in what any part of a run's events may have shown it to be: by agent, all its time."""
    agents = {"", *(event.agent for event in facts.events)}
    return [Span(agent, facts.first_us, facts.last_us) for agent in agents]


class _Agent:
    """The runs of one agent in order: their starts, and the ends of those that lasted."""

    def __init__(self) -> None:
        self.begun: list[tuple[int, str]] = []
        self.lasting: list[tuple[int, str]] = []
        self.ends: list[int] = []

    def add(self, run: str, span: Span) -> None:
        insort(self.begun, (span.begun_us, run))
        if span.until_us > span.begun_us:
            insort(self.lasting, (span.begun_us, run))
            insort(self.ends, span.until_us)

    def remove(self, run: str, span: Span) -> None:
        _drop(self.begun, (span.begun_us, run))
        if span.until_us > span.begun_us:
            _drop(self.lasting, (span.begun_us, run))
            _drop(self.ends, span.until_us)

    def beside(self, run: str, begun_us: int) -> int:
        """Return how many runs that began before one (at one instant: by name) went on then."""
        return bisect_left(self.lasting, (begun_us, run)) - bisect_right(self.ends, begun_us)

    def started(self, from_us: int, to_us: int) -> set[str]:
        """Return the runs that began between two instants, both included."""
        first = bisect_left(self.begun, (from_us, ""))
        return {run for _, run in self.begun[first : bisect_left(self.begun, (to_us + 1, ""))]}


class Concurrency:
    """The runs of one route by agent, as far as they matter to a limit.

    All are there that an event at or after `since_us` is known of.
    """

    def __init__(self, since_us: int) -> None:
        self.since_us = since_us
        self._spans: dict[str, Span | None] = {}
        self._agents: dict[str, _Agent] = {}

    def __contains__(self, run: str) -> bool:
        """Say whether a run was kept, be it as one that does not count."""
        return run in self._spans

    def keep(self, run: str, span: Span | None) -> Span | None:
        """Take in what is known of a run now, None for one that does not count; return what was."""
        known = self._spans.get(run)
        if known is not None:
            self._agents[known.agent].remove(run, known)
        self._spans[run] = span
        if span is not None:
            self._agents.setdefault(span.agent, _Agent()).add(run, span)
        return known

    def put(self, run: str, span: Span | None) -> set[str]:
        """Take in what is known of a run now; return those whose starts may be judged otherwise."""
        known = self.keep(run, span)
        if known == span:
            return set()
        if known is None or span is None or known.agent != span.agent:
            return self.during(known) | self.during(span)
        begun, until = (known.begun_us, span.begun_us), (known.until_us, span.until_us)
        agent = self._agents[span.agent]
        return agent.started(min(begun), max(begun)) | agent.started(min(until), max(until))

    def during(self, span: Span | None) -> set[str]:
        """Return the runs of the same agent that began in a span."""
        agent = self._agents.get(span.agent) if span else None
        return agent.started(span.begun_us, span.until_us) if span and agent else set()

    def beside(self, run: str, at_us: int) -> tuple[str, int]:
        """Return a run's agent and how many others of it were in progress as it began at `at_us`.

        0 for one that is not known or began earlier: to go on is no start.
        """
        span = self._spans.get(run)
        if span is None or span.begun_us != at_us:
            return "", 0
        return span.agent, self._agents[span.agent].beside(run, at_us)


def _drop(items: list[_Item], item: _Item) -> None:
    """Take an item out of a list in order that holds it."""
    del items[bisect_left(items, item)]
