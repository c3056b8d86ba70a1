"""What makes two misses one failure: the reason without its particulars, and the event path."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from console.model import USAGE

if TYPE_CHECKING:
    from console.ledger.facts import Facts

_LONGEST_PATH = 12
_PARTICULARS = (
    (re.compile(r"^rescued\b.*"), "rescued"),
    (re.compile(r"\s*\bat \d{2}:\d{2}\b"), ""),
    (re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", re.IGNORECASE), "#"),
    (re.compile(r"\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{7,}\b", re.IGNORECASE), "#"),
    (re.compile(r"\d+(?:[.,:]\d+)*"), "#"),
    (re.compile(r"\s+"), " "),
)
"""Who rescued, times of day, ids, hashes and numbers tell misses of one kind apart."""


def reason_of(rule: str) -> str:
    """Return a rule in words without what is particular to one run; never empty for a rule."""
    reason = rule
    for pattern, instead in _PARTICULARS:
        reason = pattern.sub(instead, reason)
    return reason.strip()


def path_of(facts: Facts, at_us: int) -> str:
    """Return the kinds of event of a run up to a miss, `run.started > check.failed qa`.

    A kind that repeats at once stands once; of a long path the end stands.
    """
    path: list[str] = []
    for mark in facts.ordered():
        event = mark.event
        if event.ts_us > at_us:
            break
        if event.event == USAGE:
            continue
        step = f"{event.event} {event.check}".rstrip()
        if path[-1:] != [step]:
            path.append(step)
    if len(path) > _LONGEST_PATH:
        path = ["...", *path[1 - _LONGEST_PATH :]]
    return " > ".join(path)
