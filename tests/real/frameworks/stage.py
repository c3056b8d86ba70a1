"""What the framework scripts share: the brake under trial, the tool, and what they report.

Run as `PYTHON -m tests.real.frameworks.NAME CONTROL STATE`, by an interpreter that has the
framework; prints what happened as one JSON object.
"""

from __future__ import annotations

import json
import sys
from typing import NamedTuple

from console.agent import AgentLog, Guard
from console.agent.adapters import Brake

ROUTE = "work"


class Seen(NamedTuple):
    """What a framework did: how often its model was asked, and how often the tool was called."""

    asked: list[str]
    called: list[str]

    def report(self, said: object) -> None:
        """Print it, with what the framework said at the end."""
        found = {"asked": bool(self.asked), "ran": bool(self.called), "said": str(said)}
        sys.stdout.write(json.dumps(found) + "\n")


def brake() -> Brake:
    """Return the brake of the control file that the command line names."""
    control, state = sys.argv[1:3]
    log = AgentLog(f"{state}/agent.jsonl", ROUTE, "trial")
    guard = Guard(control, ROUTE, receipts=log, state_dir=state, watch=False)
    return Brake(guard, log, "r-1")
