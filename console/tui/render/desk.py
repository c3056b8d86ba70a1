"""All orders, those that stand and those that are over, as rows, as a detail, and to the filter."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from console.model import SECOND_US
from console.tui.figures.spans import Line, Tone, joined, line, shorten
from console.tui.figures.states import in_force
from console.tui.placed import Stage, observed
from console.tui.query import Fields
from console.tui.render.fleet import receipt_time
from console.tui.render.grid import Column
from console.tui.render.orders import NAMES, order_lines, scope
from console.tui.render.progress import progress

if TYPE_CHECKING:
    from console.model import Directive
    from console.snapshot.types import DirectiveView, RouteView, Snapshot
    from console.tui.render.look import Look

WORD_FIELDS = ("route", "order", "stage", "by", "reason", "id")
NUMBER_FIELDS = ("age", "overdue", "seen")
_SHORT, _FULL = 16, 46
"""Widths under which a few words say how far an order got, and from which all stages stand."""
_STAGES = ("overdue", "durable", "seen", "enforced", "over")


class Given(NamedTuple):
    """An order, the route that it is about, and how far it got; `reach` is None once it is over."""

    directive: Directive
    view: RouteView
    reach: DirectiveView | None

    @property
    def stage(self) -> str:
        """How far it got: durable, seen, enforced; overdue where an agent ignores it; over."""
        if self.reach is None:
            return "over"
        return "overdue" if self.reach.overdue else self.reach.stage


def urgency(given: Given) -> tuple[int, int, str]:
    """Return the place of an order in the list: what agents ignore, what is new, what is over."""
    known = given.stage in _STAGES
    place = _STAGES.index(given.stage) if known else len(_STAGES)
    return place, -given.directive.issued_us, given.directive.id


def orders_of(snapshot: Snapshot) -> list[Given]:
    """Return all orders that are known, those that need a human first."""
    found = [
        *(Given(each.directive, view, each) for view in snapshot.routes for each in in_force(view)),
        *(Given(each, view, None) for view in snapshot.routes for each in view.over),
    ]
    return sorted(found, key=urgency)


def key_of(given: Given) -> str:
    """Return the id of an order."""
    return given.directive.id


def _state(given: Given, look: Look, _width: int) -> Line:
    name = NAMES[given.directive.kind]
    if given.reach is None:
        return line((f"{look.glyphs.done} was {name}", Tone.MUTED))
    if given.reach.overdue:
        return line((f"{look.glyphs.failed} {name}", Tone.ALARM))
    return line((f"{look.glyphs.order} {name}", Tone.STRONG))


def _route(given: Given, look: Look, width: int) -> Line:
    tone = Tone.MUTED if given.reach is None else Tone.STRONG
    return line((shorten(given.directive.route, width, look.glyphs.ellipsis), tone))


def _stage(given: Given, look: Look, width: int) -> Line:
    """Return the stages in full where there is room, else the last one that is reached."""
    reach = given.reach
    if width < _SHORT:
        return line(_briefly(given))
    if reach is None:
        return line((_ended(given.directive, look), Tone.MUTED))
    seen, enforced = observed(reach)
    if width >= _FULL:
        return progress((Stage("durable", True), seen, enforced), look)
    took = f" {receipt_time(reach)}" if receipt_time(reach) else ""
    if reach.overdue:
        late = f"{_count(reach)}, {len(reach.overdue)} overdue"
        return line((late, Tone.ALARM))
    last = "enforced" if enforced.reached else f"seen by {_count(reach)}"
    return line((last, Tone.OK if enforced.reached else Tone.TICKET), (took, Tone.MUTED))


def _briefly(given: Given) -> tuple[str, Tone]:
    """Return how far an order got in a few cells: `3/4 late`, `2/4`, `enforced`, `lifted`."""
    reach = given.reach
    if reach is None:
        return ("expired" if given.directive.lifted_us is None else "lifted"), Tone.MUTED
    if reach.stage == "enforced" and not reach.overdue:
        return "enforced", Tone.OK
    late = " late" if reach.overdue else ""
    short = f"{len(reach.seen_by)}/{reach.live}{late}"
    return short, Tone.ALARM if late else Tone.TICKET


def _count(reach: DirectiveView) -> str:
    return f"{len(reach.seen_by)} of {reach.live}"


def _ended(directive: Directive, look: Look) -> str:
    if directive.lifted_us is None:
        until_us = directive.until_us
        return f"expired {look.stamp(until_us)}" if until_us is not None else "over"
    how = "lifted, overridden," if directive.overridden else "lifted"
    return f"{how} {look.stamp(directive.lifted_us)} by {directive.lifted_by}"


def _by(given: Given, _look: Look, _width: int) -> Line:
    return line("the ladder" if given.directive.ladder else given.directive.by)


def _age(given: Given, look: Look, _width: int) -> Line:
    return line((look.age(given.directive.issued_us), Tone.MUTED))


def _reason(given: Given, _look: Look, _width: int) -> Line:
    return line(given.directive.reason)


COLUMNS: tuple[Column[Given], ...] = (
    Column("state", "order", (12, 14, 14), 1, _state, urgency),
    Column("route", "route", (12, 16, 20), 2, _route, lambda given: given.directive.route),
    Column("stage", "confirmed", (9, 22, 26), 3, _stage, urgency),
    Column("by", "by", (8, 10, 14), 5, _by, lambda given: given.directive.by),
    Column("age", "age", (4, 4, 4), 4, _age, lambda given: -given.directive.issued_us, "right"),
    Column("reason", "reason", (14, 14, 200), 6, _reason, lambda given: given.directive.reason),
)


def fields(given: Given, look: Look) -> Fields:
    """Return an order as the filter sees it; `age` is in seconds."""
    order, reach = given.directive, given.reach
    words = {
        "route": order.route,
        "order": NAMES[order.kind],
        "stage": given.stage,
        "by": order.by,
        "reason": order.reason,
        "id": order.id,
    }
    numbers = {
        "age": Fraction(look.as_of_us - order.issued_us, SECOND_US),
        "overdue": None if reach is None else Fraction(len(reach.overdue)),
        "seen": None if reach is None else Fraction(len(reach.seen_by)),
    }
    return Fields(words, numbers)


def detail(given: Given, look: Look) -> list[Line]:
    """Return an order in full: what it covers, who confirmed it and who did not, how it ends."""
    order = given.directive
    head = line((order.route, Tone.STRONG), f" generation {order.generation}")
    if given.reach is not None:
        seen = ", ".join(given.reach.seen_by) or "nobody yet"
        took = receipt_time(given.reach)
        lines = [head, *order_lines(given.view, given.reach, look)]
        last = f", the last after {took}" if took else ""
        return [*lines, line(("  seen by ", Tone.MUTED), seen, (last, Tone.MUTED))]
    covered = scope(order)
    facts = [head, line(f"{NAMES[order.kind]} by {order.by} {look.stamp(order.issued_us)}")]
    lines = [joined(facts, look.separator), line(("reason ", Tone.MUTED), order.reason)]
    if covered:
        lines.append(line(("covered ", Tone.MUTED), covered))
    why = f": {order.lift_reason}" if order.lift_reason else ""
    return [*lines, line(_ended(order, look), why)]


def totals(snapshot: Snapshot) -> list[Line]:
    """Return how many orders stand, how many are ignored, and where the audit ends."""
    given = orders_of(snapshot)
    standing = sum(each.reach is not None for each in given)
    ignored = sum(each.stage == "overdue" for each in given)
    head = snapshot.store.audit_head
    facts = [line(f"{standing} standing")] if given else []
    if ignored:
        facts.append(line((f"{ignored} not confirmed in time", Tone.ALARM)))
    return [*facts, line((f"audit {head}", Tone.MUTED))] if head else facts
