"""Snapshots made by hand: one route of every kind of trouble, at a fixed instant."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import msgspec

from console.model import (
    DAY_US,
    HOUR_US,
    MINUTE_US,
    SECOND_US,
    BurnRule,
    Counts,
    Directive,
    DirectiveKind,
    RouteState,
    Severity,
    Window,
)
from console.snapshot.particulars import Burn, RuleView
from console.snapshot.remaining import Curve
from console.snapshot.types import (
    AlertView,
    ChannelView,
    DirectiveView,
    Evidence,
    MissView,
    RouteView,
    Snapshot,
    SourceView,
    StepView,
    StoreView,
)

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = int(datetime(2026, 11, 24, 14, 2, 7, tzinfo=UTC).timestamp()) * SECOND_US
QUESTIONS = (
    "What counts as a trusted outcome for this route?",
    "Which misses consume the budget?",
    "How fast is the budget burning right now?",
    "Who owns the intervention when it is spent?",
    "Which changes are frozen until reliability recovers?",
)
HEALTHS = ("hard stop", "page", "spent", "no data", "frozen", "ticket", "at risk", "healthy")
EVIL = "[/nope] [@click=app.quit]x[/] [link=file:///x]y[/link] [red"


def questions(route: str, owner: str) -> tuple[tuple[str, str], ...]:
    """Return the five questions, answered for a route."""
    given = (
        f"{route} settled and confirmed to the customer; checks: qa, evidence",
        "latency over 10m, failed or missing verdicts, late hand-offs, any permission breach",
        "page at 14.4 over 1h/5m and 6 over 6h/30m, ticket at 3 over 1d/2h and 1 over 3d/6h",
        owner,
        "prompt, policy, tool, model, launch" if owner else "",
    )
    return tuple(zip(QUESTIONS, given, strict=True))


def burn(label: str, bad: int, total: int, budget_ppm: int, long_us: int) -> Burn:
    """Return the burn of a window with its exact rate."""
    exact = (bad * 1_000_000, total * budget_ppm) if total else None
    return Burn(label=label, long_us=long_us, counts=Counts(total, bad, trust=bad), burn=exact)


def rule(
    burns: tuple[Burn, ...], long: int, short: int, k: str, state: str, words: str
) -> RuleView:
    """Return an alert rule over two of the burns."""
    page = Fraction(k) > 3
    return RuleView(
        rule=BurnRule(
            Severity.PAGE if page else Severity.TICKET,
            burns[long].long_us,
            burns[short].long_us,
            Fraction(k),
            Fraction(1, 50),
        ),
        long_label=burns[long].label,
        short_label=burns[short].label,
        basis="ratio" if burns[long].counts.total else "no data",
        state=state,
        long_burn=burns[long].burn,
        short_burn=burns[short].burn,
        words=words,
    )


def route(name: str, health: str = "healthy", **changes: Any) -> RouteView:
    """Return a route of some health; `changes` replace any field."""
    view = _plain(name, health)
    if health in ("page", "hard stop", "spent"):
        view = _burning(view)
    elif health == "no data":
        view = _silent(view)
    elif health == "frozen":
        view = msgspec.structs.replace(
            view, data="stale", last_event_us=NOW - 3 * HOUR_US, outlook="no data"
        )
    elif health in ("ticket", "at risk"):
        view = msgspec.structs.replace(
            view,
            counts=Counts(1_400, 11, 4, 5, 2),
            experienced=Counts(1_400, 13, 4, 7, 2),
            remaining=Fraction(21, 100),
            remaining_runs=3,
            outlook="exhausts",
            exhausts_us=NOW + 50 * HOUR_US,
        )
    return msgspec.structs.replace(view, **changes)


def _plain(name: str, health: str) -> RouteView:
    burns = tuple(
        burn(label, bad, total, 10_000, long_us)
        for label, bad, total, long_us in (
            ("5m", 0, 12, 5 * MINUTE_US),
            ("1h", 1, 140, HOUR_US),
            ("30m", 0, 70, 30 * MINUTE_US),
            ("6h", 2, 810, 6 * HOUR_US),
        )
    )
    return RouteView(
        route=name,
        tier="high",
        owner="payments on-call",
        ready=True,
        questions=questions(name, "payments on-call; deputy platform on-call"),
        state=RouteState.OPEN,
        health=health,
        rank=HEALTHS.index(health),
        budget_ppm=10_000,
        window=Window(30),
        counts=Counts(1_400, 5, 2, 3),
        experienced=Counts(1_400, 5, 2, 3),
        open=4,
        unknown=0,
        excluded=2,
        handoffs=31,
        rescues=0,
        lost_lines=0,
        remaining=Fraction(9, 14),
        remaining_runs=9,
        outlook="on track",
        exhausts_us=None,
        data="live",
        last_event_us=NOW - 12 * SECOND_US,
        last_miss_us=NOW - 5 * HOUR_US,
        burn=burns,
        rules=(
            rule(burns, 1, 0, "14.4", "acceptable", "0.7 over 1h, pages at 14.4"),
            rule(burns, 3, 2, "6", "acceptable", "0.2 over 6h, pages at 6"),
        ),
        alerts=(),
        directives=(),
        agents=("worker-1", "worker-2", "worker-3", "worker-4"),
        curve=curve(lambda day: day + (day > 17) * 7),
        caps_ppm={"trust": 5_000},
        steps_ppm=(500_000, 250_000),
        freeze_kinds=("prompt", "policy", "tool", "model", "launch"),
        approval_required=("refund.send",),
    )


def _burning(view: RouteView) -> RouteView:
    burns = tuple(
        burn(label, bad, total, 10_000, long_us)
        for label, bad, total, long_us in (
            ("5m", 3, 12, 5 * MINUTE_US),
            ("1h", 29, 140, HOUR_US),
            ("30m", 9, 70, 30 * MINUTE_US),
            ("6h", 31, 810, 6 * HOUR_US),
        )
    )
    spent = view.health == "spent"
    words = "29 of 140 runs missed over 1h: burn 20.7, and 25 over 5m; pages at 14.4"
    return msgspec.structs.replace(
        view,
        counts=Counts(1_400, 17 if spent else 12, 2, 9, 1, 1 if view.health == "hard stop" else 0),
        experienced=Counts(1_400, 17 if spent else 12, 2, 9, 1),
        remaining=Fraction(-3, 14) if spent else Fraction(2, 14),
        remaining_runs=-3 if spent else 2,
        outlook="spent" if spent else "exhausts",
        exhausts_us=None if spent else NOW + 158 * MINUTE_US,
        last_miss_us=NOW - 2 * MINUTE_US,
        burn=burns,
        rules=(
            rule(burns, 1, 0, "14.4", "critical", words),
            rule(burns, 3, 2, "6", "increasing", "3.8 over 6h is under 6; 12.8 over 30m is over"),
        ),
        alerts=(alert(view.route, kind=view.health.replace(" ", "_"), words=words),),
        curve=curve(lambda day: day + (day > 22) * (day - 22) * 11),
    )


def curve(missed: Callable[[int], int]) -> Curve:
    """Return the curve of a budget of 100 misses, of which so many had come by each of 30 days."""
    ends = tuple(NOW - (29 - day) * DAY_US for day in range(29))
    steps = ((24 * day, missed(day) - (missed(day - 1) if day else 0)) for day in range(29))
    left = 1 - Fraction(missed(29), 100)
    return Curve(0, 24, ends, tuple(steps), Fraction(100), NOW, left)


def _silent(view: RouteView) -> RouteView:
    return msgspec.structs.replace(
        view,
        counts=Counts(),
        experienced=Counts(),
        open=0,
        excluded=0,
        handoffs=0,
        remaining=None,
        remaining_runs=0,
        outlook="no data",
        data="none",
        last_event_us=None,
        last_miss_us=None,
        burn=(),
        rules=(),
        curve=Curve(),
        agents=(),
    )


def alert(name: str, **changes: Any) -> AlertView:
    """Return a page that fires; `changes` replace any field."""
    plain = AlertView(
        id=f"al-{name}",
        route=name,
        severity="page",
        kind="burn",
        state="firing",
        opened_us=NOW - 4 * MINUTE_US,
        resolved_us=None,
        words="29 of 140 runs missed over 1h: burn 20.7; pages at 14.4",
        rules=("1h/5m at 14.4: critical",),
        runs=("r-118", "r-121"),
    )
    return msgspec.structs.replace(plain, **changes)


def order(name: str, kind: DirectiveKind = DirectiveKind.PAUSE, **changes: Any) -> DirectiveView:
    """Return an order that three of four agents have seen; `changes` replace any field."""
    directive = Directive(
        id=f"d-{kind.value}",
        route=name,
        kind=kind,
        by="dana",
        reason="refunds sent twice since 13:40",
        issued_us=NOW - 12 * MINUTE_US,
        generation=17,
        drain=True,
    )
    plain = DirectiveView(
        directive=directive,
        stage="durable",
        seen_by=("worker-1", "worker-2", "worker-4"),
        not_seen=(),
        overdue=("worker-3",),
        exit_remaining=Fraction(1, 10),
        exit_trusted=(3, 20),
        exit_met=False,
        seen_after_us=4 * SECOND_US,
        probation_ends_us=NOW + 48 * MINUTE_US if kind is DirectiveKind.PAUSE else None,
    )
    return msgspec.structs.replace(plain, **changes)


def proposal(**changes: Any) -> StepView:
    """Return what a ladder proposes: a pause, since the budget is spent."""
    plain = StepView(
        step='left = "0%", do = "pause"',
        kind="pause",
        mode="propose",
        state="proposed",
        proposal="P3",
        words="-12 % of the budget is left over 30d",
        since_us=NOW - 2 * MINUTE_US,
        alert="A7",
    )
    return msgspec.structs.replace(plain, **changes)


def miss(name: str = "refunds", run: str = "r-118", **changes: Any) -> MissView:
    """Return a miss with one line of evidence; `changes` replace any field."""
    plain = MissView(
        route=name,
        run=run,
        error_class="escalation",
        at_us=NOW - 2 * MINUTE_US,
        rule="no handoff 15 min after uncertain at 13:45",
        events=("ev-77",),
        evidence=(
            Evidence(
                file="/var/log/agents/refunds.jsonl",
                offset=418_220,
                line_number=1_902,
                line='{"ts":"2026-11-24T13:45:07Z","route":"refunds","event":"uncertain"}',
            ),
        ),
    )
    return msgspec.structs.replace(plain, **changes)


def store(**changes: Any) -> StoreView:
    """Return a healthy store with a running collector; `changes` replace any field."""
    plain = StoreView(
        path="/home/ops/.local/share/burnline/burnline.db",
        control_path="/srv/control/control.json",
        events=120_400,
        rejected=3,
        future=0,
        lag_s=0.4,
        last_ingest_us=NOW - 2 * SECOND_US,
        collector="running",
        catching_up=False,
        judged=True,
        generation=17,
    )
    return msgspec.structs.replace(plain, **changes)


def channel(**changes: Any) -> ChannelView:
    """Return a channel for alerts that has delivered everything."""
    names = ("waiting", "failing", "dead", "dropped", "withheld")
    given: dict[str, Any] = {"label": "slack #3fa2", "removed": False, "note": ""}
    return ChannelView(**(given | dict.fromkeys(names, 0) | changes))


def source(**changes: Any) -> SourceView:
    """Return a log file that is read to its end; `changes` replace any field."""
    plain = SourceView(
        path="/var/log/agents/refunds.jsonl",
        format="native",
        state="read",
        size=420_000,
        offset=420_000,
        lines=1_910,
        rejected=0,
        last_event_us=NOW - 12 * SECOND_US,
    )
    return msgspec.structs.replace(plain, **changes)


def snapshot(*routes: RouteView, **changes: Any) -> Snapshot:
    """Return a snapshot of these routes, worst first; `changes` replace any field."""
    plain = Snapshot(
        as_of_us=NOW,
        store=store(),
        routes=tuple(sorted(routes, key=lambda view: (view.rank, view.route))),
        sources=(source(),),
        settings_path="/srv/burnline.toml",
    )
    return msgspec.structs.replace(plain, **changes)


def fleet() -> Snapshot:
    """Return a fleet with every health, orders in force, and a few quiet routes."""
    paused = route(
        "refunds",
        "page",
        state=RouteState.PAUSED,
        directives=(order("refunds"),),
    )
    return snapshot(
        route("wire-transfers", "hard stop", tier="critical", owner="treasury"),
        paused,
        route("claims-intake", "spent", tier="medium"),
        route("partner-onboarding-emea", "no data", owner="", ready=False),
        route("kyc-review", "frozen", tier="critical", owner="risk"),
        route("invoice-matching", "ticket", tier="low", owner="finance tools"),
        route("support-replies", "at risk", tier="medium", owner="support"),
        *(route(f"catalogue-{n:02}", tier="low", owner="catalogue") for n in range(1, 6)),
    )
