"""What a run found: rows of ours beside a peer's, and the machine that they are from."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

import msgspec

from tests.bench.rounds import Sample, ratio, sample

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
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
    options: dict[str, int | float]
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


def merged(before: Report, now: Report) -> Report:
    """Return what was recorded before, with the benchmarks that ran now in place of the old ones.

    Raises:
        ValueError: their sizes or their machines differ, so that one table cannot hold both.
    """
    sizes = differences(before.options, now.options)
    here, there = (msgspec.structs.replace(each.machine, load=0) for each in (now, before))
    if sizes or here != there:
        why = f"sizes differ ({sizes})" if sizes else "it is from another machine"
        raise ValueError(f"what is recorded stays: {why}; run all benchmarks, or with those sizes")
    ran = {row.benchmark for row in now.rows}
    kept = [row for row in before.rows if row.benchmark not in ran]
    machine = msgspec.structs.replace(now.machine, load=max(before.machine.load, now.machine.load))
    missing = {name: why for name, why in before.missing.items() if name not in ran}
    missing |= now.missing
    return msgspec.structs.replace(now, rows=(*kept, *now.rows), machine=machine, missing=missing)


def differences(before: Mapping[str, int | float], now: Mapping[str, int | float]) -> str:
    """Return which sizes differ, "" for none: with others hardly anything can be compared."""
    names = [name for name in now if before.get(name) != now[name]]
    return ", ".join(f"{name} {before.get(name, 0):g} -> {now[name]:g}" for name in names)


def write(report: Report, path: Path) -> None:
    """Write a report as one JSON document."""
    path.write_bytes(msgspec.json.format(msgspec.json.encode(report), indent=1) + b"\n")


def read(path: Path) -> Report:
    """Read a report.

    Raises:
        ValueError: the file is none, or one of another version; it is named.
    """
    try:
        found = msgspec.json.decode(path.read_bytes(), type=Report)
    except (OSError, msgspec.DecodeError) as error:
        raise ValueError(f"{path}: not a report of this command: {error}") from error
    if found.schema != SCHEMA:
        raise ValueError(f"{path}: schema {found.schema!r}, not {SCHEMA!r}; record it anew")
    return found
