"""What a guard raises when the answer is no."""

from __future__ import annotations


class Refused(Exception):  # noqa: N818 - a decision, not an error
    """The control file does not let this happen now.

    `reason` is a sentence. `directive` is the id of the order that forbids it, or "" where a fault
    of the control file decides; the message then carries the mark `[burnline:<id>]`, by which the
    ledger tells a denial of our own from a permission miss.
    """

    def __init__(self, reason: str, directive: str = "") -> None:
        super().__init__(reason, directive)
        self.reason = reason
        self.directive = directive

    def __str__(self) -> str:
        return f"{self.reason} [burnline:{self.directive}]" if self.directive else self.reason


class RoutePaused(Refused):
    """No run may start on the route now, or the running ones have to stop."""


class ActionDenied(Refused):
    """This action or change is outside what the route may do now."""


class ApprovalNeeded(Refused):
    """This action or change needs a grant by a human, and there is none."""
