"""Time travel: the same screens as they were at an instant of the past, with every action off.

The store counts by the minute, so that a journey always ends at the last instant of a minute:
counts, misses, alerts and orders are then those of the same moment. What is live goes on unseen,
and the bell still rings.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.model import MINUTE_US
from console.text import clean
from console.tui.screens.go_to import GoTo

if TYPE_CHECKING:
    from console.snapshot.types import AlertView, Snapshot
    from console.tui.app import ConsoleApp
    from console.tui.messages import PastFetched


class Travel:
    """Where the console is in time, and the ways to another place."""

    def __init__(self, app: ConsoleApp) -> None:
        self._app = app

    @property
    def at_us(self) -> int | None:
        """The instant on show, or None for the present."""
        place = self._app.frame.past
        return None if place is None else place.at_us

    def step(self, by_us: int) -> None:
        """Go so far back or on; from the present, to the end of the last whole minute first."""
        live = self._app.frame.live
        if live is None:
            return
        at_us = self.at_us
        if at_us is None:
            self.go(live.as_of_us + by_us)
        else:
            self.go(at_us + by_us)

    def go(self, at_us: int) -> None:
        """Show how everything was at the end of that minute; the present where that is not over."""
        live = self._app.frame.live
        if live is None:
            return
        end_us = minute_end(at_us)
        if end_us >= live.as_of_us:
            self.end()
            return
        self._app.frame = self._app.frame.departed(end_us)
        self._app.errands.past(end_us)
        self._app.refresh_bindings()

    def ask(self) -> None:
        """Let the operator say where to go."""
        live = self._app.frame.live
        if live is None:
            return

        def chosen(at_us: int | None) -> None:
            if at_us is not None:
                self.go(at_us)

        self._app.push_screen(GoTo(live.as_of_us, self._app.zone), chosen)

    def to_alert(self, later: bool) -> None:
        """Go to when the next, or the previous, alert opened."""
        live = self._app.frame.live
        if live is None:
            return
        now_us = live.as_of_us if self.at_us is None else self.at_us
        found = neighbour(live, now_us, later=later)
        if found is None:
            words = "No later alert." if later else "No earlier alert."
            self._app.notify(words, markup=False)
            return
        self.go(found.opened_us)
        self._app.notify(clean(f"{found.id}: {found.severity} on {found.route}"), markup=False)

    def fetched(self, message: PastFetched) -> None:
        """Draw the past that was asked for; an answer to an older question is let go."""
        if message.snapshot is not None:
            self._app.frame = self._app.frame.reached(message.at_us, message.snapshot)
        elif self.at_us == message.at_us:
            words = f"That time cannot be shown: {message.trouble}"
            self._app.notify(clean(words), severity="error", markup=False)
            self.end()

    def end(self) -> None:
        """Come back to the present."""
        self._app.frame = self._app.frame.returned()
        self._app.refresh_bindings()


def minute_end(at_us: int) -> int:
    """Return the last instant of the minute that an instant lies in."""
    return at_us // MINUTE_US * MINUTE_US + MINUTE_US - 1


def neighbour(live: Snapshot, now_us: int, *, later: bool) -> AlertView | None:
    """Return the alert that opened next after the minute of `now_us`, or last before it."""
    every = [alert for view in live.routes for alert in view.alerts] + list(live.alerts)
    start_us = minute_end(now_us) - MINUTE_US
    if later:
        after = [alert for alert in every if alert.opened_us > minute_end(now_us)]
        return min(after, key=lambda alert: alert.opened_us, default=None)
    before = [alert for alert in every if alert.opened_us <= start_us]
    return max(before, key=lambda alert: alert.opened_us, default=None)
