"""The dialog in which one action of one run is let through."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.tui.draft import Missing
from console.tui.figures.spans import Line, Tone, line
from console.tui.host import host
from console.tui.render.approvals import waiting_for
from console.tui.screens.answer import AnswerDialog, Asked, lasting

if TYPE_CHECKING:
    from console.snapshot.types import ApprovalView
    from console.tui.render.look import Look

_LASTING = "1h"


class GrantDialog(AnswerDialog):
    """Grants what a run waits for: this action, of this run, for a time."""

    ABOUT = "A grant is for one action of one run, and ends by itself. It is audited."

    def __init__(self, approval: ApprovalView) -> None:
        super().__init__()
        self.approval = approval

    def subject(self, look: Look) -> list[Line]:
        """Return what is let through, for whom, and who demanded that somebody looks."""
        asked = self.approval
        head = line(
            ("Grant ", Tone.TICKET),
            (asked.action, Tone.STRONG),
            " of run ",
            (asked.run, Tone.STRONG),
            " on ",
            (asked.route, Tone.STRONG),
            f" as {host(self).operator}",
        )
        return [head, *waiting_for(asked, look)]

    def asked(self) -> tuple[Asked, ...]:
        """Ask for a reason and an end."""
        return (
            ("reason", "reason", "", "required: why may it go on?"),
            ("duration", "for", _LASTING, "required: 45m, 2h, 1d"),
        )

    def missing(self) -> Missing | None:
        """Ask for both."""
        if not self.typed("reason"):
            return Missing("reason", "A reason is required: it is kept with the grant.")
        if not lasting(self.typed("duration")):
            return Missing("duration", "A grant needs an end: 45m, 2h, 1h30m or 3d.")
        return None

    def send(self) -> None:
        """Grant."""
        for_us = lasting(self.typed("duration"))
        host(self).desk.grant(self.approval, for_us, self.typed("reason"))
