"""`python -m console.demo.agents`: sample agents on recorded logs, obeying the control file.

One thread plays one recorded agent and goes on in its log. The agents of the route that fell silent
stay silent. The process ends on SIGTERM or SIGINT, and when the one that started it is gone.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from console.agent import AgentLog, Guard
from console.demo.conduct import runs_live
from console.demo.live import LiveAgent, Route, Wait
from console.demo.pace import recorded, seconds_between_runs
from console.simulate.catalogue import CATALOGUE
from console.simulate.chance import dice

if TYPE_CHECKING:
    from collections.abc import Iterable

    from console.simulate.profile import RouteProfile

_ON_FAULT = {"low": "last_known", "medium": "approval", "high": "closed", "critical": "closed"}
_LOOK_FOR_PARENT_S = 0.5
_FAREWELL_S = 5.0


class Place(NamedTuple):
    """Where the agents find their orders, write their logs and keep what they remember."""

    control: Path
    logs: Path

    @property
    def memory(self) -> Path:
        """Return where the guards remember the highest generation that they have seen."""
        return self.logs.parent / "agent-state"


def hire(
    place: Place,
    known: Iterable[RouteProfile],
    *,
    speed: float,
    seed: int,
    wait: Wait,
    started_s: int,
) -> list[LiveAgent]:
    """Make the sample agents of every route in the logs that is known and not silent."""
    profiles = {profile.name: profile for profile in known}
    found = [one for one in recorded(place.logs) if one.route in profiles]
    found = [one for one in found if runs_live(profiles[one.route])]
    between_s = seconds_between_runs(found, speed)
    agents: list[LiveAgent] = []
    for one in found:
        profile = profiles[one.route]
        route = Route(profile, between_s[one.route], started_s, dice(seed, one.route))
        for name in one.agents:
            log = AgentLog(place.logs / one.route, one.route, agent=name)
            guard = Guard(
                place.control,
                one.route,
                agent=name,
                on_fault=_ON_FAULT[profile.tier],
                receipts=log,
                state_dir=place.memory,
            )
            agents.append(LiveAgent(route, guard, log, wait, dice(seed, one.route, name)))
    return agents


def play(agents: list[LiveAgent], stop: threading.Event, parent: int) -> None:
    """Let all agents live until `stop` is set or the parent process is another one."""
    threads = [threading.Thread(target=agent.live, daemon=True) for agent in agents]
    for thread in threads:
        thread.start()
    while not stop.wait(_LOOK_FOR_PARENT_S):
        if os.getppid() != parent:
            stop.set()
    for thread in threads:
        thread.join(_FAREWELL_S)
    for agent in agents:
        agent.close()


def ending_on_signals(stop: threading.Event | None = None) -> threading.Event:
    """Return an event that ctrl+c and SIGTERM set."""
    ending = stop or threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ending.set())
    return ending


def main(arguments: list[str] | None = None, stop: threading.Event | None = None) -> int:
    """Run the command until it is told to end; return its exit code."""
    parent = os.getppid()
    options = _parser().parse_args(arguments)
    ending = ending_on_signals(stop)
    place = Place(options.control, options.logs)
    try:
        agents = hire(
            place,
            CATALOGUE,
            speed=options.speed,
            seed=options.seed,
            wait=ending.wait,
            started_s=int(time.time()),
        )
    except OSError as error:
        sys.stderr.write(f"sample agents cannot read the logs: {error}\n")
        return 1
    if not agents:
        sys.stderr.write(f"{options.logs} holds no logs of a route that sample agents know\n")
        return 1
    play(agents, ending, parent)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m console.demo.agents", description=__doc__)
    parser.add_argument("--control", type=Path, required=True, help="the control file to obey")
    parser.add_argument("--logs", type=Path, required=True, help="the prepared logs to go on in")
    parser.add_argument("--speed", type=float, default=60, help="against the recorded rate")
    parser.add_argument("--seed", type=int, default=1, help="default 1")
    return parser


if __name__ == "__main__":
    sys.exit(main())
