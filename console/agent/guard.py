"""The guard: what an agent asks before it starts a run, takes an action or changes itself."""

from __future__ import annotations

import math
import os
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from . import process
from .controlfile import ControlFile
from .instants import as_us
from .keeper import Keeper
from .knowledge import Knowledge
from .log import AgentLog
from .orders import ON_FAULT
from .receipts import Receipts
from .refusals import ActionDenied, ApprovalNeeded, RoutePaused
from .ruling import Ruling
from .watch import Watch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import TracebackType

    from .decide import Decision
    from .document import Verify
    from .orders import RouteOrders
    from .receipts import To


class Guard:
    """Obeys the control file at `control_path` for one route.

    A check that finds nothing forbidden returns; else it raises `RoutePaused`, `ActionDenied` or
    `ApprovalNeeded` (all `Refused`). The file is looked at when the last look is over
    `look_every_s` old, and once every `watch_every_s` by a daemon thread (`watch`), so that an
    order is also taken in, and its receipt written to `receipts`, by an agent that is idle.

    A fault of the file never means "no restrictions". The orders last read stay in force, and the
    route's `on_fault`, as last read, comes on top: `closed` (no run starts, no change), `approval`
    (every action and change needs a grant) or `last_known` (nothing more for the document's grace,
    then `approval`). Before the first good read `on_fault` of this guard counts. What was read is
    remembered across restarts in `state_dir` (default `~/.local/state/burnline`).

    A route that a good file does not name is open: no order was ever given on it, which is no
    fault. Nor can it be told from a misspelt name here; `burnline gate ROUTE --start` says when no
    order has ever named a route, and which known name is nearest.

    Thread-safe, and safe across a fork. `clock` gives epoch seconds, `monotonic` seconds that never
    go back; `verify` checks the document's signature, which is not looked at otherwise. No method
    raises for an input or output error; `fault` and `warning` say what is wrong.

    Raises:
        ValueError: an argument makes no sense (unknown `on_fault`, state inside the control
            directory, a receipt log of another route or agent).
    """

    def __init__(
        self,
        control_path: str | os.PathLike[str],
        route: str,
        agent: str = "",
        on_fault: str = "closed",
        receipts: To = None,
        *,
        state_dir: str | os.PathLike[str] | None = None,
        watch: bool = True,
        look_every_s: float = 0.05,
        watch_every_s: float = 0.5,
        verify: Verify | None = None,
        clock: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        if on_fault not in ON_FAULT:
            raise ValueError(f"on_fault is {on_fault!r}, not one of {', '.join(ON_FAULT)}")
        self.route = route
        self.agent = _agent(agent, route, receipts)
        path = Path(os.path.abspath(control_path))  # noqa: PTH100 - links have to stay links
        self._clock = clock
        self._monotonic = monotonic
        self._look_every_s = look_every_s
        self._watch_every_s = watch_every_s
        self._knowledge = Knowledge(ControlFile(path, verify), route, on_fault)
        self._keeper = Keeper(state_dir, path, self.agent, route)
        self._receipts = Receipts(receipts, route, self.agent)
        # Reentrant: a receipt's sink or a signal handler may ask the guard.
        self._lock = threading.RLock()
        self._due_s = -math.inf
        self._in_progress = 0
        self._confirmed: RouteOrders | None = None
        self._watch: Watch | None = None
        self._watched = False
        self._warning = ""
        self._keeper.recall(self._knowledge, as_us(clock()), monotonic())
        self._ruling = Ruling(self._knowledge.orders, "closed", self._knowledge.fault)
        self.look()
        process.watch_fork(self)
        if watch:
            self.watch()

    @property
    def state(self) -> str:
        """Return open, frozen, tightened, reduced, paused; closed or approval if a fault rules."""
        self.look_if_due()
        return self._ruling.state(as_us(self._clock()))

    @property
    def generation(self) -> int:
        """Return the highest generation of the control file taken in, 0 for none."""
        self.look_if_due()
        return self._knowledge.generation

    @property
    def fault(self) -> str:
        """Return what is wrong with the control file, "" for nothing."""
        self.look_if_due()
        return self._knowledge.fault

    @property
    def warning(self) -> str:
        """Return what is wrong on this side (state, receipts, watch), "" for nothing."""
        return self._keeper.fault or self._receipts.fault or self._warning

    def check_start(self, run: str = "") -> None:
        """Return if a run may start now; `run` is its id, for the message.

        Raises:
            RoutePaused: the route is paused, reduced to fewer runs, or closed by a fault.
        """
        if self._monotonic() >= self._due_s:
            self.look_if_due()
        ruling = self._ruling
        if not ruling.free_start:
            decision = ruling.start(as_us(self._clock()), self._in_progress)
            if not decision.allowed:
                _refuse(decision, f"run {run!r} may not start: " if run else "")

    def check_action(self, name: str, run: str = "", grant: str = "") -> str:
        """Return if action `name` may be taken now in `run`: the id of the grant for it, or "".

        `grant` is the id of a grant that the run was given.

        Raises:
            ActionDenied: the action is outside what the route is reduced to.
            ApprovalNeeded: it needs a grant, and there is none for it.
            RoutePaused: the route is paused, and running runs are to stop as well.
        """
        if self._monotonic() >= self._due_s:
            self.look_if_due()
        ruling = self._ruling
        if name in ruling.free_actions:
            return ""
        decision = ruling.action(as_us(self._clock()), name, run, grant)
        if not decision.allowed:
            _refuse(decision)
        return decision.grant

    def check_change(self, kind: str, version: str = "") -> str:
        """Return if a change of the route may be deployed: the id of the grant for it, or "".

        `kind` is prompt, policy, tool, model or launch.

        Raises:
            ActionDenied: that kind is frozen, or the route is closed by a fault.
            ApprovalNeeded: a fault demands a grant for it.
        """
        self.look_if_due()
        decision = self._ruling.change(as_us(self._clock()), kind, version)
        if not decision.allowed:
            _refuse(decision)
        return decision.grant

    @contextmanager
    def run(self, run_id: str = "") -> Iterator[Guard]:
        """Check the start of a run, and count it as in progress until the block is left.

        The count, which a reduction to `max_runs` is held against, is that of this guard in this
        process: give each of several workers its share.

        Raises:
            RoutePaused: the run may not start.
        """
        with self._lock:
            self.check_start(run_id)
            self._in_progress += 1
        try:
            yield self
        finally:
            with self._lock:
                # In a child that was forked inside the block the count began anew.
                self._in_progress = max(0, self._in_progress - 1)

    def look(self) -> None:
        """Look at the control file now, however short ago the last look is."""
        with self._lock:
            mono_s = self._monotonic()
            self._due_s = mono_s + self._look_every_s
            now_us = as_us(self._clock())
            knowledge = self._knowledge
            knowledge.look(now_us, mono_s)
            on_fault = knowledge.on_fault_now(mono_s)
            if not self._ruling.same(knowledge.orders, on_fault, knowledge.fault):
                self._ruling = Ruling(knowledge.orders, on_fault, knowledge.fault)
            if knowledge.was_read and knowledge.orders is not self._confirmed:
                if knowledge.orders != self._confirmed:
                    self._receipts.add(knowledge.generation, now_us)
                self._confirmed = knowledge.orders
            self._keeper.keep(knowledge.memory(), mono_s)
            self._receipts.flush()
            if self._watched and self._watch is None:
                self.watch()

    @property
    def look_is_due(self) -> bool:
        """Say whether the next check will look at the control file."""
        return self._monotonic() >= self._due_s

    def look_if_due(self) -> None:
        """Look at the control file if the last look is over `look_every_s` old."""
        with self._lock:
            # Of many threads that find a look due, the first one's serves all.
            if self.look_is_due:
                self.look()

    def watch(self) -> None:
        """Start the thread that looks while the agent is idle, if it is not running."""
        with self._lock:
            self._watched = True
            if self._watch is not None and self._watch.alive:
                return
            try:
                self._watch = Watch(self, self._watch_every_s)
            except RuntimeError as error:
                self._warning = f"the control file is looked at in checks only: {error}"

    def close(self) -> None:
        """Stop the watching thread. Checks still work, and still look."""
        with self._lock:
            self._watched = False
            watch, self._watch = self._watch, None
        if watch is not None:
            watch.stop()

    def after_fork(self) -> None:
        """Become the child's own guard: its locks, its count of runs, its receipts, its watch."""
        self._lock = threading.RLock()
        self._in_progress = 0
        self._receipts.forget()
        self._confirmed = None
        self._watch = None
        self._due_s = -math.inf

    def __enter__(self) -> Guard:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _refuse(decision: Decision, prefix: str = "") -> NoReturn:
    kinds = {"paused": RoutePaused, "denied": ActionDenied, "approval": ApprovalNeeded}
    raise kinds[decision.outcome](prefix + decision.reason, decision.directive)


def _agent(agent: str, route: str, receipts: To) -> str:
    """Return the agent's name; a log for receipts has to be of that agent and route."""
    if not isinstance(receipts, AgentLog):
        return agent or process.default_agent()
    if receipts.route != route or agent not in ("", receipts.agent):
        theirs = f"{receipts.agent!r} on {receipts.route!r}"
        raise ValueError(f"receipts go to the log of {theirs}, not of {agent!r} on {route!r}")
    return receipts.agent
