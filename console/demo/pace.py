"""How often sample agents start a run: the recorded rate times the speed, within bounds."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from console.simulate.lines import instant

SLOWEST_PER_S = 0.5
"""At least one run in two seconds over the fleet, so that the gauges move."""
FASTEST_PER_S = 20.0
"""At most this many runs in a second: the demonstration is no load test."""
_STARTED = b'"event":"run.started"'
_TIME = re.compile(rb'"ts":"([^"]+)"')


class Recorded(NamedTuple):
    """One route as its logs show it: who works on it, and how many runs start in a second."""

    route: str
    agents: tuple[str, ...]
    runs_per_s: float


def recorded(logs: Path) -> list[Recorded]:
    """Read the routes of a directory of recorded logs, and their traffic over the whole of it."""
    folders = sorted(path for path in logs.iterdir() if path.is_dir())
    files = {folder: sorted(folder.glob("*.jsonl")) for folder in folders}
    contents = {path: path.read_bytes() for paths in files.values() for path in paths}
    span_s = _span_s(list(contents.values()))
    found: list[Recorded] = []
    for folder, paths in files.items():
        runs = sum(contents[path].count(_STARTED) for path in paths)
        if runs:
            agents = tuple(path.stem for path in paths)
            found.append(Recorded(folder.name, agents, runs / span_s))
    return found


def seconds_between_runs(routes: Sequence[Recorded], speed: float) -> dict[str, float]:
    """Return, per route, the mean seconds from one run of one of its agents to that agent's next.

    All routes are sped up alike; the sum is kept between the slowest and the fastest bound.
    """
    wanted = sum(route.runs_per_s for route in routes) * speed
    if wanted <= 0:
        return {}
    bounded = min(max(wanted, SLOWEST_PER_S), FASTEST_PER_S)
    factor = speed * bounded / wanted
    return {one.route: len(one.agents) / (one.runs_per_s * factor) for one in routes}


def _span_s(contents: list[bytes]) -> float:
    """Return the seconds from the first line to the last, at least one."""
    times: list[int] = []
    for data in contents:
        lines = data.rstrip(b"\n").rsplit(b"\n", 1)
        for end in (data[: data.find(b"\n")], lines[-1]):
            found = _TIME.search(end)
            if found:
                times.append(instant(found[1].decode()))
    return max(1.0, (max(times) - min(times)) / 1_000_000) if times else 1.0
