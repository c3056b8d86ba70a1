"""The view of one route, computed the plain way: asked for by route, added up run by run."""

from __future__ import annotations

from fractions import Fraction
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

from console.burn import arithmetic, forecast, rules, windows
from console.burn.ground import idle
from console.burn.windows import Span
from console.collector import history
from console.collector.readings import readings
from console.control.receipts import reach
from console.ledger.counts import counts_of
from console.model import DAY_US, HOUR_US, MINUTE_US, Counts, Directive, DirectiveKind, Window
from console.snapshot import marks
from console.snapshot.consequences import steps
from console.snapshot.frame import Frame
from console.snapshot.health import HEALTH, answers, data_of, health_of
from console.snapshot.orders import probation_ends_us, state_of
from console.snapshot.particulars import Burn, RuleView
from console.snapshot.types import AccountView, DirectiveView, RouteView, StepView
from console.store import corrections, desk, episodes, intake, reader

if TYPE_CHECKING:
    from console.settings import RouteSettings
    from console.snapshot.particulars import MarkView
    from console.snapshot.types import AlertView
    from console.store.connect import Connection
    from tests.snapshot.chance import Run, World

POINTS = 120


class Plain:
    """One route of a store whose runs are known."""

    def __init__(
        self, connection: Connection, world: World, name: str, window: str | None = None
    ) -> None:
        self.connection, self.world, self.window = connection, world, window
        self.route: RouteSettings = world.settings.route(name)
        rows = {row.name: row for row in reader.routes(connection)}
        self.row = rows.get(name)
        self.number = self.row.id if self.row is not None else -1
        self.runs = [run for run in world.runs if run.number == self.number]

    # The counts, as `readings` asks for them.

    def trailing(self, _: int, length_us: int) -> Counts:
        """Return the counts of the runs that closed in a rolling window."""
        return self.over(windows.trailing(self.world.now_us, length_us))

    def budget(self, _: int, window: Window) -> Counts:
        """Return the counts of the runs that closed in a budget window."""
        return self.over(windows.budget_span(window, self.world.now_us))

    def over(self, span: Span) -> Counts:
        """Return the counts of the runs that closed in a span."""
        return added(self.closed_in(span))

    def closed_in(self, span: Span) -> list[Run]:
        """Return the runs that closed in a span."""
        return [run for run in self.runs if span.first <= _minute(run) < span.end]

    @property
    def span(self) -> Span:
        """Return the span that the counts are of."""
        if self.window != "all":
            return windows.budget_span(self.route.window, self.world.now_us)
        days = {_minute(run) // 1_440 for run in self.world.runs if run.entry.minute is not None}
        return Span(min(days) * 1_440, (max(days) + 1) * 1_440) if days else Span(0, 0)

    @property
    def charged(self) -> Counts:
        """Return the counts less the runs that a correction covers."""
        found = corrections.of_route(self.connection, self.route.name)
        closed = self.closed_in(self.span)
        return added(
            [run for run in closed if not any(item.covers(run.run, run.entry) for item in found)]
        )

    def apart(self) -> dict[str, int]:
        """Return how many runs are neither good nor bad, by state."""
        since_us = 0 if self.window == "all" else self.span.first * MINUTE_US
        rows = self.connection.execute(
            "select state, count(*) from run where state in ('open', 'unknown', 'excluded') "
            "and route = ? and last_us >= ? group by state",
            (self.number, since_us),
        )
        return dict(rows.fetchall())

    def curve(self, left: Fraction | None) -> tuple[tuple[int, Fraction], ...]:
        """Return the curve of the remaining budget, each point by itself."""
        now_us = self.world.now_us
        span = windows.budget_span(self.route.window, now_us)
        hours = range(span.first // 60, -(-span.end // 60))
        closed = [run for run in self.runs if _minute(run) // 60 in hours]
        if not closed or left is None:
            return ()
        step = max(1, -(-(span.end - span.first) // (60 * POINTS)))
        points = []
        for bucket in range(span.first // 60 // step, (span.end - 1) // 60 // step + 1):
            at_us = (bucket + 1) * step * HOUR_US
            bad = sum(run.entry.state == "bad" for run in closed if _ends_by(run, at_us))
            point = arithmetic.remaining(bad, len(closed), self.route.budget_ppm)
            if at_us < now_us and point is not None:
                points.append((at_us, point))
        return (*points[1 - POINTS :], (now_us, left))

    def last_miss_us(self) -> int | None:
        """Return the instant of the latest miss."""
        found = reader.misses(self.connection, route=self.route.name)
        return max((row.at_us for row in found), default=None)

    def read_us(self) -> int:
        """Return up to when all is read: no collector runs, so up to what was taken in last."""
        if int(desk.fact(self.connection, "behind_bytes") or 0):
            return 0
        return min(self.world.now_us, int(desk.fact(self.connection, "ingested_us") or 0))

    def directives(self, left: Fraction | None) -> tuple[DirectiveView, ...]:
        """Return the orders that stand, the latest first."""
        orders = desk.orders_of(self.connection, self.route.name)
        found = [item for item in orders.directives.values() if item.stands(self.world.now_us)]
        agents = reader.agents(self.connection, self.number)
        views = []
        for order in sorted(found, key=lambda item: (-item.issued_us, item.id)):
            broken = reader.charged_against(self.connection, self.number, order.id)
            far = reach(order, orders, agents, broken, self.read_us())
            trusted = self.trusted_since(order)
            pause = order.kind is DirectiveKind.PAUSE
            enough = left is not None and left > Fraction(order.exit_remaining)
            views.append(
                DirectiveView(
                    directive=order,
                    stage=far.stage,
                    seen_by=far.seen_by,
                    not_seen=far.not_seen,
                    overdue=far.overdue,
                    awaited=far.awaited,
                    ended=far.ended,
                    exit_remaining=Fraction(order.exit_remaining),
                    exit_trusted=(trusted, order.exit_trusted),
                    exit_met=enough and trusted >= order.exit_trusted and not pause,
                    seen_after_us=far.seen_after_us,
                    probation_ends_us=probation_ends_us(self.route, order, self.last_miss_us())
                    if pause
                    else None,
                )
            )
        return tuple(views)

    def trusted_since(self, order: Directive) -> int:
        """Return how many runs closed well in a row since an order, minute by minute."""
        minute = order.issued_us // MINUTE_US
        since = [run for run in self.runs if _minute(run) >= minute]
        last = max((_minute(run) for run in since if run.entry.state == "bad"), default=minute - 1)
        return sum(run.entry.state == "good" for run in since if _minute(run) > last)

    def steps(self, frame: Frame) -> tuple[StepView, ...]:
        """Return the steps of the ladder, their orders and episodes asked for by route."""
        name = self.route.name
        gathered = SimpleNamespace(
            orders={name: desk.directives_of(self.connection, name)},
            episodes={name: episodes.open_of(self.connection, name)},
        )
        asked = SimpleNamespace(
            connection=self.connection, now_us=frame.now_us, gathered=gathered, live=frame.live
        )
        return steps(cast("Any", asked), self.route, self.charged)

    def account(self, counts: Counts) -> AccountView:
        """Return the budget by one way of counting."""
        ppm = self.route.budget_ppm
        _, found = readings(self.route, self.number, self)
        future = forecast.forecast(
            self.route.window, ppm, counts, found, day=self.trailing(0, DAY_US),
            hour=self.trailing(0, HOUR_US), now_us=self.world.now_us,
        )  # fmt: skip
        between = (future.earliest_us, future.latest_us) if future.earliest_us is not None else None
        return AccountView(
            counts=counts,
            remaining=arithmetic.remaining(counts.bad, counts.total, ppm),
            remaining_runs=arithmetic.remaining_runs(counts.bad, counts.total, ppm),
            outlook=future.outlook,
            exhausts_us=future.at_us,
            exhausts_between_us=between,
        )

    def marks(self, mine: tuple[AlertView, ...]) -> tuple[MarkView, ...]:
        """Return what happened in the window, the changes among it as they were written."""
        name = self.route.name
        since_us = self.span.first * MINUTE_US
        told = [
            event for event in self.world.changes if event.route == name and since_us <= event.ts_us
        ]
        told.sort(key=lambda event: event.ts_us, reverse=True)
        return marks.marks(
            told[: marks.MARKS],
            self.span,
            self.world.now_us,
            alerts=mine,
            orders=desk.directives_of(self.connection, name),
            corrections=corrections.of_route(self.connection, name),
        )

    def over_orders(self) -> tuple[Directive, ...]:
        """Return the orders that stand no longer, the latest first."""
        now_us = self.world.now_us
        given = desk.directives_of(self.connection, self.route.name)
        ended = [item for item in given if item.ends_us is not None and item.ends_us <= now_us]
        return tuple(sorted(ended, key=lambda item: (-item.issued_us, item.id)))

    def burns(self) -> tuple[Burn, ...]:
        """Return the burn over the windows of the rules, and over the one that is asked for."""
        lengths = {item for rule in rules.of(self.route) for item in (rule.long_us, rule.short_us)}
        asked = windows.parse(self.window) if self.window not in {None, "all"} else None
        found = [(windows.label(item), item, self.trailing(0, item)) for item in sorted(lengths)]
        if asked is not None and asked not in lengths:
            found.append((str(self.window), asked, self.trailing(0, asked)))
        if self.window == "all":
            length_us = (self.span.end - self.span.first) * MINUTE_US
            found.append(("all", length_us, self.over(self.span)))
        ppm = self.route.budget_ppm
        return tuple(
            Burn(label=label, long_us=length_us, counts=counts, burn=_burn(counts, ppm))
            for label, length_us, counts in found
        )


def view(
    connection: Connection, world: World, name: str, window: str | None, *, live: bool
) -> RouteView:
    """Return the view of one route, with the points of its curve in the curve's place."""
    plain, now_us = Plain(connection, world, name, window), world.now_us
    route, counts, apart, row = plain.route, plain.charged, plain.apart(), plain.row
    frame = Frame(connection, world.settings, now_us, live=live)
    _, found = readings(route, plain.number, plain)
    left = arithmetic.remaining(counts.bad, counts.total, route.budget_ppm)
    data = data_of(frame, route, row, counts, apart)
    charged, experienced = plain.account(counts), added(plain.closed_in(plain.span))
    mine = frame.alerts.get(name, ())
    directives, questions = plain.directives(left), answers(route)
    enough = counts.bad >= route.min_misses
    health = health_of(mine, left=left, data=data, outlook=charged.outlook, enough=enough)
    closed = plain.closed_in(plain.span)
    agents = reader.agents(connection, plain.number)
    return RouteView(
        route=name,
        tier=route.tier,
        owner=route.owner,
        ready=all(answer for _, answer in questions),
        questions=questions,
        state=state_of(directives),
        health=health,
        rank=HEALTH.index(health),
        budget_ppm=route.budget_ppm,
        window=route.window,
        counts=counts,
        experienced=experienced,
        open=apart.get("open", 0),
        unknown=apart.get("unknown", 0),
        excluded=apart.get("excluded", 0),
        handoffs=sum(run.entry.handoff for run in closed),
        rescues=sum(run.entry.rescues for run in closed),
        lost_lines=intake.lost_lines(connection).get(name, 0),
        remaining=left,
        remaining_runs=charged.remaining_runs,
        outlook=charged.outlook,
        exhausts_us=charged.exhausts_us,
        exhausts_between_us=charged.exhausts_between_us,
        data=data,
        last_event_us=row.last_us if row is not None else None,
        last_miss_us=plain.last_miss_us(),
        burn=plain.burns(),
        rules=tuple(_rule(reading, data) for reading in found),
        alerts=mine,
        directives=directives,
        agents=tuple(agent for agent, _ in agents),
        curve=plain.curve(left),  # type: ignore[arg-type]  # its points
        caps_ppm=route.caps_ppm,
        steps_ppm=tuple(sorted(s.left_ppm for s in route.ladder if s.left_ppm is not None)),
        freeze_kinds=route.freeze_kinds,
        approval_required=route.measured.approval_required,
        steps=plain.steps(frame),
        loosened="; ".join(history.held(connection, route, now_us)),
        idle=idle(route, now_us),
        lived=None if experienced == counts else plain.account(experienced),
        marks=plain.marks(mine),
        over=plain.over_orders(),
    )


def added(runs: list[Run]) -> Counts:
    """Return the counts of runs."""
    total = Counts()
    for run in runs:
        total = total.plus(counts_of(run.entry))
    return total


def _rule(reading: rules.Reading, data: str) -> RuleView:
    long_burn, short_burn = (
        _burn(counts, reading.budget_ppm) for counts in (reading.long, reading.short)
    )
    return RuleView(
        rule=reading.rule,
        long_label=windows.label(reading.rule.long_us),
        short_label=windows.label(reading.rule.short_us),
        basis=reading.basis,
        state=rules.FROZEN if data in {"stale", "none"} else reading.state,
        long_burn=long_burn,
        short_burn=short_burn,
        words=rules.words(reading),
    )


def _minute(run: Run) -> int:
    return -1 if run.entry.minute is None else run.entry.minute


def _ends_by(run: Run, at_us: int) -> bool:
    return _minute(run) * MINUTE_US < at_us


def _burn(counts: Counts, budget_ppm: int) -> arithmetic.Ratio | None:
    return arithmetic.burn(counts.bad, counts.total, budget_ppm)
