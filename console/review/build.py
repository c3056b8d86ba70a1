"""store -> Review: everything that a review says, read in one consistent look at the store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.burn import arithmetic, windows
from console.burn.ground import absent_after_us
from console.burn.windows import Span
from console.model import CLASSES, MINUTE_US, DirectiveKind
from console.review import advice, cost, decisions, incidents, signing, timeline, weigh
from console.review.concentration import concentration
from console.review.past import Past
from console.review.signatures import signatures
from console.review.types import Review, RouteReview
from console.review.verdict import STRUCTURAL, judge
from console.snapshot.health import answers
from console.store import counting, desk, figures, findings, reader
from console.store import past as evidence
from console.store.figures import Figure, Scope

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.review.incident import Incident
    from console.review.period import Period
    from console.settings import RouteSettings, Settings
    from console.store.connect import Connection


def review(
    connection: Connection,
    settings: Settings,
    period: Period,
    *,
    now_us: int,
    route: str = "",
    tier: str = "",
) -> Review:
    """Return the review of a period, of one route, of a tier, or of the fleet.

    Patterns are looked for in all routes whatever is shown: what is shared shows only there.
    """
    connection.execute("begin")
    try:
        pasts = gather(connection, settings, period.span)
        found = incidents.find(pasts)
        chosen = [
            past
            for past in pasts
            if route in {"", past.route.name} and tier in {"", past.route.tier}
        ]
        views = [_route(connection, past, found[past.route.name], period) for past in chosen]
        views.sort(key=_worst_first)
        return Review(
            period=period,
            made_us=now_us,
            scope=route or (f"tier {tier}" if tier else "the fleet"),
            routes=tuple(views),
            fleet=_fleet(connection, views, period.span),
            signed=signing.earlier(connection, period, ""),
        )
    finally:
        connection.execute("rollback")


def gather(connection: Connection, settings: Settings, span: Span) -> list[Past]:
    """Return the evidence of every route that is configured or was read, by name."""
    known = {row.name: row for row in reader.routes(connection)}
    names = sorted({*known, *settings.routes})
    return [_past(connection, settings.route(name), known.get(name), span) for name in names]


def _past(
    connection: Connection, route: RouteSettings, row: reader.RouteRow | None, span: Span
) -> Past:
    if row is None:
        return Past(route=route, span=span, cells=(), bad=())
    name = row.name
    cells = counting.series(connection, "minute", span, row.id)
    return Past(
        route=route,
        span=span,
        cells=tuple((minute, counts) for minute, counts in cells if counts.total),
        bad=evidence.bad_runs(connection, name, span),
        deployed=evidence.deployments(connection, name, span.end * MINUTE_US),
        rescues=evidence.rescues(connection, name, span),
        silent_since_us=_silent_since_us(connection, route, row, span.end * MINUTE_US),
    )


def _silent_since_us(
    connection: Connection, route: RouteSettings, row: reader.RouteRow, end_us: int
) -> int | None:
    """Return since when nothing was heard of a route that was not paused at the end."""
    paused = any(
        item.kind is DirectiveKind.PAUSE and item.stands(end_us)
        for item in desk.directives_of(connection, row.name)
    )
    silent = end_us - row.last_us > absent_after_us(route, row.gap_minutes)
    return row.last_us if silent and not paused else None


def _worst_first(view: RouteReview) -> tuple[bool, int, str]:
    spent = view.charged["spent_ppm"].value
    return view.verdict.verdict != STRUCTURAL, -(spent or 0), view.settings.name


def _route(
    connection: Connection, past: Past, found: Sequence[Incident], period: Period
) -> RouteReview:
    route, scope = past.route, Scope(past.route.name, period.span)
    questions = answers(route)
    experienced = _counts(connection, scope, route, figures.closed)
    charged = _counts(connection, scope, route, figures.charged)
    said = weigh.evidence(connection, past, found)
    verdict = judge(past, found, weigh.windows_met(said))
    thick = concentration(connection, past)
    costs = cost.cost(connection, scope, route)
    candidates = advice.advice(connection, scope, route)
    ready = all(answer for _, answer in questions)
    return RouteReview(
        settings=route,
        ready=ready,
        questions=questions,
        experienced=experienced,
        charged=charged,
        counted=_counted(connection, scope),
        caps=tuple((name, cap, experienced[name]) for name, cap in sorted(route.caps_ppm.items())),
        chart=figures.days(connection, _chart_scope(scope, route)),
        chart_span=_chart_scope(scope, route).span,
        marks=timeline.marks(connection, past, found),
        signatures=signatures(connection, scope),
        incidents=tuple((item, weigh.inside(connection, item)) for item in found),
        incident_figures=tuple(weigh.said_of(connection, past, item) for item in found),
        verdict=verdict,
        verdict_figures=weigh.shares(connection, scope, found),
        evidence=said,
        concentration=tuple((item.words, item.misses) for item in thick),
        concentration_figures=tuple(item.others for item in thick),
        answers=timeline.answers(connection, scope),
        corrections=evidence.corrections_in(connection, route.name, period.span),
        overrides=timeline.overrides(connection, scope),
        cost=costs,
        decision=decisions.propose(
            past, found, verdict, spent=charged["spent_ppm"].value, ready=ready, advice=candidates
        ),
        advice=candidates,
        signed=signing.earlier(connection, period, route.name),
        signed_off=signing.of(connection, period, route.name),
        sign_offs=findings.signed(connection, period.to_us, route.name, signing.SHOWN),
        only_by_exclusion=_over(experienced) and not _over(charged),
    )


def _over(counts: dict[str, Figure]) -> bool:
    spent = counts["spent_ppm"].value
    return spent is not None and spent > arithmetic.PPM


def _counts(
    connection: Connection, scope: Scope, route: RouteSettings, kind: figures.Counted
) -> dict[str, Figure]:
    names = ("total", "bad", *(item.value for item in CLASSES))
    found = {name: kind(connection, scope, name) for name in names}
    found["spent_ppm"] = figures.spent_ppm(
        connection, (found["bad"], found["total"]), route.budget_ppm
    )
    return found


def _counted(connection: Connection, scope: Scope) -> dict[str, Figure]:
    return {
        "rescues": figures.rescued(connection, scope),
        "approvals": figures.approvals(connection, scope),
        "handoffs": figures.handoffs(connection, scope),
        "overrides": figures.overridden(connection, scope),
    }


def _chart_scope(scope: Scope, route: RouteSettings) -> Scope:
    """Return the budget window that ends with the review, or the review where that is longer."""
    end_us = scope.span.end * MINUTE_US - 1
    first = windows.budget_span(route.window, end_us).first
    return Scope(scope.route, Span(min(first, scope.span.first), scope.span.end))


def _fleet(connection: Connection, views: Sequence[RouteReview], span: Span) -> dict[str, Figure]:
    names = [view.settings.name for view in views]
    return {
        "total": figures.fleet(connection, names, span, "total"),
        "bad": figures.fleet(connection, names, span, "bad"),
        "rescues": figures.fleet_rescues(connection, names, span),
    }
