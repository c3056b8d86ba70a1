"""The misses of one route in the period of a review."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.tui.figures.spans import Line, Tone, line
from console.tui.render import empty
from console.tui.screens.misses import MISSES_READ, MissesScreen
from console.tui.wanted import Wanted

if TYPE_CHECKING:
    from console.snapshot.types import MissView, Snapshot
    from console.tui.render.look import Look


class PeriodMisses(MissesScreen):
    """One row per miss of the route, the latest of the period first; Enter shows its evidence."""

    ABOUT = "What was charged on one route in the period that is reviewed."

    def __init__(self, route: str, label: str, span: tuple[int, int]) -> None:
        super().__init__()
        self._route = route
        self._label = label
        self._span = span
        self.charged = Wanted(route, MISSES_READ, span[1] - 1)

    def rows(self, snapshot: Snapshot) -> list[MissView]:
        """Return the misses of the period."""
        first, end = self._span
        return [each for each in super().rows(snapshot) if first <= each.at_us < end]

    def nothing(self, snapshot: Snapshot, look: Look) -> list[Line]:  # noqa: ARG002
        """Return what it means that there is none."""
        if self.charged.waiting or self.charged.trouble:
            return empty.no_misses(self.charged.waiting, self.charged.trouble)
        return [line((f"No miss of {self._route} is kept for {self._label}.", Tone.STRONG))]

    def totals(self, snapshot: Snapshot) -> list[Line]:
        """Say which route and period are on show."""
        return [line((self._route, Tone.STRONG)), line(self._label), *super().totals(snapshot)]
