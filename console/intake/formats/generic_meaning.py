"""What a value of an unknown program's log probably means: the words of the field, nothing else.

`order_failed` is `run.failed`, "human fixed output" is `rescued`. What is negated, or has no such
word, means nothing that could be proposed: people decide it.
"""

from __future__ import annotations

import re

_WORD = re.compile(r"[a-z]+")


def _words(text: str) -> frozenset[str]:
    return frozenset(_WORD.findall(text.lower()))


_HUMAN = _words(
    "human humans manual manually person people operator operators reviewer reviewers staff "
    "analyst engineer"
)
_REPAIR = _words(
    "fix fixed fixes repair repaired repairs corrected correction edited rewrote rewritten "
    "redid redone reworked rework overrode override overridden intervened intervention rescued "
    "rescue"
)
_WORK = _words(
    "case conversation flow issue item job message order request run session task ticket work "
    "workflow"
)
_TAKEN_UP = _words(
    "accepted assigned claimed created dequeued dispatched enqueued launched opened picked queued "
    "received scheduled submitted"
)
_FAILED = _words(
    "fail fails failed failing failure error errored crash crashed crashes died killed panic "
    "panicked timeout exception false"
)
_RULES: tuple[tuple[str, tuple[frozenset[str], ...]], ...] = (
    ("rescued", (_HUMAN, _REPAIR)),
    ("rescued", (frozenset({"rescued", "reworked"}),)),
    ("run.failed", (_FAILED,)),
    ("run.failed", (frozenset({"timed"}), frozenset({"out"}))),
    ("run.cancelled", (_words("cancel cancelled canceled abort aborted withdrawn"),)),
    ("action.denied", (_words("denied blocked forbidden"),)),
    ("handoff", (_words("handoff handover escalated"),)),
    ("handoff", (_words("handed passed transferred"), _HUMAN | {"off", "over"})),
    (
        "run.delivered",
        (
            _words(
                "finish finished finishes complete completed completes done delivered fulfilled "
                "resolved settled answered succeeded success ok true"
            ),
        ),
    ),
    ("run.started", (_words("start started starts begin began starting"),)),
    ("run.started", (_WORK, _TAKEN_UP)),
)
"""An event, and the groups of words of which a value has one each; the first that fits counts."""
_NEGATED = _words("not never cannot without couldn didn wasn")


def meaning(text: str) -> str:
    """Return the native event that a value probably stands for, "" where nobody can tell."""
    words = _words(text)
    if words & _NEGATED or ("no" in words and words & _FAILED):
        return ""
    found = next((event for event, said in _RULES if all(words & one for one in said)), "")
    # What a human completed may be a review as well as the work itself.
    return "" if found == "run.delivered" and words & _HUMAN else found
