"""The audit: who did what, when, why, and whether the record of it is whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.snapshot.particulars import AuditView, TrailView
from console.tui.host import host
from console.tui.render import audit, empty
from console.tui.screens.table import Table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.snapshot.types import Snapshot
    from console.tui.figures.spans import Line
    from console.tui.frame import Frame
    from console.tui.messages import TrailFetched
    from console.tui.query import Fields
    from console.tui.render.look import Look

ROWS_READ = 500
"""How many rows of the audit are asked for: the latest. The whole chain is verified."""


class AuditScreen(Table[AuditView]):
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
        self._trail: TrailView | None = None
        self._asked: str | None = None
        self._waiting = True
        self._on_its_way = False
        self._trouble = ""

    def rows(self, snapshot: Snapshot) -> Sequence[AuditView]:  # noqa: ARG002
        """Return the rows that were fetched, the latest first."""
        return () if self._trail is None else self._trail.rows

    def fields(self, item: AuditView, look: Look) -> Fields:
        """Return a row as the filter sees it."""
        return audit.fields(item, look)

    def key_of(self, item: AuditView) -> str:
        """Return the number of a row."""
        return audit.key_of(item)

    def nothing(self, snapshot: Snapshot, look: Look) -> list[Line]:  # noqa: ARG002
        """Return why there is no row."""
        return empty.no_trail(waiting=self._waiting, trouble=self._trouble)

    def totals(self, snapshot: Snapshot) -> list[Line]:  # noqa: ARG002
        """Return what the chain proves."""
        return audit.state(self._trail, self._trouble)

    def detail(self, item: AuditView, look: Look) -> list[Line]:
        """Return a row with nothing cut off."""
        return audit.detail(item, look)

    def draw(self, frame: Frame, look: Look) -> None:
        """Show the rows; ask for them again when one was added."""
        super().draw(frame, look)
        if frame.shown is not None:
            self._ask(frame.shown)

    def _ask(self, snapshot: Snapshot) -> None:
        head = snapshot.store.audit_head
        if head != self._asked and not self._on_its_way:
            self._asked, self._on_its_way = head, True
            host(self).errands.trail(self, ROWS_READ)

    def on_trail_fetched(self, message: TrailFetched) -> None:
        """Show the rows that came in; after an error, those of before stay."""
        self._waiting = self._on_its_way = False
        self._trouble = message.trouble
        if message.trouble:
            self._asked = None
        else:
            self._trail = message.trail
        self.call_after_refresh(self._show_fetched)

    def _show_fetched(self) -> None:
        """Draw without asking again: an error must not be asked about at once, but later."""
        if self.is_mounted:
            frame = host(self).frame
            super().draw(frame, host(self).look(frame))
