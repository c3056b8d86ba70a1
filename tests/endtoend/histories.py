"""What may happen on a route, as hypothesis draws it: events, settings, and the clock.

Times lie on a coarse grid so that ties, and events exactly at a deadline, are common. Doubt lies a
microsecond off it: what ends it at the very same instant would be a tie of content.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from console.model import MINUTE_US, SECOND_US
from console.settings import Measured
from tests.collector.running import NOON

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
_fields: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "run.started": st.just({}),
    "run.delivered": st.fixed_dictionaries({}, optional={"trusted": st.booleans()}),
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
    at = NOON + timedelta(seconds=point * GRID_S, microseconds=kind == "uncertain")
    record = {"ts": at.isoformat(), "route": route, "event": kind, "run": run, **said}
    return json.dumps(record).encode() + b"\n"


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
