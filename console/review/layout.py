"""A review as blocks: what is said, in which order, in which words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.model import CLASSES
from console.review import words
from console.review.page import Block, Bullets, Chart, Command, Grid, Heading, Prose, budget_left

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from console.review.types import Advice, Cost, Review, RouteReview
    from console.store.figures import Figure

_EFFORTS = {
    "rescue": "rescue",
    "approval": "approval wait",
    "delay": "delay past the deadline",
    "recovery": "recovery",
}

_COUNTS = {"total": "runs closed", "bad": "of them missed"}


def layout(review: Review) -> tuple[Block, ...]:
    """Return the blocks of a review."""
    blocks: list[Block] = [
        Heading(1, f"Review of {review.scope}, {review.period.label}"),
        Prose(
            f"{words.number(review.fleet['bad'])} of {words.number(review.fleet['total'])} runs "
            f"missed; {words.number(review.fleet['rescues'])} rescues. Made at "
            f"{words.instant(review.made_us)} UTC from the store alone. Spent counts these runs "
            "alone: 100 % is every miss that their objective allows."
        ),
    ]
    if not review.routes:
        blocks.append(Prose("No route is known: there is nothing to review.", strong=True))
        return tuple(blocks)
    blocks.append(_overview(review))
    if review.signed:
        blocks += [Prose("Signed before:"), Bullets(review.signed)]
    for view in review.routes:
        blocks += of_route(view)
    return tuple(blocks)


def _overview(review: Review) -> Grid:
    header = ("Route", "Runs", "Missed", "Spent", "as charged", "Verdict", "Next")
    return Grid(
        header,
        tuple(
            (
                view.settings.name,
                words.number(view.experienced["total"]),
                words.number(view.experienced["bad"]),
                words.share(view.experienced["spent_ppm"].value),
                words.share(view.charged["spent_ppm"].value),
                view.verdict.verdict,
                view.decision.decision if view.ready else f"{view.decision.decision}, NOT READY",
            )
            for view in review.routes
        ),
        refers=True,
    )


def of_route(view: RouteReview) -> Iterator[Block]:
    """Yield the blocks of one route: a heading of level 2, then its parts."""
    settings = view.settings
    title = f"{settings.name} ({settings.tier}, {words.objective(settings.budget_ppm)})"
    yield Heading(2, title, settings.name)
    yield from _verdict(view)
    yield from _next(view)
    yield from _happened(view)
    yield from _budget(view)
    yield from _failures(view)
    yield from _answers(view)
    yield from _cost(view.cost)
    yield from _objectives(view.advice)
    yield Heading(3, "The five questions")
    yield Bullets(tuple(f"{text} {answer or 'BLANK'}" for text, answer in view.questions))


def _verdict(view: RouteReview) -> Iterator[Block]:
    verdict, found = view.verdict, view.verdict_figures
    where = (
        f"misses in excluded incidents and outages: {words.number(found['noise'])}, in incidents "
        f"of its own: {words.number(found['structural'])}, spread over quiet periods: "
        f"{words.number(found['spread'])}"
    )
    yield Prose(f"Verdict: {verdict.verdict}.", strong=True)
    yield Bullets(
        (
            *verdict.because,
            where,
            *(f"{word.word}: {word.because}" for word in verdict.words),
        )
    )


def _happened(view: RouteReview) -> Iterator[Block]:
    if view.incidents:
        yield Heading(3, "What happened")
        yield Bullets(
            tuple(
                f"{item.kind}, {words.span(item.span)}: {item.words}"
                + (f" ({words.number(figure)} misses)" if item.runs else "")
                for item, figure in view.incidents
            )
        )
    if view.concentration:
        yield Heading(3, "Where misses lie thick")
        yield Bullets(
            tuple(f"{text} ({words.number(figure)} misses)" for text, figure in view.concentration)
        )


def _next(view: RouteReview) -> Iterator[Block]:
    yield Heading(3, "What next")
    if not view.ready:
        blank = [text for text, answer in view.questions if not answer]
        yield Prose(f"Not ready to scale: blank is {' and '.join(blank)}", strong=True)
    yield Prose(f"Next: {view.decision.decision}, because {view.decision.rule}.")
    yield Command(view.decision.command)
    if view.signed_off:
        yield Prose("This review is signed:")
        yield Bullets(view.signed_off)
    if view.signed:
        yield Prose("Signed before:")
        yield Bullets(view.signed)


def _budget(view: RouteReview) -> Iterator[Block]:
    settings = view.settings
    yield Heading(3, "Budget")
    yield Chart(
        f"Budget left over {settings.window.text} up to the end of the review",
        budget_left(view.chart, settings.budget_ppm),
        view.marks,
    )
    if view.only_by_exclusion:
        yield Prose(
            "Its objective was kept only while something was excluded: as experienced it was not.",
            strong=True,
        )
    names = ("total", "bad", *(item.value for item in CLASSES))
    sides = (view.experienced, view.charged)
    rows = [
        (_COUNTS.get(name, name), *(words.number(one[name]) for one in sides)) for name in names
    ]
    spent = (words.share(one["spent_ppm"].value) for one in sides)
    yield Grid(("", "as experienced", "as charged"), (*rows, ("spent of its budget", *spent)))
    if view.caps:
        yield Bullets(
            tuple(
                f"cap of {name}: {words.share(cap)} of the runs, {words.number(figure)} missed"
                for name, cap, figure in view.caps
            )
        )


def _failures(view: RouteReview) -> Iterator[Block]:
    if not view.signatures:
        return
    yield Heading(3, "Failures by signature")
    rows = [
        (
            words.number(item.count),
            item.reason,
            item.path,
            "; ".join(f"{run} ({words.place(place)})" for run, place in item.examples),
        )
        for item in view.signatures
    ]
    yield Grid(("Misses", "Reason", "Path", "Examples"), tuple(rows))


def _answers(view: RouteReview) -> Iterator[Block]:
    yield Heading(3, "Who answered")
    said = [
        f"{item.id} at {words.instant(item.at_us)}, {item.words}: "
        + ", ".join(f"{stage} {words.took(figure.value)}" for stage, figure in item.took.items())
        for item in view.answers
    ]
    said += [f"{item.id} {item.category} by {item.by}: {item.reason}" for item in view.corrections]
    said += [f"override: {text}" for text in view.overrides]
    counted = ", ".join(f"{name}: {words.number(item)}" for name, item in view.counted.items())
    yield Bullets((*said, counted))


def _cost(cost: Cost) -> Iterator[Block]:
    yield Heading(3, "What trust cost")
    rows = [(_EFFORTS[kind], words.number(item)) for kind, item in cost.minutes.items()]
    yield Grid(("", "minutes"), tuple(rows))
    if not cost.priced:
        yield Prose("No rates are set, so that there are minutes and no money.")
    said = [*(_money(cost) if cost.priced else ()), *_models(cost), *_without(cost)]
    if said:
        yield Bullets(tuple(said))


def _money(cost: Cost) -> Iterator[str]:
    currency = cost.currency
    yield (
        f"in all {words.money(cost.money.value, currency)}: "
        f"{words.money(cost.per_run.value, currency)} a run, "
        f"{words.money(cost.per_trusted.value, currency)} a trusted outcome"
    )
    weeks = ", ".join(f"{day} {words.money(item.value, currency)}" for day, item in cost.weeks)
    yield f"by week, from {weeks}" + (f": {cost.trend}" if cost.trend else "")


def _models(cost: Cost) -> Iterator[str]:
    """Say what agents wrote that models took, and what a run cost with all that.

    What only says tokens is told in tokens: there is no price in it.
    """
    found = cost.models
    if not found or not found["runs"].value:
        return
    paid, tokens = found["micro_usd"], found["tokens"]
    each = _each_of(found, "tokens" if paid.value is None else "micro_usd")
    counted = f"{words.tokens(tokens.value)} in {words.number(found['runs_counted'])} runs"
    if paid.value is None:
        yield f"models took {counted} that say so: {each}; no log says what that cost"
    elif found["runs_priced"].value == found["runs_counted"].value:
        both = f"{words.dollars(paid.value)} and {counted}"
        yield f"models took {both} that say so: {each}"
    else:
        told = f"{words.dollars(paid.value)} in {words.number(found['runs_priced'])} runs"
        more = "" if tokens.value is None else f", and {counted} that say so"
        yield f"models took {told} that say what they cost: {each}{more}"
    if cost.whole:
        whole = cost.whole["hundredths_per_run"], cost.whole["hundredths_per_trusted_outcome"]
        run, outcome = (words.money(item.value, cost.currency) for item in whole)
        yield f"with its models a run really cost {run}, and a trusted outcome {outcome}"


def _each_of(found: Mapping[str, Figure], what: str) -> str:
    """Say what models took a run, and a trusted outcome, in dollars or in tokens."""
    run, outcome = (
        words.tokens(item.value) if what == "tokens" else words.dollars(item.value, 4)
        for item in (found[f"{what}_per_run"], found[f"{what}_per_trusted"])
    )
    return f"{run} a run, {outcome} a trusted outcome"


def _without(cost: Cost) -> Iterator[str]:
    """Say what each class less would have bought."""
    for name, item in cost.sole.items():
        if item.value:
            paid = cost.money_by_class.get(name)
            money = ""
            if cost.priced and paid is not None:
                money = f" and {words.money(paid.value, cost.currency)}"
            yield (
                f"without {name} misses: {words.number(item)} more runs trusted, "
                f"{words.number(cost.by_class[name])} min{money} less"
            )


def _objectives(advice: tuple[Advice, ...]) -> Iterator[Block]:
    if not advice:
        return
    yield Heading(3, "Objectives")
    rows = [
        (
            words.objective(item.budget_ppm) + (" (now)" if item.current else ""),
            "kept" if item.kept else "not kept",
            words.share(item.spent.value),
            str(item.pages),
            str(item.tickets),
        )
        for item in advice
    ]
    header = ("Objective", "", "Spent", "Pages", "Tickets")
    yield Grid(header, tuple(rows))
