"""The terminal's bell and title: how the console speaks to somebody who is not looking at it.

A page that was not there before rings once, and stands in the title until no page fires. What
burned when the console was opened is on the screen and rings nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.text import clean

if TYPE_CHECKING:
    from console.snapshot.types import Snapshot
    from console.tui.app import ConsoleApp

TITLE = "burnline"
_LONGEST = 60
_KEEP, _GIVE_BACK = "\x1b[22;0t", "\x1b[23;0t"
"""Xterm's stack of titles: what stood there before comes back."""


class Herald:
    """Looks at every snapshot; `aloud` is the setting `[console] bell`."""

    def __init__(self, app: ConsoleApp, *, aloud: bool) -> None:
        self._app = app
        self._aloud = aloud
        self._known: frozenset[str] | None = None
        app.title = TITLE

    def look(self, snapshot: Snapshot) -> None:
        """Note and ring for a page that is new, and say in the title what burns."""
        firing = pages(snapshot)
        fresh = () if self._known is None else firing.keys() - self._known
        self._known = frozenset(firing)
        for alert in sorted(fresh):
            self._app.note(f"Page {alert} on {firing[alert] or 'the control file'}.", "warning")
        if not self._aloud:
            return
        if fresh:
            self._app.bell()
        self._entitle(title(firing))

    def leave(self) -> None:
        """Give the terminal its title back."""
        if self._app.title != TITLE:
            self._write(_GIVE_BACK)

    def _entitle(self, words: str) -> None:
        if words == self._app.title:
            return
        before, self._app.title = self._app.title, words
        keep = _KEEP if before == TITLE else ""
        self._write(_GIVE_BACK if words == TITLE else f"{keep}\x1b]0;{words}\x07")

    def _write(self, sequence: str) -> None:
        """Write to the terminal as the application's own bell does; Textual sets no title."""
        driver = self._app._driver
        if driver is not None and not self._app.is_headless:
            driver.write(sequence)


def pages(snapshot: Snapshot) -> dict[str, str]:
    """Return the routes of the pages that fire and that nobody owns, by the alerts' ids."""
    return {
        alert.id: alert.route
        for view in snapshot.routes
        for alert in view.alerts
        if alert.severity == "page" and alert.state == "firing"
    }


def title(firing: dict[str, str]) -> str:
    """Return the title for the pages that fire: their routes, within reason."""
    if not firing:
        return TITLE
    routes = ", ".join(dict.fromkeys(firing.values()))
    return clean(f"PAGE {routes} - {TITLE}", _LONGEST)
