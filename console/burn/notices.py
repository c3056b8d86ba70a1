"""Who is told of an alert, once each: what opens, what joins, what lapses, what is over.

What an alert said already is in the alert (`told`, `lapses`), which is stored in the transaction
that stores its notices: a kill repeats and loses none. The key of a notice follows from the alert
alone, so that a repeated step makes the same key. What is silenced, contained, or a ticket behind a
page is told when that ends, if it still stands; a hard stop is always told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from console.burn.lifecycle import title
from console.model import Notice, Severity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.burn.lifecycle import Alert, Held
    from console.burn.silences import Silence
    from console.settings import RouteSettings

OPENED, JOINED, LAPSED, OVER = "opened", "joined", "lapsed", "resolved"
_VERBS = {"reduce_scope": "reduce scope"}


class Voice(NamedTuple):
    """How loud the alerts of a route may be now.

    `contained`: a pause stands that every agent confirmed. `page` is the route's open page, ""
    for none, behind which its ticket is quiet. `left_ppm` is what remains of the budget.
    """

    route: RouteSettings
    now_us: int
    silences: Sequence[Silence] = ()
    contained: bool = False
    page: str = ""
    left_ppm: int | None = None


def speak(alert: Alert, lapses_before: int, voice: Voice) -> tuple[Alert, list[Notice]]:
    """Return the alert with what it has said by now, and the notices of this step.

    `lapses_before` is how often it had lapsed before the step.
    """
    alert = _muted(alert, voice)
    if alert.resolved_us is not None:
        return alert, [resolved(alert, voice.route)] if _may_end_aloud(alert, voice) else []
    audible = [item for item in alert.open if not _quiet(alert, item, voice)]
    said = [item for item in audible if _token(item) not in alert.told]
    found = []
    if said and not alert.told:
        found.append(_notice(alert, voice, f"{OPENED}/1", _opening(alert, voice)))
    else:
        found += [
            _notice(alert, voice, f"{JOINED}/{_token(item)}", _joining(item, voice))
            for item in said
        ]
    if alert.lapses > lapses_before and audible:
        words = f"{alert.note}. {_opening(alert, voice)}"
        found.append(_notice(alert, voice, f"{LAPSED}/{alert.lapses}", words))
    if said:
        told = (*alert.told, *(_token(item) for item in said))
        alert = msgspec.structs.replace(alert, told=told)
    return alert, found


def resolved(alert: Alert, route: RouteSettings) -> Notice:
    """Return the notice that an alert is over: by data, or by the signature on a hard stop."""
    signed = next((item.signed_by for item in alert.conditions if item.signed_by), "")
    by = f", signed by {signed}" if signed else ""
    what = ", ".join(title(item) for item in alert.conditions)
    subject = alert.route or "The control file"
    words = f"{subject}: over{by} ({what}). {_look(alert.route)}"
    ended = Voice(route, alert.resolved_us or alert.opened_us)
    return _notice(alert, ended, f"{OVER}/1", words)


def _muted(alert: Alert, voice: Voice) -> Alert:
    """Return the alert with what keeps it quiet now."""
    standing, over = alert.open, alert.resolved_us is not None
    silenced = {_silenced_by(alert, item, voice) for item in standing} if voice.silences else set()
    whole = silenced and "" not in silenced
    signed = any(item.signed for item in standing)
    dry_run, silence = voice.route.dry_run, min(silenced) if whole else ""
    contained = voice.contained and not signed and not over
    inhibited_by = voice.page if alert.severity == Severity.TICKET and not over else ""
    now = dry_run, silence, contained, inhibited_by
    if now == (alert.dry_run, alert.silence, alert.contained, alert.inhibited_by):
        return alert
    return msgspec.structs.replace(
        alert, dry_run=dry_run, silence=silence, contained=contained, inhibited_by=inhibited_by
    )


def _quiet(alert: Alert, item: Held, voice: Voice) -> bool:
    if item.signed:
        return False
    return bool(alert.contained or alert.inhibited_by or _silenced_by(alert, item, voice))


def _may_end_aloud(alert: Alert, voice: Voice) -> bool:
    """Say whether people who were told of an alert are told of its end: not while it is muted."""
    if not alert.told:
        return False
    last = [item for item in alert.conditions if item.over_us == alert.resolved_us]
    if any(item.signed for item in last):
        return True
    ticket = alert.severity == Severity.TICKET and voice.page
    muted = all(_silenced_by(alert, item, voice) for item in last)
    return not (voice.contained or ticket or muted)


def _silenced_by(alert: Alert, item: Held, voice: Voice) -> str:
    if not voice.silences:
        return ""
    return next(
        (
            silence.id
            for silence in voice.silences
            if silence.stands(voice.now_us) and silence.covers(alert.route, alert.severity, item)
        ),
        "",
    )


def _token(item: Held) -> str:
    """Return what a condition is told by: once an alert, a hard stop once a time."""
    name = f"{item.kind}:{item.part}" if item.part else item.kind
    return f"{name}:{item.times}" if item.signed and item.times > 1 else name


def _opening(alert: Alert, voice: Voice) -> str:
    """Return what an alert says: what is wrong, what is next, and how to look."""
    steps = next_step(alert.shown, voice, alert.severity)
    parts = (alert.words, steps, _look(alert.route))
    return " ".join(filter(None, parts))


def _joining(item: Held, voice: Voice) -> str:
    parts = (item.words, next_step((item,), voice), _look(voice.route.name))
    return " ".join(filter(None, parts))


def _look(route: str) -> str:
    return f"`burnline status {route}`" if route else "`burnline doctor`"


def next_step(shown: Sequence[Held], voice: Voice, severity: str = "") -> str:
    """Say what the ladder of a route proposes, or does by itself, for what is wrong now.

    `severity` is that of an alert that opens: what a ladder does on a page is next only then.
    """
    if not voice.route.ladder:
        return ""
    classes = {name for item in shown if item.signed for name in voice.route.zero_tolerance}
    steps = [
        step
        for step in voice.route.ladder
        if (step.on and step.on in {severity, *classes})
        or (
            step.left_ppm is not None
            and voice.left_ppm is not None
            and voice.left_ppm <= step.left_ppm
        )
    ]
    said = []
    for mode, word in (("propose", "Proposed"), ("auto", "By itself")):
        acts = [_act(step.do, voice.route) for step in steps if step.mode == mode]
        if acts:
            said.append(f"{word}: {'; '.join(dict.fromkeys(acts))}.")
    return " ".join(said)


def _act(do: str, route: RouteSettings) -> str:
    frozen = f" {', '.join(route.freeze_kinds)}" if do == "freeze" and route.freeze_kinds else ""
    return _VERBS.get(do, do) + frozen


def _notice(alert: Alert, voice: Voice, name: str, words: str) -> Notice:
    """Return a notice of an alert, of now; `name` is what it is, and which of them."""
    route = voice.route
    return Notice(
        key=f"{alert.id}/{name}",
        alert=alert.id,
        route=alert.route,
        severity=Severity(alert.severity),
        what=name.partition("/")[0],
        at_us=voice.now_us,
        words=words,
        owner=route.owner,
        deputy=route.deputy,
        dry_run=route.dry_run,
    )
