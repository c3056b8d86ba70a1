"""One evaluation of one route: ground -> conditions -> alerts -> notices. Pure, without a store.

The collector feeds it from the store; a simulation may feed it from anything that counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from console.burn import arithmetic, conditions, lifecycle, notices
from console.burn.ground import judged_from_us
from console.burn.notices import Voice
from console.model import MINUTE_US, Severity
from console.settings import RouteSettings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from console.burn.ground import Ground
    from console.burn.lifecycle import Alert, Condition
    from console.burn.silences import Silence
    from console.model import Notice

CONTROL_FILE = ""
"""The route of the alert that is about the control file, which serves all routes."""


class Outcome(NamedTuple):
    """The alerts of a route after an evaluation, those that ended now among them."""

    alerts: dict[Severity, Alert]
    notices: tuple[Notice, ...]

    @property
    def open(self) -> dict[Severity, Alert]:
        """Return the alerts that stand."""
        return {key: item for key, item in self.alerts.items() if item.resolved_us is None}


def evaluate(
    ground: Ground,
    known: Mapping[Severity, Alert],
    silences: Sequence[Silence],
    new_id: Callable[[], str],
) -> Outcome:
    """Return what becomes of a route's open alerts, and what people are told.

    Args:
        ground: the route at this instant.
        known: its open alerts.
        silences: all silences that may hold now.
        new_id: gives an id, another at each call, to an alert that opens.
    """
    found = conditions.watched(ground, known)
    left = ground.left
    voice = Voice(
        route=ground.route,
        now_us=ground.now_us,
        silences=silences,
        contained=ground.paused,
        left_ppm=None if left is None else int(left * arithmetic.PPM),
    )
    # While unread lines may still end an alert nobody is told that its owner let it lapse.
    return _stepped(found, known, voice, new_id, lapsing=not ground.catching_up)


def evaluate_control_file(
    tampering: str,
    known: Mapping[Severity, Alert],
    silences: Sequence[Silence],
    new_id: Callable[[], str],
    now_us: int,
    *,
    dry_run: bool,
) -> Outcome:
    """Return what becomes of the one alert of the control file, which no route owns."""
    voice = Voice(RouteSettings(name=CONTROL_FILE, dry_run=dry_run), now_us, silences)
    return _stepped([conditions.of_control_file(tampering)], known, voice, new_id, lapsing=True)


def _stepped(
    found: list[Condition],
    known: Mapping[Severity, Alert],
    voice: Voice,
    new_id: Callable[[], str],
    *,
    lapsing: bool,
) -> Outcome:
    alerts: dict[Severity, Alert] = {}
    said: list[Notice] = []
    for severity in (Severity.PAGE, Severity.TICKET):
        mine = [item for item in found if item.severity is severity]
        before = known.get(severity)
        after = lifecycle.step(before, mine, voice.route.name, voice.now_us, new_id)
        if after is None:
            continue
        if lapsing and after.resolved_us is None:
            after = lifecycle.lapse(after, voice.route.ack_timeout_us, voice.now_us)
        lapses = before.lapses if before is not None else 0
        after, told = notices.speak(after, lapses, voice)
        alerts[severity] = after
        said += told
        if severity is Severity.PAGE and after.resolved_us is None and not after.silence:
            voice = voice._replace(page=after.id)
    return Outcome(alerts, tuple(said))


def due_us(ground: Ground, alerts: Sequence[Alert], silences: Sequence[Silence]) -> int:
    """Return the next instant at which time alone may change the outcome of an evaluation.

    Until then an evaluation of a route of which nothing else changed can be left out. An open alert
    is looked at every minute, since its words follow the clock and the windows.
    """
    decided_us = decided_until_us(ground, alerts, silences)
    return min(decided_us, ground.minute_us + MINUTE_US) if alerts else decided_us


def decided_until_us(ground: Ground, alerts: Sequence[Alert], silences: Sequence[Silence]) -> int:
    """Return until when an outcome stands by itself, but for the words of alerts that stand."""
    found = list(judged_from_us(ground))
    if alerts:
        found += [silence.from_us for silence in silences]
        found += [silence.end_us for silence in silences]
    for alert in alerts:
        found += [
            item.quiet_since_us + item.hold_us
            for item in alert.open
            if item.quiet_since_us is not None
        ]
        if alert.acknowledged_us is not None:
            found.append(alert.acknowledged_us + ground.route.ack_timeout_us)
    return min((at_us for at_us in found if at_us > ground.now_us), default=1 << 62)
