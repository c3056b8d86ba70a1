"""`grant` and `approvals`: a human's leave for one action or one change, and who waits for it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from console.cli.acting import By, Route, Yes, duration_us, on_terminal, operating, require_known
from console.cli.session import REFUSED, Session, Stop, confirmed, document, operator_name, say
from console.text import clean

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def register(app: typer.Typer) -> None:
    """Add these commands."""
    app.command()(grant)
    app.command()(approvals)
    app.command("signing-key")(signing_key)


def grant(
    context: typer.Context,
    route: Route,
    action: Annotated[str, typer.Option(help="The action that may happen.")] = "",
    run: Annotated[str, typer.Option(help="In this run only.")] = "",
    change: Annotated[str, typer.Option(help="The kind of change that may be deployed.")] = "",
    version: Annotated[str, typer.Option(help="Which version of the change; required.")] = "",
    for_: Annotated[str, typer.Option("--for", help="How long it holds, such as 2h.")] = "1h",
    reason: Annotated[str, typer.Option(help="Why; kept in the audit.")] = "",
    by: By = None,
    yes: Yes = False,
) -> None:
    """Approve one action or one change. Exit code 1 refused, 5 changed meanwhile."""
    session: Session = context.obj
    session.writable()
    from console.control.directives import Permit

    permit = Permit(
        route=route,
        by=operator_name(by),
        for_us=duration_us(for_) or 0,
        action=action,
        run=run,
        change=change,
        version=version,
        reason=reason,
    )
    what = clean(f"{action or change} {run or version}".strip(), 120)
    with operating(session) as operator:
        require_known(session, operator, route)
        question = f"grant {what} on {clean(route, 60)} for {clean(for_, 20)}?"
        if not yes and on_terminal() and not confirmed(question):
            raise Stop("nothing was changed", REFUSED)
        given = operator.grant(permit, time.time_ns() // 1_000)
        say(
            f"{given.id}: {what} on {clean(route, 60)} is granted for {clean(for_, 20)}, durable "
            f"in {session.control}; agents take it in at their next check"
        )


def signing_key(
    context: typer.Context,
    path: Annotated[Path, typer.Argument(help="Where the private key is to lie.")],
) -> None:
    """Make a key that signs the control file, and its public half for the agents."""
    session: Session = context.obj
    session.writable()
    from console.control.signing import create

    public = create(path.absolute())
    say(f"{path}: keep it yours alone, and out of the control directory")
    say(f"{public}: give it to the agents, where they cannot write it")
    say(f'burnline.toml: [control] signing_key = "{path}"')


def approvals(context: typer.Context, as_json: AsJson = False) -> None:
    """Show which actions wait for a human's grant."""
    from console.cli import documents, tables

    session: Session = context.obj
    found = session.snapshot().approvals
    if as_json:
        document({"approvals": [documents.approval(view) for view in found]})
    else:
        tables.approvals(found)
