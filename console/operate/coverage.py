"""What a correction takes out of the account now, and what of it stays charged, and why.

A correction may come before its runs are read, and counts for them once they are: what is said here
is only how things stand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from console.store import corrections
from console.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterable

    from console.store.connect import Connection
    from console.store.corrections import Correction, Reached

_NAMED, _SHOWN = 5, 60


class Coverage(NamedTuple):
    """How many runs and misses a correction takes out, how many misses stay charged, and why.

    `why` has a sentence for each reason; `unread` are the runs that it names and nobody has read.
    """

    runs: int
    misses: int
    charged: int
    why: tuple[str, ...]
    unread: tuple[str, ...]


def coverage(connection: Connection, correction: Correction) -> Coverage:
    """Return what a correction covers, by the runs as they are booked now."""
    found = corrections.reached(connection, correction)
    taken = [item for item in found if correction.covers(item.run, item.entry)]
    left = [item for item in found if item not in taken]
    known = {item.run for item in found}
    return Coverage(
        runs=len(taken),
        misses=sum(item.misses for item in taken),
        charged=sum(item.misses for item in left),
        why=tuple(_why(left)),
        unread=tuple(run for run in dict.fromkeys(correction.runs) if run not in known),
    )


def _why(left: list[Reached]) -> Iterable[str]:
    """Yield why runs are not taken out, one sentence a reason."""
    parts = [item for item in left if item.entry.minute is None and item.parent]
    for item in parts[:_NAMED]:
        whole, part = clean(item.parent, _SHOWN), clean(item.run, _SHOWN)
        yield f"{part} is a part of run {whole}, which is charged for it: correct that one"
    unended = [item for item in left if item.entry.minute is None and not item.parent]
    if unended:
        yield f"{_names(unended)} has no verdict yet: it is left out once it has one"
    barred = [item for item in left if item.entry.minute is not None and item.permission]
    if barred:
        yield (
            f"{_names(barred)} has a permission miss, which only the route's owner or deputy "
            "corrects"
        )


def _names(found: list[Reached]) -> str:
    named = ", ".join(clean(item.run, _SHOWN) for item in found[:_NAMED])
    more = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
    return f"{named}{more}"
