"""Snapshots as text for a terminal or a pipe. Formatting only: every number is the snapshot's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.burn.rules import decimal, percent
from console.cli.moments import age, when
from console.cli.orders import directive, ladder_step, seen
from console.cli.session import say
from console.model import CLASSES
from console.text import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.snapshot.types import (
        AlertView,
        ApprovalView,
        ChannelView,
        MissView,
        RouteView,
        SilenceView,
        Snapshot,
        StoreView,
    )


def grid(header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows in columns as wide as their widest cell."""
    widths = [max(len(row[place]) for row in (header, *rows)) for place in range(len(header))]
    for row in (header, *rows):
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        say("  ".join(cells).rstrip())


def fleet(snapshot: Snapshot) -> None:
    """Print one row per route, worst first, and what the numbers rest on."""
    if not snapshot.routes:
        say("no routes yet: burnline collect DIR reads logs, burnline demo shows how it looks")
    header = (
        "HEALTH",
        "ROUTE",
        "TIER",
        "LEFT",
        "RUNS",
        "BAD",
        "L T E P R",
        "GONE BY",
        "STATE",
        "OWNER",
    )
    rows = [
        (
            health(view),
            view.route,
            view.tier,
            _left(view),
            str(view.counts.total),
            str(view.counts.bad),
            " ".join(str(view.counts.of(item)) for item in CLASSES),
            outlook(view),
            _control(view),
            view.owner or "nobody",
        )
        for view in snapshot.routes
    ]
    if rows:
        grid(header, rows)
    for view in snapshot.routes:
        for step in view.proposals:
            say(f"{view.route}: {ladder_step(step, view.route)}")
    _footing(snapshot)


def route(view: RouteView, snapshot: Snapshot) -> None:
    """Print all that is known of one route."""
    say(f"{view.route}: {health(view)}, {view.state.value}, tier {view.tier}")
    for question, answer in view.questions:
        say(f"  {question} {answer or 'BLANK'}")
    say(
        f"  budget {_left(view)} left over {view.window.text}: {view.counts.bad} of "
        f"{view.counts.total} runs missed, {_more(view.remaining_runs)}; "
        f"{outlook(view)}{between(view)}"
    )
    say("  " + ", ".join(f"{item.value} {view.counts.of(item)}" for item in CLASSES))
    say(
        f"  open {view.open}, unknown {view.unknown}, excluded {view.excluded}, "
        f"handoffs {view.handoffs}, rescues {view.rescues}; data {view.data}"
    )
    for rule in view.rules:
        mark = f" (lowered to {decimal(rule.rule.k)})" if rule.rule.lowered else ""
        say(f"  {rule.rule.severity.value:6} {rule.state:12} {rule.words}{mark}")
    for alert in view.alerts:
        say(f"  alert {alert.id} {alert.severity} {kinds(alert)} {standing(alert)}: {alert.words}")
    for order in view.directives:
        say("  " + directive(order, snapshot.as_of_us))
    if view.loosened:
        say(f"  SETTINGS HELD while an order stands: {view.loosened}; burnline accept-settings")
    for step in view.steps:
        say("  " + ladder_step(step, view.route))
    _footing(snapshot)


def misses(views: Sequence[MissView]) -> None:
    """Print misses with the place of their evidence."""
    if not views:
        say("no misses")
    for view in views:
        mark = f"  (corrected {view.correction})" if view.correction else ""
        words = f"{view.rule}{mark}"
        say(f"{when(view.at_us)}  {view.error_class:10}  {view.route}  {view.run}  {words}")
        for item in view.evidence:
            text = "its raw line has expired" if item.expired else clean(item.line, 120)
            say(f"    {item.file}:{item.line_number} (byte {item.offset})  {text}")


def alerts(views: Sequence[AlertView], now_us: int) -> None:
    """Print alerts."""
    if not views:
        say("no alerts")
        return
    rows = [
        (
            alert.id,
            alert.severity,
            kinds(alert),
            standing(alert),
            age(now_us - alert.opened_us),
            alert.acknowledged_by or "-",
            alert.words,
        )
        for alert in views
    ]
    grid(("ID", "SEVERITY", "KIND", "STATE", "AGE", "OWNED BY", "WHAT"), rows)


def kinds(alert: AlertView) -> str:
    """Return what an alert is about, the leading kind first."""
    return ", ".join(alert.kinds) or alert.kind


def standing(alert: AlertView) -> str:
    """Return the state of an alert, and what keeps it quiet."""
    if alert.state == "silenced":
        return f"silenced by {alert.silence}"
    if alert.inhibited_by and alert.state != "resolved":
        return f"{alert.state}, quiet behind {alert.inhibited_by}"
    return f"{alert.state}, would have told" if alert.dry_run else alert.state


