"""`rescue`, `preventable` and `correct`: what operators add to the account."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.session import USAGE, Session, Stop, operator_name, say
from console.text import clean

if TYPE_CHECKING:
    from console.operate import Accountant

Route = Annotated[str, typer.Argument(help="The route.")]
Run = Annotated[str, typer.Argument(help="The run.")]
By = Annotated[str | None, typer.Option(help="Who; default: your login name.")]


def register(app: typer.Typer) -> None:
    """Add these commands."""
    for command in (rescue, preventable, correct):
        app.command()(command)


def rescue(
    context: typer.Context,
    route: Route,
    run: Run,
    minutes: Annotated[float, typer.Option(help="How long it took.")],
    at: Annotated[str | None, typer.Option(help="When (RFC 3339); default: now.")] = None,
    by: By = None,
) -> None:
    """Log that a human repaired, redid or threw away a run's work. It burns like any miss."""
    session: Session = context.obj
    now_us = time.time_ns() // 1_000
    at_us = now_us if at is None else _instant("--at", at)
    with _Accounts(session) as accounts:
        say(
            accounts.rescue(
                route, run, minutes=minutes, by=operator_name(by), at_us=at_us, now_us=now_us
            )
        )


def preventable(context: typer.Context, route: Route, run: Run, by: By = None) -> None:
    """Mark a run's handoff as preventable: an escalation miss. Exit code 1: none was read."""
    with _Accounts(context.obj) as accounts:
        now_us = time.time_ns() // 1_000
        say(accounts.preventable(route, run, by=operator_name(by), now_us=now_us))


def correct(
    context: typer.Context,
    route: Route,
    category: Annotated[str, typer.Option(help="outage, maintenance, deploy, misclassified")],
    reason: Annotated[str, typer.Option(help="Why; required, kept in the audit.")],
    from_: Annotated[str | None, typer.Option("--from", help="RFC 3339.")] = None,
    to: Annotated[str | None, typer.Option("--to", help="RFC 3339, not included.")] = None,
    run: Annotated[list[str] | None, typer.Option(help="A run; may be repeated.")] = None,
    by: By = None,
) -> None:
    """Take a period or runs out of what is charged; what was experienced stays."""
    if (from_ is None) != (to is None):
        raise Stop("--from and --to go together", USAGE)
    period = None
    if from_ is not None and to is not None:
        period = (_instant("--from", from_), _instant("--to", to))
    with _Accounts(context.obj) as accounts:
        made = accounts.correct(
            route,
            category=category,
            reason=reason,
            by=operator_name(by),
            now_us=time.time_ns() // 1_000,
            period=period,
            runs=run or (),
        )
        say(f"{made.id}: {made.category} on {made.route}; both numbers are kept and shown")
        if not made.by_owner:
            say("permission misses stay charged: only the route's owner or deputy corrects them")


class _Accounts:
    """The accountant over the session's store, closed at the end of the command."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def __enter__(self) -> Accountant:
        from console.operate import Accountant
        from console.store.writer import Writer

        self._session.writable()
        self._writer = Writer(self._session.store)
        return Accountant(self._writer, self._session.settings)

    def __exit__(self, *_: object) -> None:
        self._writer.close()


def _instant(option: str, text: str) -> int:
    from console.intake.times import instant_us

    try:
        return instant_us(text)
    except ValueError as error:
        raise Stop(f"{option} {clean(text, 40)}: {error}", USAGE) from error
