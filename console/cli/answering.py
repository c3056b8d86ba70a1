"""Answers to alerts: own one, sign a hard stop closed, keep one quiet for a while."""

from __future__ import annotations

import contextlib
import time
from typing import TYPE_CHECKING, Annotated

import typer

from console.cli import documents, tables
from console.cli.session import USAGE, Session, Stop, document, operator_name, say
from console.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from console.operate import Answering

By = Annotated[str | None, typer.Option(help="Who; default: your login name.")]


def register(app: typer.Typer) -> None:
    """Add these commands."""
    for command in (ack, close, silence, silences, unsilence):
        app.command()(command)


def ack(
    context: typer.Context,
    alert: Annotated[str, typer.Argument(help="The alert, such as A12.")],
    by: By = None,
    note: Annotated[str, typer.Option(help="What you know or do.")] = "",
) -> None:
    """Acknowledge an alert: take ownership of it. Exit code 1: no such alert.

    It lapses after the route's ack_timeout: then owner and deputy are told that nobody has it.
    """
    with _answering(context) as answering:
        say(answering.acknowledge(alert, operator_name(by), note, _now_us()))


def close(
    context: typer.Context,
    alert: Annotated[str, typer.Argument(help="The alert with the hard stop, such as A12.")],
    note: Annotated[str, typer.Option(help="Why it is over; required.")],
    by: By = None,
) -> None:
    """Close a hard stop by signature, of the route's owner or deputy.

    Exit code 1: no such alert, it is no hard stop, or you may not sign. On a route that nobody owns
    anybody may.
    """
    with _answering(context) as answering:
        say(answering.sign_close(alert, operator_name(by), note, _now_us()))


def silence(
    context: typer.Context,
    match: Annotated[
        str, typer.Argument(help="A route or glob, and severity=, kind=, class= as needed.")
    ],
    for_: Annotated[str, typer.Option("--for", help="How long, such as 2h; required.")],
    reason: Annotated[str, typer.Option(help="Why; required, kept in the audit.")],
    by: By = None,
) -> None:
    """Keep matching alerts quiet; they are still evaluated and shown. Exit code 1: refused.

    MATCH is a route (refunds), a glob ("refund*"), or parts that all have to agree:
    "route=* severity=ticket kind=left class=trust". Hard stops cannot be silenced. To change a
    silence, end it and make another.
    """
    length_us = _duration(for_)
    with _answering(context) as answering:
        said = answering.silence(
            match, for_us=length_us, reason=reason, by=operator_name(by), now_us=_now_us()
        )
        say(said)


def silences(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Show silences, those that stand first: what, until when, why, and by whom."""
    session: Session = context.obj
    views = session.snapshot().silences
    if as_json:
        document({"silences": [documents.silence(view) for view in views]})
    else:
        tables.silences(views)


def unsilence(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="SILENCE", help="The silence, such as S3.")],
    by: By = None,
) -> None:
    """End a silence before its time. Exit code 1: no such silence, or it is over."""
    with _answering(context) as answering:
        say(answering.end_silence(name, operator_name(by), _now_us()))


@contextlib.contextmanager
def _answering(context: typer.Context) -> Iterator[Answering]:
    """Open the store to answer an alert in it, closed at the end of the command."""
    session: Session = context.obj
    session.writable()
    from console.operate import Operator

    operator = Operator(session.settings, session.store, session.control)
    try:
        yield operator.answering
    finally:
        operator.close()


def _duration(text: str) -> int:
    from console.burn.windows import parse

    try:
        return parse(text)
    except ValueError as error:
        raise Stop(f"--for {clean(text, 40)}: {error}", USAGE) from error


def _now_us() -> int:
    return time.time_ns() // 1_000
