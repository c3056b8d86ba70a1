"""`status`, `misses`, `alerts`, `check` and `doctor`: they look, and change nothing."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated

import typer

from console.cli import documents, tables
from console.cli.known import require_route, unknown
from console.cli.session import REFUSED, USAGE, Session, Stop, document, leave, say
from console.model import CLASSES, RouteState
from console.text import clean

if TYPE_CHECKING:
    from console.snapshot.types import RouteView, Snapshot

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
_CODES = {
    "hard stop": 2,
    "page": 2,
    "spent": 2,
    "frozen": 3,
    "no data": 3,
    "ticket": 1,
    "at risk": 1,
    "healthy": 0,
}
_MISSES_SHOWN = 50
_WORST_FIRST = (2, 3, 1, 0)


def register(app: typer.Typer) -> None:
    """Add these commands."""
    for command in (status, misses, alerts, check, doctor):
        app.command()(command)


def status(
    context: typer.Context,
    route: Annotated[str | None, typer.Argument(help="One route; default: all.")] = None,
    window: Annotated[
        str | None, typer.Option(help="One more window, such as 6h; `all`: everything kept.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show budgets, burn, classes, alerts and orders.

    Exit code 0 healthy, 1 ticket or at risk, 2 page, spent or hard stop, 3 frozen or no data.
    """
    session: Session = context.obj
    if window not in {None, "all"}:
        _check_window(str(window))
    snapshot = _snapshot(session, window)
    views = [view for view in snapshot.routes if route in {None, view.route}]
    if route is not None and not views:
        raise Stop(unknown(route, (view.route for view in snapshot.routes)), 3)
    if as_json:
        document(documents.status(snapshot, route, window))
    elif route is not None:
        tables.route(views[0], snapshot)
    else:
        tables.fleet(snapshot)
    leave(exit_code(views, paged=any(item.state != "resolved" for item in snapshot.alerts)))


def exit_code(views: list[RouteView], *, paged: bool = False) -> int:
    """Return the code of the worst route: 2 beats 3 beats 1; no route at all is no data.

    `paged` says that the control file, which serves all routes, has a page of its own.
    """
    codes = {_code(view) for view in views} or {3}
    codes |= {2} if paged else set()
    return next(code for code in _WORST_FIRST if code in codes)


def _code(view: RouteView) -> int:
    """Return the code of one route; silence is as ordered while it is paused or idle."""
    code = _CODES[view.health]
    return 0 if code == 3 and (view.state is RouteState.PAUSED or view.idle) else code


def _check_window(window: str) -> None:
    from console.burn.windows import parse

    try:
        parse(window)
    except ValueError as error:
        raise Stop(f"--window: {error}, or `all`", USAGE) from error


def _snapshot(session: Session, window: str | None = None) -> Snapshot:
    from console.store.connect import StoreError

    try:
        return session.snapshot(window)
    except StoreError as error:
        raise Stop(str(error), 3) from error


