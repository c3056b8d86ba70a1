"""What events say that models took, added up as the ledger adds it up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.ledger.effort import spending
from console.ledger.facts import Facts
from console.model import Origin

if TYPE_CHECKING:
    from collections.abc import Iterable

    from console.model import Event


def spent(events: Iterable[Event]) -> dict[str, tuple[int, int]]:
    """Return (tokens, millionths of a dollar) by run, of the runs that say any."""
    runs: dict[str, Facts] = {}
    for event in events:
        runs.setdefault(event.run, Facts()).add(event, Origin(1, 0, 1))
    found = {run: spending(facts) for run, facts in runs.items()}
    return {run: (took.tokens, took.micro_usd) for run, took in found.items() if took is not None}
