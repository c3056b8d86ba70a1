"""Is the audit what was written? Pure: rows of the table and lines of the mirror give a verdict.

Four things can be wrong, and each names the first row at which it is: a row was *edited*, a row is
*missing*, the tail was *cut off*, or the *mirror differs* (faults C10).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from console.store.desk import GENESIS, AuditRow, audit_hash

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.store.mirror import Line

WHOLE, EDITED, MISSING, CUT_OFF, DIFFERS = (
    "whole",
    "edited row",
    "missing row",
    "cut-off tail",
    "mirror differs",
)


class Verdict(NamedTuple):
    """What is wrong with an audit (`WHOLE`: nothing), the first row at fault, and a sentence."""

    kind: str
    row: int | None
    words: str


def verify(rows: Sequence[AuditRow], lines: Sequence[Line]) -> Verdict:
    """Judge an audit by its own chain first, then against its mirror.

    Args:
        rows: the rows of the table, oldest first.
        lines: the lines of the mirror, as they stand in it.
    """
    return _chain(rows) or _against(rows, lines) or _whole(rows)


def _chain(rows: Sequence[AuditRow]) -> Verdict | None:
    previous = GENESIS
    for expected, row in enumerate(rows, 1):
        if row.seq != expected:
            return Verdict(MISSING, expected, f"row {expected} is missing from the table")
        if audit_hash(row) != row.hash:
            return Verdict(EDITED, expected, f"row {expected} is not what was written")
        if row.previous != previous:
            # Its own hash is right: the one before was written anew, with a new hash.
            edited = max(1, expected - 1)
            words = f"row {edited} is not the one that row {expected} follows from"
            return Verdict(EDITED, edited, words)
        previous = row.hash
    return None


def _against(rows: Sequence[AuditRow], lines: Sequence[Line]) -> Verdict | None:
    """Compare with the mirror; a torn line with the whole one after it is no difference."""
    mirrored = {row.seq: row for row in reversed([line.row for line in lines if line.row])}
    for row in rows:
        twin = mirrored.get(row.seq)
        if twin is None:
            return Verdict(DIFFERS, row.seq, f"the mirror has no row {row.seq}")
        if twin != row:
            words = f"row {row.seq} is not the same in the table and in the mirror"
            return Verdict(DIFFERS, row.seq, words)
    lost = sorted(seq for seq in mirrored if seq > len(rows))
    if lost:
        words = (
            f"the table ends with row {len(rows)}, and the mirror goes on to row {lost[-1]}: "
            f"row {lost[0]} was cut off"
        )
        return Verdict(CUT_OFF, lost[0], words)
    return _strangers(rows, lines)


def _strangers(rows: Sequence[AuditRow], lines: Sequence[Line]) -> Verdict | None:
    """Look for rows that the mirror has beside those of the table: written in the place of one."""
    known = {row.hash for row in rows}
    for line in lines:
        if line.row is not None and line.row.hash not in known:
            words = f"line {line.number} of the mirror is a row {line.row.seq} of another history"
            return Verdict(DIFFERS, line.row.seq, words)
    return None


def _whole(rows: Sequence[AuditRow]) -> Verdict:
    if not rows:
        return Verdict(WHOLE, None, "the audit is empty")
    head = rows[-1]
    words = f"{len(rows)} rows, each follows from the one before; head {head.seq}:{head.hash[:12]}"
    return Verdict(WHOLE, None, words)
