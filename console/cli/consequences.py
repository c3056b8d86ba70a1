"""`accept`, `stepdown`, `accept-settings`: what a ladder proposes, and ways to relax."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.acting import (
    By,
    Reason,
    Route,
    Yes,
    confirm_relaxing,
    on_terminal,
    operating,
    require_known,
)
from console.cli.session import REFUSED, Session, Stop, confirmed, operator_name, say
from console.text import clean

if TYPE_CHECKING:
    from console.model import Directive


def register(app: typer.Typer) -> None:
    """Add these commands."""
    for command in (accept, stepdown):
        app.command()(command)
    app.command("accept-settings")(accept_settings)


def accept(
    context: typer.Context,
    route: Route,
    proposal: Annotated[str, typer.Argument(help="Which proposal, where there are several.")] = "",
    by: By = None,
    yes: Yes = False,
) -> None:
    """Carry out what a route's ladder proposes. Exit code 1 refused, 5 changed meanwhile."""
    session: Session = context.obj
    session.writable()
    with operating(session) as operator:
        require_known(session, operator, route)
        base = operator.generation()
        question = f"carry out {clean(proposal, 40) or 'what is proposed'} on {clean(route, 60)}?"
        if not yes and on_terminal() and not confirmed(question):
            raise Stop("nothing was changed", REFUSED)
        given = operator.accept(
            route,
            proposal.upper(),
            by=operator_name(by),
            now_us=time.time_ns() // 1_000,
            base_generation=base,
        )
        say(_durable(given, session))


def stepdown(
    context: typer.Context, route: Route, reason: Reason, by: By = None, yes: Yes = False
) -> None:
    """Turn a pause into one run at a time in each agent process, once its probation is over.

    Exit code 1 refused, 5 changed meanwhile.
    """
    session: Session = context.obj
    session.writable()
    with operating(session) as operator:
        require_known(session, operator, route)
        base = operator.generation()
        confirm_relaxing(session, "let one run at a time start in each agent process", route, yes)
        given = operator.step_down(
            route,
            by=operator_name(by),
            reason=reason,
            now_us=time.time_ns() // 1_000,
            base_generation=base,
        )
        say(
            f"{_durable(given, session)}: one run at a time in each agent process; it may be "
            "lifted when its exit rule holds"
        )


def accept_settings(
    context: typer.Context, route: Route, reason: Reason, by: By = None, yes: Yes = False
) -> None:
    """Let settings count that were loosened while an order stands. Exit code 1 refused."""
    session: Session = context.obj
    session.writable()
    with operating(session) as operator:
        require_known(session, operator, route)
        confirm_relaxing(session, "let looser settings count", route, yes)
        now_us = time.time_ns() // 1_000
        say(operator.accept_settings(route, by=operator_name(by), reason=reason, now_us=now_us))


def _durable(given: Directive, session: Session) -> str:
    return (
        f"{given.id}: {given.kind.value} on {given.route} is durable in generation "
        f"{given.generation} of {session.control}"
    )
