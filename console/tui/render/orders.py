"""What goes with answer 5: what is frozen, by whom, who has obeyed, what it takes to lift it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.model import DirectiveKind
from console.tui.figures.spans import Line, Tone, cropped, line
from console.tui.figures.states import in_force
from console.tui.placed import Placed, Stage, observed, stages
from console.tui.render.exits import exit_line
from console.tui.render.progress import progress

if TYPE_CHECKING:
    from console.model import Directive
    from console.snapshot.types import DirectiveView, RouteView, Snapshot, StepView
    from console.tui.render.look import Look

NAMES: dict[DirectiveKind, str] = {
    DirectiveKind.FREEZE: "frozen",
    DirectiveKind.TIGHTEN: "tightened",
    DirectiveKind.REDUCE: "reduced",
    DirectiveKind.PAUSE: "paused",
}

NAMES_OF: dict[str, str] = {kind.value: name for kind, name in NAMES.items()}


def orders(view: RouteView, look: Look, width: int | None = None) -> list[Line]:
    """Return every order that stands on a route, strictest first, with how far it got.

    With a `width` the line of an order is cut to it, so that its exit rule is in sight.
    """
    standing = in_force(view)
    lines = [_proposal(each) for each in view.proposals]
    lines += [_other(each) for each in view.steps if each.state in ("would have", "deciding")]
    if not standing:
        return [*lines, line(("No order stands: changes and runs are free.", Tone.MUTED))]
    for each in standing:
        head, *rest = order_lines(view, each, look)
        lines.append(head if width is None else cropped(head, width, look.glyphs.ellipsis))
        lines.extend(rest)
    return lines


def _proposal(step: StepView) -> Line:
    return line(
        ("proposed ", Tone.TICKET),
        (NAMES_OF[step.kind], Tone.STRONG),
        f", {step.proposal}: {step.words} ",
        ("ctrl+y", Tone.KEY),
        " does it",
    )


def _other(step: StepView) -> Line:
    """Return a step that a dry run only shows, or that the ladder is about to carry out."""
    note = f" ({step.note})" if step.note else ""
    return line((f"{step.state} ", Tone.UNKNOWN), NAMES_OF[step.kind], f": {step.words}{note}")


def order_lines(view: RouteView, order: DirectiveView, look: Look) -> list[Line]:
    """Return an order with its stages, who has not confirmed it, and what it takes to lift it."""
    directive = order.directive
    lines = [
        line(
            (NAMES[directive.kind], Tone.STRONG),
            f" ({scope(directive)})" if scope(directive) else "",
            f" by {directive.by} since {look.stamp(directive.issued_us)}"
            f" ({look.age(directive.issued_us)}), {directive.id}: ",
            directive.reason,
        ),
        line("  ", *progress((Stage("durable", True), *observed(order)), look)),
    ]
    if order.overdue:
        names = ", ".join(order.overdue)
        lines.append(line((f"  overdue: {names} logged on without a receipt", Tone.ALARM)))
    awaited = set(order.not_seen) - {agent for agent, _ in order.silent}
    if awaited:
        lines.append(line((f"  waited for: {', '.join(sorted(awaited))}", Tone.TICKET)))
    if order.silent:
        lines.append(line((f"  {silence(order, look)}", Tone.UNKNOWN)))
    lead = ("exit met: ", Tone.OK) if order.exit_met else ("exit: ", Tone.TICKET)
    return [*lines, line("  ", lead, *exit_line(view, order, look))]


def silence(order: DirectiveView, look: Look) -> str:
    """Return the agents that may have ended, each with when it was last heard of."""
    since = [f"{agent} since {look.stamp(at_us)}" for agent, at_us in order.silent]
    return f"silent: {', '.join(since)}"


def scope(directive: Directive) -> str:
    """Return what an order covers, in words."""
    parts: list[str] = []
    if directive.changes:
        parts.append(f"changes of {', '.join(directive.changes)}")
    if directive.actions:
        lead = "a grant for" if directive.kind is DirectiveKind.TIGHTEN else "only"
        parts.append(f"{lead} {', '.join(directive.actions)}")
    if directive.max_runs is not None:
        runs = "run" if directive.max_runs == 1 else "runs"
        parts.append(f"at most {directive.max_runs} {runs} at once in each agent process")
    if directive.kind is DirectiveKind.PAUSE:
        parts.append("running runs finish" if directive.drain else "running runs stop")
    return ", ".join(parts)


def followed(placed: Placed, snapshot: Snapshot | None, look: Look) -> Line:
    """Return the line that follows an order after it was given."""
    request = placed.request
    return line(
        (f"{request.verb} {request.route}: ", Tone.STRONG),
        *progress(stages(placed, snapshot), look),
        look.separator,
        (placed.result.sentence, Tone.MUTED),
    )
