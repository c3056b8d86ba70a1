"""What goes with answer 5: what is frozen, by whom, who has obeyed, what it takes to lift it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.model import DirectiveKind
from console.tui.figures import numbers
from console.tui.figures.spans import Line, Span, Tone, joined, line
from console.tui.figures.states import in_force
from console.tui.placed import Placed, Stage, observed, stages

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


def orders(view: RouteView, look: Look) -> list[Line]:
    """Return every order that stands on a route, strictest first, with how far it got."""
    standing = in_force(view)
    lines = [_proposal(each) for each in view.proposals]
    lines += [_other(each) for each in view.steps if each.state in ("would have", "deciding")]
    if not standing:
        return [*lines, line(("No order stands: changes and runs are free.", Tone.MUTED))]
    for each in standing:
        lines.extend(order_lines(view, each, look))
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
    if order.not_seen:
        names = ", ".join(order.not_seen)
        lines.append(line((f"  not seen: {names} silent since", Tone.UNKNOWN)))
    lead = ("exit met: ", Tone.OK) if order.exit_met else ("exit: ", Tone.TICKET)
    return [*lines, line("  ", lead, *exit_line(view, order, look))]


def scope(directive: Directive) -> str:
    """Return what an order covers, in words."""
    parts: list[str] = []
    if directive.changes:
        parts.append(f"changes of {', '.join(directive.changes)}")
    if directive.actions:
        lead = "a grant for" if directive.kind is DirectiveKind.TIGHTEN else "only"
        parts.append(f"{lead} {', '.join(directive.actions)}")
    if directive.max_runs is not None:
        parts.append(f"at most {directive.max_runs} runs at once")
    if directive.kind is DirectiveKind.PAUSE:
        parts.append("running runs finish" if directive.drain else "running runs stop")
    return ", ".join(parts)


def exit_line(view: RouteView, order: DirectiveView, look: Look) -> Line:
    """Return the countdown of the exit rule: what is there of what is needed."""
    done, needed = order.exit_trusted
    left = numbers.percent(view.remaining, "no data")
    facts = [
        line(f"budget {left}, must be over {numbers.percent(order.exit_remaining, '')}"),
        line(f"{done} of {needed} trusted in a row"),
        line((f"then {view.owner or 'the owner'} signs off", Tone.MUTED)),
    ]
    if order.directive.kind is DirectiveKind.PAUSE and not order.exit_met:
        facts = [_probation(order, look), line(("then it may be stepped down", Tone.MUTED))]
    if order.directive.until_us is not None:
        facts.append(line(f"expires {look.moment(order.directive.until_us)}"))
    return joined(facts, look.separator)


def _probation(order: DirectiveView, look: Look) -> Line:
    """Return the countdown of a pause, which nothing that runs can earn."""
    ends_us = order.probation_ends_us
    if ends_us is None:
        return line(("a pause earns nothing", Tone.MUTED))
    return line(f"probation until {look.moment(ends_us)}, without a new miss")


def progress(steps: tuple[Stage, ...], look: Look) -> Line:
    """Return stages in a row, each marked as reached, waited for, or failing."""
    return joined(
        (_stage(each, look) for each in steps), Span(f" {look.glyphs.arrow} ", Tone.MUTED)
    )


def _stage(stage: Stage, look: Look) -> Line:
    glyphs = look.glyphs
    mark, tone = (glyphs.done, Tone.OK) if stage.reached else (glyphs.waiting, Tone.TICKET)
    if stage.alarm:
        mark, tone = glyphs.failed, Tone.ALARM
    return line((f"{mark} {stage.name}", tone), f" {stage.detail}" if stage.detail else "")


def followed(placed: Placed, snapshot: Snapshot | None, look: Look) -> Line:
    """Return the line that follows an order after it was given."""
    request = placed.request
    return line(
        (f"{request.verb} {request.route}: ", Tone.STRONG),
        *progress(stages(placed, snapshot), look),
        look.separator,
        (placed.result.sentence, Tone.MUTED),
    )
