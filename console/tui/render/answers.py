"""The route screen's five answers, in the order in which an operator asks.

What counts as a trusted outcome here, which misses consume the budget, how fast it burns now, who
owns the intervention, and what is frozen until reliability recovers.
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from console.model import CLASSES
from console.tui.figures import numbers
from console.tui.figures.gauge import gauge, tone_of
from console.tui.figures.spans import Line, Span, Tone, cropped, joined, line
from console.tui.figures.states import ALERT_TONES, blind, control_tone, in_force, standing
from console.tui.render.fleet import control_words, receipt_time
from console.tui.render.look import Detail
from console.tui.render.outlook import gone_between, gone_by

if TYPE_CHECKING:
    from console.snapshot.types import AlertView, RouteView
    from console.tui.render.look import Look

_BAR = 20
_CLASS_WIDTH = 12
_ALERTS_SHOWN = 2
_STANDING = ("firing", "acknowledged", "silenced", "contained")


TITLES = ("Trusted outcome", "Misses", "Burn now", "Owner", "Frozen")


def question(view: RouteView, number: int) -> Line:
    """Return question `number` (from 1) in short, and its answer; a blank one says so."""
    title = Span(f"{number} {TITLES[number - 1]}  ", Tone.HEADING)
    answer = view.questions[number - 1][1] if number <= len(view.questions) else ""
    if answer:
        return line(title, answer)
    return line(
        title,
        ("blank, so the route is not ready: ", Tone.TICKET),
        "answer it in burnline.toml; burnline check names what is missing",
    )


def headline(view: RouteView, look: Look) -> Line:
    """Return the route in one line: state, name, tier, budget left, when it is gone, control."""
    stand = standing(view, look.glyphs)
    words, overdue = control_words(view)
    took = receipt_time(in_force(view)[0]) if in_force(view) else ""
    tone = Tone.UNKNOWN if blind(view) else tone_of(view.remaining)
    gone, between = gone_by(view, look), gone_between(view, look)
    facts = [
        line((f" {stand.glyph} {stand.word} ", stand.tone), " ", (view.route, Tone.STRONG)),
        line(
            (words, control_tone(view.state, overdue)), (f" in {took}" if took else "", Tone.MUTED)
        ),
        line(view.tier),
        line(
            (numbers.exact(view.remaining, "no data"), tone),
            f" left of {numbers.of_ppm(view.budget_ppm)} over {view.window.text}",
        ),
        line(
            f"gone by {gone}" if view.outlook == "exhausts" else gone,
            f" ({between})" if between else "",
        ),
    ]
    return joined(facts, look.separator)


def data_warning(view: RouteView, look: Look) -> Line:
    """Return why the numbers may not be taken for the present; empty where they may."""
    since = f"the last event is {look.age(view.last_event_us)} old"
    if view.unread:
        since = "its logs go on, and no collector reads them"
    words = {
        "none": "No data: no event of this route has been read. Nothing here says that it is well.",
        "stale": f"Stale: {since}. The state below is the last one known.",
        "unmeasured": "Unmeasured: too many runs have no verdict for the numbers to be trusted.",
    }
    text = " ".join(part for part in (words.get(view.data, ""), _lost(view.lost_lines)) if part)
    return line((text, Tone.UNKNOWN))


def _lost(lines: int) -> str:
    if lines == 1:
        return "1 line was lost before it could be read."
    return f"{lines} lines were lost before they could be read." if lines else ""


def outcome(view: RouteView, look: Look, detail: Detail) -> list[Line]:
    """Return what goes with answer 1: how many runs were judged, and which were not.

    A low screen leaves out what is nought.
    """
    good = view.counts.total - view.counts.bad
    facts = [line((str(good), Tone.STRONG), f" trusted of {view.counts.total} closed")]
    for number, name, tone in (
        (view.open, "open", Tone.PLAIN),
        (view.unknown, "unknown", Tone.UNKNOWN),
        (view.excluded, "excluded", Tone.PLAIN),
        (view.handoffs, "handed off", Tone.PLAIN),
        (view.rescues, "rescued", Tone.TICKET),
    ):
        if number or detail > Detail.BRIEF:
            facts.append(line((f"{number} {name}", tone if number else Tone.MUTED)))
    return [joined(facts, look.separator)]


def misses(view: RouteView, look: Look, width: int, detail: Detail) -> list[Line]:
    """Return what goes with answer 2: how much of the budget each class took, and its cap."""
    allowed = Fraction(view.budget_ppm * view.counts.total, 1_000_000)
    lines = [_budget(view, look, width)]
    taken = [
        (each.value, view.counts.of(each), Fraction(view.counts.of(each)) / (allowed or 1))
        for each in CLASSES
    ]
    if detail > Detail.BRIEF:
        return lines + [_class_bar(view, look, *each) for each in taken]
    parts = [_class_words(view, *each) for each in taken if each[1]]
    return [*lines, joined(parts, look.separator) or line(("No class missed.", Tone.MUTED))]


def _class_bar(view: RouteView, look: Look, name: str, took: int, share: Fraction) -> Line:
    """Return a class with its bar; past the whole budget the bar is full."""
    halves = max(took > 0, min(_BAR * 2, int(share * _BAR * 2)))
    full, part = divmod(halves, 2)
    bar = look.glyphs.bar[2] * full + look.glyphs.bar[1] * part
    rest = look.glyphs.rest * (_BAR - full - part)
    cost = f"{numbers.percent(share, ''):>6} of budget" if took else ""
    return line(
        (f"{name:<{_CLASS_WIDTH}}{took:>6}  ", Tone.PLAIN if took else Tone.MUTED),
        (bar, Tone.TICKET if share < 1 else Tone.ALARM),
        (rest, Tone.MUTED),
        f" {cost:<17}",
        *_cap(view, name, took),
    )


def _class_words(view: RouteView, name: str, took: int, share: Fraction) -> Line:
    """Return a class in a few words, for a low screen."""
    cap = _cap(view, name, took)
    return line(f"{name} {took} ({numbers.percent(share, '')})", " " if cap else "", *cap)


def _budget(view: RouteView, look: Look, width: int) -> Line:
    counts, seen = view.counts, view.experienced
    bar = max(8, min(_BAR, width - 60))
    allowed = view.budget_ppm * counts.total
    small = "; the budget is smaller than one run" if 0 < allowed < 1_000_000 else ""
    counted = f"{counts.bad} bad of {counts.total}"
    if seen != counts:
        both = f"charged {counts.total}/{counts.bad}, experienced {seen.total}/{seen.bad}"
        counted = f"{both} (closed/bad)"
    elif view.lived is not None:
        counted += " as experienced"
    runs = view.remaining_runs
    more = f"{runs} more may miss" if runs >= 0 else f"{-runs} too many"
    number = numbers.exact(view.remaining, look.glyphs.none)
    return line(
        (f"{'budget left':<{_CLASS_WIDTH}}", Tone.STRONG),
        (f"{number:>6}  ", Tone.UNKNOWN if blind(view) else tone_of(view.remaining)),
        *gauge(view.remaining, bar, view.steps_ppm, look.glyphs, trusted=not blind(view)),
        f" {counted}, {more}{small}",
    )


def _cap(view: RouteView, name: str, took: int) -> Line:
    cap = view.caps_ppm.get(name)
    if cap is None:
        return ()
    spent = took * 1_000_000 >= cap * view.counts.total and view.counts.total > 0
    tail = " spent" if spent else ""
    return line((f"cap {numbers.of_ppm(cap)}{tail}", Tone.ALARM if spent else Tone.MUTED))


def owner(
    view: RouteView, look: Look, width: int, detail: Detail, most: int = _ALERTS_SHOWN
) -> list[Line]:
    """Return what goes with answer 4: the alerts that call for the owner, and who took them.

    A low screen shows `most` of them.
    """
    alive = [each for each in view.alerts if each.state in _STANDING]
    alive.sort(key=lambda each: each.severity != "page")
    if not alive:
        return [line(("No alert is open.", Tone.MUTED))]
    if detail > Detail.BRIEF:
        return [row for each in alive for row in alert_lines(each, look)]
    rows = [row for each in alive[:most] for row in alert_lines(each, look)]
    more = len(alive) - most
    rest = [line((f"and {more} more on the alerts screen", Tone.MUTED))] if more > 0 else []
    return [cropped(row, width, look.glyphs.ellipsis) for row in rows] + rest


def subject(alert: AlertView) -> str:
    """Return what an alert is about: its route, or the file that serves all of them."""
    return alert.route or "control file"


def said(alert: AlertView) -> str:
    """Return the words of an alert without the route's name, where they begin with it."""
    words = alert.words.removeprefix(alert.route)
    return words.lstrip(": ") if words != alert.words and words[:1] in (":", " ") else alert.words


