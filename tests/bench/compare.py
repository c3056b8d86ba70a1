"""What moved between a recorded report and this one, beyond the spread of both.

Ratios are compared where there are any: they outlive a change of machine far better than seconds.
A row without a peer is compared as it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tests.bench.tables import number, spread

if TYPE_CHECKING:
    from tests.bench.report import Report
    from tests.bench.rounds import Sample


class Moved(NamedTuple):
    """A row whose spread has nothing in common with the recorded one."""

    key: str
    before: Sample
    now: Sample

    @property
    def worse(self) -> bool:
        """Say whether it takes more than it did; less is better in every row."""
        return self.now.median > self.before.median

    @property
    def words(self) -> str:
        """Return this as a sentence."""
        verdict = "WORSE" if self.worse else "better"
        before, now = (
            f"{number(each.median)} ({spread(each)})" for each in (self.before, self.now)
        )
        return f"{verdict}: {self.key}: {before} -> {now}"


def moved(before: Report, now: Report) -> list[Moved]:
    """Return what moved beyond both spreads, of the rows that both have."""
    recorded = {row.key: row.ratio or row.ours for row in before.rows}
    found = {row.key: row.ratio or row.ours for row in now.rows}
    return [
        Moved(key, recorded[key], value)
        for key, value in found.items()
        if key in recorded and not value.overlaps(recorded[key])
    ]
