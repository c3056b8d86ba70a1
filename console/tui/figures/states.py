"""States in words and glyphs: what a route, a rule, an alert or an order is called on screen.

A state is never told by colour alone: word, glyph and place say it too. Words in capitals need a
human. The evaluation state *frozen* reads STALE here, because on this screen *frozen* is what an
operator does to a route. A route without live data is never shown as healthy, whatever else is
known of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from console.model import RouteState
from console.tui.figures.spans import Tone

if TYPE_CHECKING:
    from console.snapshot.types import DirectiveView, RouteView
    from console.tui.figures.glyphs import Glyphs


class Standing(NamedTuple):
    """How a route stands: the word, its glyph, the tone of both."""

    word: str
    glyph: str
    tone: Tone


_CALM = ("healthy", "at risk")
_WORDS: dict[str, tuple[str, str, Tone]] = {
    "hard stop": ("HARD STOP", "hard_stop", Tone.HARD_STOP),
    "page": ("PAGE", "page", Tone.PAGE),
    "spent": ("SPENT", "spent", Tone.ALARM),
    "no data": ("NO DATA", "no_data", Tone.UNKNOWN),
    "frozen": ("STALE", "stale", Tone.UNKNOWN),
    "ticket": ("ticket", "ticket", Tone.TICKET),
    "at risk": ("at risk", "at_risk", Tone.WATCH),
    "healthy": ("healthy", "healthy", Tone.OK),
}
_DATA: dict[str, tuple[str, str, Tone]] = {
    "none": ("NO DATA", "no_data", Tone.UNKNOWN),
    "stale": ("STALE", "stale", Tone.UNKNOWN),
    "unmeasured": ("UNMEASURED", "no_data", Tone.UNKNOWN),
}
RULE_WORDS: dict[str, str] = {"frozen": "stale"}
"""What a rule's state is called where it is not by its own name: *frozen* is an order."""
RULE_TONES: dict[str, Tone] = {
    "critical": Tone.ALARM,
    "increasing": Tone.TICKET,
    "recovering": Tone.WATCH,
    "acceptable": Tone.OK,
    "frozen": Tone.UNKNOWN,
    "catching up": Tone.UNKNOWN,
}
ALERT_TONES: dict[str, Tone] = {
    "firing": Tone.ALARM,
    "acknowledged": Tone.WATCH,
    "silenced": Tone.UNKNOWN,
    "contained": Tone.WATCH,
    "resolved": Tone.MUTED,
}


def standing(view: RouteView, glyphs: Glyphs) -> Standing:
    """Return how a route stands; missing data beats every calm state."""
    known = _WORDS.get(view.health, (view.health.upper(), "no_data", Tone.UNKNOWN))
    if view.health in _CALM and view.data != "live":
        known = _DATA.get(view.data, _DATA["none"])
    word, glyph, tone = known
    return Standing(word, getattr(glyphs, glyph), tone)


def blind(view: RouteView) -> bool:
    """Say whether what is shown of a route is not backed by live data."""
    return view.data != "live"


def in_force(view: RouteView) -> tuple[DirectiveView, ...]:
    """Return the orders that stand on a route, strictest first."""
    standing_now = [each for each in view.directives if each.directive.lifted_us is None]
    order = ("pause", "reduce_scope", "tighten_approval", "freeze")
    return tuple(sorted(standing_now, key=lambda each: order.index(each.directive.kind.value)))


def control_tone(state: RouteState, overdue: int) -> Tone:
    """Return the tone of a route's control state; an order that agents ignore is an alarm."""
    if overdue:
        return Tone.ALARM
    return Tone.MUTED if state is RouteState.OPEN else Tone.STRONG
