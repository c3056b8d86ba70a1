"""A recording played into a store of its own: copies of the logs grow by the clock of their events.

The clock is virtual: it is where the playing is, so that a machine that cannot keep up with the
wanted speed plays slower and loses nothing. The collector reads the copies as it would have read
the logs then, and evaluates at least once a minute of that clock; alerts, deadlines and ladders
fire when they would have fired.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import msgspec

from console.collector.lease import Lease
from console.collector.loop import Collector
from console.model import MINUTE_US, SECOND_US

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from console.collector.recording import Recording, Reel
    from console.settings import Settings

TURN_S = 0.1
"""How long a turn of the playing is, when the machine keeps up."""
SLOWEST, FASTEST = 1.0, 1_000_000.0
_COPY_BYTES = 1 << 20


class Playback:
    """Plays a recording between two instants.

    Args:
        recording: what is played; its copies are written.
        settings: those of the user; channels for alerts are left out, since what is played is over.
        store: path of the throw-away store.
        control: path of the throw-away control file.
        speed: virtual seconds in a second.
        start_us: where the playing begins; what came before is read at once.
        until_us: where it ends; None: with the recording.
    """

    def __init__(
        self,
        recording: Recording,
        settings: Settings,
        store: Path,
        control: Path,
        *,
        speed: float,
        start_us: int | None = None,
        until_us: int | None = None,
        steady_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self._recording = recording
        self.settings = msgspec.structs.replace(settings, sources=recording.sources, notify=())
        self.speed = min(max(speed, SLOWEST), FASTEST)
        self._now_us = recording.first_us if start_us is None else start_us
        self.end_us = recording.last_us if until_us is None else until_us
        self._written = dict.fromkeys(range(len(recording.reels)), 0)
        self._passed = dict.fromkeys(range(len(recording.reels)), 0)
        self._steady_s = steady_s
        self._turned_s: float | None = None
        self._lease = Lease(store)
        self._collector = Collector(self.settings, store, control, now=self.now, newest_first=False)

    def now(self) -> int:
        """Return the virtual time, in microseconds: all up to it has been played."""
        return self._now_us

    @property
    def over(self) -> bool:
        """Whether everything has been played."""
        return self._now_us >= self.end_us

    def hasten(self, factor: float) -> None:
        """Change the speed."""
        self.speed = min(max(self.speed * factor, SLOWEST), FASTEST)

    def turn(self) -> None:
        """Play as much as has become due since the last turn, in steps of a minute at most."""
        at_s = self._steady_s()
        due_us = 0
        if self._turned_s is not None:
            due_us = int((at_s - self._turned_s) * self.speed * SECOND_US)
        self._turned_s = at_s
        self._step(min(self._now_us + min(due_us, MINUTE_US), max(self.end_us, self._now_us)))

    def play(self, ended: threading.Event) -> None:
        """Play to the end, and keep the collector alive until `ended`."""
        while not ended.is_set():
            self.turn()
            begun_s = self._turned_s or 0.0
            busy_s = self._steady_s() - begun_s
            step_s = MINUTE_US / SECOND_US / self.speed
            ended.wait(max(0.0, min(TURN_S, step_s) - busy_s))

    def _step(self, to_us: int) -> None:
        """Let the logs grow up to an instant, read them, evaluate."""
        for number, reel in enumerate(self._recording.reels):
            self._grow(number, reel, to_us)
        self._now_us = to_us
        self._collector.catch_up()
        self._collector.evaluate()
        self._lease.beat()

    def _grow(self, number: int, reel: Reel, to_us: int) -> None:
        at = self._passed[number]
        while at < len(reel.marks) and reel.marks[at].at_us <= to_us:
            at += 1
        if at == self._passed[number]:
            return
        self._passed[number] = at
        begin, end = self._written[number], reel.marks[at - 1].end
        with reel.original.open("rb") as original, reel.copy.open("ab") as copy:
            original.seek(begin)
            while begin < end and (piece := original.read(min(_COPY_BYTES, end - begin))):
                copy.write(piece)
                begin += len(piece)
        self._written[number] = end

    def close(self) -> None:
        """End the collector of the throw-away store."""
        self._collector.close()
        self._lease.release()
