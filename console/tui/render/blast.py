"""What an order would do, said before it is confirmed; and what somebody else did meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.tui.draft import relaxable
from console.tui.feed import RELAXING
from console.tui.figures.spans import Line, Tone, line
from console.tui.figures.states import in_force
from console.tui.render.exits import exit_line
from console.tui.render.orders import NAMES

if TYPE_CHECKING:
    from console.snapshot.types import AlertView, RouteView
    from console.tui.feed import OrderPreview, OrderRequest
    from console.tui.render.look import Look

_AGENTS_SHOWN = 6
_RUNS_SHOWN = 4
_LABEL = 10


def blast(preview: OrderPreview | None, trouble: str, by: str, look: Look) -> list[Line]:
    """Return file, states, agents, open runs and warnings of an order to be."""
    if preview is None:
        text = (
            f"What it would do is not known: {trouble}" if trouble else "Working out what it does."
        )
        return [line((text, Tone.ALARM if trouble else Tone.MUTED))]
    runs = f"{preview.open_runs} open run{'' if preview.open_runs == 1 else 's'}"
    lines = [
        _fact("writes", line((preview.path, Tone.STRONG))),
        _fact("state", _change(preview, look)),
        _fact("as", line(by)),
        _fact("reaches", line(f"{_agents(preview.agents)}; {runs}")),
    ]
    return lines + [line(("warning   ", Tone.TICKET), each) for each in preview.warnings]


def grounds(
    alert: AlertView | None, view: RouteView, request: OrderRequest, look: Look
) -> list[Line]:
    """Return what an order rests on: the alert behind it, or how far the exit rule is.

    A lift is about one order; stepping down is about every pause.
    """
    if request.verb in RELAXING:
        return [
            _fact("exit rule", exit_line(view, each, look))
            for each in relaxable(request.verb, view)
            if request.verb == "stepdown" or request.directive == each.directive.id
        ]
    if alert is None:
        return []
    runs = f"; runs {', '.join(alert.runs[:_RUNS_SHOWN])}" if alert.runs else ""
    rules = f": {'; '.join(alert.rules)}" if alert.rules else ""
    return [_fact("evidence", line((alert.id, Tone.STRONG), f" {alert.severity}{rules}{runs}"))]


def _fact(label: str, value: Line) -> Line:
    return line((f"{label:<{_LABEL}}", Tone.MUTED), *value)


def _change(preview: OrderPreview, look: Look) -> Line:
    return line(preview.old_state, f" {look.glyphs.arrow} ", (preview.new_state, Tone.STRONG))


def _agents(agents: tuple[str, ...]) -> str:
    if not agents:
        return "no agent known yet"
    more = len(agents) - _AGENTS_SHOWN
    named = ", ".join(agents[:_AGENTS_SHOWN]) + (f" and {more} more" if more > 0 else "")
    return f"{len(agents)} agent{'' if len(agents) == 1 else 's'}: {named}"


def changed_meanwhile(before: RouteView | None, now: RouteView | None, look: Look) -> list[Line]:
    """Return what differs on a route between the picture decided on and the one of now."""
    if before is None or now is None:
        return []
    known = {each.directive.id for each in in_force(before)}
    kept = {each.directive.id for each in in_force(now)}
    lines = [
        line(
            (f"{each.directive.by} ", Tone.STRONG),
            f"made it {NAMES[each.directive.kind]} {look.age(each.directive.issued_us)} ago: ",
            each.directive.reason,
        )
        for each in in_force(now)
        if each.directive.id not in known
    ]
    lines += [line(f"{gone} no longer stands") for gone in sorted(known - kept)]
    if before.state is not now.state:
        arrow = look.glyphs.arrow
        lines.append(line(f"{now.route}: {before.state.value} {arrow} {now.state.value}"))
    return lines
