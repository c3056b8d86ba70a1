"""What goes with answer 3: how fast the budget burns, each state beside its numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.tui.figures import numbers
from console.tui.figures.curve import curve, window_us
from console.tui.figures.spans import Line, Tone, cropped, line
from console.tui.figures.states import RULE_TONES, RULE_WORDS
from console.tui.figures.ticks import glyph, legend, ticks
from console.tui.render.fleet import gating
from console.tui.render.look import Detail

if TYPE_CHECKING:
    from console.snapshot.particulars import RuleView
    from console.snapshot.types import RouteView
    from console.tui.render.look import Look

_CURVE_WIDTH = 100
_HAPPENED = 8
"""How many marks are told in words at most."""


def rules(view: RouteView, look: Look, width: int, detail: Detail) -> list[Line]:
    """Return the alert rules: state, windows, rates with their counts, threshold, and why.

    A common screen says why only of rules that are not acceptable, a low one only of the rule that
    is nearest to firing.
    """
    if not view.rules:
        return [line(("No burn rule can be judged on this route.", Tone.UNKNOWN))]
    head = f"{'rule':<8}{'state':<13}{'fires at':<10}{'long window':<22}{'short window':<20}"
    lines = [line((head.rstrip(), Tone.MUTED))]
    near = gating(view)
    for each in view.rules:
        lines.append(_rule(view, each))
        said = _said(each, near, detail)
        if said and detail is Detail.BRIEF:
            said = cropped(said, width, look.glyphs.ellipsis)
        lines += [said] if said else []
    if detail > Detail.BRIEF and any(each.rule.lowered for each in view.rules):
        text = "* lowered: with this objective the usual threshold could never be reached"
        lines.append(line((text, Tone.MUTED)))
    return lines


def gist(view: RouteView) -> list[Line]:
    """Return the rule that fires or is nearest to it, for a screen without room for all."""
    near = gating(view)
    return [] if near is None else [_rule(view, near)]


def _said(rule: RuleView, near: RuleView | None, detail: Detail) -> Line:
    """Return why a rule is in its state, where there is room to say so."""
    calm = rule.state == "acceptable"
    wanted = {Detail.BRIEF: rule is near, Detail.USUAL: not calm, Detail.FULL: True}[detail]
    if not wanted or not rule.words:
        return ()
    return line(("  " + rule.words, Tone.MUTED if calm else Tone.PLAIN))


def _rule(view: RouteView, rule: RuleView) -> Line:
    known = {each.label: each for each in view.burn}
    cells = []
    for label, burn in ((rule.long_label, rule.long_rate), (rule.short_label, rule.short_rate)):
        counts = known[label].counts if label in known else None
        of = f" ({counts.bad} of {counts.total})" if counts and counts.total else ""
        cells.append(f"{label} {numbers.rate(burn, 'no data')}{of}")
    severity = rule.rule.severity.value
    return line(
        (f"{severity:<8}", Tone.STRONG if severity == "page" else Tone.PLAIN),
        (f"{RULE_WORDS.get(rule.state, rule.state):<13}", RULE_TONES.get(rule.state, Tone.UNKNOWN)),
        f"{_fires_at(rule):<10}{cells[0]:<22}{cells[1]}",
    )


def _fires_at(rule: RuleView) -> str:
    """Return the threshold; with few runs it is a number of misses, which the words name."""
    if rule.basis == "absolute":
        return "by count"
    return f"{numbers.threshold(rule.rule.k)}{'*' if rule.rule.lowered else ''}"


def chart(view: RouteView, look: Look, size: tuple[int, int]) -> list[Line]:
    """Return the curve of the budget left over the window, with what happened, captioned."""
    width = min(_CURVE_WIDTH, size[0])
    length = window_us(view.window, look.as_of_us, look.zone)
    points, glyphs = view.curve.points, look.glyphs
    lines = curve(points, length, (width, size[1]), glyphs)
    if len(points) < 2:
        return lines
    reach = points[0][0], points[-1][0]
    marked = ticks(view.marks, reach, width, glyphs)
    caption = line(
        f"       {look.moment(reach[0])} {glyphs.arrow} {look.moment(reach[1])}   ",
        ("budget left", Tone.KEY),
        (
            "   dots: even burn" + ("" if marked else ", all of it spent at the window's end"),
            Tone.WATCH,
        ),
    )
    if not marked:
        return [*lines, caption]
    return [*lines, marked, line(*caption, "   ", *legend(view.marks, glyphs))]


def happened(view: RouteView, look: Look, size: tuple[int, int]) -> list[Line]:
    """Return the latest of what happened on the route, newest first, in `size` cells."""
    width, rows = size
    latest = view.marks[::-1][: max(0, min(rows, _HAPPENED))]
    return [
        cropped(
            line(
                glyph(each.kind, look.glyphs),
                (f" {look.stamp(each.at_us):<13}", Tone.MUTED),
                each.words,
            ),
            width,
            look.glyphs.ellipsis,
        )
        for each in latest
    ]
