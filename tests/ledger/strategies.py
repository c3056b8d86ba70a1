"""Random histories for the ledger, dense in the cases that matter.

Instants lie on a coarse grid, with a little dust of one microsecond around it, so that ties and
events exactly at, just before and just after a deadline come up all the time. Names are few, so
that approvals, grants, directives and verdicts meet the events that they are about.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeVar

import msgspec
from hypothesis import strategies as st

from console.model import CHANGE_KINDS, MINUTE_US, SECOND_US, Directive, DirectiveKind, Event
from console.settings.types import Measured

T = TypeVar("T")
Clock = dict[str, int] | int

BASE_US = 29_333_334 * MINUTE_US
GRID_US = 5 * MINUTE_US
SLOTS = 36
"""Histories last three hours."""
END_US = BASE_US + 2 * SLOTS * GRID_US
"""Later than every event, and than most deadlines."""

ROUTES = ("billing", "claims", "triage")
RUNS = ("r1", "r2", "r3", "r4")
AGENTS = ("w1", "w2", "")
CHECKS = ("qa", "policy", "evidence")
ACTIONS = ("refund", "email")
GRANTS = ("", "g1", "g2")
ORDERS = ("d1", "d2", "d3", "d4")
CLAIMS = ("", "", *ORDERS, "d9")
CHANGES = CHANGE_KINDS[:2]


class History(NamedTuple):
    """Everything that the ledger is a function of; the clock is one for all, or per route."""

    events: list[Event]
    measured: dict[str, Measured]
    directives: list[Directive]
    clock: Clock
    now_us: int


def spans(most: int, least: int = 0) -> st.SearchStrategy[int]:
    """Return durations of `least` to `most` slots, mostly exact ones."""
    dust = st.sampled_from((0, 0, 0, 0, 0, 0, 1, -1, 30 * SECOND_US))
    slots = st.integers(least, most)
    return st.builds(lambda slot, grain: max(0, slot * GRID_US + grain), slots, dust)


def instants(slots: int = SLOTS) -> st.SearchStrategy[int]:
    """Return instants within so many slots from the base."""
    return spans(slots).map(lambda span: BASE_US + span)


def texts() -> st.SearchStrategy[str]:
    """Return reasons, some of which claim to come from a directive."""
    tags = st.sampled_from(CLAIMS).map(
        lambda claim: f"hook said: [burnline:{claim}] no" * bool(claim)
    )
    return st.one_of(st.just("not allowed"), st.just("d1"), tags)


_VERDICT: dict[str, st.SearchStrategy[object]] = {"check": st.sampled_from(CHECKS)}
_ASKED: dict[str, st.SearchStrategy[object]] = {"action": st.sampled_from(ACTIONS)}
_KIND: dict[str, st.SearchStrategy[object]] = {
    "kind": st.sampled_from(("rollback", "pause", "notify"))
}
FIELDS: dict[str, dict[str, st.SearchStrategy[object]]] = {
    "run.started": {"sla_s": st.sampled_from((None, None, None, 300.0, 900.0))},
    "run.delivered": {"trusted": st.sampled_from((None, None, True, True, False))},
    "run.failed": {"reason": texts()},
    "run.cancelled": {"by": st.sampled_from(("requester", *ORDERS))},
    "check.passed": _VERDICT,
    "check.failed": {**_VERDICT, "reason": texts()},
    "rescued": {"by": st.just("ann"), "minutes": st.sampled_from((None, 5.0))},
    "uncertain": {"confidence": st.sampled_from((None, 0.4))},
    "certain": {"confidence": st.sampled_from((None, 0.9))},
    "handoff": {"to": st.just("desk"), "preventable": st.sampled_from((None, None, False, True))},
    "approval.requested": _ASKED,
    "approval.granted": {**_ASKED, "grant": st.sampled_from(GRANTS)},
    "approval.denied": _ASKED,
    "action.taken": {
        **_ASKED,
        "scope": st.sampled_from(("", "in", "in", "out")),
        "grant": st.sampled_from(GRANTS),
    },
    "action.denied": {
        **_ASKED,
        "directive": st.sampled_from(CLAIMS),
        "reason": texts(),
        "rule": texts(),
    },
    "usage": {},
    "recovery.started": _KIND,
    "recovery.succeeded": _KIND,
    "recovery.failed": _KIND,
    "change.deployed": {"change": st.sampled_from(CHANGES), "version": st.sampled_from(("", "v2"))},
    "control.seen": {"generation": st.sampled_from((None, 1, 2, 3, 4, 5, 6))},
    "heartbeat": {},
}
_LAST_WORDS = ("run.delivered", "run.failed", "run.cancelled", "rescued", "usage", "certain")
STORIES: tuple[tuple[str, ...], ...] = (
    ("run.started",),
    ("run.started", "run.delivered"),
    ("run.started", "check.passed", "run.delivered"),
    ("run.started", "check.failed", "run.delivered", "check.passed"),
    ("run.started", "run.delivered", "check.failed", "check.passed", "check.failed", "rescued"),
    ("run.started", "run.delivered", "check.passed", "check.passed", "check.passed"),
    ("run.started", "uncertain", "handoff", "run.failed"),
    ("run.started", "uncertain", "certain", "run.delivered"),
    ("run.started", "approval.requested", "approval.granted", "action.taken", "run.delivered"),
    ("run.started", "approval.requested", "approval.denied", "handoff"),
    ("run.started", "approval.requested", "approval.requested", "approval.granted"),
    ("run.started", "action.taken", "run.delivered"),
    ("run.started", "run.failed", "recovery.started", "recovery.succeeded"),
    ("run.started", "run.failed", "recovery.started", "recovery.failed"),
    ("run.started", "action.denied", "run.cancelled"),
    ("run.started", "uncertain", "run.cancelled"),
)


def happenings(name: str) -> st.SearchStrategy[Event]:
    """Return events of one name at any instant, on any route, in any run."""
    runs = {"control.seen": st.just(""), "change.deployed": st.sampled_from(("", "", *RUNS))}
    agents = AGENTS[:2] if name == "control.seen" else AGENTS
    return st.builds(
        Event,
        ts_us=instants(),
        route=st.sampled_from(ROUTES),
        run=runs.get(name, st.sampled_from(RUNS)),
        event=st.just(name),
        agent=st.sampled_from(agents),
        **FIELDS[name],
    )


_HAPPENINGS = {name: happenings(name) for name in FIELDS}


@st.composite
def stories(draw: st.DrawFn, routes: Sequence[str] = ROUTES) -> list[Event]:
    """Return the events of one run in a plausible order: one route, one agent, one action."""
    names = draw(st.sampled_from(STORIES))
    route, run = draw(st.sampled_from(routes)), draw(st.sampled_from(RUNS))
    agent, action = draw(st.sampled_from(AGENTS)), draw(st.sampled_from(ACTIONS))
    at_us = draw(instants())
    told = []
    for name in names:
        drawn = draw(_HAPPENINGS[name])
        about = action if drawn.action else ""
        told.append(
            msgspec.structs.replace(
                drawn, ts_us=at_us, route=route, run=run, agent=agent, action=about
            )
        )
        at_us += draw(spans(4))
    return told


def noise(routes: Sequence[str] = ROUTES) -> st.SearchStrategy[list[Event]]:
    """Return events of every kind in no order at all; receipts and changes come often."""
    often = st.sampled_from(("control.seen", "change.deployed", "change.deployed", "action.denied"))
    any_name = st.one_of(st.sampled_from(sorted(FIELDS)), often)
    events = any_name.flatmap(lambda name: _HAPPENINGS[name])
    return st.lists(
        st.builds(
            lambda event, route: msgspec.structs.replace(event, route=route),
            events,
            st.sampled_from(routes),
        ),
        max_size=10,
    )


@st.composite
def directives(draw: st.DrawFn, routes: Sequence[str] = ROUTES) -> list[Directive]:
    """Return up to four orders, their generations in the order of their issue."""
    drawn: list[Directive] = []
    for issued_us in sorted(draw(st.lists(instants(), max_size=len(ORDERS)))):
        lifted = draw(st.one_of(st.none(), spans(12)))
        drawn.append(
            Directive(
                id=ORDERS[len(drawn)],
                route=draw(st.sampled_from(routes)),
                kind=draw(st.sampled_from((DirectiveKind.FREEZE, *DirectiveKind))),
                by="ann",
                reason="burn",
                issued_us=issued_us,
                generation=2 + len(drawn),
                changes=draw(st.sampled_from(((), CHANGES, CHANGES[:1]))),
                actions=draw(_subsets(ACTIONS)),
                max_runs=draw(st.sampled_from((None, None, 1, 2))),
                drain=draw(st.booleans()),
                lifted_us=None if lifted is None else issued_us + lifted,
            )
        )
    return drawn


@st.composite
def receipts(draw: st.DrawFn, orders: Sequence[Directive]) -> list[Event]:
    """Return what agents say of the orders: mostly soon, sometimes late, sometimes nothing."""
    seen: list[Event] = []
    for order, agent in itertools.product(orders, AGENTS[:2]):
        after_us = draw(st.one_of(spans(1), spans(6), st.none()))
        if after_us is not None:
            receipt = Event(
                ts_us=order.issued_us + after_us,
                route=order.route,
                event="control.seen",
                agent=agent,
                generation=order.generation,
            )
            seen.append(receipt)
    return seen


def measured() -> st.SearchStrategy[Measured]:
    """Return what is measured on a route, all deadlines a few slots long."""
    return st.builds(
        Measured,
        sla_us=st.one_of(st.none(), st.none(), spans(6, least=1)),
        verdict_within_us=spans(4, least=1),
        escalate_within_us=spans(3, least=1),
        recover_within_us=st.one_of(st.none(), st.none(), spans(4, least=1)),
        receipt_within_us=spans(3),
        abandon_after_us=spans(12, least=1),
        requires=_subsets(CHECKS),
        approval_required=_subsets(ACTIONS),
    )


def _subsets(names: Sequence[str]) -> st.SearchStrategy[tuple[str, ...]]:
    """Return some of the names; each set one of two with nothing in it, so that much goes well."""
    some = st.lists(st.sampled_from(names), unique=True, max_size=len(names)).map(tuple)
    return st.one_of(st.just(()), some)


@st.composite
def families(draw: st.DrawFn, events: Sequence[Event]) -> list[Event]:
    """Return the events with parents named on some of them: children, orphans and cycles.

    A run has one parent at most, named on any of its events, or on none.
    """
    above = st.sampled_from(("", "", "", *RUNS, "elsewhere"))
    parents: dict[tuple[str, str], str] = {}
    related = []
    for event in events:
        if event.run and (event.route, event.run) not in parents:
            parents[event.route, event.run] = draw(above)
        parent = parents.get((event.route, event.run), "")
        named = bool(parent) and draw(st.booleans())
        related.append(msgspec.structs.replace(event, parent=parent) if named else event)
    return related


@st.composite
def histories(draw: st.DrawFn, *, with_directives: bool = True) -> History:
    """Return a whole history: shuffled, with duplicates, ids on some events, lines from the future.

    The clock is never later than now; both mostly lie behind the last event.
    """
    routes = ROUTES[: draw(st.sampled_from((1, 1, 2, 3)))]
    orders = draw(directives(routes)) if with_directives else []
    told = [event for story in draw(st.lists(stories(routes), max_size=6)) for event in story]
    events = draw(families([*told, *draw(noise(routes)), *draw(receipts(orders))]))
    events = [
        msgspec.structs.replace(event, id=f"e{number}") if draw(st.booleans()) else event
        for number, event in enumerate(events)
    ]
    if events:
        events += draw(st.lists(st.sampled_from(events), max_size=4))
    now_us = draw(st.one_of(st.just(END_US), st.just(END_US), instants(SLOTS + 12)))
    return History(
        events=draw(st.permutations(events)),
        measured={route: draw(measured()) for route in routes},
        directives=orders,
        clock=draw(_last_clocks(routes, now_us)),
        now_us=now_us,
    )


@st.composite
def crowds(draw: st.DrawFn) -> History:
    """Return the history of a route that is reduced to a number of runs, and has more of them."""
    route, began_us = ROUTES[0], BASE_US + 4 * GRID_US
    events: list[Event] = []
    for run in RUNS:
        agent, at_us = draw(st.sampled_from(("w1", "w1", "w1", "w2", ""))), draw(instants(8))
        names = ("run.started", "uncertain", draw(st.sampled_from((*_LAST_WORDS, "run.delivered"))))
        for name in names[draw(st.sampled_from((0, 0, 0, 1))) :]:
            drawn = draw(_HAPPENINGS[name])
            boot, seq = draw(st.sampled_from((("", None), ("", None), ("b1", 1), ("b2", 1))))
            about = {"ts_us": at_us, "route": route, "run": run, "agent": agent}
            events.append(msgspec.structs.replace(drawn, **about, boot=boot, seq=seq))
            at_us += draw(spans(6))
    lifted_us = draw(st.sampled_from((None, None, began_us + 3 * GRID_US)))
    order = Directive(
        id=ORDERS[0], route=route, kind=DirectiveKind.REDUCE, by="ann", reason="burn",
        issued_us=began_us, generation=2, max_runs=draw(st.sampled_from((1, 1, 2))),
        lifted_us=lifted_us,
    )  # fmt: skip
    if draw(st.booleans()):
        events = draw(families(events))
    measured = {route: Measured(receipt_within_us=draw(spans(2)))}
    return History(draw(st.permutations(events)), measured, [order], END_US, END_US)


def _last_clocks(routes: Sequence[str], now_us: int) -> st.SearchStrategy[Clock]:
    """Return a clock for all routes, or one each, none of them later than now."""
    one = st.one_of(st.just(now_us), instants(SLOTS + 12).map(lambda at: min(at, now_us)))
    each: st.SearchStrategy[Clock] = st.fixed_dictionaries(dict.fromkeys(routes, one))
    return st.one_of(one, each)


@st.composite
def batches(draw: st.DrawFn, items: Sequence[T]) -> list[list[T]]:
    """Return the items split into consecutive batches, in their order; some may be empty."""
    cuts = sorted(draw(st.lists(st.integers(0, len(items)), max_size=5)))
    bounds = [0, *cuts, len(items)]
    return [list(items[begin:end]) for begin, end in itertools.pairwise(bounds)]


@st.composite
def clocks(draw: st.DrawFn, count: int, last: Clock) -> list[Clock]:
    """Return `count` clocks that never go back and end at `last`, each of the shape of `last`."""
    if isinstance(last, Mapping):
        columns = {route: draw(_rising(count, until_us)) for route, until_us in last.items()}
        return [{route: rising[at] for route, rising in columns.items()} for at in range(count)]
    return [*draw(_rising(count, last))]


def _rising(count: int, until_us: int) -> st.SearchStrategy[list[int]]:
    """Return `count` instants in order, the last of them `until_us`."""
    earlier = st.lists(instants(SLOTS + 12), min_size=max(0, count - 1), max_size=max(0, count - 1))
    return earlier.map(
        lambda drawn: sorted([*(min(at, until_us) for at in drawn), until_us])[:count]
    )
