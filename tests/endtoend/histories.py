"""What may happen on a route, as hypothesis draws it: events, settings, and the clock.

Times lie on a coarse grid so that ties, and events exactly at a deadline, are common. Doubt lies a
microsecond off it: what ends it at the very same instant would be a tie of content.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from console.model import MINUTE_US, SECOND_US
from console.settings import Measured
from tests.collector.running import NOON, NOON_US

if TYPE_CHECKING:
    from console.model import Directive

ROUTES = ("refunds", "mail")
PARENTS = {"child": "r1", "grandchild": "child"}
RUNS = ("r1", "r2", "r3", *PARENTS)
ACTIONS = ("refund.send", "lookup")
AGENTS = ("a1", "a2")
CHECKS = ("qa", "policy")
GRID_S = 60
SPAN = 75
"""Events lie on this many points of the grid, from noon on."""

_checks = st.fixed_dictionaries({"check": st.sampled_from(CHECKS)})
_actions = st.fixed_dictionaries({"action": st.sampled_from(ACTIONS)})
_grants = st.fixed_dictionaries(
    {"action": st.sampled_from(ACTIONS)}, optional={"grant": st.sampled_from(("g1", "g2"))}
)
_took = {"tokens": st.sampled_from((0, 7, 50)), "cost_usd": st.sampled_from((0, 0.25, 1.5))}
_fields: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "run.started": st.just({}),
    "run.delivered": st.fixed_dictionaries({}, optional={"trusted": st.booleans(), **_took}),
    "run.failed": st.fixed_dictionaries({"reason": st.sampled_from(("timeout", "no data"))}),
    "run.cancelled": st.fixed_dictionaries({"by": st.just("customer")}),
    "check.passed": _checks,
    "check.failed": _checks,
    "rescued": st.fixed_dictionaries({"by": st.just("dana"), "minutes": st.integers(1, 3)}),
    "uncertain": st.just({"confidence": 0.5}),
    "certain": st.just({}),
    "handoff": st.fixed_dictionaries(
        {"to": st.just("desk")}, optional={"preventable": st.booleans()}
    ),
    "approval.requested": _actions,
    "approval.granted": _grants,
    "approval.denied": _actions,
    "action.taken": st.fixed_dictionaries(
        {"action": st.sampled_from(ACTIONS)},
        optional={"scope": st.sampled_from(("in", "out"))},
    ),
    "action.denied": _actions,
    "recovery.started": st.just({"kind": "rollback"}),
    "recovery.succeeded": st.just({"kind": "rollback"}),
    "recovery.failed": st.just({"kind": "rollback"}),
    "change.deployed": st.fixed_dictionaries({"change": st.sampled_from(("prompt", "tool"))}),
    "control.seen": st.just({}),
    "usage": st.fixed_dictionaries({}, optional={"meter": st.sampled_from(("m1", "m2")), **_took}),
    "made.up": st.just({}),
}
KINDS = (
    *_fields,
    *("run.started", "run.delivered", "run.delivered", "run.delivered", "check.failed"),
    *("check.passed", "approval.requested", "action.taken", "uncertain", "run.cancelled"),
    *("action.denied", "action.denied", "run.started", "run.cancelled"),
)


@st.composite
def events(draw: st.DrawFn, orders: tuple[str, ...], generation: int) -> bytes:
    """Draw one native line; denials may claim one of `orders`, receipts a generation so far."""
    kind = draw(st.sampled_from(KINDS))
    run = draw(st.sampled_from(RUNS))
    said = dict(draw(_fields[kind]))
    if kind == "run.started":
        # A run says the same of itself however often it says it.
        said = {"sla_s": 480} if run == "r3" else {}
    if kind == "action.denied":
        said |= draw(_claims(orders))
    if kind == "control.seen":
        said |= {"generation": draw(st.integers(0, generation))}
    if kind in {"change.deployed", "control.seen"}:
        run = ""
    if run in PARENTS:
        said["parent"] = PARENTS[run]
    if kind == "control.seen" or draw(st.booleans()):
        said["agent"] = draw(st.sampled_from(AGENTS))
    return line(kind, run, draw(st.integers(0, SPAN)), draw(st.sampled_from(ROUTES)), said)


def _claims(orders: tuple[str, ...]) -> st.SearchStrategy[dict[str, Any]]:
    """Draw what a denial says of where it came from."""
    claimed = st.sampled_from((*orders, "d-99"))
    return st.one_of(
        st.just({}),
        st.builds(lambda order: {"directive": order}, claimed),
        st.builds(lambda order: {"rule": f"stopped [burnline:{order}] by hook"}, claimed),
    )


def line(kind: str, run: str, point: int, route: str, said: dict[str, Any]) -> bytes:
    """Return a native line at a point of the grid."""
    at_us = point * GRID_S * SECOND_US + (kind == "uncertain")
    return line_at(kind, run, at_us, route, said)


def line_at(kind: str, run: str, at_us: int, route: str, said: dict[str, Any]) -> bytes:
    """Return a native line at an instant, counted from noon."""
    at = NOON + timedelta(microseconds=at_us)
    record = {"ts": at.isoformat(), "route": route, "event": kind, "run": run, **said}
    return json.dumps(record).encode() + b"\n"


_QA: dict[str, Any] = {"check": "qa"}
_STORIES: tuple[tuple[tuple[str, int, dict[str, Any]], ...], ...] = (
    (("check.failed", 0, _QA), ("run.delivered", 1, {}), ("check.passed", 2, _QA)),
    (("check.failed", 0, _QA), ("check.passed", 0, _QA), ("run.delivered", 1, {})),
    (("run.delivered", 0, {}), ("check.failed", 1, _QA), ("check.passed", 1, _QA)),
    (("run.failed", 0, {}), ("handoff", 1, {"to": "desk"})),
    (("handoff", 0, {"to": "desk"}), ("run.failed", 1, {})),
    (("action.denied", 0, {"action": "lookup"}), ("run.cancelled", 1, {"by": "customer"})),
    (("uncertain", 0, {}), ("run.cancelled", 9, {"by": "customer"})),
)
"""What runs go through in the order that matters: (kind, points later, what it says)."""


@st.composite
def stories(draw: st.DrawFn) -> list[bytes]:
    """Draw the lines of a run with a fate, in any order."""
    run, route = draw(st.sampled_from(("s1", "s2", "s3"))), draw(st.sampled_from(ROUTES))
    first = draw(st.integers(0, SPAN))
    told = [
        line(kind, run, first + later, route, said)
        for kind, later, said in draw(st.sampled_from(_STORIES))
    ]
    return draw(st.permutations(told))


@st.composite
def around(draw: st.DrawFn, orders: list[Directive]) -> list[bytes]:
    """Draw what agents do about the time at which an order was given, or ended."""
    order = draw(st.sampled_from(orders))
    instants = [at_us for at_us in (order.issued_us, order.ends_us) if at_us is not None]
    about = draw(st.sampled_from((*instants, instants[-1]))) - NOON_US
    run = draw(st.sampled_from(("s4", "s5", "s6")))
    action = {"action": draw(st.sampled_from(ACTIONS))}
    seen = {"generation": order.generation + draw(st.integers(-1, 1))}
    claim = {"action": "lookup", **draw(_claims((order.id,) * 3))}
    kinds: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("action.denied", run, claim),
        ("action.denied", run, claim),
        ("run.started", run, {}),
        ("action.taken", run, action),
        ("change.deployed", "", {"change": "prompt"}),
        ("control.seen", "", seen),
        ("control.seen", "", seen),
    )
    if draw(st.sampled_from((False, False, True))):
        return _waiting(run, about, order.route, action)
    told = []
    for kind, who, said in draw(st.lists(st.sampled_from(kinds), min_size=1, max_size=4)):
        at_us = about + draw(st.sampled_from((-60, 0, 20, 40, 120, 120))) * SECOND_US
        agent = {"agent": draw(st.sampled_from(AGENTS))}
        told.append(line_at(kind, who, at_us, order.route, said | agent))
    return told


def _waiting(run: str, about: int, route: str, action: dict[str, Any]) -> list[bytes]:
    """Return the lines of a run that has to wait for a grant, and would be late without."""
    steps = (("run.started", 0), ("approval.requested", 2), ("approval.granted", 9))
    told = [(kind, minute, {} if kind == "run.started" else action) for kind, minute in steps]
    return [
        line_at(kind, run, about + minute * MINUTE_US, route, said)
        for kind, minute, said in (*told, ("run.delivered", 14, {}))
    ]


def rewritten(raw: bytes) -> bytes:
    """Return the same event written otherwise: other order of keys, an unknown key more."""
    record = json.loads(raw)
    return json.dumps({"host": "h2", **dict(reversed(record.items()))}).encode() + b"\n"


measured = st.builds(
    Measured,
    sla_us=st.sampled_from((None, 10 * MINUTE_US)),
    verdict_within_us=st.just(10 * MINUTE_US),
    escalate_within_us=st.just(5 * MINUTE_US),
    recover_within_us=st.sampled_from((None, 15 * MINUTE_US)),
    receipt_within_us=st.just(30 * SECOND_US),
    abandon_after_us=st.just(60 * MINUTE_US),
    requires=st.sampled_from(((), ("qa",))),
    approval_required=st.sampled_from(((), ("refund.send",))),
)
