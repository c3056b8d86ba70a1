"""A review as one JSON document. Every number stands beside the query that recomputes it.

`{"value": 12, "query": "select ..."}`, or `{"rows": [[...]], "query": ...}`; run the query in any
SQLite tool on the store. What burn's evaluation counted has the command instead of a query.
Settings and texts are text.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any, TypeVar

from console.intake.times import rfc3339
from console.model import MINUTE_US
from console.review import words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from console.burn.windows import Span
    from console.review.incident import Incident
    from console.review.types import Advice, Answer, Cost, Review, RouteReview
    from console.store.figures import Figure, Rows

Document = dict[str, Any]
_T = TypeVar("_T")


def document(review: Review) -> Document:
    """Return the document of `review --format json`."""
    return {
        "scope": review.scope,
        "period": review.period.label,
        **_ends(review.period.span),
        "made_at": rfc3339(review.made_us),
        "fleet": _figures(review.fleet),
        "signed": list(review.signed),
        "routes": [_route(view, review.period.span) for view in review.routes],
    }


def _route(view: RouteReview, span: Span) -> Document:
    settings = view.settings
    return {
        "route": settings.name,
        "tier": settings.tier,
        "owner": settings.owner or None,
        "unit": settings.unit,
        "objective": words.objective(settings.budget_ppm),
        "window": settings.window.text,
        "ready_to_scale": view.ready,
        "questions": [
            {"question": text, "answer": answer or None} for text, answer in view.questions
        ],
        "experienced": _figures(view.experienced),
        "charged": _figures(view.charged),
        "only_by_exclusion": view.only_by_exclusion,
        "caps": [
            {"class": name, "cap": words.share(cap), "missed": _figure(figure)}
            for name, cap, figure in view.caps
        ],
        "counted": _figures(view.counted),
        "verdict": _verdict(view),
        "incidents": [
            _incident(item, figure, said)
            for (item, figure), said in _each(view.incidents, view.incident_figures)
        ],
        "concentration": [
            {"words": text, "misses": _figure(figure), "figures": _figures(said)}
            for (text, figure), said in _each(view.concentration, view.concentration_figures)
        ],
        "signatures": [
            {
                "reason": item.reason,
                "path": item.path,
                "count": _figure(item.count),
                "examples": [{"run": run, "evidence": place} for run, place in item.examples],
            }
            for item in view.signatures
        ],
        "answers": [_answer(item) for item in view.answers],
        "corrections": [
            {"id": item.id, "category": item.category, "reason": item.reason, "by": item.by}
            for item in view.corrections
        ],
        "overrides": list(view.overrides),
        "cost": _cost(view.cost),
        "objectives": [advice(item, settings.name, span) for item in view.advice],
        "next": {
            "decision": view.decision.decision,
            "rule": view.decision.rule,
            "command": view.decision.command,
        },
        "signed": list(view.signed),
        "signed_off": list(view.signed_off),
        "sign_offs": _rows(view.sign_offs),
        "chart": {**_rows(view.chart), **_ends(view.chart_span)},
        "marks": [
            {"at": rfc3339(mark.at_us), "kind": mark.kind, "words": mark.words}
            for mark in view.marks
        ],
    }


def _each(
    items: Sequence[_T], figures: Sequence[Mapping[str, Figure]]
) -> Iterator[tuple[_T, Mapping[str, Figure]]]:
    """Yield items with the other numbers that they say, where these are known."""
    return zip(items, figures or [{}] * len(items), strict=True)


def _verdict(view: RouteReview) -> Document:
    return {
        "verdict": view.verdict.verdict,
        "because": list(view.verdict.because),
        "weaknesses": [{"word": one.word, "because": one.because} for one in view.verdict.words],
        "misses": _figures(view.verdict_figures),
        "figures": _figures(view.evidence),
    }


def _incident(item: Incident, figure: Figure, said: Mapping[str, Figure]) -> Document:
    return {
        "kind": item.kind,
        **_ends(item.span),
        "words": item.words,
        "shared_with": list(item.shared),
        "change": item.change or None,
        "runs": list(item.runs),
        "misses": _figure(figure),
        "figures": _figures(said),
    }


def _answer(item: Answer) -> Document:
    return {
        "id": item.id,
        "at": rfc3339(item.at_us),
        "words": item.words,
        "seconds_to": _figures(item.took),
    }


def _cost(cost: Cost) -> Document:
    """Return the cost; money is in hundredths of the currency."""
    return {
        "currency": cost.currency or None,
        "priced": cost.priced,
        "minutes": _figures(cost.minutes),
        "minutes_by_class": _figures(cost.by_class),
        "hundredths": _figure(cost.money),
        "hundredths_per_run": _figure(cost.per_run),
        "hundredths_per_trusted_outcome": _figure(cost.per_trusted),
        "hundredths_by_week": [
            {"from": day, "hundredths": _figure(figure)} for day, figure in cost.weeks
        ],
        "hundredths_by_class": _figures(cost.money_by_class),
        "trend": cost.trend,
        "trend_tenths": None if cost.trend_tenths is None else _figure(cost.trend_tenths),
        "models": _figures(cost.models),
        "with_models": _figures(cost.whole),
        "trusted_without": _figures(cost.sole),
    }


def advice(item: Advice, route: str, span: Span) -> Document:
    """Return what one objective would have meant for a route over a span."""
    ends = " ".join(f"--{name} {text}" for name, text in _ends(span).items())
    command = f"burnline check --backtest --route {shlex.quote(route)} {ends}"
    return {
        "objective": words.objective(item.budget_ppm),
        "now": item.current,
        "kept": item.kept,
        "spent_ppm": _figure(item.spent),
        "pages": {"value": item.pages, "command": command},
        "tickets": {"value": item.tickets, "command": command},
    }


def _ends(span: Span) -> Document:
    return {"from": rfc3339(span.first * MINUTE_US), "to": rfc3339(span.end * MINUTE_US)}


def _figures(found: Mapping[str, Figure]) -> Document:
    return {name: _figure(figure) for name, figure in found.items()}


def _figure(figure: Figure) -> Document:
    return {"value": figure.value, "query": figure.query}


def _rows(found: Rows) -> Document:
    return {"rows": [list(row) for row in found.rows], "query": found.query}
