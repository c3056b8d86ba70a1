"""What moved between a recorded report and this one, beyond the spread of both.

Ratios are compared where there are any: they outlive a change of machine far better than seconds.
A row without a peer is compared as it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from tests.bench.report import SCHEMA, Machine
from tests.bench.rounds import Sample
from tests.bench.tables import number, spread

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tests.bench.report import Report


class Baseline(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept of a report: for each row its ratio, or where it has no peer, its value."""

    schema: str
    machine: Machine
    options: dict[str, float]
    rows: dict[str, Sample]


class Moved(NamedTuple):
    """A row whose spread has nothing in common with the recorded one."""

    key: str
    before: Sample
    now: Sample

    @property
    def words(self) -> str:
        """Return this as a sentence; less is better in every row."""
        verdict = "better" if self.now.median < self.before.median else "WORSE"
        before, now = (
            f"{number(each.median)} ({spread(each)})" for each in (self.before, self.now)
        )
        return f"{verdict}: {self.key}: {before} -> {now}"


def baseline_of(report: Report) -> Baseline:
    """Return what is to be kept of a report."""
    rows = {row.key: row.ratio or row.ours for row in report.rows}
    return Baseline(schema=SCHEMA, machine=report.machine, options=report.options, rows=rows)


def moved(before: Baseline, now: Baseline) -> list[Moved]:
    """Return what moved beyond both spreads, of the rows that both have."""
    return [
        Moved(key, before.rows[key], found)
        for key, found in now.rows.items()
        if key in before.rows and not found.overlaps(before.rows[key])
    ]


def differences(before: Mapping[str, float], now: Mapping[str, float]) -> str:
    """Return which sizes differ, "" for none: then hardly anything can be compared."""
    names = [name for name in now if before.get(name) != now[name]]
    return ", ".join(f"{name} {before.get(name, 0):g} -> {now[name]:g}" for name in names)


def write(baseline: Baseline, path: Path) -> None:
    """Write a baseline as JSON."""
    path.write_bytes(msgspec.json.format(msgspec.json.encode(baseline), indent=1) + b"\n")


def read(path: Path) -> Baseline:
    """Read a baseline.

    Raises:
        ValueError: the file is none, or one of another version; it is named.
    """
    try:
        found = msgspec.json.decode(path.read_bytes(), type=Baseline)
    except (OSError, msgspec.DecodeError) as error:
        raise ValueError(f"{path}: not a baseline of this command: {error}") from error
    if found.schema != SCHEMA:
        raise ValueError(f"{path}: schema {found.schema!r}, not {SCHEMA!r}; record it anew")
    return found
