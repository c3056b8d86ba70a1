"""`python -m tests.faults`: play the rows of the fault matrix at full size, and say what came.

Rows may be named, such as `F27 C1`; `--readme` puts what was played into the table in the README.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.faults import readme
from tests.faults.place import Place
from tests.faults.rows import SCENARIOS
from tests.faults.scenario import ROOT, Outcome, Scenario, missing, wrong


def played(item: Scenario) -> Outcome:
    """Play a scenario in a folder of its own, at full size."""
    with tempfile.TemporaryDirectory(prefix="burnline-fault-") as name:
        place = Place(Path(name), item.command, full=True)
        try:
            return item.play(place)
        finally:
            place.close()


def main(arguments: list[str]) -> int:
    """Play rows; 1 where one breaks the rule or cannot be produced."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("rows", nargs="*", metavar="ROW", help="such as F27")
    parser.add_argument(
        "--readme", action="store_true", help="write these rows of the README's table anew"
    )
    options = parser.parse_args(arguments)
    chosen = [item for item in SCENARIOS if not options.rows or item.row in options.rows]
    outcomes, bad = {}, 0
    for item in chosen:
        lacking = [need for need in item.needs if missing(need)]
        if lacking:
            sys.stdout.write(f"{item.row} {item.fault}: needs {', '.join(lacking)}\n")
            bad += 1
            continue
        outcome = outcomes[item.name] = played(item)
        found = wrong(outcome)
        bad += bool(found)
        sys.stdout.write(f"{item.row} {item.fault}: {outcome.happened}; {found or 'kept'}\n")
        sys.stdout.flush()
    if options.readme and not bad:
        readme.rewrite(ROOT / "README.md", outcomes)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
