"""What a review says: one immutable object that every renderer formats.

Every number is a `Figure` or in `Rows`, with its query beside it; everything else is words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

from console.burn.windows import Span
from console.review.incident import Incident
from console.review.verdict import Verdict
from console.store.corrections import Correction
from console.store.figures import Figure, Rows

if TYPE_CHECKING:
    from console.review.period import Period
    from console.settings import RouteSettings


KEEP, EXPAND, FREEZE, NARROW = "keep", "expand", "freeze", "narrow"
CHANGE_OBJECTIVE, CHANGE_TIER = "change objective", "change tier"
DECISIONS = (KEEP, EXPAND, FREEZE, NARROW, CHANGE_OBJECTIVE, CHANGE_TIER)


class Signature(msgspec.Struct, frozen=True, kw_only=True):
    """Misses of one kind: reason and event path, how many, examples with their evidence."""

    reason: str
    path: str
    count: Figure
    examples: tuple[tuple[str, str], ...]


class Cost(msgspec.Struct, frozen=True, kw_only=True):
    """What trust cost beside the budget: minutes by kind and by class, money in hundredths.

    `weeks` are (first day of the week, money), oldest first, the reviewed span last; `trend` says
    in words how the last compares with the mean of those before, `trend_tenths` in tenths of it.
    `money_by_class` is that of the runs that missed in it. `models` is what agents wrote that
    models took: `micro_usd` and `tokens` (None: not said), each a run and a trusted outcome, the
    `runs` that told, `runs_priced` a cost and `runs_counted` tokens; `whole` is money and models
    together, where both are dollars. `sole` are the runs that missed in one class only, by class:
    what that class less would have bought.
    """

    minutes: dict[str, Figure]
    by_class: dict[str, Figure]
    money: Figure
    per_run: Figure
    per_trusted: Figure
    weeks: tuple[tuple[str, Figure], ...]
    sole: dict[str, Figure]
    currency: str
    priced: bool
    money_by_class: dict[str, Figure] = {}
    models: dict[str, Figure] = {}
    whole: dict[str, Figure] = {}
    trend: str = ""
    trend_tenths: Figure | None = None


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """One alert or order of the review, and how many seconds it took to get to each stage."""

    id: str
    words: str
    at_us: int
    took: dict[str, Figure]


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """An order that would carry a decision out; it is given, and confirmed, as any other."""

    verb: Literal["freeze", "tighten", "reduce"]
    changes: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    max_runs: int | None = None


class Exclusion(msgspec.Struct, frozen=True, kw_only=True):
    """A correction that would carry a decision out: the period of an outage, out of the budget."""

    from_us: int
    to_us: int


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What is proposed for a route: the decision, the rule that proposes it, and the command.

    `step` is what the command does where an operator's act does it; None where only the settings
    can, or where there is nothing to do but to sign.
    """

    decision: str
    rule: str
    command: str
    step: Move | Exclusion | None = None


class Mark(msgspec.Struct, frozen=True):
    """Something to mark in the chart: an instant, a kind and words."""

    at_us: int
    kind: str
    words: str


class RouteReview(msgspec.Struct, frozen=True, kw_only=True):
    """One route over the span of the review.

    `experienced` and `charged` are figures by name (`total`, `bad`, the classes, `spent_ppm`: the
    share of the budget of these runs that the misses spent). `concentration` says where misses lie
    thick, in words with figures. `only_by_exclusion` says that the objective was kept as charged
    and not as experienced. `signed_off` are the signatures of this very period, whenever they were
    given; `signed` those of other periods before its end. `incident_figures` and
    `concentration_figures` are the other numbers that an incident, or a place where misses lie
    thick, says in its words, in the same order; `evidence` those that the verdict says. `sign_offs`
    are (rescues, bad runs) as signed before the end of the period.
    """

    settings: RouteSettings
    ready: bool
    questions: tuple[tuple[str, str], ...]
    experienced: dict[str, Figure]
    charged: dict[str, Figure]
    counted: dict[str, Figure]
    caps: tuple[tuple[str, int, Figure], ...]
    chart: Rows
    chart_span: Span
    marks: tuple[Mark, ...]
    signatures: tuple[Signature, ...]
    incidents: tuple[tuple[Incident, Figure], ...]
    verdict: Verdict
    verdict_figures: dict[str, Figure]
    concentration: tuple[tuple[str, Figure], ...]
    answers: tuple[Answer, ...]
    corrections: tuple[Correction, ...]
    overrides: tuple[str, ...]
    cost: Cost
    decision: Decision
    advice: tuple[Advice, ...]
    signed: tuple[str, ...]
    signed_off: tuple[str, ...]
    only_by_exclusion: bool
    incident_figures: tuple[dict[str, Figure], ...] = ()
    concentration_figures: tuple[dict[str, Figure], ...] = ()
    evidence: dict[str, Figure] = {}
    sign_offs: Rows = Rows((), "")


class Advice(msgspec.Struct, frozen=True, kw_only=True):
    """What one candidate objective would have meant: kept or not, and what it would have paged."""

    budget_ppm: int
    current: bool
    kept: bool
    spent: Figure
    pages: int
    tickets: int


class Review(msgspec.Struct, frozen=True, kw_only=True):
    """The whole review: its period, its routes, worst first, and who signed the last ones."""

    period: Period
    made_us: int
    scope: str
    routes: tuple[RouteReview, ...]
    fleet: dict[str, Figure]
    signed: tuple[str, ...]
