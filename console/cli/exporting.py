"""`export`: OpenSLO documents, Prometheus rules, and CSV."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.known import require_route, unknown
from console.cli.session import REFUSED, Session, Stop, say

if TYPE_CHECKING:
    from console.settings import RouteSettings


class Kind(StrEnum):
    """What can be exported."""

    OPENSLO = "openslo"
    PROMETHEUS = "prometheus"
    CSV = "csv"


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command()(export)


def export(
    context: typer.Context,
    what: Annotated[Kind, typer.Argument(help="openslo, prometheus (rules) or csv.")],
    route: Annotated[str | None, typer.Option(help="One route; default: all.")] = None,
    misses: Annotated[bool, typer.Option("--misses", help="csv: one row a miss.")] = False,
    out: Annotated[Path | None, typer.Option(help="Write it into a file.")] = None,
) -> None:
    """Write objectives as OpenSLO v1, burn rules for Prometheus, or routes and misses as CSV."""
    session: Session = context.obj
    text = _csv(session, route, misses=misses) if what is Kind.CSV else _yaml(session, what, route)
    if out is None:
        sys.stdout.buffer.write(text.encode())
        sys.stdout.flush()
        return
    try:
        out.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise Stop(f"--out {out}: {error.strerror or error}", REFUSED) from error
    say(f"wrote {out}")


def _yaml(session: Session, what: Kind, route: str | None) -> str:
    from console.export import openslo, prometheus, yaml

    found = _routes(session, route)
    if what is Kind.OPENSLO:
        return yaml.stream(openslo.documents(found, session.now_us))
    return yaml.stream([prometheus.rule_groups(found)])


def _routes(session: Session, route: str | None) -> list[RouteSettings]:
    from console.cli.checking import route_names

    known = route_names(session)
    if route is not None and route not in known:
        raise Stop(unknown(route, known), REFUSED)
    if not known:
        raise Stop("no route is known yet; see burnline check", REFUSED)
    names = [name for name in known if route in {None, name}]
    return [session.settings.route(name) for name in names]


def _csv(session: Session, route: str | None, *, misses: bool) -> str:
    import msgspec

    from console.export import table

    if misses:
        from console.snapshot import with_lines
        from console.store import reader
        from console.store.connect import attach

        session.require_settings()
        connection = attach(session.store)
        try:
            require_route(session, connection, route)
            until_us = session.now_us if session.looks_back else None
            rows = reader.misses(connection, route=route, until_us=until_us)
            return table.misses(with_lines(connection, rows))
        finally:
            connection.close()
    snapshot = session.snapshot()
    chosen = tuple(view for view in snapshot.routes if route in {None, view.route})
    if route is not None and not chosen:
        raise Stop(unknown(route, (view.route for view in snapshot.routes)), REFUSED)
    return table.routes(msgspec.structs.replace(snapshot, routes=chosen))
