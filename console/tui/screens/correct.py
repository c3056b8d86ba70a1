"""The dialog that takes an outage out of what a route is charged."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.model import MINUTE_US
from console.review import words
from console.review.types import Exclusion, RouteReview
from console.tui.draft import Missing
from console.tui.figures.spans import Line, Tone, line
from console.tui.host import host
from console.tui.screens.answer import AnswerDialog, Asked

if TYPE_CHECKING:
    from console.tui.render.look import Look


class CorrectDialog(AnswerDialog):
    """Excludes the period of an outage; what was experienced stays."""

    ABOUT = (
        "A correction never erases: both numbers are kept and shown, with its author and reason."
        " Permission misses are corrected only by the route's owner or deputy."
    )

    def __init__(self, route: str, step: Exclusion, view: RouteReview) -> None:
        super().__init__()
        self._route = route
        self._step = step
        self._view = view

    def subject(self, look: Look) -> list[Line]:
        """Return what is taken out, and how many misses lie in it."""
        minutes = (self._step.to_us - self._step.from_us) // MINUTE_US
        inside = words.number(self._view.verdict_figures["noise"])
        return [
            line(("Correct ", Tone.TICKET), (self._route, Tone.STRONG), ": dependency outage"),
            line(("from     ", Tone.MUTED), f"{words.instant(self._step.from_us)} UTC"),
            line(
                ("to       ", Tone.MUTED), f"{words.instant(self._step.to_us)} UTC, {minutes} min"
            ),
            line(("misses   ", Tone.MUTED), f"{inside} of the period lie in outages"),
            line(
                ("charged  ", Tone.MUTED),
                f"{words.share(self._view.charged['spent_ppm'].value)} of the budget now",
                (f" {look.glyphs.dot} as experienced it stays", Tone.MUTED),
            ),
        ]

    def asked(self) -> tuple[Asked, ...]:
        """Ask why."""
        return (("reason", "reason", "dependency outage", "required: what failed?"),)

    def missing(self) -> Missing | None:
        """Ask for a reason: the review lists it."""
        if self.typed("reason"):
            return None
        return Missing("reason", "A reason is required: the review lists it with your name.")

    def send(self) -> None:
        """Correct."""
        period = (self._step.from_us, self._step.to_us)
        host(self).desk.exclude(self._route, period, self.typed("reason"))
