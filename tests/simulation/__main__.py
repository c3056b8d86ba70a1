"""Plays many seeds of the alerting simulation, and names those that fail.

    python -m tests.simulation --seeds 1000 [--first N] [--jobs 2]
    python -m tests.simulation --seed N --verbose

Each seed is 50 routes over 30 days through the pure core, and 4 routes over 2 days through the real
store, outbox and courier, killed again and again. Exit code 1 where a seed failed.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import NamedTuple

from tests.simulation.night import night
from tests.simulation.play import play


class Result(NamedTuple):
    """What came of one seed."""

    seed: int
    violations: tuple[str, ...]
    looks: int
    pages: int
    tickets: int
    kills: int


def run(seed: int) -> Result:
    """Play both parts of a seed."""
    month = play(seed)
    with tempfile.TemporaryDirectory() as folder:
        dark = night(seed, Path(folder))
    said = tuple(str(each) for each in (*month.violations, *dark.violations))
    kills = sum(dark.killed.values())
    return Result(seed, said, month.looks, month.pages, month.tickets, kills)


def main() -> int:
    """Play the seeds of the command line; return the exit code."""
    asked = _asked()
    seeds = range(asked.first, asked.first + asked.seeds)
    if asked.seed is not None:
        seeds = range(asked.seed, asked.seed + 1)
    begun = time.monotonic()
    failed: list[Result] = []
    sums = [0, 0, 0, 0]
    with ProcessPoolExecutor(max_workers=asked.jobs) as pool:
        for result in pool.map(run, seeds):
            sums = [each + more for each, more in zip(sums, result[2:], strict=True)]
            failed += [result] if result.violations else []
            shown = result.violations if asked.verbose else result.violations[:1]
            for words in shown:
                _say(words)
    took = time.monotonic() - begun
    looks, pages, tickets, kills = sums
    _say(
        f"{len(seeds)} seeds from {seeds[0]} in {took:.0f} s: {len(failed)} failed; "
        f"{looks} evaluations, {pages} pages, {tickets} tickets, {kills} kills"
    )
    if failed:
        _say("failing seeds: " + " ".join(str(each.seed) for each in failed))
    return 1 if failed else 0


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=20, help="how many (20)")
    parser.add_argument("--first", type=int, default=0, help="the first seed (0)")
    parser.add_argument("--jobs", type=int, default=1, help="processes (1)")
    parser.add_argument("--seed", type=int, help="only this one")
    parser.add_argument("--verbose", action="store_true", help="every violation, not the first")
    return parser.parse_args()


def _say(words: str) -> None:
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
