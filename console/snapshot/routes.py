"""One route as every view shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.burn import arithmetic, forecast, rules, windows
from console.burn.ground import idle
from console.collector import history
from console.collector.readings import readings
from console.model import DAY_US, HOUR_US, MINUTE_US
from console.snapshot import marks, orders
from console.snapshot.consequences import steps
from console.snapshot.health import HEALTH, answers, data_of, health_of
from console.snapshot.particulars import Burn, RuleView
from console.snapshot.types import AccountView, RouteView
from console.store import corrections

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.model import Counts, Directive
    from console.settings import RouteSettings
    from console.snapshot.frame import Frame
    from console.store import reader

OVER = 20
"""How many orders that stand no longer are shown of a route: the latest."""


def view(
    frame: Frame, route: RouteSettings, row: reader.RouteRow | None, window: str | None
) -> RouteView:
    """Return the view of one route; `row` is None where no event of it was ever read."""
    number = row.id if row is not None else -1
    span = windows.budget_span(route.window, frame.now_us)
    experienced, found = readings(route, number, frame.table)
    if window == "all":
        span = frame.gathered.everything
        experienced = frame.table.over(number, span)
    excluding = frame.gathered.corrections.get(route.name, [])
    corrected, _ = corrections.taken_out(frame.connection, number, excluding, span)
    counts = experienced.minus(corrected)
    charged = _account(frame, route, number, counts, found)
    left = charged.remaining
    # A run without a verdict is in no minute: over everything, it may be older than all counts.
    apart = frame.gathered.states(0 if window == "all" else span.first * MINUTE_US).get(number, {})
    data = data_of(frame, route, row, counts, apart)
    shown = tuple(_rule(frame, item, data) for item in found)
    mine = frame.alerts.get(route.name, ())
    standing = orders.standing(frame, route, number, left)
    given = frame.gathered.orders.get(route.name, [])
    agents = tuple(agent for agent, _ in frame.gathered.agents.get(number, ()))
    questions = answers(route)
    state = orders.state_of(standing)
    health = health_of(
        mine,
        left=left,
        data=data,
        outlook=charged.outlook,
        enough=counts.bad >= route.min_misses,
    )
    return RouteView(
        route=route.name,
        tier=route.tier,
        owner=route.owner,
        ready=all(answer for _, answer in questions),
        questions=questions,
        state=state,
        health=health,
        rank=HEALTH.index(health),
        budget_ppm=route.budget_ppm,
        window=route.window,
        counts=counts,
        experienced=experienced,
        open=apart.get("open", 0),
        unknown=apart.get("unknown", 0),
        excluded=apart.get("excluded", 0),
        handoffs=frame.gathered.handoffs(span.first, span.end).get(number, 0),
        rescues=frame.gathered.rescues(span.first, span.end).get(number, 0),
        lost_lines=frame.gathered.lost_lines.get(route.name, 0),
        remaining=left,
        remaining_runs=charged.remaining_runs,
        outlook=charged.outlook,
        exhausts_us=charged.exhausts_us,
        exhausts_between_us=charged.exhausts_between_us,
        data=data,
        last_event_us=row.last_us if row is not None else None,
        last_miss_us=frame.gathered.last_misses.get(number),
        burn=_burns(frame, route, number, window),
        rules=shown,
        alerts=mine,
        directives=standing,
        steps=steps(frame, route, counts),
        loosened="; ".join(_held(frame, route)),
        agents=agents,
        curve=frame.curves.remaining(route, number, left),
        caps_ppm=route.caps_ppm,
        steps_ppm=tuple(
            sorted(step.left_ppm for step in route.ladder if step.left_ppm is not None)
        ),
        freeze_kinds=route.freeze_kinds,
        approval_required=route.measured.approval_required,
        idle=idle(route, frame.now_us),
        lived=None if experienced == counts else _account(frame, route, number, experienced, found),
        marks=marks.marks(
            frame.gathered.changes(span.first * MINUTE_US).get(number, ()),
            span,
            frame.now_us,
            alerts=mine,
            orders=given,
            corrections=excluding,
        ),
        over=tuple(_over(given, frame.now_us)[:OVER]),
        unread=route.name in frame.unread,
    )


def _held(frame: Frame, route: RouteSettings) -> tuple[str, ...]:
    """Return in what ways the route's settings were loosened under an order that stands."""
    orders = frame.gathered.orders.get(route.name, ())
    return history.held_under(orders, frame.connection, route, frame.now_us)


def _account(
    frame: Frame,
    route: RouteSettings,
    number: int,
    counts: Counts,
    found: Sequence[rules.Reading],
) -> AccountView:
    """Return the budget by one way of counting, and when it will be gone."""
    future = forecast.forecast(
        route.window,
        route.budget_ppm,
        counts,
        found,
        day=frame.table.trailing(number, DAY_US),
        hour=frame.table.trailing(number, HOUR_US),
        now_us=frame.now_us,
    )
    return AccountView(
        counts=counts,
        remaining=arithmetic.remaining(counts.bad, counts.total, route.budget_ppm),
        remaining_runs=arithmetic.remaining_runs(counts.bad, counts.total, route.budget_ppm),
        outlook=future.outlook,
        exhausts_us=future.at_us,
        exhausts_between_us=_between(future),
    )


def _over(given: list[Directive], now_us: int) -> list[Directive]:
    """Return the orders that stand no longer, the latest first."""
    past = [item for item in given if item.issued_us <= now_us and not item.stands(now_us)]
    return sorted(past, key=lambda item: (-item.issued_us, item.id))


def _rule(frame: Frame, reading: rules.Reading, data: str) -> RuleView:
    state = reading.state
    if frame.live and frame.behind:
        state = rules.CATCHING_UP
    elif data in {"stale", "none"}:
        state = rules.FROZEN
    long_burn, short_burn = reading.burns
    return RuleView(
        rule=reading.rule,
        long_label=windows.label(reading.rule.long_us),
        short_label=windows.label(reading.rule.short_us),
        basis=reading.basis,
        state=state,
        long_burn=long_burn,
        short_burn=short_burn,
        words=rules.words(reading),
    )


def _between(found: forecast.Forecast) -> tuple[int, int | None] | None:
    return None if found.earliest_us is None else (found.earliest_us, found.latest_us)


def _burns(frame: Frame, route: RouteSettings, number: int, window: str | None) -> tuple[Burn, ...]:
    """Return the burn over every window that the rules use, shortest first, and `window`."""
    lengths = {item for rule in rules.of(route) for item in (rule.long_us, rule.short_us)}
    found = [
        (windows.label(length), length, frame.table.trailing(number, length))
        for length in sorted(lengths)
    ]
    if window == "all":
        span = frame.gathered.everything
        length = (span.end - span.first) * MINUTE_US
        found.append(("all", length, frame.table.over(number, span)))
    elif window is not None and windows.parse(window) not in lengths:
        length = windows.parse(window)
        found.append((window, length, frame.table.trailing(number, length)))
    burns = arithmetic.burns((counts for _, _, counts in found), route.budget_ppm)
    return tuple(
        Burn(label=label, long_us=length, counts=counts, burn=burn)
        for (label, length, counts), burn in zip(found, burns, strict=True)
    )
