"""Signing a review: decisions and rescues, by name, in the audit; the next review shows it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from console.model import SECOND_US
from console.review.types import EXPAND
from console.store import desk, past
from console.text import clean, name

if TYPE_CHECKING:
    from console.review.period import Period
    from console.review.types import Review
    from console.store.connect import Connection
    from console.store.desk import AuditRow
    from console.store.writer import Writer

VERB = "review"
SHOWN = 3
_EVER_US = 2**62


class Signed(msgspec.Struct, frozen=True, kw_only=True):
    """What a row of the audit says of a signed review of one route."""

    period: str
    decision: str
    rescues: int
    bad: int
    note: str = ""


def sign(
    writer: Writer, review: Review, *, by: str, now_us: int, decision: str = "", note: str = ""
) -> list[str]:
    """Sign a review for each of its routes, in one transaction; return a sentence for each.

    An empty `decision` takes what is proposed. Signing records the decision and carries nothing
    out: the order behind it is given, and confirmed, as always.
    """
    said = []
    with writer.transaction():
        for view in review.routes:
            detail = Signed(
                period=review.period.label,
                decision=decision or view.decision.decision,
                rescues=view.counted["rescues"].value or 0,
                bad=view.charged["bad"].value or 0,
                note=clean(note),
            )
            route = view.settings.name
            desk.audit(
                writer.connection, at_us=now_us, actor=name(by), verb=VERB, route=route,
                detail=detail,
            )  # fmt: skip
            said.append(f"{route}: {detail.decision}, rescues: {detail.rescues}, by {name(by)}")
    return said


def unready(review: Review, decision: str) -> list[str]:
    """Return the routes that a decision would expand although one of their questions is blank."""
    return [
        view.settings.name
        for view in review.routes
        if (decision or view.decision.decision) == EXPAND and not view.ready
    ]


def of(connection: Connection, period: Period, route: str) -> tuple[str, ...]:
    """Return the signatures of a route's review of a period, newest first."""
    said = []
    for row in reversed(past.acts(connection, _EVER_US, VERB)):
        detail = msgspec.json.decode(row.detail, type=Signed)
        if row.route == route and detail.period == period.label:
            said.append(f"{detail.decision}, {_signer(row, detail)}")
    return tuple(said[:SHOWN])


def _signer(row: AuditRow, detail: Signed) -> str:
    day = datetime.fromtimestamp(row.at_us // SECOND_US, UTC).strftime("%Y-%m-%d")
    note = f", {clean(detail.note, 200)}" if detail.note else ""
    return f"signed by {clean(row.actor, 100)} on {day}; rescues: {detail.rescues}{note}"


def earlier(connection: Connection, period: Period, route: str) -> tuple[str, ...]:
    """Return the last signatures before the end of a period, of other periods, newest first.

    Of a route, or with "" of the whole fleet: who signed how many routes of which review.
    """
    rows = [row for row in past.acts(connection, period.to_us, VERB) if route in {"", row.route}]
    said: dict[str, int] = {}
    for row in reversed(rows):
        detail = msgspec.json.decode(row.detail, type=Signed)
        if detail.period == period.label:
            continue
        words = f"{detail.period}, {_signer(row, detail)}"
        words = f"{detail.decision} ({words})" if route else words.partition(";")[0]
        said[words] = said.get(words, 0) + 1
    shown = list(said.items())[:SHOWN]
    return tuple(words if route else f"{words}: {count} routes" for words, count in shown)
