"""What was read of a run at one go, made small at once: a turn holds the events of many thousands.

Of a part that may be all of a run which ended as most do, what judges it is taken out of its events
as well, so that they need not be looked at again. That is settled by nothing else than the events:
what is measured on the route is known, and may change, later.
"""

from __future__ import annotations

from operator import itemgetter, lt
from typing import TYPE_CHECKING

import msgspec

from console.ledger import effort
from console.ledger.approvals import ASKED
from console.ledger.facts import DELIVERED, HANDOFF, STARTED, packed
from console.model import USAGE, Event, Origin, Piece, Told

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from console.ledger.effort import Effort, Spending, Timed

LETTERS = {
    STARTED: "s", DELIVERED: "d", HANDOFF: "h", "action.taken": "a", "check.passed": "p",
    "certain": "c", ASKED: "q", "approval.granted": "g", "approval.denied": "g",
    "recovery.started": "r", "recovery.succeeded": "e", "check.failed": "f", "uncertain": "u",
    USAGE: "m",
}  # fmt: skip
_BETWEEN = "acefgmpqru"
_ANSWERS = "cdhq"
"""What answers a doubt."""
_EFFORT = "deghqr"
"""What tells of people's time in such a run, and ends it."""
_EVENTS = msgspec.msgpack.Decoder(tuple[list[Event], list[Origin]])
_TOLD = msgspec.msgpack.Decoder(tuple[list[Told], list[tuple[int, int, int]]])


class Usual(msgspec.Struct, gc=False):
    """What judges a run that started, and ended with its last event, no check standing failed.

    Its own SLA, which checks passed, which actions were named where one was taken, for how long at
    most it was in doubt, whether it ended by a handoff, what it took of people's time, whether its
    end says how long it really took, and what models took.
    """

    sla_s: float | None
    checks: set[str]
    actions: set[str]
    doubt_us: int
    handoff: bool
    efforts: Sequence[Effort]
    timed: bool = False
    spending: Spending | None = None


class Part(msgspec.Struct, gc=False):
    """What was read of a run at one go: its events as they are stored, and when they were.

    They are by time. `agent` is the one of all of them (None: of several). `parent` is the run
    that started it, "" where none is named. `usual` is set where they may be all of the run, which
    has no parent, and no two are of one instant.
    """

    facts: bytes
    instants: Sequence[int]
    agent: str | None
    usual: Usual | None
    parent: str = ""


def part(pieces: list[Piece], parent: str = "") -> Part:
    """Return what was read of a run at one go; `parent` is the run that started it, if named."""
    instants, told, places = zip(*pieces, strict=True)
    ordered = all(map(lt, instants, instants[1:]))
    if not ordered:
        ordered = in_order(pieces)
        instants, told, places = zip(*pieces, strict=True)
    agents = {item.agent for item in told}
    agent = agents.pop() if len(agents) == 1 else None
    letters = "".join([LETTERS.get(item.event, "?") for item in told])
    usual = None
    if (
        ordered
        and not parent
        and agent is not None
        and letters[0] == "s"
        and letters[-1] in "dh"
        and not letters[1:-1].strip(_BETWEEN)
    ):
        usual = _usual(instants, told, letters)
    facts = packed(told, places)
    if usual is not None:
        usual.spending = spending(facts, zip(instants, told, strict=True))
    return Part(facts, instants, agent, usual, parent)


def spending(facts: bytes, events: Iterable[Timed]) -> Spending | None:
    """Return what models took in a run, of its events; they are told of by few, as bytes show."""
    if b"tokens" in facts or b"cost_usd" in facts:
        return effort.spent(list(events))
    return None


def _usual(instants: Sequence[int], told: Sequence[Event | Told], letters: str) -> Usual | None:
    """Return what judges such a run; None where its end says more, or an action was too much."""
    end = told[-1]
    if end.trusted is False or end.preventable:
        return None
    actions: set[str] = set()
    if "a" in letters:
        if "out" in {item.scope for item in told}:
            return None
        actions = {item.action for item in told}
    checks: set[str] = set()
    if "p" in letters:
        verdicts = zip(told, letters, strict=True)
        checks = {item.check for item, letter in verdicts if letter == "p"}
    if "f" in letters and letters[-1] == "d" and _standing(told, letters):
        return None
    doubt_us = _doubt_us(instants, letters) if "u" in letters else 0
    took: Sequence[Effort] = ()
    if "q" in letters or "r" in letters:
        took = effort.told(
            [
                (at_us, item)
                for at_us, item, letter in zip(instants, told, letters, strict=True)
                if letter in _EFFORT
            ],
            None,
        )
    timed = end.elapsed_s is not None
    return Usual(told[0].sla_s, checks, actions, doubt_us, letters[-1] == "h", took, timed)


def _standing(told: Sequence[Event | Told], letters: str) -> set[str]:
    """Return the checks whose last verdict is a failure."""
    failed: set[str] = set()
    for item, letter in zip(told, letters, strict=True):
        if letter == "f":
            failed.add(item.check)
        elif letter == "p":
            failed.discard(item.check)
    return failed


def _doubt_us(instants: Sequence[int], letters: str) -> int:
    """Return the longest time from a doubt to what answered it; the end answers any."""
    longest_us, since_us = 0, None
    for at_us, letter in zip(instants, letters, strict=True):
        if letter == "u":
            since_us = at_us if since_us is None else since_us
        elif letter in _ANSWERS and since_us is not None:
            longest_us, since_us = max(longest_us, at_us - since_us), None
    return longest_us


def in_order(pieces: list[Piece]) -> bool:
    """Put the events of a run in the order of time; say whether no two are of one instant."""
    instants = [piece[0] for piece in pieces]
    if all(map(lt, instants, instants[1:])):
        return True
    pieces.sort(key=itemgetter(0))
    return len(set(instants)) == len(pieces)


def pieces_of(parts: Iterable[Part]) -> list[Piece]:
    """Return the events of parts of a run as they were told."""
    found: list[Piece] = []
    for item in parts:
        told, places = _told(item.facts)
        found += zip(item.instants, told, places, strict=True)
    return found


def _told(facts: bytes) -> tuple[Sequence[Event | Told], Sequence[tuple[int, int, int]]]:
    """Return packed events with their places; most are such as plain lines tell."""
    try:
        return _TOLD.decode(facts)
    except msgspec.ValidationError:
        return _EVENTS.decode(facts)


def events_of(route: str, run: str, parts: Iterable[Part]) -> Iterator[tuple[Event, Origin]]:
    """Return the events of parts of a run, with their places."""
    for item in parts:
        for event, origin in zip(*_EVENTS.decode(item.facts), strict=True):
            yield msgspec.structs.replace(event, route=route, run=run), origin
