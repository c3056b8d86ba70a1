"""Alerts: what the counts, the ledger and the orders say of each route now (semantics 6)."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from console.burn import arithmetic, lifecycle, rules, windows
from console.burn.lifecycle import Alert, Condition, Verdict
from console.burn.rules import decimal, percent
from console.model import MINUTE_US, Counts, DirectiveKind, Severity
from console.store import alerts, corrections, counting, desk, reader

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.settings import RouteSettings, Settings
    from console.store.connect import Connection

_DEFAULT_ABSENT_US = 30 * MINUTE_US
_GAP_TIMES = 3


class Ground(NamedTuple):
    """What a route's conditions are judged on; `charged` is the budget window's counts."""

    route: RouteSettings
    number: int
    now_us: int
    charged: Counts
    readings: tuple[rules.Reading, ...]
    stale: bool
    catching_up: bool


class Windows:
    """Counts of all routes over windows that end at one instant; each window is read once."""

    def __init__(self, connection: Connection, now_us: int) -> None:
        self._connection = connection
        self._now_us = now_us
        self._known: dict[windows.Span, dict[int, Counts]] = {}

    def trailing(self, route: int, length_us: int) -> Counts:
        """Return the counts of a route over a window of a length."""
        return self.over(route, windows.trailing(self._now_us, length_us))

    def over(self, route: int, span: windows.Span) -> Counts:
        """Return the counts of a route over a span of minutes."""
        if span not in self._known:
            self._known[span] = counting.window_counts(self._connection, span)
        return self._known[span].get(route, Counts())


def readings(route: RouteSettings, number: int, table: Windows, now_us: int) -> tuple[
    Counts, tuple[rules.Reading, ...]
]:  # fmt: skip
    """Return the counts of the budget window, and what each burn rule reads of its windows."""
    budget = table.over(number, windows.budget_span(route.window, now_us))
    found = tuple(
        rules.read(
            rule,
            table.trailing(number, rule.long_us),
            table.trailing(number, rule.short_us),
            budget.total,
            route,
        )
        for rule in rules.of(route)
    )
    return budget, found


def charged(
    connection: Connection, route: RouteSettings, number: int, budget: Counts, now_us: int
) -> Counts:
    """Return the counts of the budget window as charged: experienced, less what was corrected."""
    found = corrections.of_route(connection, route.name)
    span = windows.budget_span(route.window, now_us)
    return budget.minus(corrections.taken_out(connection, number, found, span)[0])


def absent_after_us(route: RouteSettings, gap_minutes: int) -> int:
    """Return after which silence a route counts as stale.

    By default the largest of 30 min, three times the longest gap of the last 14 days, and the time
    in which a total failure would cross the fastest rule: k * B * long (burn_rate.md 1c-6).
    """
    if route.absent_after_us is not None:
        return route.absent_after_us
    crossing = (
        rule.k * route.budget_ppm * rule.long_us / arithmetic.PPM for rule in rules.of(route)
    )
    fastest_us = int(min(crossing, default=Fraction(0)))
    return max(_DEFAULT_ABSENT_US, _GAP_TIMES * gap_minutes * MINUTE_US, fastest_us)


def evaluate(
    connection: Connection,
    settings: Settings,
    now_us: int,
    catching_up: Callable[[str], bool],
) -> int:
    """Step every alert of every route, inside the caller's transaction; return how many changed."""
    table = Windows(connection, now_us)
    known: dict[tuple[str, str, str], Alert] = {
        (alert.route, alert.severity, alert.kind): alert
        for alert in alerts.read(connection, open_only=True)
    }
    changed = 0
    for row in reader.routes(connection):
        route = settings.route(row.name)
        budget, found = readings(route, row.id, table, now_us)
        quiet_us = now_us - row.last_us
        ground = Ground(
            route=route,
            number=row.id,
            now_us=now_us,
            charged=charged(connection, route, row.id, budget, now_us),
            readings=found,
            stale=quiet_us > absent_after_us(route, row.gap_minutes),
            catching_up=catching_up(row.name),
        )
        burning = {severity: known.get((row.name, severity.value, "burn")) for severity in Severity}
        for condition in conditions(connection, ground, burning):
            key = (row.name, condition.severity.value, condition.kind)
            changed += _step(connection, known.get(key), condition, row.name, now_us)
    return changed


def conditions(
    connection: Connection, ground: Ground, burning: dict[Severity, Alert | None]
) -> list[Condition]:
    """Return every condition of a route, firing or not; `burning` are its open burn alerts."""
    found = [_burn(connection, ground, severity, burning[severity]) for severity in Severity]
    found.append(_spent(ground))
    if ground.route.zero_tolerance:
        found.append(_hard_stop(connection, ground))
    found.append(_overdue(connection, ground))
    found.append(_expired(connection, ground))
    return found


def _burn(
    connection: Connection, ground: Ground, severity: Severity, alert: Alert | None
) -> Condition:
    """Judge the burn rules of one severity; an open alert resolves by the rules that fired it."""
    mine = [item for item in ground.readings if item.rule.severity is severity]
    firing = [item for item in mine if item.fires]
    names = tuple(_rule_name(item) for item in firing)
    hold_us = max((item.rule.short_us for item in firing), default=0)
    kind = "burn"
    if ground.catching_up:
        return Condition(kind, severity, Verdict.CATCHING_UP, "catching up")
    if ground.stale:
        return Condition(kind, severity, Verdict.FROZEN, "no events: the last state stands")
    if firing:
        since_us = ground.now_us - firing[0].rule.long_us
        runs = tuple(reader.runs_missed(connection, ground.number, since_us))
        words = sentence(ground, firing[0])
        return Condition(kind, severity, Verdict.FIRE, words, names, runs, hold_us=hold_us)
    gating = [item for item in mine if alert is not None and _rule_name(item) in alert.rules]
    # A rule that was rewritten since cannot say that what it fired on is over: then all have to.
    gating = gating or mine
    if any(_unjudged(item) for item in gating):
        return Condition(kind, severity, Verdict.FROZEN, "no data in a window that fired")
    quiet = all(item.quiet for item in gating)
    words = "the burn is under every threshold that had fired"
    return Condition(kind, severity, Verdict.HEALTHY, words, quiet=quiet)


