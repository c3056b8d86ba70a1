"""`review`: the weekly review, and signing it."""

from __future__ import annotations

import sys
import time
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.known import require_route
from console.cli.session import REFUSED, USAGE, Session, Stop, operator_name, say
from console.text import clean

if TYPE_CHECKING:
    from console.review.period import Period
    from console.review.types import Review


class Format(StrEnum):
    """How a review is written."""

    TERMINAL = "terminal"
    MARKDOWN = "md"
    HTML = "html"
    JSON = "json"


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command()(review)


def review(
    context: typer.Context,
    week: Annotated[str | None, typer.Option(help="An ISO week, 2026-W47.")] = None,
    month: Annotated[str | None, typer.Option(help="A month, 2026-11.")] = None,
    from_: Annotated[str | None, typer.Option("--from", help="RFC 3339, or 30d before.")] = None,
    to: Annotated[str | None, typer.Option("--to", help="RFC 3339; default: now.")] = None,
    route: Annotated[str | None, typer.Option(help="One route.")] = None,
    tier: Annotated[str | None, typer.Option(help="The routes of a tier.")] = None,
    format_: Annotated[
        Format, typer.Option("--format", help="How it is written.")
    ] = Format.TERMINAL,
    out: Annotated[Path | None, typer.Option(help="Write it into a file.")] = None,
    sign: Annotated[str | None, typer.Option(help="Sign it: your name.")] = None,
    decision: Annotated[
        str | None,
        typer.Option(help="With --sign: keep, expand, freeze, narrow; default: as proposed."),
    ] = None,
    note: Annotated[str, typer.Option(help="With --sign: what is to be remembered.")] = "",
) -> None:
    """Review the last seven days, a week, a month or a range: what happened, and what next."""
    session: Session = context.obj
    if sign is None and (decision is not None or note):
        raise Stop("--decision and --note go with --sign", USAGE)
    period = period_of(session, week, month, from_, to)
    found = _review(session, period, route, tier)
    if sign is not None:
        _sign(session, found, by=operator_name(sign), decision=decision, note=note)
        return
    from console.review.written import writers

    text = writers(found)[format_.name.lower()]()
    if out is None:
        sys.stdout.buffer.write(text.encode())
        sys.stdout.flush()
        return
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Stop(f"--out {out}: {error.strerror or error}", REFUSED) from error
    say(f"wrote {out}: {len(found.routes)} routes, {period.label}")


def period_of(
    session: Session, week: str | None, month: str | None, from_: str | None, to: str | None
) -> Period:
    """Return the period that the options name, else the last seven days. Raises `Stop`."""
    from console.review import period

    ranged = from_ is not None or to is not None
    if (week is not None) + (month is not None) + ranged > 1:
        raise Stop("say only one of --week, --month, and --from with --to", USAGE)
    now_us = session.now_us
    try:
        if week is not None:
            return period.week(week, now_us)
        if month is not None:
            return period.month(month, now_us)
        if not ranged:
            return period.latest(now_us)
        to_us = now_us if to is None else _instant(to, now_us)
        return period.between(_instant(from_ or "7d", to_us), to_us)
    except ValueError as error:
        raise Stop(f"the period cannot be reviewed: {clean(str(error), 200)}", USAGE) from error


def _instant(text: str, before_us: int) -> int:
    """Return an instant, or so long before another. Raises ValueError."""
    from console.burn.windows import parse
    from console.intake.times import instant_us

    try:
        return before_us - parse(text)
    except ValueError:
        return instant_us(text)


def _review(session: Session, period: Period, route: str | None, tier: str | None) -> Review:
    from console.review import build
    from console.store.connect import attach

    settings = session.settings
    connection = attach(session.store)
    try:
        require_route(session, connection, route)
        found = build.review(
            connection,
            settings,
            period,
            now_us=session.now_us,
            route=route or "",
            tier=tier or "",
        )
    finally:
        connection.close()
    if not found.routes and (route or tier):
        raise Stop(
            f"{clean(route or f'tier {tier}', 60)} has no route; see burnline status", REFUSED
        )
    return found


def _sign(session: Session, found: Review, *, by: str, decision: str | None, note: str) -> None:
    from console.review.signing import sign, unready
    from console.review.types import DECISIONS
    from console.store.writer import Writer

    session.writable()
    if decision is not None and decision not in DECISIONS:
        raise Stop(f"--decision is one of {', '.join(DECISIONS)}", USAGE)
    blank = unready(found, decision or "")
    if blank:
        raise Stop(
            f"not ready to scale: {', '.join(blank)}; burnline check names the blank questions",
            REFUSED,
        )
    writer = Writer(session.store)
    try:
        said = sign(
            writer, found, by=by, now_us=time.time_ns() // 1_000, decision=decision or "", note=note
        )
    finally:
        writer.close()
    for line in said:
        say(f"signed {line}")
