"""What one reader knows of one route, and what a fault of the control file makes of it.

Two rules that semantics 8 leaves to the reader:

- A fault never loosens. The orders last taken in stay in force under it, and `on_fault` comes on
  top: else deleting the file of a paused route would let it start runs that need a grant only.
- A document that is valid but stale still binds by what it orders; its age is the fault.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from .document import GRACE_S
from .faults import ControlFault
from .instants import SECOND_US
from .memory import Memory
from .orders import RouteOrders, read_route

if TYPE_CHECKING:
    from .controlfile import ControlFile
    from .document import ControlDocument


class Knowledge:
    """The orders on one route as this reader knows them; not thread-safe.

    `orders` are those last taken in, `generation` the highest (0: none). `fault` is the sentence
    that says what is wrong with the control file now, or "". Wall times are microseconds,
    monotonic times (`mono_s`) seconds.
    """

    def __init__(self, file: ControlFile, route: str, on_fault: str) -> None:
        self.fault = f"control file {file.path} was not read yet"
        self.orders = RouteOrders(route)
        self.generation = 0
        self._file = file
        self._own_on_fault = on_fault
        self._raw: object = None
        self._on_fault = ""
        self._grace_s = GRACE_S
        self._good_us = 0
        self._grace_until_s = -math.inf
        self._document: ControlDocument | None = None
        self._freshness = (0, -math.inf)

    @property
    def was_read(self) -> bool:
        """Say whether any orders were taken in from the file, rather than remembered only."""
        return self._document is not None

    def recall(self, memory: Memory, now_us: int, mono_s: float) -> None:
        """Go on from what was remembered when the process was last running."""
        self.orders = read_route(self.orders.route, memory.orders)
        self._raw = memory.orders
        self.generation = memory.generation
        self._on_fault = memory.on_fault
        self._grace_s = memory.grace_s
        self._good_us = memory.good_us
        away_s = (now_us - memory.good_us) / SECOND_US
        # Before the time at which it was good the clock was set back: how much is left is unknown.
        if memory.good_us and away_s >= 0:
            self._grace_until_s = mono_s + memory.grace_s - away_s

    def memory(self) -> Memory:
        """Return what has to be remembered."""
        on_fault, grace_s = self._on_fault, self._grace_s
        return Memory(self.generation, self._raw, on_fault, grace_s, self._good_us)

    def look(self, now_us: int, mono_s: float) -> None:
        """Read the control file if it changed, and take in what it orders."""
        try:
            document = self._file.current(now_us)
            if document is not self._document:
                self._take_in(document)
            self._check_fresh(document, now_us, mono_s)
        except ControlFault as fault:
            self.fault = str(fault)
            return
        self.fault = ""
        self._on_fault = self.orders.on_fault
        self._grace_s = document.grace_s
        self._good_us = now_us
        self._grace_until_s = mono_s + document.grace_s

    def on_fault_now(self, mono_s: float) -> str:
        """Return what a fault decides now: `closed`, `approval`, or "" while none does."""
        if not self.fault:
            return ""
        on_fault = self._on_fault or self._own_on_fault
        if on_fault == "last_known":
            return "" if mono_s < self._grace_until_s else "approval"
        return on_fault

    def _take_in(self, document: ControlDocument) -> None:
        """Make the orders of `document` those that are known.

        Raises:
            ControlFault: it is older than one that was seen, or one generation has two meanings.
        """
        orders = document.route(self.orders.route)
        where = f"control file {self._file.path}"
        if document.generation < self.generation:
            raise ControlFault(
                f"{where} has generation {document.generation}, but {self.generation} was already "
                "seen: an old file was put back (issue any order to go past it), or the directory "
                "was made anew (remove what agents remember)"
            )
        if self.generation == document.generation and orders != self.orders:
            raise ControlFault(
                f"{where} has other orders on route {orders.route!r} than generation "
                f"{document.generation} had: it was edited; issue any order to go past it"
            )
        self._raw = document.routes.get(orders.route)
        self.orders = orders
        self.generation = document.generation
        # Last, so that a fork or an interrupt in between makes the next look take it in again.
        self._document = document

    def _check_fresh(self, document: ControlDocument, now_us: int, mono_s: float) -> None:
        """Raise `ControlFault` if the refresh is overdue by the wall clock or by our own.

        Our own counts from when this refresh was first seen, so that a wall clock that is behind,
        or set back, cannot keep an abandoned file alive.
        """
        if document.refreshed_us != self._freshness[0]:
            self._freshness = (document.refreshed_us, mono_s)
        document.check_fresh(now_us)
        allowed_s = document.stale_after_s
        if allowed_s is not None and mono_s - self._freshness[1] > allowed_s:
            raise document.stale()
