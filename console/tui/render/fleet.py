"""A route as one row of the fleet: its columns, how each is drawn, sorted by and searched.

Columns have a priority; a narrow screen drops the least important. State, route and burn stay to
the last.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from console.model import CLASSES, MINUTE_US, SECOND_US
from console.tui.figures import numbers, times
from console.tui.figures.gauge import gauge, tone_of
from console.tui.figures.spans import Line, Span, Tone, line, shorten
from console.tui.figures.states import blind, control_tone, in_force, standing
from console.tui.query import Fields
from console.tui.render.grid import Column
from console.tui.render.outlook import gone_between, gone_by, soonest

if TYPE_CHECKING:
    from console.snapshot.particulars import RuleView
    from console.snapshot.types import DirectiveView, RouteView
    from console.tui.render.look import Look

TIERS: dict[str, int] = {"low": 1, "medium": 2, "high": 3, "critical": 4}
WORD_FIELDS = ("state", "route", "tier", "owner", "control", "data", "gone")
NUMBER_FIELDS = ("burn", "left", "tier", "bad", "total", "open", *(c.value for c in CLASSES))
_RULE_STATES = ("critical", "increasing", "recovering", "acceptable", "frozen", "catching up")
_RULE_PLACES = {state: place for place, state in enumerate(_RULE_STATES)}
_LAST = (1, Fraction(0))
_BAR_FROM = 11
_NUMBER_WIDTH = 6
_CLASS_TITLE, _CLASS_SHORT = "  L   T   E   P   R", "LTEPR"
_SHORT_TIERS = {"medium": "med", "critical": "crit"}


def gating(view: RouteView) -> RuleView | None:
    """Return the burn rule to show: the one that fires, else the one nearest to firing."""
    if len(view.rules) < 2:
        return view.rules[0] if view.rules else None
    first = min(map(_urgency, view.rules))
    ranked = [rule for rule in view.rules if _urgency(rule) == first]
    return ranked[0] if len(ranked) == 1 else max(ranked, key=_nearness)


def _urgency(rule: RuleView) -> tuple[int, bool]:
    return _RULE_PLACES.get(rule.state, len(_RULE_PLACES)), rule.rule.severity.value != "page"


def _nearness(rule: RuleView) -> Fraction:
    return (rule.long_rate or Fraction(0)) / rule.rule.k


def burn_of(view: RouteView) -> Fraction | None:
    """Return the burn of the gating rule's long window."""
    rule = gating(view)
    return rule.long_rate if rule else None


def control_words(view: RouteView) -> tuple[str, int]:
    """Return the control state with the receipts of live agents (`paused 3/4`), and the overdue."""
    orders = in_force(view)
    if not orders:
        return view.state.value, 0
    first = orders[0]
    overdue = sum(len(each.overdue) for each in orders)
    return f"{view.state.value} {len(first.seen_by)}/{first.live}", overdue


def receipt_time(order: DirectiveView) -> str:
    """Return how long the last receipt of an order took: `0.4 s`, `12 s`, `4m`; "" for none yet."""
    took_us = order.seen_after_us
    if took_us is None or not order.seen_by:
        return ""
    if took_us < 10 * SECOND_US:
        return f"{took_us // 100_000 / 10:.1f} s"
    return f"{took_us // SECOND_US} s" if took_us < MINUTE_US else times.span(took_us)


def trend(rule: RuleView, look: Look) -> str:
    """Return where a burn goes: the short window against the long one; "" without data."""
    if rule.long_rate is None or rule.short_rate is None or rule.long_rate == rule.short_rate:
        return ""
    glyphs = look.glyphs
    return glyphs.rising if rule.short_rate > rule.long_rate else glyphs.falling


def _state(view: RouteView, look: Look, width: int) -> Line:
    stand = standing(view, look.glyphs)
    text = f"{stand.glyph} {stand.word}"
    if blind(view) and stand.tone is not Tone.UNKNOWN and len(text) + 2 <= width:
        return line((text, stand.tone), (f" {look.glyphs.stale}", Tone.UNKNOWN))
    return line((text, stand.tone))


def _route(view: RouteView, look: Look, width: int) -> Line:
    unready = "" if view.ready else f" {look.glyphs.no_data}"
    name = shorten(view.route, width - len(unready), look.glyphs.ellipsis)
    return line((name, Tone.STRONG), (unready, Tone.TICKET))


def _tier(view: RouteView, _look: Look, width: int) -> Line:
    text = view.tier if len(view.tier) <= width else _SHORT_TIERS.get(view.tier, view.tier)
    return line((text, Tone.STRONG if TIERS.get(view.tier, 0) > 2 else Tone.PLAIN))


def _budget(view: RouteView, look: Look, width: int) -> Line:
    if view.remaining is None:
        return line(("no data", Tone.UNKNOWN))
    seen = not blind(view)
    number = numbers.percent(view.remaining, look.glyphs.none)
    tone = tone_of(view.remaining) if seen else Tone.UNKNOWN
    left = Span(f"{number:>{_NUMBER_WIDTH}}", tone)
    if width < _BAR_FROM:
        return (left,)
    bar = width - _NUMBER_WIDTH - 1
    return line(left, " ", *gauge(view.remaining, bar, view.steps_ppm, look.glyphs, trusted=seen))


