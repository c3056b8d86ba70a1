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
    from console.snapshot.types import DirectiveView, RouteView, Snapshot
    from console.tui.render.look import Look

NAMES: dict[DirectiveKind, str] = {
    DirectiveKind.FREEZE: "frozen",
    DirectiveKind.TIGHTEN: "tightened",
    DirectiveKind.REDUCE: "reduced",
    DirectiveKind.PAUSE: "paused",
}


def orders(view: RouteView, look: Look) -> list[Line]:
    """Return every order that stands on a route, strictest first, with how far it got."""
    standing = in_force(view)
    if not standing:
        return [line(("No order stands: changes and runs are free.", Tone.MUTED))]
    lines: list[Line] = []
    for each in standing:
        lines.extend(_order(view, each, look))
    return lines


def _order(view: RouteView, order: DirectiveView, look: Look) -> list[Line]:
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
    return [*lines, _exit(view, order, look)]


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


def _exit(view: RouteView, order: DirectiveView, look: Look) -> Line:
    """Return the countdown of the exit rule: what is there of what is needed."""
    done, needed = order.exit_trusted
    left = numbers.percent(view.remaining, "no data")
    facts = [
        line(f"budget {left}, must be over {numbers.percent(order.exit_remaining, '')}"),
        line(f"{done} of {needed} trusted in a row"),
        line((f"then {view.owner or 'the owner'} signs off", Tone.MUTED)),
    ]
    if order.directive.kind is DirectiveKind.PAUSE and not order.exit_met:
        facts.append(line(("a pause earns nothing: lift it by override", Tone.MUTED)))
    if order.directive.until_us is not None:
        facts.append(line(f"expires {look.moment(order.directive.until_us)}"))
    lead = ("  exit met: ", Tone.OK) if order.exit_met else ("  exit: ", Tone.TICKET)
    return line(lead, *joined(facts, look.separator))


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
