"""The dialog in which the review of a route is signed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.review import words
from console.review.types import DECISIONS
from console.tui.draft import Missing
from console.tui.figures.spans import Line, Tone, line
from console.tui.host import host
from console.tui.render.review import decision, verdict
from console.tui.screens.answer import AnswerDialog, Asked
from console.tui.widgets.choice import Choice
from console.tui.widgets.form_field import FormField

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from console.review.types import Review, RouteReview
    from console.tui.render.look import Look


class SignDialog(AnswerDialog):
    """Puts a name under the review of a route: the decision, and how many rescues there were."""

    ABOUT = (
        "A signature is kept in the audit with the decision, the rescues and the misses as they"
        " stood on the screen, and stands in this review and the next. It carries nothing out."
    )

    def __init__(self, only: Review, view: RouteReview) -> None:
        super().__init__()
        self._only = only
        self._view = view

    def subject(self, look: Look) -> list[Line]:
        """Return what is signed."""
        view = self._view
        counts = (
            f"rescues: {words.number(view.counted['rescues'])}, "
            f"missed as charged: {words.number(view.charged['bad'])}"
        )
        lines = [
            line(("Sign the review of ", Tone.TICKET), (view.settings.name, Tone.STRONG)),
            line(("period   ", Tone.MUTED), f"{self._only.period.label} UTC"),
            line(("verdict  ", Tone.MUTED), *verdict(view)),
            line(("proposed ", Tone.MUTED), *decision(view), f" {look.glyphs.dash} "),
            line(("counts   ", Tone.MUTED), counts),
        ]
        lines[3] = line(*lines[3], view.decision.rule)
        if view.decision.step is None and not view.decision.command.startswith("burnline"):
            lines.append(line(("by hand  ", Tone.TICKET), view.decision.command))
        return lines

    def fields(self) -> ComposeResult:
        """Compose the decision before what is typed."""
        every = super().fields()
        yield next(iter(every))
        values = [(each, each) for each in DECISIONS]
        yield Choice("decision", "decision", values, self._view.decision.decision)
        yield from every

    def asked(self) -> tuple[Asked, ...]:
        """Ask for a note, and who signs."""
        return (
            ("note", "note", "", "what is to be remembered; may stay empty"),
            ("by", "signed by", host(self).operator, "your name"),
        )

    def missing(self) -> Missing | None:
        """Ask for a name."""
        return None if self.typed("by") else Missing("by", "Who signs?")

    def send(self) -> None:
        """Sign."""
        chosen = self.query_one("#field-decision", FormField).value
        host(self).desk.sign_review(self._only, self.typed("by"), chosen, self.typed("note"))
