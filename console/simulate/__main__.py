"""`python -m console.simulate OUT`: writes simulated logs, with their truth beside OUT.

The default end is that of the committed sample logs, so that the same seed writes them again.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from console.simulate.generate import simulate
from console.simulate.lines import instant

SAMPLE_END = "2026-11-19T15:30:00Z"
SAMPLE_SEED = 1790


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return its exit code."""
    options = _parser().parse_args(arguments)
    try:
        end_us = time.time_ns() // 1_000 if options.end == "now" else instant(options.end)
        truth = simulate(
            options.out,
            routes=options.routes,
            days=options.days,
            lines=options.lines,
            seed=options.seed,
            end_us=end_us,
        )
    except (OSError, ValueError) as error:
        sys.stderr.write(f"simulate: {error}\n")
        return 1
    sys.stdout.write(f"{truth.lines} lines of {len(truth.routes)} routes in {options.out}\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m console.simulate", description=__doc__)
    parser.add_argument("out", type=Path, help="directory for the logs")
    parser.add_argument("--routes", type=int, default=8, help="how many routes (default 8)")
    parser.add_argument("--days", type=int, default=30, help="how many days (default 30)")
    parser.add_argument("--lines", type=int, help="about how many lines (default: as it comes)")
    parser.add_argument("--seed", type=int, default=SAMPLE_SEED, help=f"default {SAMPLE_SEED}")
    parser.add_argument("--end", default=SAMPLE_END, help=f"RFC 3339, or now ({SAMPLE_END})")
    return parser


if __name__ == "__main__":
    sys.exit(main())
