"""The collector: sweep, read, settle, commit, evaluate; again and again.

One transaction holds the offsets and everything that the lines before them caused: a kill at any
moment loses and repeats nothing. What is in memory is a cache of the store; when a transaction
fails, it is thrown away and read again.
"""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from console.burn import windows
from console.collector import consequences
from console.collector.ahead import Ahead
from console.collector.drift import Drift
from console.collector.evaluate import Evaluator
from console.collector.intake import Intake
from console.collector.judged import Judged
from console.collector.keeping import Keeping
from console.collector.own_log import own_log
from console.collector.retention import Retention
from console.collector.standing import Standing
from console.collector.upkeep import Upkeep
from console.intake.places import told
from console.intake.position import UNREADABLE, UNRECOGNISED
from console.intake.redaction import Redactor
from console.intake.tail import Tailer
from console.ledger.book import Ledger
from console.ledger.deadlines import reading_clock
from console.model import DAY_US, MINUTE_US, SECOND_US
from console.notify import Alarm, Courier, channels_of
from console.settings import Settings, Source
from console.settings.document import digest
from console.store import counting, desk
from console.store import intake as kept
from console.store.writer import Writer
from console.text import clean

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

    from console.store.connect import Connection

_EVALUATE_US = SECOND_US
_LOOK_US = SECOND_US
"""How long a backlog is read on before all logs are looked at again."""
_GAPS_US = 10 * MINUTE_US
_GAP_SPAN_US = 14 * DAY_US


