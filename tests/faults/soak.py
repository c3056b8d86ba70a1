"""Everything at once, for long: writers, rotations, kills, operators; then the books are compared.

`python -m tests.faults.soak --minutes 60`: 50 agents log and rotate in every style that leaves a
copy, collector, agents and a reading console are killed at random, operators act through the
command line. At the end the ledger has to equal the agents' own books, to the event, with no lost
line, a whole audit, and the same orders in store and control file. Seeded; a failing seed is said.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from tests.cli.shell import PATIENCE_S
from tests.faults.place import Place
from tests.faults.stores import standing_everywhere
from tests.faults.writers import ROUTES, route_of

AGENTS = 50
PROCESSES = 5
_WATCH = """
import sys, time
from pathlib import Path
from console.cli.feed import LiveFeed
from console.settings import load
feed = LiveFeed(load(None), Path(sys.argv[1]), Path(sys.argv[2]), read_only=True)
while True:
    try:
        feed.snapshot()
        feed.misses(None, 20)
    except Exception as error:
        if "there is none yet" not in str(error):
            raise
    time.sleep(0.5)
"""
_ACTS = (
    "pause {route} --reason soak --by op --yes",
    "freeze {route} --change prompt --reason soak --by op --yes",
    "tighten {route} --action refund.send --reason soak --by op --yes",
    "lift {route} --override --reason soak --by op --yes",
    "lift {route} --override --reason soak --by op --yes",
    "grant {route} --action refund.send --by op --reason soak",
    'silence "{route}" --for 5m --reason soak --by op',
    "status {route}",
    "misses {route}",
)


class Ending(NamedTuple):
    """What came of a soak: figures in words, and what does not agree with the books."""

    words: str
    wrong: list[str]


class Soak:
    """One seed over one folder."""

    def __init__(self, folder: Path, seed: int, pace_s: float) -> None:
        self._place = Place(folder, "")
        self._chance = random.Random(seed)
        self._seed, self._pace_s = seed, pace_s
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self._done: Counter[str] = Counter()
        (folder / "books").mkdir()

    def run(self, seconds: float) -> Ending:
        """Let it all happen for so long, then compare."""
        routes = " ".join(f"[route.{route_of(number)}]\n" for number in range(ROUTES))
        (self._place.folder / "burnline.toml").write_text(f'[[source]]\npath = "logs"\n{routes}')
        self._place.must("burnline init --yes")
        try:
            for name in ("collector", "console", *map(str, range(PROCESSES))):
                self._start(name)
            until = time.monotonic() + seconds
            while time.monotonic() < until:
                self._disturb()
                time.sleep(self._chance.uniform(0.1, 1.0))
            self._end()
            return self.compared()
        finally:
            for process in self._running.values():
                process.kill()
                process.wait()
            self._place.close()

    def _start(self, name: str) -> None:
        folder = self._place.folder
        if name == "collector":
            command = [str(folder / "bin" / "burnline"), "collect"]
        elif name == "console":
            paths = [str(self._place.store), str(self._place.control)]
            command = [sys.executable, "-c", _WATCH, *paths]
        else:
            share = AGENTS // PROCESSES
            numbers = [str(int(name) * share), str(share)]
            seed = f"{self._seed}-{name}-{self._done[name]}"
            command = [
                sys.executable, "-m", "tests.faults.writers", str(folder), *numbers, seed,
                str(self._pace_s),
            ]  # fmt: skip
        with (folder / f"{name}.txt").open("ab") as told:
            self._running[name] = subprocess.Popen(
                command, cwd=folder, env=self._place.environment(), stdin=subprocess.DEVNULL,
                stdout=told, stderr=told,
            )  # fmt: skip

    def _disturb(self) -> None:
        """Kill something, or let an operator act."""
        if self._chance.random() < 0.4:
            act = self._chance.choice(_ACTS).format(route=route_of(self._chance.randrange(ROUTES)))
            done = self._place.run(f"burnline {act}")
            self._done["acts"] += done.code == 0
            if done.code == 70:
                raise AssertionError(f"{act}: {done.err}")
            return
        name = self._chance.choice(list(self._running))
        process = self._running[name]
        if process.poll() is not None:
            said = (self._place.folder / f"{name}.txt").read_text()[-2_000:]
            raise AssertionError(f"{name} ended by itself with {process.returncode}: {said}")
        process.kill()
        process.wait()
        self._done[name] += 1
        self._start(name)

    def _end(self) -> None:
        """Let the agents end, and kill the rest."""
        for name in map(str, range(PROCESSES)):
            self._running[name].send_signal(signal.SIGTERM)
        for name in map(str, range(PROCESSES)):
            self._running[name].wait(PATIENCE_S)
        for name in ("collector", "console"):
            self._running[name].kill()
            self._running[name].wait()

    def compared(self) -> Ending:
        """Let a collector read the rest, and compare with the books."""
        self._place.collect("burnline collect --once")
        expected, events = booked(self._place.folder / "books")
        found = dict(self._place.rows("select run, state from run"))
        total = self._place.rows("select sum(total) from minute")[0][0] or 0
        closed = sum(state in {"good", "bad"} for state in expected.values())
        wrong = [
            f"{run}: {expected.get(run)} by the books, {found.get(run)} by the ledger"
            for run in sorted({*expected, *found})
            if expected.get(run) != found.get(run)
        ]
        if total != closed:
            wrong.append(f"{total} runs are counted, {closed} closed")
        lost = sum(row[0] for row in self._place.rows("select missing from sequence"))
        wrong += [f"{lost} lines are said to be lost"] if lost else []
        wrong += standing_everywhere(self._place)
        kills = sum(self._done[str(number)] for number in range(PROCESSES))
        words = (
            f"{events:,} events of {len(expected):,} runs by {AGENTS} agents; killed: collector "
            f"{self._done['collector']}, agents {kills} times {AGENTS // PROCESSES}, console "
            f"{self._done['console']}; {self._done['acts']} acts of operators"
        )
        return Ending(words, wrong)


def booked(books: Path) -> tuple[dict[str, str], int]:
    """Return the state that each run has by the books, and how many events they hold."""
    states: dict[str, str] = {}
    failed: set[str] = set()
    events = 0
    for book in sorted(books.iterdir()):
        for line in book.read_text().splitlines():
            mark, run, event = line.split()
            if mark != "+":
                continue
            events += 1
            failed |= {run} if event == "check.failed" else set()
            if event == "run.delivered":
                states[run] = "bad" if run in failed else "good"
            else:
                states.setdefault(run, "open")
    return states, events


def main(arguments: list[str]) -> int:
    """Soak; 1, and the seed, where the ledger is not what the books say."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(4), "big"))
    parser.add_argument("--pace", type=float, default=0.01, help="seconds between an agent's turns")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="burnline-soak-") as name:
        ending = Soak(Path(name), options.seed, options.pace).run(60 * options.minutes)
    sys.stdout.write(f"seed {options.seed}: {ending.words}\n")
    sys.stdout.writelines(f"  {sentence}\n" for sentence in ending.wrong[:50])
    sys.stdout.write(f"{len(ending.wrong)} differences from the books\n")
    return 1 if ending.wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