def sentence(ground: Ground, gating: rules.Reading) -> str:
    """Say what burns, how fast, by what, and who owns it."""
    rule, counts, route = gating.rule, gating.long, ground.route
    rate = arithmetic.burn_rate(counts.bad, counts.total, route.budget_ppm)
    classes = {name: getattr(counts, name) for name in Counts._fields[2:]}
    mostly = max(classes, key=lambda name: classes[name])
    owner = f" Owner: {route.owner}." if route.owner else " Nobody owns it."
    return (
        f"{route.name} burns {decimal(rate)}x: {counts.bad} of {counts.total} runs missed in the "
        f"last {windows.label(rule.long_us)}, mostly {mostly} ({classes[mostly]}).{owner}"
    )


def _spent(ground: Ground) -> Condition:
    route, budget = ground.route, ground.charged
    kind = "spent"
    if ground.catching_up:
        return Condition(kind, Severity.PAGE, Verdict.CATCHING_UP, "catching up")
    left = arithmetic.remaining(budget.bad, budget.total, route.budget_ppm)
    if left is None:
        return Condition(kind, Severity.PAGE, Verdict.FROZEN, "no closed run in the window")
    enough = budget.bad >= route.min_misses and not arithmetic.smaller_than_one_run(
        budget.total, route.budget_ppm
    )
    words = f"{route.name}: {percent(left)} of the budget is left over {route.window.text}"
    if left <= 0 and enough:
        return Condition(kind, Severity.PAGE, Verdict.FIRE, words, (f"left {percent(left)}",))
    if ground.stale:
        return Condition(kind, Severity.PAGE, Verdict.FROZEN, "no events: the last state stands")
    return Condition(kind, Severity.PAGE, Verdict.HEALTHY, words)


def _hard_stop(connection: Connection, ground: Ground) -> Condition:
    """One miss of a zero-tolerance class pages at once; the owner's signed close ends it."""
    route = ground.route
    first_us = windows.budget_span(route.window, ground.now_us).first * MINUTE_US
    runs = reader.runs_missed(connection, ground.number, first_us, route.zero_tolerance)
    closed = alerts.closed_runs(connection, route.name, "hard_stop")
    fresh = tuple(run for run in runs if run not in closed)
    classes = ", ".join(route.zero_tolerance)
    if not fresh:
        return Condition("hard_stop", Severity.PAGE, Verdict.HEALTHY, "", signed=True)
    noun = "run" if len(fresh) == 1 else "runs"
    words = (
        f"{route.name}: zero tolerance for {classes} misses, and {len(fresh)} {noun} had one. "
        f"Only a signed close ends this."
    )
    return Condition(
        "hard_stop", Severity.PAGE, Verdict.FIRE, words, (f"zero tolerance: {classes}",), fresh,
        signed=True,
    )  # fmt: skip


def _overdue(connection: Connection, ground: Ground) -> Condition:
    orders = desk.orders_of(connection, ground.route.name)
    late = [
        f"{order.id} not confirmed by {', '.join(agents)}"
        for order in orders.directives.values()
        if order.lifted_us is None and (agents := orders.unconfirmed(order))
    ]
    words = f"{ground.route.name}: {'; '.join(late)}" if late else "every order is confirmed"
    verdict = Verdict.FIRE if late else Verdict.HEALTHY
    return Condition("overdue", Severity.PAGE, verdict, words, tuple(late))


def _expired(connection: Connection, ground: Ground) -> Condition:
    """A pause stands at its expiry, and says so to its owner (semantics 7)."""
    late = [
        f"{order.id} by {order.by} should have ended; a pause stands until it is lifted"
        for order in desk.directives_of(connection, ground.route.name)
        if order.kind is DirectiveKind.PAUSE
        and order.lifted_us is None
        and order.until_us is not None
        and order.until_us <= ground.now_us
    ]
    words = f"{ground.route.name}: {'; '.join(late)}" if late else "no pause is past its end"
    verdict = Verdict.FIRE if late else Verdict.HEALTHY
    return Condition("expired", Severity.TICKET, verdict, words, tuple(late))


def _rule_name(reading: rules.Reading) -> str:
    rule = reading.rule
    pair = f"{windows.label(rule.long_us)}/{windows.label(rule.short_us)}"
    return f"{pair} at {decimal(rule.k)}x"


def _step(
    connection: Connection, alert: Alert | None, condition: Condition, route: str, now_us: int
) -> bool:
    """Step one alert; store it if it changed."""
    new_id = "" if alert is not None else alerts.next_id(connection)
    after = lifecycle.step(alert, condition, route, now_us, new_id)
    if after is None or after == alert:
        return False
    alerts.save(connection, after)
    return True


def _unjudged(reading: rules.Reading) -> bool:
    """Say whether a rule cannot tell now that what it fired on is over."""
    return reading.basis == "no data" or (reading.basis == "ratio" and reading.short_rate is None)
