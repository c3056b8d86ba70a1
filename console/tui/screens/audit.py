"""The audit: who did what, when, why, and whether the record of it is whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.snapshot.particulars import AuditView, TrailView
from console.tui.asking import Asking
from console.tui.host import host
from console.tui.render import audit, empty
from console.tui.screens.fetched import Fetched

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.snapshot.types import Snapshot
    from console.tui.figures.spans import Line
    from console.tui.messages import TrailFetched
    from console.tui.query import Fields
    from console.tui.render.look import Look

ROWS_READ = 500
"""How many rows of the audit are asked for: the latest. The whole chain is verified."""


class AuditScreen(Fetched[AuditView]):
    """One row per act, the latest first."""

    CSS_PATH = "audit.tcss"
    ABOUT = (
        "Every act of an operator or of the ladder, in a chain of hashes that shows an edited, lost"
        " or cut-off row. burnline audit --verify names the first one."
    )
    COLUMNS = audit.COLUMNS
    WORDS = audit.WORD_FIELDS
    NUMBERS = audit.NUMBER_FIELDS
    NOUN = "acts"
    EXAMPLES = "words, who:dana, what:pause, route:refunds, age<2h"
    OPENS = False

    def __init__(self) -> None:
        super().__init__()
        self._trail: Asking[TrailView | None] = Asking(None, lambda shown: shown.store.audit_head)

    def rows(self, snapshot: Snapshot) -> Sequence[AuditView]:  # noqa: ARG002
        """Return the rows that were fetched, the latest first."""
        return () if self._trail.found is None else self._trail.found.rows

    def fields(self, item: AuditView, look: Look) -> Fields:
        """Return a row as the filter sees it."""
        return audit.fields(item, look)

    def key_of(self, item: AuditView) -> str:
        """Return the number of a row."""
        return audit.key_of(item)

    def nothing(self, snapshot: Snapshot, look: Look) -> list[Line]:  # noqa: ARG002
        """Return why there is no row."""
        return empty.no_trail(waiting=self._trail.waiting, trouble=self._trail.trouble)

    def totals(self, snapshot: Snapshot) -> list[Line]:  # noqa: ARG002
        """Return what the chain proves."""
        return audit.state(self._trail.found, self._trail.trouble)

    def detail(self, item: AuditView, look: Look) -> list[Line]:
        """Return a row with nothing cut off."""
        return audit.detail(item, look)

    def ask(self, snapshot: Snapshot) -> None:
        """Ask for the rows when one was added."""
        if self._trail.ask(snapshot):
            host(self).errands.trail(self, ROWS_READ)

    def on_trail_fetched(self, message: TrailFetched) -> None:
        """Show the rows that came in; after an error, those of before stay."""
        self._trail.came(message.trail, message.trouble)
        self.call_after_refresh(self.show_fetched)
