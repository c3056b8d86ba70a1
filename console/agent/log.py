"""An agent's own event log, in the native format (semantics 2)."""

from __future__ import annotations

import threading
import time
from collections import deque
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from . import process
from .instants import as_us, format_instant
from .lines import append, encode, log_file
from .refusals import Refused
from .runlog import RunLog

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator, Mapping

    from .guard import Guard

_OWN = ("ts", "route", "event", "run", "agent", "boot", "seq")
_BACKLOG = 1_000


class AgentLog:
    """Writes native events, one JSON line each, to `path` (a file, or a directory).

    Every line carries `boot`, the id of this process start, and `seq`, 1, 2, 3, ... for each boot,
    agent and route, so that lines that are destroyed before they are collected show as a gap.
    Several processes and threads may write to one file. A forked child has a boot of its own.

    A line that cannot be written (disk full) is kept and written before the next one; `fault` says
    why. The oldest of more than 1,000 such lines are given up, and show as a gap. No method raises
    for an input or output error: the work matters more than its log.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        route: str,
        agent: str = "",
        boot: str | None = None,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.route = route
        self.agent = agent or process.default_agent()
        self.boot = boot or process.boot()
        self.fault = ""
        self._path = Path(path)
        self._clock = clock
        self._backlog: deque[bytes] = deque(maxlen=_BACKLOG)
        self._numbers = process.numbers(self.boot, self.agent, self.route)
        # Reentrant: a signal handler may log while the same thread is logging.
        self._lock = threading.RLock()
        self._writing = False
        process.watch_fork(self)

    def emit(self, event: str, run: str = "", **fields: object) -> None:
        """Write one event, now; fields that are None or "" are left out.

        Raises:
            ValueError: a field would replace one that the log itself writes.
        """
        self.emit_at(as_us(self._clock()), event, run, fields)

    def emit_at(self, at_us: int, event: str, run: str, fields: Mapping[str, object]) -> None:
        """Write one event as of `at_us`, microseconds since the epoch: one that is told late.

        Raises:
            ValueError: a field would replace one that the log itself writes.
        """
        if taken := [key for key in fields if key in _OWN]:
            raise ValueError(f"{', '.join(taken)}: written by the log itself, not a field")
        with self._lock:
            line: dict[str, object] = {
                "ts": format_instant(at_us),
                "route": self.route,
                "event": event,
                "run": run,
                "id": process.new_id(),
                "agent": self.agent,
                "boot": self.boot,
                "seq": next(self._numbers),
                **fields,
            }
            self._backlog.append(encode({key: line[key] for key in line if _says(line[key])}))
            self._write()

    @contextmanager
    def run(
        self,
        run_id: str,
        sla_s: float | None = None,
        *,
        parent: str = "",
        guard: Guard | None = None,
    ) -> Iterator[RunLog]:
        """Log a run: started at entry, delivered at the end of the block, failed on an exception.

        The reason of a failure is the exception's type. A refusal by an order that leaves the block
        ends the run as cancelled by that order. With `guard`, the start and every `run.action` are
        checked first; a run that may not start raises `RoutePaused` and leaves no line.
        """
        counted: AbstractContextManager[object] = guard.run(run_id) if guard else nullcontext()
        with counted:
            self.emit("run.started", run_id, sla_s=sla_s, parent=parent)
            run = RunLog(self, run_id, guard)
            try:
                yield run
            except Refused as refusal:
                run.stopped(refusal)
                raise
            except BaseException as error:
                run.failed(type(error).__name__)
                raise
            else:
                run.delivered()

    def after_fork(self) -> None:
        """Become the child's own log; what the parent could not write is the parent's to write."""
        self._lock = threading.RLock()
        self._writing = False
        self._backlog.clear()
        self.boot = process.boot()
        self._numbers = process.numbers(self.boot, self.agent, self.route)

    def _write(self) -> None:
        if self._writing:
            return  # a signal handler logs in the middle of a write, which will write this line too
        self._writing = True
        target = log_file(self._path, self.agent)
        try:
            while self._backlog:
                append(target, self._backlog[0])
                self._backlog.popleft()
        except OSError as error:
            self.fault = f"{target} cannot be written: {error.strerror or error}"
        else:
            self.fault = ""
        finally:
            self._writing = False


def _says(value: object) -> bool:
    return value is not None and not (isinstance(value, str) and not value)