class Collector:
    """Everything between log files and the store, for one process that holds the lease.

    Args:
        settings: sources, routes and tiers.
        store: path of the store.
        control: path of the control file.
        now: the clock, in microseconds since the epoch.
        steady: a clock that only goes forward, in microseconds; by default the machine's, and
            where `now` is given, that one.
        newest_first: whether the last hour of a long backlog is read, and shown, before the rest.
    """

    def __init__(
        self,
        settings: Settings,
        store: Path,
        control: Path,
        *,
        now: Callable[[], int] | None = None,
        steady: Callable[[], int] | None = None,
        newest_first: bool = True,
    ) -> None:
        self._settings = settings
        path = settings.path
        self._file = desk.SettingsFile(str(path or ""), digest(path) if path else "")
        self._own = Source(path=own_log(store), format="native")
        self._now = now or (lambda: time.time_ns() // 1_000)
        self._steady = steady or now or (lambda: time.monotonic_ns() // 1_000)
        self.writer = Writer(store)
        self._ahead = Ahead(self.writer, settings, self._apart if newest_first else None)
        self._upkeep = Upkeep(self.writer, control, settings)
        written = settings.path is not None or bool(settings.notify)
        channels = channels_of(settings.notify) if written else None
        self._courier = Courier(self.writer, channels, self._now())
        dry = bool(settings.routes) and all(item.dry_run for item in settings.routes.values())
        self._alarm = Alarm(() if dry else channels or ())
        self._evaluated_us = 0
        self._measured_gaps_us = 0
        self.progress: Callable[[int, int], None] | None = None
        self.polling = ""
        """Why file events do not work, so that logs are only looked at now and then; "" if so."""
        self._loaded = False
        self._missed = False
        """Whether changes of logs were passed over since they were last looked at."""
        self._load()

    def _load(self) -> None:
        """Build everything that is in memory from the store."""
        connection = self.writer.connection
        self._judged = Judged(connection)
        self._standing = Standing(self.writer, self._settings)
        self._clocks: dict[str, int] = {}
        self._last_file = kept.last_file(connection)
        sources = (*self._settings.sources, self._own)
        known = kept.positions(connection)
        self._tailer = Tailer(sources, known, self._new_file, self._now)
        shelf = self.writer.shelf
        self._ledger = Ledger(shelf, self._standing.history.at, self._standing.orders_of)
        numbers = kept.sequences(connection)
        self._ledger.resume(shelf.deadlines(), shelf.links(), numbers)
        redactor = Redactor(kept.redaction_key(connection), self._settings.redact)
        self._retention = Retention(connection, self._settings)
        floors = self._retention.floors
        self._intake = Intake(self._tailer, self._ledger, numbers, redactor, floors)
        self._keeping = Keeping(self.writer, self._intake, self._standing)
        self._standing.take_orders(self._ledger)
        with self.writer.transaction():
            self._standing.take_settings(self._ledger, self._now())
            desk.keep_settings_file(connection, self._file)
        self._remember(connection)
        self._loaded = True

    def close(self) -> None:
        """Close files and store."""
        self._ahead.end()
        self._tailer.close()
        self.writer.close()

    def troubles(self) -> list[str]:
        """Return what is wrong with sources and files, a sentence each."""
        tailer = self._tailer
        said = [
            f"{path}: no such file or directory; it is read as soon as it appears"
            for path in tailer.missing
            if path != self._own.path
        ]
        said += [f"{path}: no log files in it yet" for path in tailer.empty]
        said += [
            f"{clean(os.fsdecode(file.path))}: {clean(file.note)}"
            for file in tailer.files.values()
            if file.state in {UNREADABLE, UNRECOGNISED} and file.id in tailer.source_of
        ]
        said += [f"{clean(os.fsdecode(item.path))}: {item.words}" for item in told(tailer.passed)]
        return said

    @property
    def roots(self) -> list[Path]:
        """Return the places in which new lines may appear."""
        return [*(source.path for source in self._settings.sources), self._own.path]

    @property
    def behind(self) -> bool:
        """Whether a turn would read on, though nothing were added to any log."""
        return not self._loaded or self._ahead.reading or bool(self._intake.unread())

    def step(self, changed: Collection[bytes] | None = None) -> int:
        """Do one turn; return the bytes read (0: everything is read to its end).

        `changed`: the logs that were added to since the last turn, where that is all that has
        happened to logs; they are read, and what is known to be left. None: all are looked at.
        """
        if not self._loaded:
            self._load()
        try:
            if read := self._ahead.step():
                self._missed = True
                return read
            changed, self._missed = None if self._missed else changed, False
            return self._turn(self._now(), changed)
        except BaseException:
            self._loaded = False
            self._ahead.end()
            self._tailer.close()
            raise

    def _apart(self, settings: Settings, store: Path) -> Collector:
        """Return a collector that reads into a store which is thrown away."""
        control = store.with_name("control.json")
        clocks = {"now": self._now, "steady": self._steady}
        return Collector(settings, store, control, **clocks, newest_first=False)

    def catch_up(self) -> None:
        """Read everything to its end; all logs are looked at every second, and in the end."""
        while self.step():
            until_us = self._steady() + _LOOK_US
            while self._steady() < until_us and self.step(()):
                pass

    def evaluate(self) -> None:
        """Step the alerts and look after the control file, at most once a second.

        Not after a turn that failed: what is in memory then is not what the store holds.
        """
        now_us = self._now()
        # Over a clock that was set back, nobody waits until it is where it was.
        if not self._loaded or 0 <= now_us - self._evaluated_us < _EVALUATE_US:
            return
        self._evaluated_us = now_us
        self._upkeep.look(now_us, list(self._standing.directives()))
        unread = self._intake.progress()
        begun = all(file.latest_us is not None for file in unread)
        behind = {route for file in unread for route in file.routes}

        def catching_up(route: str) -> bool:
            return not begun or route in behind

        connection = self.writer.connection
        try:
            with self.writer.transaction():
                self._measure_gaps(now_us)
                jumped = self._drift.jumped(now_us, self._steady())
                self._evaluator.evaluate(now_us, catching_up, jumped=jumped)
                judged = consequences.decide(
                    connection, self._settings, now_us, catching_up, self._evaluator
                )
                self._judged.evaluated(whole=not unread)
        except BaseException:
            # What is remembered is not what the store holds.
            self._remember(connection)
            raise
        self._upkeep.carry_out(now_us, judged)

    def _remember(self, connection: Connection) -> None:
        """Begin evaluating from what the store holds."""
        self._evaluator, self._drift = Evaluator(connection, self._settings), Drift(connection)

    def notify(self) -> list[str]:
        """Tell people what is due, without waiting; return what is newly wrong with channels."""
        self._alarm.sees(self._now())
        return self._courier.turn(self._now())

    def blind(self, why: str) -> None:
        """Note that the store cannot be written: past the outbox, since that is in it."""
        self._alarm.blind(why, self._now())

    def see_off(self, patience_s: float, *, start: bool) -> list[str]:
        """Wait at most so long for what is being told; `start`: tell also what is due meanwhile."""
        said: list[str] = []
        until_s = time.monotonic() + patience_s
        while True:
            if start:
                said += self._courier.turn(self._now())
            left_s = until_s - time.monotonic()
            if not self._courier.busy or left_s <= 0:
                return said
            said += self._courier.settle(self._now(), left_s)

    def _measure_gaps(self, now_us: int) -> None:
        if abs(now_us - self._measured_gaps_us) >= _GAPS_US:
            self._measured_gaps_us = now_us
            counting.keep_gaps(self.writer.connection, windows.trailing(now_us, _GAP_SPAN_US))
            self._evaluator.forget()

    def _turn(self, now_us: int, changed: Collection[bytes] | None = None) -> int:
        self._standing.take_orders(self._ledger)
        waiting = None if changed is None else self._tailer.glance(changed)
        if waiting is None:
            waiting = self._tailer.sweep()
        else:
            met = {file.id for file in waiting}
            waiting += [file for file in self._intake.unread() if file.id not in met]
        read = self._intake.turn(waiting, now_us)
        self._intake.settle(now_us)
        if self.progress is not None:
            files = self._tailer.files.values()
            self.progress(sum(file.offset for file in files), sum(file.size for file in files))
        with self.writer.transaction():
            self._judged.began()
            self._intake.release(kept.due(self.writer.connection, now_us))
            self._standing.take_orders(self._ledger)
            self._standing.take_settings(self._ledger, now_us)
            self._commit(now_us)
            self._standing.keep()
            self._purge(now_us)
        self._intake.forget()
        self._ahead.turned(self._intake, now_us)
        return read

    def _purge(self, now_us: int) -> None:
        """Delete what is too old, once all that was read is settled."""
        purged = self._retention.purge(now_us)
        if purged is not None:
            self._ledger.forget(purged.runs)
            self._intake.drop(purged.files)

    def _commit(self, now_us: int) -> None:
        read_until_us = reading_clock(self._intake.progress(), now_us)

        def clock(route: str) -> int:
            return max(read_until_us, self._clocks.get(route, read_until_us))

        self._intake.deliver()
        settled = self._ledger.settle(clock)
        self._keeping.keep(settled, now_us, self.polling)
        seen = self._intake.gathering.seen
        self._clocks |= {route: clock(route) for route in seen}
        changed = {change.route for change in settled.changes}
        changed.update(run.route for run in settled.whole)
        self._evaluator.fold(
            [
                (self.writer.route_id(route, now_us), minute, difference)
                for route, minute, difference in settled.cells
            ],
            {*changed, *seen, *settled.noted},
        )

    def _new_file(self) -> int:
        self._last_file += 1
        return self._last_file
