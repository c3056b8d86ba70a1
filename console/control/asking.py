"""What an operator, or a ladder, asks for; and what is refused before anything is written."""

from __future__ import annotations

import msgspec

from console.intake.times import rfc3339
from console.model import CHANGE_KINDS, Directive, DirectiveKind
from console.text import clean


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


class Permit(msgspec.Struct, frozen=True, kw_only=True):
    """What a human allows: one `action` (of one `run`, or of any), or one `version` of a `change`.

    `for_us` is how long it holds.
    """

    route: str
    by: str
    for_us: int
    action: str = ""
    run: str = ""
    change: str = ""
    version: str = ""
    reason: str = ""


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


def check_permit(permit: Permit) -> None:
    """Raise `Refused` where a grant says too little, or what cannot be."""
    if not permit.route.strip():
        raise Refused("a grant needs a route")
    if permit.by in AUTOMATIC:
        raise Refused(f"{permit.by} is the program's own name: say who you are with --by")
    if bool(permit.action) == bool(permit.change):
        raise Refused("a grant is for one thing: --action NAME, or --change KIND --version V")
    if permit.change and permit.change not in CHANGE_KINDS:
        known = ", ".join(CHANGE_KINDS)
        raise Refused(f"{clean(permit.change, 40)} is no kind of change; there are {known}")
    if permit.change and not permit.version:
        raise Refused("name the version of the change: a grant lets one fix through, not all")
    if permit.action and permit.version:
        raise Refused("--version belongs to --change; an action has a --run")
    if permit.change and permit.run:
        raise Refused("--run belongs to --action; a change has a --version")
    if permit.for_us <= 0:
        raise Refused("a grant has to hold for some time, such as --for 1h")


def nothing_changes(known: Directive) -> str:
    """Say that an order would change nothing, since `known` stands."""
    words = f"it would change nothing: {known.id} ({known.kind.value}) by {known.by} stands already"
    if known.until_us is not None:
        words += f", until {rfc3339(known.until_us)}"
    return f"{words}; lift that one first if it should be otherwise"
