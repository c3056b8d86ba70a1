"""Orders: given and lifted."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.known import require_route
from console.cli.session import (
    REFUSED,
    USAGE,
    Session,
    Stop,
    confirmed,
    operator_name,
    say,
    warn,
)
from console.model import CHANGE_KINDS, DirectiveKind
from console.text import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.control.directives import Order
    from console.model import Directive
    from console.operate import Operator

Route = Annotated[str, typer.Argument(help="The route.")]
Reason = Annotated[str, typer.Option(help="Why; required, kept in the audit.")]
By = Annotated[str | None, typer.Option(help="Who; default: your login name.")]
For = Annotated[str | None, typer.Option("--for", help="How long, such as 2h; default: no end.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask.")]


def register(app: typer.Typer) -> None:
    """Add these commands."""
    for command in (freeze, tighten, reduce, pause, lift):
        app.command()(command)


def freeze(
    context: typer.Context,
    route: Route,
    reason: Reason,
    change: Annotated[
        list[str] | None, typer.Option(help="Kind of change; default: the route's freeze_kinds.")
    ] = None,
    by: By = None,
    for_: For = None,
    yes: Yes = False,
) -> None:
    """Freeze kinds of change; runs go on. Exit code 1 refused, 5 changed meanwhile."""
    session: Session = context.obj
    session.restricting()
    kinds = known_kinds(change) or session.settings.route(route).freeze_kinds
    _give(session, DirectiveKind.FREEZE, route, reason, by, for_, yes, changes=kinds)


def tighten(
    context: typer.Context,
    route: Route,
    reason: Reason,
    action: Annotated[
        list[str] | None, typer.Option(help="Action; default: the route's approval_required.")
    ] = None,
    by: By = None,
    for_: For = None,
    yes: Yes = False,
) -> None:
    """Let actions happen only with a human grant. Exit code 1 refused, 5 changed meanwhile."""
    session: Session = context.obj
    session.restricting()
    actions = tuple(action or session.settings.route(route).measured.approval_required)
    _give(session, DirectiveKind.TIGHTEN, route, reason, by, for_, yes, actions=actions)


def reduce(
    context: typer.Context,
    route: Route,
    reason: Reason,
    allow: Annotated[
        list[str] | None, typer.Option(help="An action that is still allowed.")
    ] = None,
    max_runs: Annotated[int | None, typer.Option(help="At most so many runs at once.")] = None,
    by: By = None,
    for_: For = None,
    yes: Yes = False,
) -> None:
    """Reduce what a route may do. Exit code 1 refused, 5 changed meanwhile."""
    _give(
        context.obj, DirectiveKind.REDUCE, route, reason, by, for_, yes,
        actions=tuple(allow or ()), max_runs=max_runs,
    )  # fmt: skip


def pause(
    context: typer.Context,
    route: Route,
    reason: Reason,
    drain: Annotated[
        bool, typer.Option("--drain/--no-drain", help="Let running runs finish, or stop them.")
    ] = True,
    by: By = None,
    for_: For = None,
    yes: Yes = False,
) -> None:
    """Start no new run on a route. Exit code 1 refused, 5 changed meanwhile.

    With --for it stands at its end all the same, and raises a ticket: only lifting ends a pause.
    """
    _give(context.obj, DirectiveKind.PAUSE, route, reason, by, for_, yes, drain=drain)


def _give(
    session: Session,
    kind: DirectiveKind,
    route: str,
    reason: str,
    by: str | None,
    for_: str | None,
    yes: bool,
    *,
    changes: Sequence[str] = (),
    actions: Sequence[str] = (),
    max_runs: int | None = None,
    drain: bool = True,
) -> None:
    """Give a restricting order. A terminal is asked once; a script has said it already."""
    session.writable()
    session.restricting()
    from console.cli.doubts import question, warn_of_doubt
    from console.control.directives import Order
    from console.operate import restricting
    from console.operate.operator import newest_generation

    order = Order(
        route=route,
        kind=kind,
        by=operator_name(by),
        reason=reason,
        changes=tuple(changes),
        actions=tuple(actions),
        max_runs=max_runs,
        drain=drain,
        for_us=duration_us(for_),
        base_generation=newest_generation(session.control),
    )
    found = warn_of_doubt(session, route)
    asked = question(session, kind.value, route, found)
    if not yes and on_terminal() and not confirmed(asked):
        raise Stop("nothing was changed", REFUSED)
    now_us = time.time_ns() // 1_000

    def by_store(asked: Order) -> Directive:
        with operating(session) as operator:
            return operator.give(asked, now_us)

    directive, unstored = restricting.give(
        order, session.settings, session.control, now_us, by_store
    )
    say(
        f"{directive.id}: {kind.value} on {directive.route} is durable in generation "
        f"{directive.generation} of {session.control}; `burnline status {directive.route}` "
        "shows which agents confirm it"
    )
    if unstored:
        warn(f"burnline: {unstored}")


def lift(
    context: typer.Context,
    route: Route,
    reason: Reason,
    directive: Annotated[str, typer.Argument(help="Which order, where several stand.")] = "",
    override: Annotated[
        bool, typer.Option("--override", help="Before its exit rule holds.")
    ] = False,
    by: By = None,
    yes: Yes = False,
) -> None:
    """Lift an order. Refused while its exit rule does not hold, unless overridden."""
    session: Session = context.obj
    session.writable()
    with operating(session) as operator:
        base = operator.generation()
        require_known(session, operator, route)
        order = operator.standing(route, directive, time.time_ns() // 1_000)
        confirm_relaxing(session, f"lift {order.id} ({order.kind.value} by {order.by})", route, yes)
        lifted = operator.lift(
            route,
            order.id,
            by=operator_name(by),
            reason=reason,
            override=override,
            now_us=time.time_ns() // 1_000,
            base_generation=base,
        )
        how = ", overriding its exit rule" if lifted.overridden else ""
        say(
            f"{lifted.id}: {lifted.kind.value} on {lifted.route} is lifted in generation "
            f"{lifted.lift_generation}{how}"
        )


def require_known(session: Session, operator: Operator, route: str) -> None:
    """Refuse a route that nobody knows, with the nearest: what relaxes is meant for one there is.

    An order that only the control file holds so far is taken over first.
    """
    operator.desk(time.time_ns() // 1_000)
    require_route(session, operator.writer.connection, route)


def confirm_relaxing(session: Session, what: str, route: str, yes: bool) -> None:
    """Ask a second time; on high and critical routes the route's name has to be typed.

    `what` says what is about to be done, as `lift d-2 (pause by dana)`.
    """
    from console.operate import TYPED_NAME_TIERS

    if yes:
        return
    if not on_terminal():
        raise Stop("relaxing needs a second confirmation: say --yes where nobody can be asked", 1)
    tier = session.settings.route(route).tier
    if tier in TYPED_NAME_TIERS:
        typed = typer.prompt(f"{what} on a {tier} route: type its name to go on", err=True)
        if typed.strip() != route:
            raise Stop("the name does not match; nothing was changed", REFUSED)
    elif not confirmed(f"{what} on {clean(route, 60)}?"):
        raise Stop("nothing was changed", REFUSED)


class operating:  # noqa: N801 - used as a function
    """The operator's core, closed at the end of the command."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def __enter__(self) -> Operator:
        from console.operate import Operator

        session = self._session
        self._operator = Operator(session.settings, session.store, session.control)
        return self._operator

    def __exit__(self, *_: object) -> None:
        self._operator.close()


def known_kinds(changes: list[str] | None) -> tuple[str, ...]:
    """Return kinds of change that exist: one that is misspelt would stop nothing."""
    for kind in changes or ():
        if kind not in CHANGE_KINDS:
            known = ", ".join(CHANGE_KINDS)
            raise Stop(f"--change {clean(kind, 40)}: there is no such kind; {known}", USAGE)
    return tuple(changes or ())


def duration_us(text: str | None) -> int | None:
    """Return the length that `--for` names in microseconds, None for none."""
    if text is None:
        return None
    from console.burn.windows import parse

    try:
        return parse(text)
    except ValueError as error:
        raise Stop(f"--for: {error}", USAGE) from error


def on_terminal() -> bool:
    """Say whether somebody can be asked."""
    import sys

    return sys.stdin.isatty() and sys.stderr.isatty()