def silences(views: Sequence[SilenceView]) -> None:
    """Print silences."""
    if not views:
        say("no silences")
        return
    rows = [
        (
            view.id,
            "stands" if view.stands else "over",
            view.match,
            when(view.until_us),
            view.by,
            view.reason,
        )
        for view in views
    ]
    grid(("ID", "STATE", "MATCH", "UNTIL", "BY", "REASON"), rows)


def outlook(view: RouteView) -> str:
    """Return when the budget is gone: a time of day, a date, or why there is none."""
    if view.exhausts_us is None:
        return view.outlook
    return f"gone by {when(view.exhausts_us)}"


def between(view: RouteView) -> str:
    """Return the range of the forecast, "" where it says no more than its one instant."""
    if view.exhausts_between_us is None:
        return ""
    early_us, late_us = view.exhausts_between_us
    if late_us is None:
        return f" (at the earliest {when(early_us)}; at the slower pace it lasts)"
    return f" (between {when(early_us)} and {when(late_us)})" if early_us != late_us else ""


def health(view: RouteView) -> str:
    """Return how a route does in the words of a reader, to whom a *freeze* is an order."""
    return "stale" if view.health == "frozen" else view.health


def _more(runs: int) -> str:
    return f"{runs} more may" if runs >= 0 else f"{-runs} more than may"


def _left(view: RouteView) -> str:
    return "no data" if view.remaining is None else percent(view.remaining)


def _control(view: RouteView) -> str:
    if not view.directives:
        return view.state.value
    return f"{view.state.value} {seen(view.directives[0], '/')}"


def _footing(snapshot: Snapshot) -> None:
    store = snapshot.store
    say()
    catching = ", catching up" if store.catching_up else ""
    say(
        f"as of {when(snapshot.as_of_us)}; {store.events:,} events, {store.rejected:,} refused; "
        f"collector {store.collector}{catching}"
    )
    _unread(snapshot)
    _unknown(snapshot)
    if snapshot.approvals:
        say(f"{len(snapshot.approvals)} actions wait for a grant: burnline approvals")
    if not snapshot.settings_path:
        say("no burnline.toml: every route has the medium tier and nothing is automatic")
    if store.tampered:
        say(f"TAMPERING: {store.tampered}")
    for trouble in store.troubles:
        say(f"TROUBLE: {trouble}")
    for alert in snapshot.alerts:
        if alert.state != "resolved":
            say(
                f"alert {alert.id} {alert.severity} {kinds(alert)} {standing(alert)}: {alert.words}"
            )
    untold(store)


def _unread(snapshot: Snapshot) -> None:
    """Name the routes whose logs go on while no collector reads them."""
    names = [clean(view.route, 60) for view in snapshot.routes if view.unread]
    if names:
        more = f" and {len(names) - 3} more" if len(names) > 3 else ""
        say(
            f"UNREAD: the logs of {', '.join(names[:3])}{more} go on and no collector reads them: "
            "burnline collect"
        )


def _unknown(snapshot: Snapshot) -> None:
    """Say which events of no known name came, those first that are probably misspelt."""
    found = [view for source in snapshot.sources for view in source.unknown]
    if found:
        worst = max(found, key=lambda view: (bool(view.meant), view.lines))
        more = f"; {len(found) - 1} more in burnline doctor" if len(found) > 1 else ""
        say(f"{worst.words}{more}")


def untold(store: StoreView) -> None:
    """Print what people on call were not told, and why."""
    for channel in store.untold:
        say(untold_words(channel))


def withheld(store: StoreView) -> None:
    """Print what dry runs would have sent."""
    for channel in store.channels:
        if channel.withheld:
            say(f"dry run: {channel.withheld} would have been sent to {channel.label}")


def untold_words(channel: ChannelView) -> str:
    """Return what a channel was not told, why, and what to do, as a sentence."""
    dead = f"{channel.dead} given up (burnline notify retry)" if channel.dead else ""
    failing = f"{channel.failing} failing and tried again" if channel.failing else ""
    counts = ", ".join(part for part in (dead, failing) if part)
    return f"notifications to {channel.label}: {counts}: {channel.note or 'no reason is known'}"


def approvals(found: Sequence[ApprovalView]) -> None:
    """Print which actions wait for a grant, and how each is given."""
    if not found:
        say("nothing waits for a grant")
        return
    rows = [
        (
            view.route,
            view.run,
            view.action,
            when(view.at_us),
            view.agent,
            view.directive or "settings",
        )
        for view in found
    ]
    grid(("ROUTE", "RUN", "ACTION", "SINCE", "AGENT", "ASKED BY"), rows)
    say("burnline grant ROUTE --action ACTION --run RUN lets one of them happen")
