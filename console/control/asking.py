"""What an operator, or a ladder, asks for; and what is refused before anything is written."""

from __future__ import annotations

import msgspec

from console.intake.times import rfc3339
from console.model import Directive, DirectiveKind


class Refused(Exception):  # noqa: N818 - an answer, not a fault
    """The order may not be given now; the message says why and what would allow it."""


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What an operator asks for: a kind of directive on a route, with its parameters.

    `base_generation` is the control generation that the decision rests on (None: the newest).
    `ladder` marks what the route's ladder gives by itself.
    """

    route: str
    kind: DirectiveKind
    by: str
    reason: str
    changes: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    max_runs: int | None = None
    drain: bool = True
    for_us: int | None = None
    alert: str = ""
    base_generation: int | None = None
    ladder: bool = False


AUTOMATIC = frozenset({"ladder", "burnline"})
"""Names that no human may act under: in the audit they mean the program itself."""


def check(order: Order) -> None:
    """Raise `Refused` where an order says too little, or what cannot be."""
    if not order.reason.strip():
        raise Refused('an order needs a reason: --reason "..."')
    if not order.route.strip():
        raise Refused("an order needs a route")
    if order.by in AUTOMATIC and not order.ladder:
        raise Refused(f"{order.by} is the program's own name: say who you are with --by")
    if order.kind is DirectiveKind.FREEZE and not order.changes:
        raise Refused("a freeze needs the kinds of change it stops: --change prompt, for example")
    if order.kind is DirectiveKind.TIGHTEN and not order.actions:
        raise Refused("tighten needs the actions that shall need a grant: --action NAME")
    if order.kind is DirectiveKind.REDUCE and not order.actions and order.max_runs is None:
        raise Refused("reduce needs what is left: --allow ACTION and/or --max-runs N")
    if order.max_runs is not None and order.max_runs < 1:
        raise Refused("--max-runs must be 1 or more; to let no run start, use pause")


def nothing_changes(known: Directive) -> str:
    """Say that an order would change nothing, since `known` stands."""
    words = f"it would change nothing: {known.id} ({known.kind.value}) by {known.by} stands already"
    if known.until_us is not None:
        words += f", until {rfc3339(known.until_us)}"
    return f"{words}; lift that one first if it should be otherwise"
