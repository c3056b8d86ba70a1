"""`check --backtest`: what each objective that could be chosen would have meant and alerted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from console.cli.reviewing import period_of

if TYPE_CHECKING:
    from console.cli.session import Session
    from console.review.types import Advice


def add_objectives(
    session: Session, found: list[dict[str, Any]], from_: str, to: str | None
) -> None:
    """Add to each route of `check` its candidate objectives, strictest first, as `objectives`."""
    from console.review.advice import advice
    from console.review.documents import advice as documented
    from console.store.connect import attach
    from console.store.figures import Scope

    period = period_of(session, None, None, from_, to)
    connection = attach(session.store)
    try:
        for item in found:
            name = item["route"]
            candidates = advice(
                connection, Scope(name, period.span), session.settings.route(name), every=True
            )
            item["objectives"] = [
                {**documented(one, name, period.span), "words": _words(one)} for one in candidates
            ]
    finally:
        connection.close()


def _words(item: Advice) -> str:
    from console.review import words

    now = " (now)" if item.current else ""
    kept = "kept" if item.kept else "not kept"
    return (
        f"objective {words.objective(item.budget_ppm)}{now}: {kept}, "
        f"{words.share(item.spent.value)} of its budget spent; it would have opened {item.pages} "
        f"pages and {item.tickets} tickets"
    )
