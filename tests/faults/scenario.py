"""What a scenario of the fault matrix is, and the one rule by which its outcome is judged.

The rule: *may lose only what was destroyed before it could be read, and then says how much; never
counts twice*.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.faults.place import Place

ROWS = (
    *(f"F{number}" for number in range(1, 36)),
    *(f"C{number}" for number in range(1, 12)),
    *(f"S{number}" for number in range(1, 6)),
    *(f"A{number}" for number in range(1, 6)),
)
"""The rows of the matrix: files and store, control, security, alerts."""


class Outcome(NamedTuple):
    """What came of a fault: `written` units were at stake, `lost` of them are not accounted for.

    `destroyed` of them were gone before anybody could read them; `said` is how many the program
    says are lost.
    """

    happened: str
    written: int
    lost: int = 0
    twice: int = 0
    destroyed: int = 0
    said: int = 0
    unit: str = "lines"


def wrong(outcome: Outcome) -> str:
    """Say how an outcome breaks the rule, "" where it keeps it."""
    if not outcome.written:
        return "nothing was at stake"
    if outcome.twice:
        return f"{outcome.twice} {outcome.unit} are counted twice"
    if outcome.lost > outcome.destroyed:
        return f"{outcome.lost - outcome.destroyed} {outcome.unit} are lost that could be read"
    if outcome.said != outcome.lost:
        return f"{outcome.lost} {outcome.unit} are lost, and {outcome.said} are said to be"
    return ""


class Scenario(NamedTuple):
    """One way of producing a row's fault. `command` is what a shell is given for it."""

    row: str
    fault: str
    command: str
    play: Callable[[Place], Outcome]
    needs: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Return a name that no other scenario has."""
        return f"{self.row} {self.play.__name__}"


class Barred(NamedTuple):
    """A row that cannot be produced on an ordinary machine, and why."""

    row: str
    fault: str
    reason: str


SCENARIOS: list[Scenario] = []
BARRED: list[Barred] = []


def scenario(
    row: str, fault: str, command: str, *, needs: tuple[str, ...] = ()
) -> Callable[[Callable[[Place], Outcome]], Callable[[Place], Outcome]]:
    """Make a function the scenario of a row."""

    def register(play: Callable[[Place], Outcome]) -> Callable[[Place], Outcome]:
        SCENARIOS.append(Scenario(row, fault, command, play, needs))
        return play

    return register


def barred(row: str, fault: str, reason: str) -> None:
    """Say that a row cannot be produced here, and why."""
    BARRED.append(Barred(row, fault, reason))


_TRIALS = {
    "strace": "strace -o /dev/null true",
    "setpriv": "setpriv --bounding-set=-dac_override,-dac_read_search true",
    "prlimit": "prlimit --nofile=64 true",
    "unshare": "unshare --time --monotonic 100000 true",
    "mknod": "d=$(mktemp -d) && mknod $d/null c 1 3; r=$?; rm -r $d; exit $r",
    "tmpfs": "d=$(mktemp -d) && mount -t tmpfs -o size=64k tmpfs $d && umount $d && rmdir $d",
    "loop": (
        "d=$(mktemp -d) && truncate -s 8M $d/i && mkfs.ext4 -q -F $d/i && mkdir $d/m && "
        "mount -o loop $d/i $d/m && umount $d/m; r=$?; rm -r $d; exit $r"
    ),
}


@cache
def missing(need: str) -> bool:
    """Say whether something that a fault is produced with cannot be used on this machine."""
    trial = _TRIALS.get(need)
    if trial is None:
        return shutil.which(need) is None
    done = subprocess.run(
        ["sh", "-c", trial], cwd=tempfile.gettempdir(), env=os.environ, capture_output=True,
        timeout=60, check=False,
    )  # fmt: skip
    return done.returncode != 0


ROOT = Path(__file__).resolve().parents[2]
