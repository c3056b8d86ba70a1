"""`rescue`, `preventable` and `correct`: what operators add to the account."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.known import require_route
from console.cli.session import USAGE, Session, Stop, operator_name, say, warn
from console.text import clean

if TYPE_CHECKING:
    from console.operate import Accountant
    from console.store.corrections import Correction

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
    """Log that a human repaired, redid or threw away a run's work. It burns like any miss.

    Exit code 1: no such route. A run that was not read yet is named on stderr, and logged.
    """
    session: Session = context.obj
    now_us = time.time_ns() // 1_000
    at_us = now_us if at is None else _instant("--at", at)
    with _Accounts(session, route) as accounts:
        strange = accounts.unknown_run(route, run)
        said = accounts.rescue(
            route, run, minutes=minutes, by=operator_name(by), at_us=at_us, now_us=now_us
        )
        say(said)
        if strange:
            warn(f"burnline: {strange}")


def preventable(context: typer.Context, route: Route, run: Run, by: By = None) -> None:
    """Mark a run's handoff as preventable: an escalation miss. Exit code 1: none was read."""
    with _Accounts(context.obj, route) as accounts:
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
    """Take a period or runs out of what is charged; what was experienced stays.

    Says how many misses that is now, and which stay charged and why. Exit code 1: no such route.
    """
    if (from_ is None) != (to is None):
        raise Stop("--from and --to go together", USAGE)
    period = None
    if from_ is not None and to is not None:
        period = (_instant("--from", from_), _instant("--to", to))
    with _Accounts(context.obj, route) as accounts:
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
        _say_coverage(accounts, made)


def _say_coverage(accounts: Accountant, made: Correction) -> None:
    """Say what a correction takes out now; that it takes out nothing is a warning."""
    found = accounts.coverage(made)
    taken = f"it takes {_many(found.runs, 'run')} with {_many(found.misses, 'miss')} out now"
    if found.misses:
        say(taken)
    else:
        warn(f"burnline: {taken}")
    for run in found.unread:
        warn(f"burnline: {accounts.unknown_run(made.route, run)}")
    if found.charged or found.why:
        stay = "stays" if found.charged == 1 else "stay"
        warn(f"burnline: {_many(found.charged, 'miss')} {stay} charged: {'; '.join(found.why)}")
    if made.from_us is not None and not made.by_owner:
        say("runs with a permission miss stay in: only the route's owner or deputy corrects them")


def _many(number: int, word: str) -> str:
    ending = "" if number == 1 else "es" if word.endswith("s") else "s"
    return f"{number:,} {word}{ending}"


class _Accounts:
    """The accountant over the session's store, closed at the end of the command.

    A route that nobody knows is refused.
    """

    def __init__(self, session: Session, route: str) -> None:
        self._session, self._route = session, route

    def __enter__(self) -> Accountant:
        from console.operate import Accountant
        from console.store.writer import Writer

        self._session.writable()
        self._writer = Writer(self._session.store)
        try:
            require_route(self._session, self._writer.connection, self._route)
        except Stop:
            self._writer.close()
            raise
        return Accountant(self._writer, self._session.settings)

    def __exit__(self, *_: object) -> None:
        self._writer.close()


def _instant(option: str, text: str) -> int:
    from console.intake.times import instant_us

    try:
        return instant_us(text)
    except ValueError as error:
        raise Stop(f"{option} {clean(text, 40)}: {error}", USAGE) from error
