"""What an alert can be about: the kinds of condition, in the order in which one leads an alert."""

from __future__ import annotations

HARD_STOP = "hard_stop"
SPENT = "spent"
BURN = "burn"
TAMPERING = "tampering"
OVERDUE = "overdue"
SIGNAL_LOST = "signal_lost"
EXPIRED = "expired"
EXHAUSTS = "exhausts"
LEFT = "left"
CAP = "cap"
CLASS_SHARE = "class_share"
RESCUES = "rescues"
HANDOFF_RATE = "handoff_rate"
UNMEASURED = "unmeasured"

ORDER: tuple[str, ...] = (
    HARD_STOP,
    TAMPERING,
    OVERDUE,
    SPENT,
    BURN,
    SIGNAL_LOST,
    EXPIRED,
    EXHAUSTS,
    LEFT,
    CAP,
    CLASS_SHARE,
    RESCUES,
    HANDOFF_RATE,
    UNMEASURED,
)
"""All kinds, the one that most needs a human first: it gives its name and words to the alert."""


def place(kind: str) -> int:
    """Return the place of a kind in the order; one that is not known comes last."""
    return ORDER.index(kind) if kind in ORDER else len(ORDER)
