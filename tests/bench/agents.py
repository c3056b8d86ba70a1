"""`python -m tests.bench.agents CONTROL STATE ROUTE COUNT busy|idle`: agents, a process each.

A busy agent asks its guard again and again, 200 times every 20 ms, until it is refused. An idle one
never asks: its guard's watch takes the order in, and writes the receipt. Each prints `ready`, then
`obeyed AT NS`: the monotonic clock, and the CPU nanoseconds that a check took it until then.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path

from console.agent import Guard, RoutePaused

_CHECKS = 200
_PAUSE_S = 0.02
_PATIENCE_S = 120.0


def main() -> None:
    """Start the agents, and wait for all of them."""
    control, state, route, count, manner = sys.argv[1:]
    children = []
    for number in range(int(count)):
        child = os.fork()
        if child == 0:
            live = _busy if manner == "busy" else _idle
            os._exit(live(Path(control), Path(state), route, f"agent-{number}"))
        children.append(child)
    for child in children:
        os.waitpid(child, 0)


def _say(words: str) -> None:
    os.write(1, f"{words}\n".encode())


def _busy(control: Path, state: Path, route: str, agent: str) -> int:
    with Guard(control, route, agent, state_dir=state) as guard:
        guard.check_start()
        _say("ready")
        until_s, checks, spent_ns = time.monotonic() + _PATIENCE_S, 0, 0
        while time.monotonic() < until_s:
            begun_ns = time.thread_time_ns()
            try:
                for _ in range(_CHECKS):
                    guard.check_start()
            except RoutePaused:
                _say(f"obeyed {time.monotonic()} {spent_ns / max(1, checks)}")
                return 0
            spent_ns += time.thread_time_ns() - begun_ns
            checks += _CHECKS
            time.sleep(_PAUSE_S)
    return 1


def _idle(control: Path, state: Path, route: str, agent: str) -> int:
    obeyed = threading.Event()

    def receipt(event: dict[str, object]) -> None:
        if event["generation"] != 1:
            _say(f"obeyed {time.monotonic()} 0")
            obeyed.set()

    with Guard(control, route, agent, receipts=receipt, state_dir=state):
        _say("ready")
        return 0 if obeyed.wait(_PATIENCE_S) else 1


if __name__ == "__main__":
    main()
