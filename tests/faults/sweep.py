"""Kill, EIO and ENOSPC at every write, sync, rename and link: of the collector, an order, a step.

`python -m tests.faults.sweep` strikes at the first such call, at the second, and so on until the
program gets by without coming to it; then a restart has to give the ledger of an undisturbed run, a
control file that is valid and either the old or the new one, and an audit whose chain holds.
`--points N` takes N calls spread evenly instead of all, `--shim` does without strace.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sqlite3
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from console.agent import ControlFault
from console.agent.document import parse
from console.collector import Collector
from console.intake.times import instant_us
from console.settings import Source, load
from console.simulate import simulate
from console.store import mirror, reader, verify
from console.store.connect import attach
from tests.faults.ledger import Ledger, compared, ledger
from tests.faults.place import Done, Place
from tests.faults.scenario import missing, wrong
from tests.store.test_views import before_the_review

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SYSTEM = {
    "write": "write,pwrite64,pwritev,ftruncate",
    "fsync": "fsync,fdatasync",
    "rename": "rename,renameat,renameat2",
    "link": "link,linkat,unlink,unlinkat",
}
"""The system calls behind each of the four."""
HOW = ("KILL", "EIO", "ENOSPC")
MOST = 5_000
ROUTE = "support"


class Subject(NamedTuple):
    """What is struck: how it is prepared, the command, and the generations it may leave."""

    name: str
    prepare: Callable[[Place], None]
    command: str
    generations: tuple[int, ...]


def _logs(place: Place) -> None:
    shutil.rmtree(place.logs)
    until_us = instant_us("2026-10-01T00:00:00Z")
    simulate(place.logs, routes=2, days=1, lines=300, seed=3, end_us=until_us)
    place.must("burnline init logs --yes")


def _read(place: Place) -> None:
    _logs(place)
    place.collect()


def _older(place: Place) -> None:
    """Put what was read into a store as it was some versions ago."""
    _read(place)
    older = place.folder / "older.db"
    newer = sqlite3.connect(place.store)
    before_the_review(older, newer)
    newer.close()
    for ending in ("", "-wal", "-shm"):
        place.store.with_name(place.store.name + ending).unlink(missing_ok=True)
    older.rename(place.store)


SUBJECTS = (
    Subject("collector", _logs, "collect --once logs", (1,)),
    Subject("pause", _read, f"pause {ROUTE} --reason spent --by dana --yes", (1, 2)),
    Subject("migration", _older, "collect --once logs", (1,)),
)


class Point(NamedTuple):
    """One strike and what came of it: `wrong` is "" where the rule is kept."""

    subject: str
    calls: str
    how: str
    number: int
    wrong: str

    def __str__(self) -> str:
        return f"{self.subject}: {self.how} at {self.calls} {self.number}: {self.wrong or 'kept'}"


class Sweep:
    """Strikes at the calls of one subject, each time in a copy of the place prepared for it."""

    def __init__(self, folder: Path, subject: Subject, *, shim: bool) -> None:
        self._folder, self._subject, self._shim = folder, subject, shim
        self._begun = folder / f"{subject.name}-begun"
        self._place(self._begun, subject.prepare)
        whole = self._copy("undisturbed")
        whole.must(f"burnline {subject.command}")
        self._undisturbed = self._after(whole)

    def count(self, calls: str) -> int:
        """Return how many such calls an undisturbed run makes."""
        place = self._copy(f"{calls}-counted")
        try:
            if self._shim:
                self._struck(place, calls, "EIO", 0)
                return int((place.folder / "struck").read_text())
            traced = f"strace -f -qq -o struck -e trace={SYSTEM[calls]}"
            place.must(f"{traced} burnline {self._subject.command}")
            return len((place.folder / "struck").read_text(errors="replace").splitlines())
        finally:
            shutil.rmtree(place.folder)

    def all(self, calls: str, how: str) -> Iterator[Point]:
        """Strike at every call in turn until none is reached."""
        for number in range(1, MOST):
            point = self.strike(calls, how, number)
            if point is None:
                return
            yield point

    def spread(self, calls: str, how: str, points: int, count: int) -> Iterator[Point]:
        """Strike at some calls, spread evenly over `count`."""
        for number in sorted(
            {1 + each * count // points for each in range(points)} if count else ()
        ):
            point = self.strike(calls, how, number)
            if point is not None:
                yield point

    def strike(self, calls: str, how: str, number: int) -> Point | None:
        """Strike at one call; None where the program got by without it."""
        place = self._copy(f"{calls}-{how}-{number}")
        try:
            told, reached = self._struck(place, calls, how, number)
            if not reached:
                return None
            found = self._judged(place, told)
        finally:
            shutil.rmtree(place.folder)
        return Point(self._subject.name, calls, how, number, found)

    def _struck(self, place: Place, calls: str, how: str, number: int) -> tuple[Done, bool]:
        mark = place.folder / "struck"
        command = self._subject.command
        if self._shim:
            paths = f"--store {place.store} --control {place.control}"
            shim = f'"$python" -m tests.faults.shim {calls} {how} {number} struck -- {paths}'
            told = place.run(f"{shim} {command}")
            return told, not mark.read_text().isdigit()
        named = SYSTEM[calls]
        fault = "signal=KILL" if how == "KILL" else f"error={how}"
        told = place.run(
            f"strace -f -qq -o struck -e trace={named} -e inject={named}:{fault}:when={number} "
            f"burnline {command}"
        )
        text = mark.read_text(errors="replace")
        return told, "(INJECTED)" in text or "killed by SIGKILL" in text

    def _judged(self, place: Place, told: Done) -> str:
        """Say how what is left, and a restart on it, break the rule."""
        try:
            generation = parse(place.control.read_bytes()).generation
        except (OSError, ControlFault) as error:
            return f"the control file is no valid one: {error}"
        if generation not in self._subject.generations:
            return f"the control file is of generation {generation}"
        if "is durable" in told.out and generation != max(self._subject.generations):
            return "an order was called durable that is not there"
        found = self._after(place)
        outcome = compared("", self._undisturbed, found)
        return wrong(outcome) or self._proofs(place)

    def _after(self, place: Place) -> Ledger:
        """Return what a collector that nobody disturbs then knows."""
        settings = msgspec.structs.replace(load(None), sources=(Source(path=place.logs),))
        collector = Collector(settings, place.store, place.control)
        try:
            collector.catch_up()
            collector.evaluate()
        finally:
            collector.close()
        return ledger(place.store)

    def _proofs(self, place: Place) -> str:
        """Say what is wrong with the audit and with the orders of store and control file."""
        connection = attach(place.store)
        lines = mirror.read(mirror.mirror_path(place.store))
        chain = verify.verify(reader.audit_since(connection, 0), lines)
        connection.close()
        if chain.kind != verify.WHOLE:
            return f"audit: {chain.words}"
        stored = place.rows("select count(*) from directive where lifted_us is null")[0][0]
        sections = json.loads(place.control.read_bytes())["routes"].values()
        standing = sum(len(section["directives"]) for section in sections)
        return "" if stored == standing else f"{standing} orders stand, {stored} by the store"

    def _copy(self, name: str) -> Place:
        folder = self._folder / f"{self._subject.name}-{name}"
        return self._place(
            folder, lambda place: shutil.copytree(self._begun, place.folder, dirs_exist_ok=True)
        )

    @staticmethod
    def _place(folder: Path, prepare: Callable[[Place], object]) -> Place:
        folder.mkdir()
        place = Place(folder, "")
        program = (folder / "bin" / "burnline").read_text()
        prepare(place)
        (folder / "bin" / "burnline").write_text(program)
        return place


def main(arguments: list[str]) -> int:
    """Sweep, say what breaks the rule and how many strikes kept it."""
    parser = argparse.ArgumentParser(prog="python -m tests.faults.sweep", description=__doc__)
    parser.add_argument("--points", type=int, default=0, help="so many of each; 0: every call")
    parser.add_argument("--shim", action="store_true", help="without strace")
    parser.add_argument("--subject", choices=[item.name for item in SUBJECTS], action="append")
    options = parser.parse_args(arguments)
    shim = options.shim or missing("strace")
    kept, broken = 0, 0
    for subject in SUBJECTS:
        if options.subject and subject.name not in options.subject:
            continue
        with tempfile.TemporaryDirectory(prefix="burnline-sweep-") as name:
            sweep = Sweep(Path(name), subject, shim=shim)
            for calls in SYSTEM:
                count = sweep.count(calls)
                for how in HOW:
                    points = list(
                        sweep.spread(calls, how, options.points, count)
                        if options.points
                        else sweep.all(calls, how)
                    )
                    bad = [point for point in points if point.wrong]
                    kept, broken = kept + len(points) - len(bad), broken + len(bad)
                    sys.stdout.write(f"{subject.name}: {how} at {len(points)} of {count} {calls}\n")
                    sys.stdout.writelines(f"  {point}\n" for point in bad)
                    sys.stdout.flush()
    sys.stdout.write(f"{kept + broken} strikes, {kept} kept the rule, {broken} broke it\n")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
