"""What a run found: rows of ours beside a peer's, and the machine that they are from."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

import msgspec

from tests.bench.rounds import Sample, ratio, sample

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

SCHEMA = "burnline.bench/1"
_VERSION = re.compile(r" \d+(?:\.\d+)+")
Unit = Literal["CPU s", "MB", "ms", "s", "ns", "us/line", "% of a core"]


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One thing measured.

    `theirs` and `ratio` (ours over theirs, pair by pair) are there where there is a `peer`, which
    may also be a yardstick of the same run. `note` says what the peer does less or more.
    """

    benchmark: str
    what: str
    unit: Unit
    ours: Sample
    peer: str = ""
    theirs: Sample | None = None
    ratio: Sample | None = None
    note: str = ""

    @property
    def key(self) -> str:
        """Return what names this row across runs, and across versions of a peer."""
        peer = _VERSION.sub("", self.peer)
        return " / ".join(part for part in (self.benchmark, self.what, peer) if part)


class Machine(msgspec.Struct, frozen=True, kw_only=True):
    """Where a run took place; nothing in it names a person, a host or a path."""

    system: str
    processor: str
    cores: int
    memory_gb: float
    python: str
    sqlite: str
    load: float


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """All rows of a run, with what they depend on. `missing` are benchmarks and peers not run."""

    schema: str
    machine: Machine
    options: dict[str, float]
    rows: tuple[Row, ...]
    missing: dict[str, str]


def alone(benchmark: str, what: str, unit: Unit, values: Sequence[float], note: str = "") -> Row:
    """Return a row that stands for itself."""
    return Row(benchmark=benchmark, what=what, unit=unit, ours=sample(values), note=note)


def against(
    benchmark: str,
    what: str,
    unit: Unit,
    values: Sequence[float],
    peer: str,
    theirs: Sequence[float],
    note: str = "",
) -> Row:
    """Return a row beside a peer's; both have one value a round, in the same order."""
    return Row(
        benchmark=benchmark,
        what=what,
        unit=unit,
        ours=sample(values),
        peer=peer,
        theirs=sample(theirs),
        ratio=ratio(values, theirs),
        note=note,
    )


def write(report: Report, path: Path) -> None:
    """Write a report as one JSON document."""
    path.write_bytes(msgspec.json.format(msgspec.json.encode(report), indent=1) + b"\n")
