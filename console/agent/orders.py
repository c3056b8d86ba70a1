"""What the control document orders on one route."""

from __future__ import annotations

from typing import NamedTuple

from .faults import ControlFault
from .fields import Fields

STATE_OF_KIND = {
    "freeze": "frozen",
    "tighten_approval": "tightened",
    "reduce_scope": "reduced",
    "pause": "paused",
}
"""Kinds of directive from mildest to strictest, with the state that each makes of a route."""
STATES = ("open", *STATE_OF_KIND.values())
"""State words from mildest to strictest."""
ON_FAULT = ("closed", "approval", "last_known")
"""What a route may do while its control file is at fault (semantics 8)."""


class Directive(NamedTuple):
    """One order. `until_us` is its expiry; `ladder` says that a ladder issued it, no operator."""

    id: str
    kind: str
    by: str
    reason: str
    issued_us: int
    generation: int
    until_us: int | None = None
    changes: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    max_runs: int | None = None
    drain: bool = True
    ladder: bool = False

    def stands(self, now_us: int) -> bool:
        """Say whether the order is in force at `now_us`.

        Only an operator's freeze, tightening or reduction lifts by itself. A pause, and whatever a
        ladder ordered, stands at its expiry: it takes a human to let the route go on.
        """
        if self.until_us is None or self.ladder or self.kind == "pause":
            return True
        return now_us < self.until_us


class Grant(NamedTuple):
    """A human's leave for one `action` or one `change`, until `until_us` (None: no end).

    Where `run` or `version` is not empty, it holds for that one only.
    """

    id: str
    action: str = ""
    change: str = ""
    run: str = ""
    version: str = ""
    by: str = ""
    until_us: int | None = None

    def holds(self, now_us: int) -> bool:
        """Say whether the grant is not past its end."""
        return self.until_us is None or now_us < self.until_us


class RouteOrders(NamedTuple):
    """Everything ordered on one route; `on_fault` is "" where the document does not say.

    Directives come strictest first, so that the first one that forbids something is the one named.
    """

    route: str
    state: str = "open"
    on_fault: str = ""
    directives: tuple[Directive, ...] = ()
    grants: tuple[Grant, ...] = ()

    def state_at(self, now_us: int) -> str:
        """Return the state that the strictest standing directive makes of the route."""
        standing = (STATE_OF_KIND[one.kind] for one in self.directives if one.stands(now_us))
        return next(standing, "open")


def read_route(route: str, value: object) -> RouteOrders:
    """Return the orders in `value`, the document's object for `route`; None is an open route.

    Raises:
        ControlFault: a value has the wrong type, a kind is unknown, or the state is stricter than
            every directive, so that what was ordered cannot be carried out.
    """
    if value is None:
        return RouteOrders(route)
    fields = Fields(value, f"route {route!r}")
    directives = [_directive(one) for one in fields.objects("directives", "directive")]
    directives.sort(key=lambda one: STATES.index(STATE_OF_KIND[one.kind]), reverse=True)
    state = fields.word("state", STATES)
    strictest = STATE_OF_KIND[directives[0].kind] if directives else "open"
    if STATES.index(state) > STATES.index(strictest):
        raise ControlFault(f"{fields.where} is {state}, and no directive says so")
    return RouteOrders(
        route,
        state,
        fields.optional_word("on_fault", ON_FAULT),
        tuple(directives),
        tuple(_grant(one) for one in fields.objects("grants", "grant")),
    )


def _directive(fields: Fields) -> Directive:
    return Directive(
        id=fields.text("id"),
        kind=fields.word("kind", STATE_OF_KIND),
        by=fields.optional_text("by"),
        reason=fields.optional_text("reason"),
        issued_us=fields.instant("issued_at"),
        generation=fields.whole("generation", 1),
        until_us=fields.optional_instant("until"),
        changes=fields.names("changes"),
        actions=fields.names("actions"),
        max_runs=fields.optional_whole("max_runs", 0),
        drain=fields.flag("drain", default=True),
        ladder=fields.flag("ladder", default=False),
    )


def _grant(fields: Fields) -> Grant:
    return Grant(
        id=fields.text("id"),
        action=fields.optional_text("action"),
        change=fields.optional_text("change"),
        run=fields.optional_text("run"),
        version=fields.optional_text("version"),
        by=fields.optional_text("by"),
        until_us=fields.optional_instant("until"),
    )
