"""Plays a small world over the real store, with kills and a failing receiver."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import NamedTuple

from tests.simulation.judge import Judge, Violation
from tests.simulation.naive import Naive
from tests.simulation.stand import Side, Stand
from tests.simulation.world import World, build

SETTLED = {"sent", "spared"}


class Night(NamedTuple):
    """What came of it: what must not have happened, where processes ended, what arrived."""

    violations: list[Violation]
    killed: Counter[str]
    arrived: int
    told: int


def night(seed: int, folder: Path, routes: int = 4, days: int = 2) -> Night:
    """Play a seed over a store in a folder."""
    world = build(seed, routes, days)
    stand = Stand(world, folder / f"seed-{seed}.db")
    try:
        judges = _watched(world, stand)
        stand.recover()
        found = [each for judge in judges.values() for each in judge.found]
        for name, judge in judges.items():
            known = {each.id: each for each in stand.every() if each.route == name}
            judge.check_told(known, [each for each in stand.posted() if each.route == name])
        found += _delivered(seed, stand)
        got = stand.receiver.got
        return Night(found, stand.fuse.burnt, len(got), len({each.key for each in got}))
    finally:
        stand.close()


def _watched(world: World, stand: Stand) -> dict[str, Judge]:
    """Let every minute pass, and compare both sides after each."""
    naives = {each.settings.name: Naive(each.settings, gap_minutes=0) for each in world.routes}
    judges = {name: Judge(world.seed, naive) for name, naive in naives.items()}
    written = 0
    for minute in range(world.first, world.end):
        while written < len(stand.lines) and stand.lines[written][0].at <= minute:
            arrival, name = stand.lines[written]
            naives[name].take(arrival)
            written += 1
        stand.minute(minute)
        known = stand.open()
        for name, judge in judges.items():
            side = Side(known.get(name, {}))
            judge.compare(minute, world.wall(minute), side, judged=True)
    return judges


def _delivered(seed: int, stand: Stand) -> list[Violation]:
    """Check that the receiver, who tells repetitions by key, was told all of it once, in order."""
    states, got = stand.states(), stand.receiver.got
    firsts = list({each.key: each for each in reversed(got)}.values())[::-1]
    firsts.sort(key=lambda each: [one.key for one in got].index(each.key))
    posted = [each.key for each in stand.posted()]
    found = []
    for key in posted:
        arrived = key in {each.key for each in firsts}
        if states.get(key) not in SETTLED or (states[key] == "sent") != arrived:
            found.append(f"{key} is {states.get(key)}, and {'' if arrived else 'not '}there")
    openings = Counter(each.alert for each in firsts if each.what == "opened")
    found += [f"{alert} opened {times} times" for alert, times in openings.items() if times > 1]
    found += [f"{each.key} was never posted" for each in firsts if each.key not in posted]
    for alert in openings:
        mine = [
            posted.index(each.key) for each in firsts if each.alert == alert and each.key in posted
        ]
        if mine != sorted(mine):
            found.append(f"what was told of {alert} came out of order")
    return [Violation(seed, "-", stand.world.end, "double or lost", words) for words in found]
