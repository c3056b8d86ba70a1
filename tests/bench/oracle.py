"""The right answer, recomputed from the lines with the standard library and none of our code.

It knows the rules of semantics 3 as far as the benchmark's logs need them: no orders, no child
runs, no duplicates, the settings of a medium route. It keeps every run in memory; that is its only
way to be simple.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_ENDS = {"run.delivered", "run.failed", "run.cancelled", "handoff"}
_ANSWERS = _ENDS | {"certain", "approval.requested"}
_ESCALATE_WITHIN_US = 900 * 1_000_000
_CLASSES = ("latency", "trust", "escalation", "permission", "recovery")

Cell = tuple[str, int]
"""A route and a minute since the epoch."""
Counts = tuple[int, ...]
"""Runs closed, bad runs, and those of each class."""


class Said(NamedTuple):
    """One line, as far as a verdict depends on it."""

    at_us: int
    event: str
    check: str
    sla_s: float | None


class Answer(NamedTuple):
    """What the logs say: counts by route and minute, and lines by route, minute and event."""

    cells: dict[Cell, Counts]
    events: dict[tuple[str, int, str], int]

    @property
    def lines(self) -> int:
        """Return how many lines there are."""
        return sum(self.events.values())


def answer(paths: Iterable[Path]) -> Answer:
    """Return what native logs say."""
    runs: dict[tuple[str, str], list[Said]] = defaultdict(list)
    events: Counter[tuple[str, int, str]] = Counter()
    for line in _objects(paths):
        at_us = _instant_us(line["ts"])
        events[line["route"], at_us // 60_000_000, line["event"]] += 1
        said = Said(at_us, line["event"], line.get("check", ""), line.get("sla_s"))
        runs[line["route"], line["run"]].append(said)
    cells: dict[Cell, list[int]] = defaultdict(lambda: [0] * (2 + len(_CLASSES)))
    for (route, _), said_of_run in runs.items():
        closed = _close(sorted(said_of_run))
        if closed is None:
            continue
        at_us, classes = closed
        cell = cells[route, at_us // 60_000_000]
        cell[0] += 1
        cell[1] += bool(classes)
        for place, name in enumerate(_CLASSES):
            cell[2 + place] += name in classes
    return Answer({key: tuple(counts) for key, counts in cells.items()}, dict(events))


def _objects(paths: Iterable[Path]) -> Iterator[dict[str, Any]]:
    for path in paths:
        with path.open("rb") as file:
            yield from map(json.loads, file)


def _instant_us(text: str) -> int:
    second, milli = text.removesuffix("Z").split(".")
    seconds = int(datetime.fromisoformat(second + "+00:00").timestamp())
    return seconds * 1_000_000 + int(milli) * 1_000


def _close(said: list[Said]) -> tuple[int, set[str]] | None:
    """Return where a run is counted and as what; None where it is not counted."""
    misses = [*_denied(said)]
    ends = [line for line in said if line.event in _ENDS]
    cancelled = any(line.event == "run.cancelled" for line in said)
    if not cancelled:
        misses += [*_latency(said, ends), *_trust(said), *_doubt(said)]
    if misses:
        return min(misses)[0], {name for _, name in misses}
    return None if cancelled or not ends else (ends[0].at_us, set())


def _denied(said: list[Said]) -> Iterator[tuple[int, str]]:
    named = {"action.denied": "permission", "recovery.failed": "recovery"}
    return ((line.at_us, named[line.event]) for line in said if line.event in named)


def _latency(said: list[Said], ends: list[Said]) -> Iterator[tuple[int, str]]:
    for line in said:
        if line.event == "run.started" and line.sla_s is not None:
            due_us = line.at_us + int(line.sla_s * 1_000_000)
            if not any(end.at_us <= due_us for end in ends):
                yield due_us, "latency"


def _trust(said: list[Said]) -> Iterator[tuple[int, str]]:
    for line in said:
        handed = any(other.event == "handoff" and other.at_us <= line.at_us for other in said)
        if line.event == "run.failed" and not handed:
            yield line.at_us, "trust"
    delivered = next((line.at_us for line in said if line.event == "run.delivered"), None)
    if delivered is None:
        return
    for check in {line.check for line in said if line.check}:
        verdicts = [line for line in said if line.check == check]
        before = [line for line in verdicts if line.at_us <= delivered]
        if before and _last(before).event == "check.failed":
            yield delivered, "trust"
        after = [line for line in verdicts if line.at_us > delivered]
        if after and _last(after).event == "check.failed":
            yield after[0].at_us, "trust"


def _last(verdicts: list[Said]) -> Said:
    """Return the verdict that stands: at one instant a failure comes after a pass."""
    return max(verdicts, key=lambda line: (line.at_us, line.event == "check.failed"))


def _doubt(said: list[Said]) -> Iterator[tuple[int, str]]:
    for line in said:
        if line.event == "uncertain":
            due_us = line.at_us + _ESCALATE_WITHIN_US
            if not any(line.at_us <= o.at_us <= due_us for o in said if o.event in _ANSWERS):
                yield due_us, "escalation"
