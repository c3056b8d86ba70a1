"""The ledger as its specification reads (semantics 3 and 4): everything recomputed, every time.

An oracle for the incremental ledger. It takes the whole history, in any order and with any
duplicates, and states what is known of every root run and of every minute. Slow and plain.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from console.model import (
    CLASSES,
    EVENTS,
    FUTURE_SLACK_US,
    MINUTE_US,
    USAGE,
    Counts,
    Directive,
    DirectiveKind,
    ErrorClass,
    Event,
    RunState,
)
from console.settings.types import Measured
from tests.ledger.reference_rules import (
    Events,
    Misses,
    Route,
    agent_of,
    began_us,
    binding,
    breach,
    cancelled_us,
    delivered_us,
    earliest,
    first_terminal,
    goes_on_at,
    kept,
    misses_of,
    of,
    overdue,
    processes,
    sla_us,
    started_us,
    unjudged,
    unrecovered,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

NO_CLOCK_US = 0
"""The clock of a route that was given none: no deadline has fired."""


class RunResult(NamedTuple):
    """What is known of one root run; `minute` is None while it is not counted."""

    state: RunState
    misses: dict[ErrorClass, int]
    minute: int | None


class Result(NamedTuple):
    """Every root run by (route, run), and the counts of every minute by (route, minute)."""

    runs: dict[tuple[str, str], RunResult]
    cells: dict[tuple[str, int], Counts]


def recompute(
    events: Iterable[Event],
    measured: Mapping[str, Measured],
    directives: Sequence[Directive],
    clock: Mapping[str, int] | int,
    now_us: int,
) -> Result:
    """Return the whole ledger at `now_us`, deadlines fired up to `clock`."""
    applied = {event for event in events if event.ts_us <= now_us + FUTURE_SLACK_US}
    runs: dict[tuple[str, str], RunResult] = {}
    for name in sorted({event.route for event in applied}):
        route = Route(
            measured=measured.get(name, Measured()),
            directives=tuple(order for order in directives if order.route == name),
            events=tuple(event for event in applied if event.route == name),
            clock_us=clock if isinstance(clock, int) else clock.get(name, NO_CLOCK_US),
        )
        runs |= {(name, run): result for run, result in route_runs(route).items()}
    return Result(runs, cells(runs))


def route_runs(route: Route) -> dict[str, RunResult]:
    """Return every root run of a route, and what was booked as a run of its own."""
    own = runs_of(route)
    families: dict[str, list[str]] = {}
    for run in own:
        families.setdefault(root_of(route, run), []).append(run)
    found: dict[str, RunResult] = {}
    for root, family in families.items():
        roots_events = own.get(root, ())
        misses = kept(family_misses(route, root, family, own), cancelled_us(roots_events))
        if roots_events or misses:
            found[root] = run_result(route, roots_events, misses)
    for run, misses in booked(route).items():
        already = found[run].misses if run in found else {}
        found[run] = run_result(route, (), earliest([*already.items(), *misses.items()]))
    return found


def family_misses(
    route: Route, root: str, family: Sequence[str], own: Mapping[str, Events]
) -> Misses:
    """Return the earliest miss per class of a root and its children, before its cancellation."""
    charged: list[tuple[ErrorClass, int]] = []
    for run in family:
        misses = misses_of(route, own[run])
        charged += (misses if run == root else kept(misses, cancelled_us(own[run]))).items()
    charged += [(ErrorClass.PERMISSION, at_us) for at_us in crowded(route, root, own)]
    first = earliest(charged)
    together = tuple(event for run in family for event in own[run])
    due = [(ErrorClass.RECOVERY, at_us) for at_us in unrecovered(route, together, first)]
    return earliest([*first.items(), *due])


def crowded(route: Route, root: str, own: Mapping[str, Events]) -> list[int]:
    """Return the start of a root run beside more runs of its agent than a reduction allows.

    Of two that start at one instant the later by name is the one too many.
    """
    start = started_us(own.get(root, ()))
    if start is None or all(order.max_runs is None for order in route.directives):
        return []
    beside = [
        run
        for run, events in own.items()
        if root_of(route, run) == run
        and agent_of(events) == agent_of(own[root])
        and (began_us(events), run) < (start, root)
        and goes_on_at(events, start)
    ]
    return [
        start
        for event in of(own[root], "run.started")
        for order in binding(route, DirectiveKind.REDUCE, event)
        if event.ts_us == start
        and order.max_runs is not None
        and len(beside) >= order.max_runs * processes(route, agent_of(own[root]))
    ]


def runs_of(route: Route) -> dict[str, Events]:
    """Return the events of each run that has any of its own.

    Those of no known kind make none, nor does what only says that models were used.
    """
    known = [event for event in route.events if event.run and event.event in EVENTS]
    names = sorted({event.run for event in known if event.event != USAGE})
    return {run: tuple(event for event in known if event.run == run) for run in names}


def parent_of(route: Route, run: str) -> str:
    """Return the run that started `run`, or an empty name.

    Of several the first by name, as the semantics name none. What says that models were used names
    it as well as any other event.
    """
    named = [
        event.parent
        for event in route.events
        if event.run == run and event.parent and event.event in EVENTS
    ]
    return min(named, default="")


def ancestors(route: Route, run: str) -> list[str]:
    """Return the runs above `run`, nearest first, each once; a cycle ends where it closes."""
    above: list[str] = []
    parent = parent_of(route, run)
    while parent and parent not in above:
        above.append(parent)
        parent = parent_of(route, parent)
    return above


def root_of(route: Route, run: str) -> str:
    """Return the topmost ancestor; a run that is its own ancestor has no parent."""
    above = ancestors(route, run)
    if run in above:
        return run
    for ancestor in above:
        if ancestor in ancestors(route, ancestor):
            return ancestor
    return above[-1] if above else run


def booked(route: Route) -> dict[str, Misses]:
    """Return the misses that are runs of their own: unconfirmed orders, and changes of no run."""
    runs: dict[str, Misses] = {}
    for order in route.directives:
        if overdue(route, order):
            due_us = order.issued_us + route.measured.receipt_within_us
            runs[order.id] = {ErrorClass.RECOVERY: due_us}
    for event in route.events:
        if event.event == "change.deployed" and not event.run and breach(route, event, ()):
            run = f"change:{event.id}" if event.id else f"change:{event.change}@{event.ts_us}"
            before = runs.get(run, {})
            runs[run] = earliest([*before.items(), (ErrorClass.PERMISSION, event.ts_us)])
    return runs


def run_result(route: Route, own: Events, misses: Misses) -> RunResult:
    """Return a root run's state and the minute it sits in, from its events and its misses."""
    state = run_state(route, own, misses)
    end = first_terminal(own)
    if state is RunState.BAD:
        return RunResult(state, misses, min(misses.values()) // MINUTE_US)
    if state is RunState.GOOD and end is not None:
        return RunResult(state, misses, end.ts_us // MINUTE_US)
    return RunResult(state, misses, None)


def run_state(route: Route, own: Events, misses: Misses) -> RunState:
    """Return what is known of a root run whose misses, its children's included, are `misses`."""
    if misses:
        return RunState.BAD
    if cancelled_us(own) is not None:
        return RunState.EXCLUDED
    if delivered_us(own) is not None and unjudged(route, own):
        return RunState.OPEN
    if first_terminal(own) is not None:
        return RunState.GOOD
    start = started_us(own)
    worked = [event.ts_us for event in own if event.event != USAGE]
    since_us = min(worked) if start is None else start
    abandoned = route.clock_us > since_us + route.measured.abandon_after_us
    # A run whose start was never seen cannot be late, whatever the SLA.
    if abandoned and (start is None or sla_us(route, own) is None):
        return RunState.UNKNOWN
    return RunState.OPEN


def cells(runs: Mapping[tuple[str, str], RunResult]) -> dict[tuple[str, int], Counts]:
    """Return the counts of each minute that holds a closed run."""
    found: dict[tuple[str, int], Counts] = {}
    for (route, _), run in runs.items():
        if run.minute is not None:
            flags = (int(error_class in run.misses) for error_class in CLASSES)
            one = Counts(1, int(run.state is RunState.BAD), *flags)
            found[route, run.minute] = found.get((route, run.minute), Counts()).plus(one)
    return found
