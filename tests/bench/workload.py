"""Native logs from a seed: runs of many routes, interleaved in time, that end in known ways.

Every kind of miss is there, and everything that looks like one and is none: a check that fails and
passes later, doubt that is handed off in time, a failure after a handoff.
"""

from __future__ import annotations

import json
from random import Random
from typing import TYPE_CHECKING, NamedTuple

from console.model import DAY_US, SECOND_US
from console.simulate.lines import stamp

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.bench.scale import Scale

BEGINS_US = 20_240 * DAY_US
"""1 June 2025: data of the past, the same on any day."""
_LINES_PER_RUN = 8
_SLA_S = 900
_FILLER = 50_000

Step = tuple[float, str, str]
"""Seconds after the start of the run, the event, and further fields as JSON text."""


class Shape(NamedTuple):
    """The size of a set of logs, as far as the bytes depend on it."""

    lines: int
    routes: int
    files: int
    length: int
    misses: float
    seed: int
    until_us: int = BEGINS_US + DAY_US


def shape(scale: Scale, **changes: int) -> Shape:
    """Return the logs that a scale asks for; `changes` replace some of its sizes."""
    wanted = {"lines": scale.lines, "routes": scale.routes, "files": scale.files, **changes}
    return Shape(**wanted, length=scale.length, misses=scale.misses, seed=scale.seed)


def write(folder: Path, shape: Shape) -> list[Path]:
    """Write one day of logs up to `until_us`, an agent a file, lines in order of time."""
    folder.mkdir(parents=True)
    words = _filler(Random(shape.seed))
    paths = []
    for number in range(shape.files):
        path = folder / f"agent-{number:05}.jsonl"
        count = shape.lines * (number + 1) // shape.files - shape.lines * number // shape.files
        with path.open("w", encoding="utf-8") as file:
            file.writelines(_lines(shape, number, count, words))
        paths.append(path)
    return paths


def _filler(rng: Random) -> str:
    letters = "etaoinshrdlucmfwypvbgkjqxz      "
    return "".join(rng.choices(letters, k=_FILLER))


def _lines(shape: Shape, file: int, count: int, words: str) -> list[str]:
    """Return exactly `count` lines: whole runs, and a last one that is filled up or cut short."""
    rng = Random(f"{shape.seed}/{file}")
    routes = [f"route-{n:05}" for n in range(file % shape.routes, shape.routes, shape.files)]
    routes = routes or [f"route-{file % shape.routes:05}"]
    found: list[tuple[int, str]] = []
    number = 0
    while len(found) < count:
        number += 1
        steps = _run(rng, shape.misses)[: count - len(found)]
        start_us = shape.until_us - DAY_US + rng.randrange(DAY_US - 2 * 3_600 * SECOND_US)
        head = f'"route":"{rng.choice(routes)}","run":"a{file}-{number}","agent":"agent-{file}"'
        for seconds, event, fields in steps:
            at_us = start_us + round(seconds * 1_000) * 1_000
            line = f'{{"ts":"{stamp(at_us)}","event":"{event}",{head}{fields}'
            found.append((at_us, _filled(line, shape.length, words, rng)))
    found.sort()
    return [line for _, line in found]


def _filled(line: str, length: int, words: str, rng: Random) -> str:
    """Close a line, with so much text in it that it has the length; a longer one stays as it is."""
    room = length - len(line) - len(',"detail":""}\n')
    if room < 1:
        return line + "}\n"
    text = words[(at := rng.randrange(len(words))) : at + room].ljust(room, ".")
    return f'{line},"detail":"{text}"}}\n'


def _run(rng: Random, misses: float) -> list[Step]:
    """Return the steps of one run, in order of time."""
    end = rng.uniform(60, 700)
    steps: list[Step] = [(0.0, "run.started", f',"sla_s":{_SLA_S}')]
    fate = rng.choice(_BAD) if rng.random() < misses else rng.choices(_GOOD, _WEIGHTS)[0]
    ending = fate(end)
    missing = _LINES_PER_RUN - len(steps) - len(ending)
    steps += [(rng.uniform(1, 55), *rng.choice(_PLAIN)) for _ in range(missing)]
    steps += ending
    return sorted(steps)


_PLAIN = [
    ("check.passed", ',"check":"qa"'),
    ("check.passed", ',"check":"evidence"'),
    ("action.taken", ',"action":"lookup","scope":"in"'),
    ("action.taken", ',"action":"refund.send","scope":"in"'),
    ("approval.requested", ',"action":"refund.send"'),
    ("approval.granted", ',"action":"refund.send","by":"dana","grant":"g-1"'),
    ("certain", ',"confidence":0.9'),
    ("recovery.started", ',"kind":"rollback"'),
    ("recovery.succeeded", ',"kind":"rollback"'),
]


def _delivered(end: float) -> list[Step]:
    return [(end, "run.delivered", "")]


def _cleared(end: float) -> list[Step]:
    failed = (56.0, "check.failed", ',"check":"qa","reason":"two sources disagree"')
    return [failed, (58.0, "check.passed", ',"check":"qa"'), *_delivered(end)]


def _handed_off(end: float) -> list[Step]:
    return [(56.0, "uncertain", ',"confidence":0.3'), (end, "handoff", ',"to":"claims desk"')]


def _cancelled(end: float) -> list[Step]:
    return [(end, "run.cancelled", ',"by":"customer"')]


def _failed_after_handoff(end: float) -> list[Step]:
    return [(end, "handoff", ',"to":"claims desk"'), (end + 5, "run.failed", ',"reason":"gone"')]


def _late(end: float) -> list[Step]:
    return [(_SLA_S + end, "run.delivered", "")]


def _never(end: float) -> list[Step]:
    return [(end / 20, "action.taken", ',"action":"lookup"')]


def _unchecked(end: float) -> list[Step]:
    failed = (56.0, "check.failed", ',"check":"evidence","reason":"no source"')
    return [failed, *_delivered(end)]


def _failed_later(end: float) -> list[Step]:
    return [*_delivered(end), (end + 600, "check.failed", ',"check":"qa","reason":"reopened"')]


def _failed(end: float) -> list[Step]:
    return [(end, "run.failed", ',"reason":"tool error"')]


def _doubted(end: float) -> list[Step]:
    return [(56.0, "uncertain", ',"confidence":0.2'), (1_000 + end, "run.delivered", "")]


def _denied(end: float) -> list[Step]:
    return [(57.0, "action.denied", ',"action":"wire.send","rule":"limit"'), *_delivered(end)]


def _unrecovered(end: float) -> list[Step]:
    return [(58.0, "recovery.failed", ',"kind":"rollback"'), *_failed(end)]


_GOOD: list[Callable[[float], list[Step]]] = [
    _delivered, _cleared, _handed_off, _cancelled, _failed_after_handoff,
]  # fmt: skip
_WEIGHTS = (88, 5, 4, 2, 1)
_BAD: list[Callable[[float], list[Step]]] = [
    _late, _never, _unchecked, _failed_later, _failed, _doubted, _denied, _unrecovered,
]  # fmt: skip


def live_line(route: str, run: str, at_us: int, length: int) -> bytes:
    """Return the one line of a run that was delivered at an instant."""
    line = {"ts": stamp(at_us), "event": "run.delivered", "route": route, "run": run}
    missing = length - len(json.dumps(line)) - len(', "detail": ""') - 1
    return json.dumps({**line, "detail": "." * max(0, missing)}).encode() + b"\n"
