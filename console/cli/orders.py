"""Orders and the steps of a ladder as sentences: how far each got, and how it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.burn.rules import percent
from console.cli.moments import when
from console.control.receipts import SILENT_US
from console.model import DAY_US

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.snapshot.types import DirectiveView, StepView


def directive(view: DirectiveView, now_us: int) -> str:
    """Return one order as a sentence: what, by whom, how far it got, and how it ends."""
    order = view.directive
    what = ", ".join((*order.changes, *order.actions))
    return (
        f"order {order.id} {order.kind.value}{f' [{what}]' if what else ''} by {order.by} "
        f"({order.reason}): {view.stage}, {reach(view)}; exit: {_exit(view, now_us)}"
    )


def reach(view: DirectiveView) -> str:
    """Return which agents have seen an order, and of the others who is waited for and who not."""
    issued_us = view.directive.issued_us
    said = f"seen by {seen(view, ' of ')}"
    if view.ended:
        said += " live"
    if view.overdue:
        said += f", OVERDUE: {', '.join(view.overdue)}"
    if view.awaited:
        ends_us = max(max(at_us, issued_us) for _, at_us in view.awaited) + SILENT_US
        said += f"; not yet by {_silent(view.awaited, issued_us)}, waited for until {when(ends_us)}"
    if view.ended:
        said += f"; silent: {_silent(view.ended, issued_us)}"
    return said


def seen(view: DirectiveView, of: str) -> str:
    """Return `2 of 3`: how many agents have seen an order, of those that are waited for."""
    return f"{len(view.seen_by)}{of}{view.live}"


def _silent(agents: Sequence[tuple[str, int]], issued_us: int) -> str:
    return ", ".join(f"{who} since {_near(at_us, issued_us)}" for who, at_us in agents)


def _near(at_us: int, other_us: int) -> str:
    """Return an instant to the minute, with its date where that is not the one of another."""
    text = when(at_us)
    return f"{text[11:16]}Z" if at_us // DAY_US == other_us // DAY_US else text


def _exit(view: DirectiveView, now_us: int) -> str:
    """Return what has to hold before an order is lifted, and what can be done now."""
    route, (trusted, needed) = view.directive.route, view.exit_trusted
    ending = (
        f"over {percent(view.exit_remaining)} left and {needed} trusted in a row ({trusted} so far)"
    )
    if view.exit_met:
        return f"{ending}: met, burnline lift {route}"
    if view.probation_ends_us is None:
        return ending
    if view.probation_ends_us <= now_us:
        return f"its probation is over: burnline stepdown {route}, then {ending}"
    return (
        f"burnline stepdown from {when(view.probation_ends_us)} without a new miss, then {ending}"
    )


def ladder_step(view: StepView, route: str) -> str:
    """Return one step of a ladder as a sentence: what it waits for, did, or proposes."""
    said = f"ladder {view.step} ({view.mode}): {view.state}"
    if view.directive:
        said += f" as {view.directive}"
    if view.words:
        said += f": {view.words}"
    if view.note:
        said += f"; {view.note}"
    if view.state == "proposed":
        said += f"; burnline accept {route} {view.proposal} carries it out"
    return said
