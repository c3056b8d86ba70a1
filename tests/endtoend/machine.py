"""Logs, orders and clocks as they fare together, against the naive account of all that was said.

Every line that is written is written once with a text of its own (an unknown key), so that no two
places of a log look alike; duplicates are the same line twice in one write, the same event written
otherwise, and copies of whole files. What is destroyed before it was surely read is written again
elsewhere, later: so that what could be read is known exactly.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from console.collector import history
from console.collector.own_log import own_log
from console.control.directives import Conflict, Order, Refused
from console.intake.times import instant_us
from console.model import CHANGE_KINDS, MINUTE_US, SECOND_US, DirectiveKind
from console.operate import Accountant, Operator
from console.store import desk
from console.store.connect import attach
from tests.collector.running import MINUTE, NOON_US, Station, route
from tests.collector.test_model import fail_once
from tests.endtoend import histories
from tests.endtoend.comparison import compare
from tests.endtoend.naive import Correction, History

if TYPE_CHECKING:
    from console.model import Directive
    from console.settings import Measured, RouteSettings

FILES = ("a.jsonl", "b.jsonl", "sub/c.jsonl")
some_file = st.sampled_from(FILES)
some_route = st.sampled_from(histories.ROUTES)
some_run = st.sampled_from(histories.RUNS)


class Histories(RuleBasedStateMachine):
    """Writes, reads, breaks and acts at random; whenever all is read, the accounts agree."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="burnline-"))
        self.written: list[bytes] = []
        self.owed: list[bytes] = []
        self.settled: set[bytes] = set()
        self.corrections: list[Correction] = []
        self.count = 0

    @initialize(first=histories.measured, second=histories.measured)
    def open(self, first: Measured, second: Measured) -> None:
        """Begin with two routes and no line read."""
        self.measured = {"refunds": [(0, first)], "mail": [(0, second)]}
        self.station = Station(self.folder, *self._routes()).at(45 * MINUTE)

    def teardown(self) -> None:
        """Let what is due become so, read everything once more, and compare."""
        if hasattr(self, "station"):
            with contextlib.ExitStack() as stack:
                stack.callback(shutil.rmtree, self.folder)
                stack.callback(self.station.close)
                self.station.now_us += 20 * MINUTE_US
                self.settle()

    # Lines

    @rule(data=st.data(), name=some_file, twice=st.booleans())
    def append(self, data: st.DataObject, name: str, twice: bool) -> None:
        """Write some lines, perhaps each of them twice."""
        orders = self.orders()
        generation = max((order.generation for order in orders), default=0) + 1
        ids = tuple(order.id for order in orders)
        drawn = data.draw(st.lists(histories.events(ids, generation), min_size=2, max_size=12))
        lines = [self._marked(line) for line in drawn]
        self._write(name, *(lines * 2 if twice else lines))

    @rule(story=histories.stories(), name=some_file)
    def tell(self, story: list[bytes], name: str) -> None:
        """Write what one run goes through."""
        self._write(name, *map(self._marked, story))

    @precondition(lambda self: self.orders())
    @rule(data=st.data(), name=some_file)
    def act(self, data: st.DataObject, name: str) -> None:
        """Write what agents do about the time at which an order was given, or ended."""
        told = data.draw(histories.around(self.orders()))
        self._write(name, *map(self._marked, told))

    @precondition(lambda self: self.written)
    @rule(data=st.data(), name=some_file)
    def write_again(self, data: st.DataObject, name: str) -> None:
        """Write an event that is known, in other words."""
        known = data.draw(st.sampled_from(self.written))
        self._write(name, self._marked(histories.rewritten(known)))

    # What happens to logs

    @rule(name=some_file)
    def rotate(self, name: str) -> None:
        """Rename a log; the next line makes a new one."""
        with contextlib.suppress(FileNotFoundError):
            path = self.station.logs / name
            path.rename(path.with_name(f"{path.name}.{self._number()}"))

    @rule(name=some_file)
    def copy_truncate(self, name: str) -> None:
        """Copy a log and empty it."""
        path = self.station.logs / name
        if path.exists():
            shutil.copyfile(path, path.with_name(f"copy-{self._number()}.jsonl"))
            os.truncate(path, 0)

    @rule(name=some_file, keep=st.sampled_from((0, 0.5)))
    def truncate(self, name: str, keep: float) -> None:
        """Cut a log off."""
        path = self.station.logs / name
        if path.exists():
            lines = path.read_bytes().splitlines(keepends=True)
            kept = lines[: int(len(lines) * keep)]
            self._lose(lines[len(kept) :])
            os.truncate(path, sum(map(len, kept)))

    @rule(name=some_file)
    def delete(self, name: str) -> None:
        """Delete a log; the next line makes a new one."""
        path = self.station.logs / name
        if path.exists():
            self._lose(path.read_bytes().splitlines(keepends=True))
            path.unlink()

    @rule(name=some_file)
    def link(self, name: str) -> None:
        """Give a log a second name."""
        path = self.station.logs / name
        if path.exists():
            path.with_name(f"link-{self._number()}.jsonl").hardlink_to(path)

    # The collector and the clock

    @rule(turns=st.integers(1, 3))
    def turn(self, turns: int) -> None:
        """Read a little."""
        for _ in range(turns):
            self.station.collector.step()

    @rule(restart=st.booleans(), chance=st.randoms(use_true_random=False))
    def fail(self, restart: bool, chance: random.Random) -> None:
        """Let a transaction be cut off in its middle; go on, or begin again from the store."""
        fail_once(self.station, chance)
        if restart:
            self.station.restart()

    @rule()
    def restart(self) -> None:
        """Begin again from the store."""
        self.station.restart()

    @rule(minutes=st.integers(1, 45), microsecond=st.integers(0, 1))
    def wait(self, minutes: int, microsecond: int) -> None:
        """Let time pass."""
        self.station.now_us += minutes * MINUTE_US + microsecond

    @rule(name=some_route, measured=histories.measured)
    def measure(self, name: str, measured: Measured) -> None:
        """Change what is measured on a route, from now on."""
        if self.measured[name][-1][1] != measured:
            self.measured[name].append((self.station.now_us, measured))
        self.station.restart(*self._routes())
        # What an order that stands would hold back is accepted at once: tests of its own hold that.
        writer = self.station.collector.writer
        with writer.transaction():
            for route in self._routes():
                history.accept(writer.connection, route, self.station.now_us)

    # What operators do

    @rule(
        data=st.data(),
        name=some_route,
        kind=st.sampled_from(DirectiveKind),
        action=st.sampled_from(histories.ACTIONS),
        drain=st.booleans(),
        runs=st.sampled_from((None, 1, 2)),
        early=st.booleans(),
        minutes=st.sampled_from((None, 20)),
    )
    def order(
        self,
        data: st.DataObject,
        name: str,
        kind: DirectiveKind,
        action: str,
        drain: bool,
        runs: int | None,
        early: bool,
        minutes: int | None,
    ) -> None:
        """Give an order, perhaps for a while; agents do something about it.

        Perhaps one whose clock is ahead has done it before, and it was read.
        """
        if early:
            ahead_us = self.station.now_us - NOON_US + MINUTE_US
            said = {"agent": "a1"}
            start = histories.line_at("run.started", "s4", ahead_us, name, said)
            self._write("ahead.jsonl", self._marked(start))
            self.station.collector.step()
        acting = kind in {DirectiveKind.TIGHTEN, DirectiveKind.REDUCE}
        order = Order(
            route=name, kind=kind, by="dana", reason="burning", drain=drain,
            changes=CHANGE_KINDS[:1] if kind is DirectiveKind.FREEZE else (),
            actions=(action,) if acting else (),
            max_runs=runs if kind is DirectiveKind.REDUCE else None,
            for_us=None if minutes is None else minutes * MINUTE_US,
        )  # fmt: skip
        with self._operator() as operator, contextlib.suppress(Refused):
            given = operator.give(order, self.station.now_us)
            told = data.draw(histories.around([given]))
            self._write(data.draw(some_file), *map(self._marked, told))

    @precondition(lambda self: any(order.lifted_us is None for order in self.orders()))
    @rule(data=st.data())
    def lift(self, data: st.DataObject) -> None:
        """Lift an order that stands; agents do something about it."""
        standing = [order for order in self.orders() if order.lifted_us is None]
        order = data.draw(st.sampled_from(standing))
        with self._operator() as operator, contextlib.suppress(Refused, Conflict):
            lifted = operator.lift(
                order.route, order.id, by="dana", reason="over", override=True,
                now_us=self.station.now_us,
            )  # fmt: skip
            told = data.draw(histories.around([lifted]))
            self._write(data.draw(some_file), *map(self._marked, told))

    @rule(name=some_route, run=some_run, ago=st.integers(0, 30))
    def rescue(self, name: str, run: str, ago: int) -> None:
        """Log a rescue, perhaps some time after it."""
        with self._operator() as operator:
            now_us = self.station.now_us
            self._account(operator).rescue(
                name, run, minutes=5, by="dana", at_us=now_us - ago * MINUTE_US, now_us=now_us
            )

    @rule(name=some_route, run=some_run)
    def preventable(self, name: str, run: str) -> None:
        """Mark a handoff that was read, if there is one, as preventable."""
        with self._operator() as operator, contextlib.suppress(Refused):
            self._account(operator).preventable(name, run, by="dana", now_us=self.station.now_us)

    @rule(
        name=some_route,
        by=st.sampled_from(("dana", "nobody")),
        runs=st.lists(some_run, max_size=2, unique=True),
        first=st.integers(0, histories.SPAN),
        length=st.sampled_from((1, 5, 20, 75)),
    )
    def correct(self, name: str, by: str, runs: list[str], first: int, length: int) -> None:
        """Take runs, or a period, out of what is charged."""
        from_us = NOON_US + first * MINUTE_US + 30 * SECOND_US
        period = (from_us, from_us + length * MINUTE_US)
        with self._operator() as operator:
            self._account(operator).correct(
                name, category="outage", reason="not ours", by=by, now_us=self.station.now_us,
                period=None if runs else period, runs=runs,
            )  # fmt: skip
        spans = (0, 0) if runs else period
        self.corrections.append(Correction(name, by == "dana", *spans, tuple(runs)))

    # Comparing

    @rule()
    def settle(self) -> None:
        """Read everything to its end: then the ledger is what the whole history says."""
        if self.owed:
            self._write("again.jsonl", *self.owed)
            self.owed = []
        self.station.read()
        self.settled = set(self.written)
        compare(self.station, self.history())

    def history(self) -> History:
        """Return everything that was said until now."""
        own = own_log(self.station.store)
        reported = own.read_bytes().splitlines() if own.exists() else []
        return History(
            lines=[*self.written, *reported],
            now_us=self.station.now_us,
            measured=self.measured,
            orders=self.orders(),
            corrections=tuple(self.corrections),
        )

    def orders(self) -> list[Directive]:
        """Return the orders that were ever given, as the control desk keeps them."""
        connection = attach(self.station.store)
        with contextlib.closing(connection):
            return [
                order for name in histories.ROUTES for order in desk.directives_of(connection, name)
            ]

    def _routes(self) -> list[RouteSettings]:
        return [
            msgspec.structs.replace(route(name), owner="dana", measured=versions[-1][1])
            for name, versions in self.measured.items()
        ]

    @contextlib.contextmanager
    def _operator(self) -> Any:
        station = self.station
        operator = Operator(station.settings, station.store, station.control)
        with contextlib.closing(operator):
            yield operator

    def _account(self, operator: Operator) -> Accountant:
        return Accountant(operator.writer, self.station.settings)

    def _number(self) -> int:
        self.count += 1
        return self.count

    def _marked(self, line: bytes) -> bytes:
        return json.dumps({**json.loads(line), "host": f"h{self._number()}"}).encode() + b"\n"

    def _write(self, name: str, *lines: bytes) -> None:
        """Write lines to a log, but for those that a ledger cannot remember for orders to come.

        Of repeated receipts only the first is kept, and of events of unknown kinds none: one that
        was ahead of the clock, and read before an order was given, is not held against it.
        """
        kept = [line for line in lines if not self._forgotten(line)]
        self.station.write(name, *kept)
        self.written.extend(kept)

    def _forgotten(self, line: bytes) -> bool:
        record = json.loads(line)
        ahead = instant_us(record["ts"]) > self.station.now_us
        return ahead and record["event"] in {"control.seen", "made.up"}

    def _lose(self, lines: list[bytes]) -> None:
        """Note lines that are destroyed, and that nobody surely read."""
        self.owed.extend(line for line in lines if line not in self.settled)
