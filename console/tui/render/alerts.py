"""Alerts as rows, as a detail, and as the filter sees them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.tui.figures.spans import Line, Tone, joined, line, shorten
from console.tui.figures.states import ALERT_TONES
from console.tui.query import Fields
from console.tui.render.answers import alert_lines, said, subject
from console.tui.render.grid import Column

if TYPE_CHECKING:
    from console.snapshot.types import AlertView, ConditionView, SilenceView, Snapshot
    from console.tui.render.look import Look

WORD_FIELDS = ("state", "severity", "route", "kind", "words", "owner")
NUMBER_FIELDS: tuple[str, ...] = ()
_STATES = ("firing", "acknowledged", "silenced", "contained", "resolved")
_RUNS_SHOWN = 8


def urgency(alert: AlertView) -> tuple[int, bool, int]:
    """Return the place of an alert in the list: what nobody owns first, pages before tickets."""
    known = alert.state in _STATES
    place = _STATES.index(alert.state) if known else len(_STATES)
    return place, alert.severity != "page", -alert.opened_us


def alerts_of(snapshot: Snapshot) -> list[AlertView]:
    """Return all alerts, those that need a human first."""
    of_routes = (each for view in snapshot.routes for each in view.alerts)
    return sorted((*snapshot.alerts, *of_routes), key=urgency)


def _state(alert: AlertView, look: Look, _width: int) -> Line:
    marks = {"firing": look.glyphs.page, "resolved": look.glyphs.done}
    mark = marks.get(alert.state, look.glyphs.waiting)
    return line((f"{mark} {alert.state}", ALERT_TONES.get(alert.state, Tone.PLAIN)))


def _severity(alert: AlertView, _look: Look, _width: int) -> Line:
    loud = alert.severity == "page" and alert.state == "firing"
    return line((alert.severity, Tone.PAGE if loud else Tone.PLAIN))


def _route(alert: AlertView, look: Look, width: int) -> Line:
    return line((shorten(subject(alert), width, look.glyphs.ellipsis), Tone.STRONG))


def _kind(alert: AlertView, _look: Look, width: int) -> Line:
    every = ", ".join(each.replace("_", " ") for each in alert.kinds)
    if every and len(every) <= width:
        return line(every)
    more = len(alert.kinds) - 1
    return line(alert.kind.replace("_", " "), (f" +{more}" if more > 0 else "", Tone.MUTED))


def _age(alert: AlertView, look: Look, _width: int) -> Line:
    return line((look.age(alert.opened_us), Tone.MUTED))


COLUMNS: tuple[Column[AlertView], ...] = (
    Column("state", "state", (14, 14, 14), 1, _state, urgency),
    Column("severity", "severity", (6, 8, 8), 3, _severity, lambda each: each.severity),
    Column("route", "route", (16, 16, 20), 2, _route, lambda each: each.route),
    Column(
        "kind",
        "why",
        (8, 10, 20),
        6,
        _kind,
        lambda each: each.kind,
    ),
    Column("age", "age", (4, 4, 4), 4, _age, lambda each: -each.opened_us, "right"),
    Column(
        "words",
        "what happened",
        (20, 20, 200),
        5,
        lambda each, _look, _width: line(said(each)),
        lambda each: each.words,
    ),
)


def fields(alert: AlertView, _look: Look) -> Fields:
    """Return an alert as the filter sees it."""
    words = {
        "state": alert.state,
        "severity": alert.severity,
        "route": subject(alert),
        "kind": " ".join(alert.kinds) or alert.kind,
        "words": alert.words,
        "owner": alert.acknowledged_by,
    }
    return Fields(words, {})


def totals(snapshot: Snapshot) -> list[Line]:
    """Return how many silences stand, where any does."""
    standing = sum(each.stands for each in snapshot.silences)
    many = "silence stands" if standing == 1 else "silences stand"
    return [line((f"{standing} {many}", Tone.UNKNOWN))] if standing else []


def detail(alert: AlertView, look: Look, silences: tuple[SilenceView, ...]) -> list[Line]:
    """Return everything known of an alert: what made it fire, its runs, its owner, who was told."""
    glyphs = look.glyphs
    facts = [
        line((subject(alert), Tone.STRONG), f" {alert.kind.replace('_', ' ')}"),
        line(f"{alert.id}"),
    ]
    if alert.resolved_us is not None:
        facts.append(line(f"resolved {look.stamp(alert.resolved_us)}"))
    lines = [joined(facts, look.separator), *alert_lines(alert, look)]
    if len(alert.conditions) > 1:
        for each in alert.conditions:
            lines += _condition(each, look)
    else:
        lines += [line((f"  {glyphs.arrow} ", Tone.MUTED), rule) for rule in alert.rules]
    if alert.hard_stop:
        owner = "its owner or deputy signs it closed: "
        lines.append(line((f"a hard stop ends on no data; {owner}", Tone.MUTED), ("X", Tone.KEY)))
    return lines + _runs(alert) + _silence(alert, silences, look) + _told(alert, look)


def _condition(each: ConditionView, look: Look) -> list[Line]:
    """Return one of several conditions: since when, what it says, and by which rules."""
    glyphs = look.glyphs
    mark = glyphs.done if each.over_us is not None else glyphs.arrow
    over = f", over {look.stamp(each.over_us)}" if each.over_us is not None else ""
    since = f" since {look.stamp(each.since_us)}{over} "
    head = line((f"  {mark} ", Tone.MUTED), (each.title, Tone.STRONG), since, each.words)
    return [head, *(line(f"      {rule}") for rule in each.rules)]


def _runs(alert: AlertView) -> list[Line]:
    runs = list(alert.runs[:_RUNS_SHOWN])
    if not runs:
        return []
    more = len(alert.runs) - len(runs)
    named = ", ".join(runs) + (f" and {more} more" if more else "")
    return [line(("runs ", Tone.MUTED), named)]


def _silence(alert: AlertView, silences: tuple[SilenceView, ...], look: Look) -> list[Line]:
    """Return the silence that keeps an alert quiet: whose, why, and until when."""
    return [
        line(
            (f"silence {each.id} ", Tone.UNKNOWN),
            f"until {look.moment(each.until_us)} by {each.by}: {each.reason} ",
            (f"({each.match})", Tone.MUTED),
        )
        for each in silences
        if each.id == alert.silence and each.stands
    ]


_TOLD: dict[str, Tone] = {"sent": Tone.OK, "waiting": Tone.TICKET, "dead": Tone.ALARM}


def _told(alert: AlertView, look: Look) -> list[Line]:
    """Return what each channel was last told, and whether it heard."""
    if not alert.told:
        return [line(("told ", Tone.MUTED), ("nobody: no channel has a notice of it", Tone.MUTED))]
    lines = []
    for each in alert.told:
        at = f" {look.stamp(each.at_us)}" if each.at_us is not None else ""
        tries = f" after {each.attempts} attempts" if each.attempts > 1 else ""
        note = f": {each.note}" if each.note else ""
        state = (f"{each.state}{at}{tries}{note}", _TOLD.get(each.state, Tone.UNKNOWN))
        lines.append(line(("told ", Tone.MUTED), f"{each.channel} {each.what} ", state))
    return lines