def misses(
    context: typer.Context,
    route: Annotated[str | None, typer.Argument(help="One route; default: all.")] = None,
    error_class: Annotated[
        str | None, typer.Option("--class", help="latency, trust, escalation, permission, recovery")
    ] = None,
    since: Annotated[str | None, typer.Option(help="RFC 3339, or a span such as 6h.")] = None,
    limit: Annotated[
        int | None, typer.Option(min=0, help="At most so many, 0 for all; default: 50, JSON all.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show misses with their evidence, newest first. Exit code 1: no such route."""
    session: Session = context.obj
    if error_class is not None and error_class not in {item.value for item in CLASSES}:
        names = ", ".join(item.value for item in CLASSES)
        raise Stop(f"--class {clean(error_class, 40)}: there is no such class; {names}", USAGE)
    from console.snapshot import with_lines
    from console.store import reader
    from console.store.connect import attach

    since_us = None if since is None else _instant(since, session.now_us)
    most = limit if limit is not None else (0 if as_json else _MISSES_SHOWN)
    session.require_settings()
    connection = attach(session.store)
    try:
        require_route(session, connection, route)
        rows = reader.misses(
            connection,
            route=route,
            error_class=error_class,
            since_us=since_us,
            until_us=session.now_us if session.looks_back else None,
            limit=None if not most else most + 1,
        )
        more = bool(most) and len(rows) > most
        rows = rows[:most] if most else rows
        views = with_lines(connection, rows)
    finally:
        connection.close()
    if as_json:
        document(documents.misses(views))
    else:
        tables.misses(views)
        if more:
            say(f"these are the newest {most}; --limit 0 shows all")


def _instant(text: str, now_us: int) -> int:
    from console.burn.windows import parse
    from console.intake.times import instant_us

    try:
        return now_us - parse(text)
    except ValueError:
        pass
    try:
        return instant_us(text)
    except ValueError as error:
        raise Stop(f"--since {clean(text, 40)}: {error}, or a span such as 6h", USAGE) from error


def alerts(context: typer.Context, as_json: AsJson = False) -> None:
    """Show alerts, the open ones first."""
    session: Session = context.obj
    snapshot = _snapshot(session)
    views = [*snapshot.alerts, *(alert for view in snapshot.routes for alert in view.alerts)]
    views.sort(key=lambda alert: (alert.resolved_us is not None, -alert.opened_us, alert.id))
    if as_json:
        document({"alerts": [documents.alert(alert) for alert in views]})
    else:
        tables.alerts(views, snapshot.as_of_us)
        tables.untold(snapshot.store)
        tables.withheld(snapshot.store)


def check(
    context: typer.Context,
    backtest: Annotated[
        bool, typer.Option("--backtest", help="What other objectives would have alerted.")
    ] = False,
    route: Annotated[str | None, typer.Option(help="One route; default: all.")] = None,
    from_: Annotated[
        str | None, typer.Option("--from", help="With --backtest: RFC 3339, or 30d before.")
    ] = None,
    to: Annotated[str | None, typer.Option("--to", help="With --backtest: RFC 3339.")] = None,
    as_json: AsJson = False,
) -> None:
    """Validate settings; show the five questions per route and what each rule can fire on.

    Exit code 0 ready, 1 a question is blank or a mapping undecided, 78 settings invalid.
    """
    session: Session = context.obj
    if not backtest and (from_ is not None or to is not None):
        raise Stop("--from and --to go with --backtest", USAGE)
    settings = session.settings
    from console.cli import checking
    from console.cli.collecting import check_sources

    check_sources(session)
    sources = checking.sources(session)
    known = checking.route_names(session)
    if route is not None and known and route not in known:
        raise Stop(unknown(route, known), REFUSED)
    names = [name for name in known if route in {None, name}]
    found = [checking.examine(settings.route(name)) for name in names]
    if backtest:
        from console.cli.backtesting import add_objectives

        add_objectives(session, found, from_ or "30d", to)
    if as_json:
        document({"settings": str(settings.path or ""), "sources": sources, "routes": found})
    else:
        built_in = "none; every route has the medium tier and nothing is automatic"
        say(f"settings: {settings.path or built_in}")
        for source in sources:
            checking.show_source(source)
        if not names:
            say("no routes yet: burnline collect DIR, or a [route.NAME] table in burnline.toml")
        for item in found:
            checking.show(item)
    decided = not any(source["undecided"] for source in sources)
    ready = bool(found) and all(item["ready"] for item in found)
    leave(0 if ready and decided else REFUSED)


def doctor(
    context: typer.Context,
    schema: Annotated[bool, typer.Option("--schema", help="Print the JSON Schemas.")] = False,
    as_json: AsJson = False,
) -> None:
    """Look at versions, paths, permissions, refused lines and locks. Exit code 1: a problem."""
    session: Session = context.obj
    if schema:
        from console.cli.schemas import published

        document(published())
        return
    from console.cli import health

    findings = health.examine(session, time.time())
    if as_json:
        document({"findings": [finding._asdict() for finding in findings]})
    else:
        health.show(findings)
    leave(0 if all(finding.good for finding in findings) else REFUSED)
