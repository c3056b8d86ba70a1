"""Rows as a table: what, ours, peer, ratio and spread."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.bench.report import Machine, Report, Row
    from tests.bench.rounds import Sample

HEADINGS = ("what", "ours", "peer", "theirs", "ours / theirs", "spread", "the peer")


def number(value: float) -> str:
    """Return a number with three figures that mean something."""
    if value == 0:
        return "0"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def spread(found: Sample) -> str:
    """Return the lowest and the highest of the rounds; nothing where there was one."""
    return f"{number(found.low)} to {number(found.high)}" if found.rounds > 1 else "one round"


def cells(row: Row) -> tuple[str, ...]:
    """Return a row as text, in the order of `HEADINGS`."""
    return (
        f"{row.benchmark}: {row.what}",
        f"{number(row.ours.median)} {row.unit}",
        row.peer,
        f"{number(row.theirs.median)} {row.unit}" if row.theirs else "",
        number(row.ratio.median) if row.ratio else "",
        spread(row.ratio or row.ours),
        row.note,
    )


def plain(rows: Sequence[Row]) -> str:
    """Return a table for a terminal, notes left out."""
    lines = [HEADINGS[:-1], *(cells(row)[:-1] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    drawn = []
    for line in lines:
        padded = [text.ljust(width) for text, width in zip(line, widths, strict=True)]
        drawn.append("  ".join(padded).rstrip())
    return "\n".join(drawn)


def markdown(report: Report) -> str:
    """Return the table of the README, with the machine and the sizes below it."""
    lines = [HEADINGS, tuple("---" for _ in HEADINGS), *map(cells, report.rows)]
    table = "\n".join(f"| {' | '.join(map(_escaped, line))} |" for line in lines)
    sizes = ", ".join(f"{name} {value:g}" for name, value in report.options.items())
    left_out = "".join(f"\nNot run: {name} ({why})." for name, why in report.missing.items())
    return f"{table}\n\nOn {words(report.machine)}. Sizes: {sizes}.{left_out}"


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")


def words(machine: Machine) -> str:
    """Return a machine as words."""
    return (
        f"{machine.cores} cores of {machine.processor}, {machine.memory_gb:g} GB, "
        f"{machine.system}, {machine.python}, SQLite {machine.sqlite}, "
        f"at a load of up to {machine.load:g} when runs began"
    )
