"""Log files of every kind of trouble, and what could not be read of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from console.model import DAY_US, HOUR_US, SECOND_US
from console.snapshot.types import RefusedView

from .samples import NOW, fleet, source
from .stage import FakeFeed

if TYPE_CHECKING:
    from console.snapshot.types import Snapshot, SourceView

REFUNDS = "/var/log/agents/refunds.jsonl"
CLAUDE = "/home/dana/.claude/projects/-srv-payments/8f1c2d7e-claims-intake.jsonl"


def log_files() -> tuple[SourceView, ...]:
    """Return a log file in every state, in no order."""
    return (
        source(path="/var/log/agents/kyc.jsonl"),
        source(
            path="/var/log/agents/refunds.jsonl.1",
            state="gone",
            note="gone, read to its end",
            last_event_us=NOW - 2 * DAY_US,
        ),
        source(path=CLAUDE, format="claude-code", state="behind", size=63_000, offset=9_450),
        source(
            path="/var/log/agents/notes.txt",
            format="unknown",
            state="unrecognised",
            note="no known log format in it",
            size=900,
            offset=0,
            lines=0,
            last_event_us=None,
        ),
        source(
            path="/mnt/nfs/agents/mail.jsonl",
            state="unreadable",
            note="cannot be read: Permission denied",
            last_event_us=NOW - 3 * HOUR_US,
        ),
        source(path=REFUNDS, rejected=3),
        source(
            path="/var/log/agents/claims.jsonl",
            state="gone",
            size=420_000,
            offset=357_000,
            note="gone, 63000 bytes unread",
            last_event_us=NOW - 40 * SECOND_US,
        ),
    )


def piece(**changes: Any) -> RefusedView:
    """Return a piece that could not be read; `changes` replace any field."""
    plain = RefusedView(
        path=REFUNDS,
        line_number=1_902,
        offset=418_220,
        reason="this is not JSON: the object is not closed",
        begins='{"ts":"2026-11-24T13:45:07Z","route":"refunds","event":"uncer',
    )
    return msgspec.structs.replace(plain, **changes)


def pieces() -> tuple[RefusedView, ...]:
    """Return three pieces of one file."""
    return (
        piece(line_number=17, offset=3_911, reason="no field named route", begins='{"ts":17}'),
        piece(
            line_number=404, offset=88_020, reason="the time lies before 2000", begins='{"ts":0}'
        ),
        piece(),
    )


def fleet_with_logs() -> Snapshot:
    """Return the fleet with every kind of log file."""
    return msgspec.structs.replace(fleet(), sources=log_files())


def feed(*files: SourceView) -> FakeFeed:
    """Return a feed of the fleet on these log files, else on those of every kind."""
    current = msgspec.structs.replace(fleet(), sources=files) if files else fleet_with_logs()
    made = FakeFeed(current)
    made.pieces = pieces()
    return made
