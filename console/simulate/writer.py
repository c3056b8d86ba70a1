"""Log files of one route, written as its agents would: each file in time order, line by line.

Lines come run by run and overlap; they wait in a heap until no earlier one can come any more, so
that memory holds the runs in flight and the late lines, not the logs.
"""

from __future__ import annotations

import heapq
from contextlib import ExitStack
from pathlib import Path
from random import Random

import msgspec

from console.simulate.lines import Line, stamp

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_LETTERS = "zabcdefghijklmnopqrstuvwxy"
"""Which letter stands for which agent of a route, from 1, in event ids."""
_BUFFER = 1 << 18


class _AgentFile:
    """One agent's file: who writes, since which start, and how many lines since then."""

    def __init__(self, path: Path, route: str, code: str, restarts: list[int], rng: Random) -> None:
        self.name = path.stem
        self._file = path.open("wb", buffering=_BUFFER)
        self._route = route
        self._prefix = code
        self._restarts = sorted(restarts, reverse=True)
        self._rng = rng
        self._boot = self._new_boot()
        self._seq = 0
        self._lines = 0

    def write(self, line: Line) -> None:
        """Append one line; a restart since the last one begins a new count."""
        while self._restarts and self._restarts[-1] <= line.at_us:
            self._restarts.pop()
            self._boot, self._seq = self._new_boot(), 0
        self._seq += 1
        self._lines += 1
        head: dict[str, object] = {
            "ts": stamp(line.at_us),
            "route": self._route,
            "event": line.event,
        }
        if line.run:
            head["run"] = line.run
        head["id"] = f"{self._prefix}{_base36(self._lines)}"
        head |= {"agent": self.name, "boot": self._boot, "seq": self._seq, **line.fields}
        self._file.write(msgspec.json.encode(head))
        self._file.write(b"\n")

    def close(self) -> None:
        """Write out and close the file."""
        self._file.close()

    def _new_boot(self) -> str:
        return f"{self._rng.randrange(1 << 16):04x}"


class RouteLog:
    """All files of one route; a context manager. `restarts` are instants per agent."""

    def __init__(
        self, folder: Path, route: str, code: str, restarts: list[list[int]], rng: Random
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._stack = ExitStack()
        self._agents: list[_AgentFile] = []
        for number, instants in enumerate(restarts, start=1):
            path = folder / f"{code}-{number}.jsonl"
            agent = _AgentFile(path, route, f"{code}{_LETTERS[number]}", instants, rng)
            self._stack.callback(agent.close)
            self._agents.append(agent)
        self._waiting: list[tuple[int, int, int, Line]] = []
        self.lines = 0

    @property
    def agents(self) -> list[str]:
        """Return the names of the agents, which are those of their files."""
        return [agent.name for agent in self._agents]

    def add(self, agent: int, lines: list[Line]) -> None:
        """Take lines of one agent (by its index) that are to be written in their time."""
        for line in lines:
            self.lines += 1
            heapq.heappush(self._waiting, (line.at_us, self.lines, agent, line))

    def flush(self, before_us: int | None = None) -> None:
        """Write every waiting line before an instant, or all of them."""
        while self._waiting and (before_us is None or self._waiting[0][0] < before_us):
            _, _, agent, line = heapq.heappop(self._waiting)
            self._agents[agent].write(line)

    def __enter__(self) -> RouteLog:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()


def _base36(number: int) -> str:
    text = ""
    while number:
        number, digit = divmod(number, 36)
        text = _DIGITS[digit] + text
    return text
