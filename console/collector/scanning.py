"""Native lines by a scanner in C, where it could be built: the same as `native_block` and `parts`.

It decodes, joins and packs plain lines without an object for each. What it does not surely
understand it hands back, to be read one by one; so it may refuse anything, but must never take a
line for another event than the readers would. Tests hold the two ways of reading together.

What it knows of events it is told from here: fields and their limits are those of `Told`.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from console.intake.times import EARLIEST_US, LATEST_US
from console.ledger.effort import Effort, Spending
from console.ledger.facts import TERMINAL
from console.ledger.parts import LETTERS, Part, Usual
from console.model import EVENTS, LONGEST, MOST_TOKENS, RUNLESS, Told
from console.text import NAME_LIMIT, TEXT_LIMIT

try:
    from console.collector._scan import Scanner
except ImportError:
    # No compiler was at hand when this was installed.
    Scanner = None  # type: ignore[assignment, misc]

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from console.collector import _scan
    from console.collector._scan import Alive, Number, Other
    from console.intake.blocks import Block

UNBUILT = "BURNLINE_PURE"
"""The variable that, if set, has lines read in Python even so."""
TYPES = {
    "ts": "t", "meter": "e", "reason": "w", "rule": "w", "seq": "i",
    "generation": "i", "trusted": "b", "discarded": "b", "preventable": "b", "sla_s": "p",
    "minutes": "l", "elapsed_s": "l", "confidence": "f", "cost_usd": "l", "tokens": "c",
}  # fmt: skip
"""Fields that are no names, by the letters of `scan/line.h`; a test holds them to `Told`."""
_KEPT_APART = frozenset({"run", "parent", "boot", "seq"})


class Scanned(NamedTuple):
    """What a block held beside events of runs.

    Lines that are not plain as (bytes, offset, line); those that only show that an agent lives;
    running numbers; the latest instant of a plain line, None where there is none; its routes.
    """

    others: list[Other]
    alive: list[Alive]
    numbered: list[Number]
    latest_us: int | None
    routes: list[str]


class Scanning:
    """Reads blocks of native lines of one file at a time, and gathers their events run by run."""

    def __init__(self, suspected: Callable[[bytes], bool]) -> None:
        fields = [
            (
                field.encode_name,
                TYPES.get(field.encode_name, "n"),
                field.encode_name in _KEPT_APART,
            )
            for field in msgspec.structs.fields(Told)
        ]
        kinds = [
            (kind, "\0" if kind in RUNLESS else LETTERS.get(kind, "?"), kind in TERMINAL)
            for kind in sorted(EVENTS)
        ]
        self._scanner = Scanner(
            fields, kinds, NAME_LIMIT, TEXT_LIMIT, LONGEST, MOST_TOKENS, EARLIEST_US, os.urandom(16)
        )
        self._suspected = suspected

    def read(self, block: Block, file: int, until_us: int, floor_us: int | None) -> Scanned | None:
        """Take in the plain lines of a block of a file (its number).

        Args:
            block: whole lines.
            file: the number of the file that it is of.
            until_us: what lies after it is not plain.
            floor_us: if set, nothing is taken in, and None is returned, where a line is not plain,
                or of then or earlier.
        """
        found = self._scanner.read(
            block.data,
            file,
            block.offset,
            block.line,
            min(until_us, LATEST_US - 1),
            -1 if floor_us is None else floor_us,
            self._suspected,
        )
        if found is None:
            return None
        others, alive, numbered, latest_us, routes = found
        return Scanned(others, alive, numbered, latest_us if routes else None, routes)

    def close(self, *, ended: bool) -> Iterator[tuple[tuple[str, str], Part]]:
        """Yield the runs that were gathered, all or those that ended, and forget them."""
        for route, run, facts, instants, agent, usual, parent in self._scanner.close(ended):
            yield (route, run), Part(facts, instants, agent, _usual(usual), parent)

    def holds(self, key: tuple[str, str]) -> bool:
        """Say whether an event of a run (route, run) is gathered now."""
        return self._scanner.holds(*key)


def _usual(told: _scan.Usual | None) -> Usual | None:
    if told is None:
        return None
    sla_s, checks, actions, doubt_us, handoff, efforts, timed, spent = told
    took = [Effort(*one) for one in efforts]
    spending = None if spent is None else Spending(*spent)
    return Usual(sla_s, checks, actions, doubt_us, handoff, took, timed, spending)


def available() -> bool:
    """Say whether lines are read in C."""
    return Scanner is not None and not os.environ.get(UNBUILT)