def _quiet(alert: AlertView) -> str:
    """Return what keeps an alert from telling anybody; empty where nothing does."""
    if alert.state == "resolved":
        return ""
    if alert.silence:
        return f" by {alert.silence}"
    if alert.inhibited_by:
        return f" (quiet behind {alert.inhibited_by})"
    told = "paged" if alert.severity == "page" else "told"
    return f" (dry run: would have {told})" if alert.dry_run else ""


def alert_lines(alert: AlertView, look: Look) -> list[Line]:
    """Return an alert in a line, and a second one for who took it."""
    loud = alert.severity == "page" and alert.state == "firing"
    head = line(
        (f" {alert.severity} " if loud else alert.severity, Tone.PAGE if loud else Tone.TICKET),
        (f" {alert.state}", ALERT_TONES.get(alert.state, Tone.PLAIN)),
        (_quiet(alert), Tone.MUTED),
        f" since {look.stamp(alert.opened_us)} ({look.age(alert.opened_us)}) ",
        said(alert),
    )
    if not alert.acknowledged_by:
        return [head]
    at = look.stamp(alert.acknowledged_us) if alert.acknowledged_us else ""
    note = f": {alert.note}" if alert.note else ""
    return [head, line((f"  owned by {alert.acknowledged_by} since {at}{note}", Tone.KEY))]
