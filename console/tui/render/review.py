"""The review of the fleet as rows: what became of each route in the period, and what next."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from console.model import MINUTE_US
from console.review import words
from console.review.types import EXPAND, KEEP, Exclusion, Move
from console.tui.figures.spans import Line, Tone, line, shorten
from console.tui.query import Fields
from console.tui.render.grid import Column

if TYPE_CHECKING:
    from console.review.types import Review, RouteReview
    from console.tui.feed import ReviewRequest
    from console.tui.render.look import Look

WORD_FIELDS = ("route", "tier", "owner", "verdict", "next", "ready", "signed")
NUMBER_FIELDS = ("runs", "missed", "spent", "charged", "rescues")
OLD_US = 10 * MINUTE_US
"""The age from which a review says how it is made anew."""
_PPM = 1_000_000
_ORDER = ("structural", "noise", "within budget", "not enough data")
_TONES = dict(zip(_ORDER, (Tone.ALARM, Tone.WATCH, Tone.OK, Tone.UNKNOWN), strict=True))
_KINDS = {"days": "seven days", "week": "ISO week", "month": "month"}


def key_of(view: RouteReview) -> str:
    """Return the name of a route."""
    return view.settings.name


def verdict(view: RouteReview) -> Line:
    """Return the verdict on a route."""
    word = view.verdict.verdict
    return line((word, _TONES.get(word, Tone.UNKNOWN)))


def decision(view: RouteReview) -> Line:
    """Return what is proposed for a route; what is not ready says so."""
    calm = view.decision.decision in (KEEP, EXPAND)
    ready = () if view.ready else ((", ", Tone.MUTED), ("NOT READY", Tone.TICKET))
    return line((view.decision.decision, Tone.PLAIN if calm else Tone.STRONG), *ready)


def _route(view: RouteReview, look: Look, width: int) -> Line:
    return line((shorten(view.settings.name, width, look.glyphs.ellipsis), Tone.STRONG))


def _signed(view: RouteReview, look: Look, _width: int) -> Line:
    return line((look.glyphs.done, Tone.OK)) if view.signed_off else line(("no", Tone.MUTED))


def _spent(view: RouteReview, charged: bool) -> Line:
    ppm = (view.charged if charged else view.experienced)["spent_ppm"].value
    return line((words.share(ppm), Tone.ALARM if ppm is not None and ppm >= _PPM else Tone.PLAIN))


def _number(view: RouteReview, name: str) -> Line:
    return line(words.number(view.experienced[name]))


COLUMNS: tuple[Column[RouteReview], ...] = (
    Column(
        "verdict", "verdict", (15, 15, 17), 1,
        lambda view, _look, _width: verdict(view),
        lambda view: _ORDER.index(view.verdict.verdict),
    ),
    Column("route", "route", (12, 16, 34), 2, _route, key_of),
    Column(
        "next", "next", (8, 15, 24), 3,
        lambda view, _look, _width: decision(view),
        lambda view: view.decision.decision,
    ),
    Column(
        "charged", "charged", (9, 9, 10), 4,
        lambda view, _look, _width: _spent(view, charged=True),
        lambda view: -(view.charged["spent_ppm"].value or 0), "right",
    ),
    Column(
        "missed", "missed", (8, 8, 8), 5,
        lambda view, _look, _width: _number(view, "bad"),
        lambda view: -(view.experienced["bad"].value or 0), "right",
    ),
    Column(
        "runs", "runs", (6, 6, 7), 6,
        lambda view, _look, _width: _number(view, "total"),
        lambda view: -(view.experienced["total"].value or 0), "right",
    ),
    Column(
        "spent", "experienced", (11, 11, 11), 7,
        lambda view, _look, _width: _spent(view, charged=False),
        lambda view: -(view.experienced["spent_ppm"].value or 0), "right",
    ),
    Column("signed", "signed", (6, 6, 6), 8, _signed, lambda view: bool(view.signed_off)),
)  # fmt: skip


def fields(view: RouteReview) -> Fields:
    """Return a route as the filter sees it; shares are percentages of the budget."""
    settings = view.settings
    said = {
        "route": settings.name,
        "tier": settings.tier,
        "owner": settings.owner,
        "verdict": view.verdict.verdict,
        "next": view.decision.decision,
        "ready": "ready" if view.ready else "not ready",
        "signed": "; ".join(view.signed_off) or "no",
    }
    return Fields(
        said,
        {
            "runs": _exact(view.experienced["total"].value),
            "missed": _exact(view.experienced["bad"].value),
            "spent": _exact(view.experienced["spent_ppm"].value, _PPM // 100),
            "charged": _exact(view.charged["spent_ppm"].value, _PPM // 100),
            "rescues": _exact(view.counted["rescues"].value),
        },
    )


def _exact(value: int | None, of: int = 1) -> Fraction | None:
    return None if value is None else Fraction(value, of)


def totals(review: Review, look: Look, trouble: str) -> list[Line]:
    """Return the period, what was missed in it, and how old the review is."""
    missed = f"{words.number(review.fleet['bad'])} of {words.number(review.fleet['total'])} missed"
    return [line(f"{review.period.label} UTC"), made(review, look, trouble), line(missed)]


def made(review: Review, look: Look, trouble: str) -> Line:
    """Return how old a review is; one that is old says how it is made anew, or why it is not."""
    if trouble:
        return line((f"OLD, it cannot be built anew: {trouble}", Tone.ALARM))
    age_us = look.as_of_us - review.made_us
    if age_us >= OLD_US:
        said = f"made {look.age(review.made_us)} ago, ctrl+r makes it anew"
        return line((said, Tone.TICKET))
    return line((f"made {look.age(review.made_us)} ago", Tone.MUTED))


def step(view: RouteReview) -> Line:
    """Return what the key that carries the decision out does."""
    key = ("y ", Tone.KEY)
    match view.decision.step:
        case Move(verb=verb, changes=changes, actions=actions, max_runs=runs):
            what = ", ".join((*changes, *actions)) or f"to {runs} run at a time"
            return line(key, f"gives the order: {verb} {what}")
        case Exclusion():
            return line(key, "takes the outage out of what is charged")
        case _ if view.decision.command.startswith("burnline"):
            return line(key, f"signs {view.decision.decision}")
    return line(("by hand ", Tone.TICKET), view.decision.command)


def detail(view: RouteReview, look: Look) -> list[Line]:
    """Return the verdict on a route with its evidence, and what next."""
    because = "; ".join(view.verdict.because)
    weak = [
        line((f"{one.word} ", Tone.TICKET), (one.because, Tone.MUTED)) for one in view.verdict.words
    ]
    lines = [
        line(*verdict(view), f" {look.glyphs.dash} {because}"),
        *weak,
        line(("next ", Tone.MUTED), *decision(view), f" {look.glyphs.dash} {view.decision.rule}"),
        step(view),
    ]
    return lines + [line(("signed ", Tone.OK), text) for text in view.signed_off[:1]]


def building(wanted: ReviewRequest | None, trouble: str) -> list[Line]:
    """Return what stands there until there is a review."""
    if trouble:
        return [
            line(("The review cannot be built: ", Tone.ALARM), trouble),
            line(("ctrl+r", Tone.KEY), " tries again; burnline doctor looks at the store."),
        ]
    if wanted is None:
        return [line(("Reading the store.", Tone.MUTED))]
    return [line((f"Building the review: {period(wanted)}.", Tone.MUTED))]


def period(wanted: ReviewRequest) -> str:
    """Return which period is wanted: `this week`, `the month 2 before this one`."""
    kind = _KINDS[wanted.kind]
    if not wanted.back:
        return f"the last {kind}" if wanted.kind == "days" else f"this {kind}"
    return f"the {kind}, {wanted.back} back"


def nothing(review: Review) -> list[Line]:
    """Return what it means that there is no route to review."""
    return [
        line(("No route is known: there is nothing to review.", Tone.STRONG)),
        line("A route appears with its first event; 1 shows what was looked at."),
        line((review.period.label, Tone.MUTED)),
    ]


def quiet(review: Review) -> list[Line]:
    """Return what it means that no run closed in the period; empty where runs did."""
    if review.fleet["total"].value:
        return []
    return [
        line(("No run closed in this period.", Tone.TICKET), f" {review.period.label} UTC"),
        line(
            ("left right", Tone.KEY),
            " another period  ",
            ("w", Tone.KEY),
            " seven days, week, month",
        ),
    ]