def _burn(view: RouteView, look: Look, width: int) -> Line:
    rule = gating(view)
    if rule is None:
        return line((look.glyphs.none, Tone.MUTED))
    none = look.glyphs.none
    long, short = numbers.rate(rule.long_rate, none), numbers.rate(rule.short_rate, none)
    tone = Tone.ALARM if rule.state == "critical" else Tone.PLAIN
    tone = Tone.TICKET if rule.state == "increasing" else tone
    if width < 7:
        return line((long, tone))
    pair, goes = f"{long}/{short}", trend(rule, look)
    label = f" {rule.long_label}/{rule.short_label}"
    room = width - len(pair)
    return line(
        (pair, tone),
        (goes if goes and room else "", tone),
        (label if room - len(goes) >= len(label) else "", Tone.MUTED),
    )


def _gone(view: RouteView, look: Look, width: int) -> Line:
    text = gone_by(view, look)
    between = gone_between(view, look)
    if between and len(between) <= width:
        return line((between, Tone.TICKET))
    if len(text) > width and view.outlook == "exhausts":
        # Of another day the date says more than the time.
        text = text.rpartition(" ")[0]
    tones = {"spent": Tone.ALARM, "on track": Tone.OK, "no data": Tone.UNKNOWN}
    calm = blind(view) and text == "on track"
    return line((text, Tone.UNKNOWN if calm else tones.get(text, Tone.TICKET)))


def _classes(view: RouteView, look: Look, width: int) -> Line:
    narrow = width < len(_CLASS_TITLE)
    cells: list[tuple[str, Tone]] = []
    for each in CLASSES:
        took = view.counts.of(each)
        cap = view.caps_ppm.get(each.value)
        over = cap is not None and took * 1_000_000 >= cap * view.counts.total
        tone = Tone.ALARM if over else Tone.PLAIN
        text = numbers.count(took) if took else look.glyphs.dot
        few = text if took < 10 else "+"
        text = few if narrow else f"{text:>{4 if cells else 3}}"
        cells.append((text, tone if took else Tone.MUTED))
    return line(*cells)


def _control(view: RouteView, look: Look, width: int) -> Line:
    words, overdue = control_words(view)
    late = f" {look.glyphs.failed}{overdue}" if overdue else ""
    standing_now = in_force(view)
    took = receipt_time(standing_now[0]) if standing_now else ""
    took = f" {look.glyphs.dot} {took}" if took else ""
    shown = took if len(words + late + took) <= width else ""
    return line((words + late, control_tone(view.state, overdue)), (shown, Tone.MUTED))


def _owner(view: RouteView, _look: Look, _width: int) -> Line:
    return line((view.owner, Tone.PLAIN)) if view.owner else line(("no owner", Tone.TICKET))


def _last(view: RouteView, look: Look, _width: int) -> Line:
    return line((look.age(view.last_event_us), Tone.UNKNOWN if blind(view) else Tone.MUTED))


def _spend(view: RouteView) -> tuple[int, Fraction]:
    return _LAST if view.remaining is None else (0, view.remaining)


def _heat(view: RouteView) -> tuple[int, Fraction]:
    burn = burn_of(view)
    return _LAST if burn is None else (0, -burn)


COLUMNS: tuple[Column[RouteView], ...] = (
    Column("state", "state", (11, 11, 12), 1, _state, lambda view: view.rank),
    Column("route", "route", (16, 14, 32), 2, _route, lambda view: view.route),
    Column("tier", "tier", (4, 4, 8), 8, _tier, lambda view: -TIERS.get(view.tier, 0)),
    Column("budget", "budget left", (6, 11, 26), 4, _budget, _spend),
    Column("burn", "burn", (6, 9, 16), 3, _burn, _heat),
    Column("gone", "gone by", (8, 8, 15), 5, _gone, soonest),
    Column(
        "misses",
        _CLASS_TITLE,
        (19, 19, 20),
        7,
        _classes,
        lambda view: -view.counts.bad,
        tight=(len(_CLASS_SHORT), _CLASS_SHORT),
    ),
    Column("control", "control", (13, 13, 24), 6, _control, lambda view: view.state.value),
    Column("owner", "owner", (9, 9, 20), 9, _owner, lambda view: view.owner or "\uffff"),
    Column("last", "last", (5, 5, 5), 10, _last, lambda view: -(view.last_event_us or 0), "right"),
)


def fields(view: RouteView, look: Look) -> Fields:
    """Return a route as the filter sees it."""
    stand = standing(view, look.glyphs)
    words = {
        "state": f"{stand.word} {view.health}",
        "route": view.route,
        "tier": view.tier,
        "owner": view.owner,
        "control": control_words(view)[0],
        "data": view.data,
        "gone": gone_by(view, look),
    }
    known: dict[str, Fraction | None] = {
        "burn": burn_of(view),
        "left": None if view.remaining is None else view.remaining * 100,
        "tier": Fraction(TIERS.get(view.tier, 0)),
        "bad": Fraction(view.counts.bad),
        "total": Fraction(view.counts.total),
        "open": Fraction(view.open),
    }
    return Fields(words, known | {c.value: Fraction(view.counts.of(c)) for c in CLASSES})
