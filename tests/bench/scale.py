"""How much is measured: every size that a benchmark depends on."""

from __future__ import annotations

import msgspec


class Scale(msgspec.Struct, frozen=True, kw_only=True):
    """Sizes of the data, and how often and how long it is measured.

    `length` is that of a line in bytes, `misses` the share of runs that miss, `seconds` how long
    live measurements take each, `rows` the cells of the large store, `calls` how
    often a check is repeated in a round, `growth` and `memory_growth` the factor between
    the two sizes of those benchmarks.
    """

    lines: int = 1_000_000
    rounds: int = 5
    seed: int = 1
    length: int = 299
    misses: float = 0.014
    routes: int = 200
    files: int = 50
    watched: int = 1_000
    transcripts: int = 200_000
    rows: int = 10_000_000
    fleet: int = 1_000
    agents: int = 50
    seconds: float = 6.0
    calls: int = 100_000
    growth: int = 10
    memory_growth: int = 5


SMOKE = Scale(
    lines=1_600,
    rounds=1,
    routes=8,
    files=4,
    watched=12,
    transcripts=400,
    rows=4_000,
    fleet=20,
    agents=3,
    seconds=0.3,
    calls=200,
    growth=2,
    memory_growth=2,
)
"""Everything as small as it can be and still be right."""
