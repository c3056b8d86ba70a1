"""Receipts: the events by which an operator sees that an order has reached an agent."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from os import PathLike
from pathlib import Path
from typing import NamedTuple

from . import process
from .instants import format_instant
from .lines import append, encode, log_file
from .log import AgentLog

Sink = Callable[[dict[str, object]], object]
To = str | PathLike[str] | AgentLog | Sink | None
"""Where receipts go: a file or a directory for event lines, a log, a callable, or nowhere."""

_KEPT = 100


class _Receipt(NamedTuple):
    generation: int
    at_us: int
    id: str


class Receipts:
    """Receipts that are due, kept until they are written. `fault` says why they are not.

    Nothing here raises: an agent does not stop because its receipt cannot be written. Of more than
    100 that wait, the oldest go; the newest says that the ones before it are past.
    """

    def __init__(self, to: To, route: str, agent: str) -> None:
        self.fault = ""
        self._to = to
        self._route = route
        self._agent = agent
        self._due: deque[_Receipt] = deque(maxlen=_KEPT)

    def add(self, generation: int, at_us: int) -> None:
        """Note that the orders of `generation` were taken in at `at_us`."""
        if self._to is not None:
            self._due.append(_Receipt(generation, at_us, process.new_id()))

    def flush(self) -> None:
        """Write what is due; what cannot be written stays due."""
        while self._due:
            receipt = self._due.popleft()
            try:
                self._write(receipt)
            except Exception as error:  # noqa: BLE001 - a caller's sink may raise anything
                self._due.appendleft(receipt)
                self.fault = f"the receipt of generation {receipt.generation} waits: {error}"
                return
            self.fault = ""

    def forget(self) -> None:
        """Drop what is due: after a fork it is the parent's to write."""
        self._due.clear()

    def _write(self, receipt: _Receipt) -> None:
        if isinstance(self._to, AgentLog):
            # The log keeps what it cannot write, so that a receipt is safe with it.
            seen = {"generation": receipt.generation, "id": receipt.id}
            self._to.emit_at(receipt.at_us, "control.seen", "", seen)
        elif isinstance(self._to, str | PathLike):
            append(log_file(Path(self._to), self._agent), encode(self._event(receipt)))
        elif self._to is not None:
            self._to(self._event(receipt))

    def _event(self, receipt: _Receipt) -> dict[str, object]:
        return {
            "ts": format_instant(receipt.at_us),
            "route": self._route,
            "event": "control.seen",
            "generation": receipt.generation,
            "agent": self._agent,
            "boot": process.boot(),
            "id": receipt.id,
        }
