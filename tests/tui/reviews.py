"""A review of the week by hand: one route of every verdict, with everything that a page can say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from console.burn.windows import Span
from console.model import CLASSES, DAY_US, HOUR_US, MINUTE_US
from console.review import incident, period
from console.review.incident import Incident
from console.review.types import (
    FREEZE,
    KEEP,
    NARROW,
    Advice,
    Answer,
    Cost,
    Decision,
    Exclusion,
    Mark,
    Move,
    Review,
    RouteReview,
    Signature,
)
from console.review.verdict import Verdict, Word
from console.settings.types import RouteSettings
from console.store.corrections import Correction
from console.store.figures import Figure, Rows

from .samples import NOW, QUESTIONS, questions

if TYPE_CHECKING:
    from collections.abc import Iterable

_DAY = NOW // DAY_US
OUTAGE = Exclusion(from_us=NOW - 50 * HOUR_US, to_us=NOW - 49 * HOUR_US)


def figure(value: int | None) -> Figure:
    """Return a number with the query that a real one would have."""
    return Figure(value, "select 1")


def figures(**values: int | None) -> dict[str, Figure]:
    """Return numbers by name."""
    return {name: figure(value) for name, value in values.items()}


def counts(total: int, bad: int, spent_ppm: int | None, **classes: int) -> dict[str, Figure]:
    """Return what a period counted; classes that are not named missed nothing."""
    every = {each.value: figure(classes.get(each.value, 0)) for each in CLASSES}
    return {**figures(total=total, bad=bad), **every, "spent_ppm": figure(spent_ppm)}


def plain(name: str, **changes: Any) -> RouteReview:
    """Return the review of a route in which little happened; `changes` replace any field."""
    few = Verdict(
        verdict="not enough data", because=("1 misses, 2 are needed to tell",), words=(),
        noise_runs=0, structural_runs=0, spread_runs=1,
    )  # fmt: skip
    sign = f"burnline review --sign NAME --route {name}"
    view = RouteReview(
        settings=RouteSettings(name=name, tier="high", budget_ppm=10_000, owner="dana"),
        ready=True,
        questions=questions(name, "dana"),
        experienced=counts(240, 1, 416_666, trust=1),
        charged=counts(240, 1, 416_666, trust=1),
        counted=figures(rescues=0, approvals=2, handoffs=0, overrides=0),
        caps=(),
        chart=Rows(((_DAY - 2, 100, 0), (_DAY - 1, 80, 1), (_DAY, 60, 0)), "select 1"),
        chart_span=Span((_DAY - 2) * 1440, (_DAY + 1) * 1440),
        marks=(),
        signatures=(),
        incidents=(),
        verdict=few,
        verdict_figures=figures(noise=0, structural=0, spread=1),
        concentration=(),
        answers=(),
        corrections=(),
        overrides=(),
        cost=Cost(
            minutes=figures(rescue=0, approval=4, delay=0, recovery=0),
            by_class=figures(trust=0), money=figure(None), per_run=figure(None),
            per_trusted=figure(None), weeks=(), sole=figures(trust=1), currency="", priced=False,
        ),
        decision=Decision(decision=KEEP, rule="less than half of the budget is left", command=sign),
        advice=(),
        signed=(),
        signed_off=(),
        only_by_exclusion=False,
    )  # fmt: skip
    return msgspec.structs.replace(view, **changes)


def idle(name: str) -> RouteReview:
    """Return the review of a route of which no run closed in the period."""
    none = counts(0, 0, None)
    few = Verdict(
        verdict="not enough data", because=("0 runs closed, 10 are needed",), words=(),
        noise_runs=0, structural_runs=0, spread_runs=0,
    )  # fmt: skip
    keep = Decision(
        decision=KEEP, rule="too few runs to scale on", command=f"burnline status {name}"
    )
    return plain(
        name, experienced=none, charged=none, verdict=few, decision=keep,
        verdict_figures=figures(noise=0, structural=0, spread=0), chart=Rows((), "select 1"),
    )  # fmt: skip


def structural() -> RouteReview:
    """Return a route that a change of its own broke: freeze it."""
    words = "9 of 40 runs missed in the 3 h after prompt v34"
    found = Incident(
        kind=incident.BAD_CHANGE, route="refunds", words=words, runs=("r-118",),
        change="prompt v34", span=Span(NOW // MINUTE_US - 3_000, NOW // MINUTE_US - 2_800),
    )  # fmt: skip
    return plain(
        "refunds",
        experienced=counts(412, 12, 2_912_621, trust=9, latency=3),
        charged=counts(410, 11, 2_682_926, trust=9, latency=2),
        counted=figures(rescues=2, approvals=1, handoffs=4, overrides=1),
        caps=(("trust", 10_000, figure(9)),),
        marks=(Mark(NOW - 50 * HOUR_US, "change", "prompt v34"),),
        signatures=(
            Signature(
                reason="check evidence failed", path="run.started > run.delivered",
                count=figure(9),
                examples=(("r-118", "/var/log/agents/refunds.jsonl, line 1902"),),
            ),
        ),
        incidents=((found, figure(9)),),
        verdict=Verdict(
            verdict="structural", because=(f"bad change: {words}",),
            words=(Word("under-specified", "9 of 11 misses: 0 escalation, 9 trust"),),
            noise_runs=1, structural_runs=9, spread_runs=2,
        ),
        verdict_figures=figures(noise=1, structural=9, spread=2),
        concentration=(("since prompt v34 9 of 40 runs missed, before it 3 of 372", figure(9)),),
        answers=(
            Answer(
                id="A7", words="page: budget burns 22 times", at_us=NOW - 49 * HOUR_US,
                took=figures(acknowledge=142, act=None),
            ),
        ),
        corrections=(
            Correction(
                id="C1", route="refunds", category="outage", reason="bank was down", by="kim",
                at_us=NOW - 40 * HOUR_US, by_owner=False, from_us=OUTAGE.from_us,
                to_us=OUTAGE.to_us,
            ),
        ),
        overrides=("D9 lifted by dana: the fix is out",),
        cost=Cost(
            minutes=figures(rescue=55, approval=12, delay=30, recovery=8),
            by_class=figures(trust=75, latency=30), money=figure(11_000), per_run=figure(26),
            per_trusted=figure(28), weeks=(("2026-11-17", figure(11_000)),),
            sole=figures(trust=9, latency=2), currency="EUR", priced=True,
        ),
        decision=Decision(
            decision=FREEZE,
            rule="structural, and the budget is spent: no change but the fix until it recovers",
            command="burnline freeze refunds --change prompt --change model --reason weekly",
            step=Move(verb="freeze", changes=("prompt", "model")),
        ),
        advice=(
            Advice(budget_ppm=10_000, current=True, kept=False, spent=figure(2_912_621), pages=2,
                   tickets=1),
            Advice(budget_ppm=50_000, current=False, kept=True, spent=figure(582_524), pages=0,
                   tickets=1),
        ),
        signed=("keep (2026-11-10 to 2026-11-17, signed by dana on 2026-11-17; rescues: 0)",),
    )  # fmt: skip


def noise() -> RouteReview:
    """Return a route that missed because something else was down: correct it."""
    return plain(
        "kyc-review",
        experienced=counts(300, 8, 2_666_666, latency=8),
        charged=counts(300, 8, 2_666_666, latency=8),
        verdict=Verdict(
            verdict="noise",
            because=("8 of 8 misses lie in excluded incidents or outages",), words=(),
            noise_runs=8, structural_runs=0, spread_runs=0,
        ),
        verdict_figures=figures(noise=8, structural=0, spread=0),
        decision=Decision(
            decision=KEEP,
            rule="what was missed came from outside; a correction takes it out of the budget",
            command="burnline correct kyc-review --category outage",
            step=OUTAGE,
        ),
    )  # fmt: skip


def unready() -> RouteReview:
    """Return a route with a blank question."""
    return plain(
        "drafts",
        ready=False,
        questions=tuple((text, "") for text in QUESTIONS),
        experienced=counts(12, 0, 0),
        charged=counts(12, 0, 0),
        decision=Decision(
            decision=KEEP,
            rule="a question is blank: it is not ready to scale",
            command="burnline check",
        ),
    )


def beyond() -> RouteReview:
    """Return a route whose agents did what they may not: narrow it."""
    return plain(
        "payouts",
        experienced=counts(90, 2, 2_222_222, permission=2),
        charged=counts(90, 2, 2_222_222, permission=2),
        verdict=Verdict(
            verdict="structural", because=("permission breach: payout.send out of scope",),
            words=(Word("over-permissioned", "payout.send out of scope"),),
            noise_runs=0, structural_runs=2, spread_runs=0,
        ),
        decision=Decision(
            decision=NARROW, rule="an agent acted beyond its permission",
            command="burnline tighten payouts --action payout.send --reason 'weekly review'",
            step=Move(verb="tighten", actions=("payout.send",)),
        ),
        signed_off=("narrow, signed by kim on 2026-11-24; rescues: 0, the scope is fixed",),
    )  # fmt: skip


def review(views: Iterable[RouteReview] | None = None, **changes: Any) -> Review:
    """Return the review of the last seven days, of one route of every verdict."""
    found = (structural(), beyond(), noise(), unready(), plain("release-notes"))
    views = tuple(found if views is None else views)
    totals = figures(
        total=sum(view.experienced["total"].value or 0 for view in views),
        bad=sum(view.experienced["bad"].value or 0 for view in views),
        rescues=sum(view.counted["rescues"].value or 0 for view in views),
    )
    made = Review(
        period=period.latest(NOW), made_us=NOW, scope="the fleet", routes=views, fleet=totals,
        signed=(),
    )  # fmt: skip
    return msgspec.structs.replace(made, **changes)


def of_words(text: str) -> Review:
    """Return a review in which every text that a log, a name or an operator can reach is `text`."""
    view = structural()
    (found, _), (signature,) = view.incidents[0], view.signatures
    hostile = msgspec.structs.replace(
        view,
        settings=msgspec.structs.replace(view.settings, name=text, owner=text, tier=text),
        questions=tuple((text, text) for _ in QUESTIONS),
        caps=((text, 1, figure(1)),),
        marks=(Mark(NOW, text, text),),
        signatures=(
            msgspec.structs.replace(signature, reason=text, path=text, examples=((text, text),)),
        ),
        incidents=((msgspec.structs.replace(found, kind=text, words=text), figure(1)),),
        verdict=msgspec.structs.replace(view.verdict, because=(text,), words=(Word(text, text),)),
        concentration=((text, figure(1)),),
        answers=(msgspec.structs.replace(view.answers[0], id=text, words=text),),
        corrections=(msgspec.structs.replace(view.corrections[0], id=text, by=text, reason=text),),
        overrides=(text,),
        cost=msgspec.structs.replace(view.cost, currency=text),
        decision=msgspec.structs.replace(
            view.decision, rule=text, command=text, step=Move(verb="tighten", actions=(text,))
        ),
        signed=(text,),
        signed_off=(text,),
    )
    return review([hostile], signed=(text,))
