"""The exit rule of an order: its conditions in their order, which are met, what is missing.

A pause earns nothing, since nothing runs: after its probation it is stepped down, and what is
left of it earns the rest (semantics 7). The last condition is a human's: the owner's sign-off.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.model import MINUTE_US, DirectiveKind
from console.tui.figures import numbers
from console.tui.figures.spans import Line, joined, line
from console.tui.placed import Stage
from console.tui.render.progress import progress

if TYPE_CHECKING:
    from console.snapshot.types import DirectiveView, RouteView
    from console.tui.render.look import Look

_OVERRIDE = "Else override: yes lifts it all the same, audited."


def exit_line(view: RouteView, order: DirectiveView, look: Look) -> Line:
    """Return the conditions of an exit rule in a row, each marked as met or waited for."""
    found = conditions(view, order, look)
    facts = [progress((each._replace(detail="") for each in found), look)]
    if order.directive.until_us is not None:
        facts.append(line(f"{_expiry(order, look)} {look.stamp(order.directive.until_us)}"))
    return joined(facts, look.separator)


def conditions(view: RouteView, order: DirectiveView, look: Look) -> tuple[Stage, ...]:
    """Return all conditions in the order in which they come to be met."""
    steps = _of_pause(order, look) if order.directive.kind is DirectiveKind.PAUSE else ()
    last = f"sign-off: {view.owner or 'the owner'} (a l)"
    return (*steps, _budget(view, order), _trusted(order), Stage(last, False))


def why_not(view: RouteView, order: DirectiveView, look: Look) -> str:
    """Return why an order may not be lifted yet and what the next earned step is."""
    if order.directive.kind is DirectiveKind.PAUSE:
        then = f"one run at a time then earns {order.exit_trusted[1]} trusted in a row"
        step = f"step it down now: esc, then a s; {then}"
        if not _over(order, look):
            step = f"it can be stepped down (a s) once {_lasting(order, look)} are over"
        return f"A pause earns nothing: {step}. {_OVERRIDE}"
    lacks = [
        each.detail for each in (_budget(view, order), _trusted(order)) if not each.reached
    ] or ["it is not known why"]
    return f"Not earned yet: {' and '.join(lacks)}. {_OVERRIDE}"


def _of_pause(order: DirectiveView, look: Look) -> tuple[Stage, ...]:
    now = " now" if _over(order, look) else ""
    return _probation(order, look), Stage(f"step down{now} (a s)", False)


def _over(order: DirectiveView, look: Look) -> bool:
    return order.probation_ends_us is not None and order.probation_ends_us <= look.as_of_us


def _probation(order: DirectiveView, look: Look) -> Stage:
    """Return the countdown of a pause, which nothing that runs can earn."""
    ends_us = order.probation_ends_us
    if ends_us is None:
        return Stage("probation", False)
    if _over(order, look):
        return Stage(f"probation over since {look.stamp(ends_us)}", True)
    return Stage(f"probation until {look.stamp(ends_us)} ({_lasting(order, look)})", False)


def _lasting(order: DirectiveView, look: Look) -> str:
    """Return how much longer a probation lasts."""
    if order.probation_ends_us is None:
        return "some more minutes without a miss"
    return f"{-(-(order.probation_ends_us - look.as_of_us) // MINUTE_US)} min more without a miss"


def _budget(view: RouteView, order: DirectiveView) -> Stage:
    needed = numbers.exact(order.exit_remaining, "")
    left = numbers.exact(view.remaining, "no data")
    met = view.remaining is not None and view.remaining > order.exit_remaining
    return Stage(f"budget {left} (over {needed})", met, f"{left} left, over {needed} needed")


def _trusted(order: DirectiveView) -> Stage:
    """Return the trusted outcomes in a row, which count no further than they are needed."""
    done, needed = order.exit_trusted
    if order.directive.kind is DirectiveKind.PAUSE:
        return Stage(f"{needed} trusted in a row", False)
    got = min(done, needed)
    lack = f"{needed - got} more trusted in a row"
    return Stage(f"{got} of {needed} trusted in a row", got == needed, lack)


def _expiry(order: DirectiveView, look: Look) -> str:
    """Return the verb before an order's end: one of a pause lifts nothing (semantics 7)."""
    past = order.directive.until_us is not None and order.directive.until_us <= look.as_of_us
    return "stands past its end" if past else "expires"
