"""What goes with answer 3: how fast the budget burns, each state beside its numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.tui.figures import numbers
from console.tui.figures.curve import curve, window_us
from console.tui.figures.spans import Line, Tone, line
from console.tui.figures.states import RULE_TONES

if TYPE_CHECKING:
    from console.snapshot.types import RouteView, RuleView
    from console.tui.render.look import Look

_CURVE_WIDTH = 100


def rules(view: RouteView, *, full: bool) -> list[Line]:
    """Return the alert rules: state, windows, rates with their counts, threshold, and why.

    All but the tallest screens leave out why an acceptable rule is acceptable.
    """
    if not view.rules:
        return [line(("No burn rule can be judged on this route.", Tone.UNKNOWN))]
    head = f"{'rule':<8}{'state':<13}{'at':<6}{'long window':<22}{'short window':<22}"
    lines = [line((head.rstrip(), Tone.MUTED))]
    for each in view.rules:
        lines.append(_rule(view, each))
        if each.words and (full or each.state != "acceptable"):
            lines.append(line(("  " + each.words, _words_tone(each))))
    return lines


def _words_tone(rule: RuleView) -> Tone:
    return Tone.MUTED if rule.state == "acceptable" else Tone.PLAIN


def _rule(view: RouteView, rule: RuleView) -> Line:
    known = {each.label: each for each in view.burn}
    cells = []
    for label, burn in ((rule.long_label, rule.long_rate), (rule.short_label, rule.short_rate)):
        counts = known[label].counts if label in known else None
        of = f" ({counts.bad} of {counts.total})" if counts else ""
        cells.append(f"{label} {numbers.rate(burn, 'no data')}{of}")
    lowered = "*" if rule.rule.lowered else ""
    k = f"{numbers.threshold(rule.rule.k)}{lowered}"
    severity = rule.rule.severity.value
    return line(
        (f"{severity:<8}", Tone.STRONG if severity == "page" else Tone.PLAIN),
        (f"{rule.state:<13}", RULE_TONES.get(rule.state, Tone.UNKNOWN)),
        f"{k:<6}{cells[0]:<22}{cells[1]:<22}",
        ("by runs, not ratio" if rule.basis == "absolute" else "", Tone.TICKET),
        ("no data" if rule.basis == "no data" else "", Tone.UNKNOWN),
    )


def chart(view: RouteView, look: Look, size: tuple[int, int]) -> list[Line]:
    """Return the curve of the budget left over the window, captioned."""
    width = min(_CURVE_WIDTH, size[0])
    length = window_us(view.window, look.as_of_us, look.zone)
    lines = curve(view.curve, length, (width, size[1]), look.glyphs)
    if len(view.curve) < 2:
        return lines
    glyphs = look.glyphs
    start, end = look.moment(view.curve[0][0]), look.moment(view.curve[-1][0])
    caption = line(
        f"       {start} {glyphs.arrow} {end}   ",
        ("budget left", Tone.KEY),
        ("   dots: even burn, all of it spent at the window's end", Tone.WATCH),
    )
    return [*lines, caption]
