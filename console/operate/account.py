"""What operators add to the account: rescues, preventable handoffs, corrections.

A rescue or a mark is an ordinary event in the product's own log, which the collector reads like
any other; it may be backdated, and burns like any other. A correction takes runs out of what is
charged, never out of what was experienced.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import msgspec

from console.collector.own_log import own_log
from console.control.directives import Refused
from console.intake.times import rfc3339
from console.ledger.facts import HANDOFF
from console.model import Event
from console.operate.coverage import Coverage, coverage
from console.settings.problems import nearest
from console.store import corrections, desk, reader
from console.store.corrections import CATEGORIES, Correction
from console.text import clean, name

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from console.settings import Settings
    from console.store.writer import Writer


_LATEST = 2_000
"""Of so many runs at most the nearest name is looked for."""


class Accountant:
    """Adds to the account of one store.

    Args:
        writer: the store.
        settings: who owns which route.
    """

    def __init__(self, writer: Writer, settings: Settings) -> None:
        self._writer = writer
        self._settings = settings

    def rescue(
        self, route: str, run: str, *, minutes: float, by: str, at_us: int, now_us: int
    ) -> str:
        """Log that a human repaired, redid or threw away a run's work; return a sentence.

        Raises:
            Refused: the minutes are not a positive number, or the time lies ahead.
        """
        if not 0 < minutes < 1_000_000:
            raise Refused("--minutes must be a positive number")
        if at_us > now_us:
            raise Refused("--at lies in the future")
        event = Event(
            ts_us=at_us, route=name(route), event="rescued", run=name(run), minutes=minutes,
            by=name(by),
        )  # fmt: skip
        self._log(event, now_us)
        return f"rescue of {name(run)} on {name(route)} is logged: {minutes:g} min by {name(by)}"

    def preventable(self, route: str, run: str, *, by: str, now_us: int) -> str:
        """Mark a run's handoff as preventable, at its own time; return a sentence.

        Raises:
            Refused: no handoff of that run was read.
        """
        record = self._writer.shelf.fetch(name(route), name(run))
        marks = record.facts.ordered() if record is not None else []
        handoff = next((mark.event for mark in marks if mark.event.event == HANDOFF), None)
        if handoff is None:
            strange = self.unknown_run(route, run)
            unread = f"no handoff of run {clean(run, 60)} on {clean(route, 60)} was read"
            raise Refused(strange or unread)
        event = Event(
            ts_us=handoff.ts_us, route=name(route), event=HANDOFF, run=name(run), preventable=True,
            to=handoff.to, by=name(by),
        )  # fmt: skip
        self._log(event, now_us)
        return f"the handoff of {name(run)} on {name(route)} counts as preventable"

    def correct(
        self,
        route: str,
        *,
        category: str,
        reason: str,
        by: str,
        now_us: int,
        period: tuple[int, int] | None = None,
        runs: Sequence[str] = (),
    ) -> Correction:
        """Take a period or runs out of what is charged, and return the correction.

        Raises:
            Refused: no reason, an unknown category, or neither or both of period and runs.
        """
        if category not in CATEGORIES:
            raise Refused(f"--category is one of {', '.join(CATEGORIES)}")
        if not reason.strip():
            raise Refused("a correction needs a reason")
        if (period is None) == (not runs):
            raise Refused("say either --from and --to, or --run")
        if period is not None and period[0] >= period[1]:
            raise Refused("--from must lie before --to")
        owners = {self._settings.route(route).owner, self._settings.route(route).deputy} - {""}
        connection = self._writer.connection
        with self._writer.transaction():
            correction = Correction(
                id=corrections.next_id(connection),
                route=name(route),
                category=category,
                reason=clean(reason),
                by=name(by),
                at_us=now_us,
                by_owner=by in owners,
                from_us=period[0] if period else None,
                to_us=period[1] if period else None,
                runs=tuple(name(run) for run in runs),
            )
            corrections.save(connection, correction)
            desk.audit(
                connection, at_us=now_us, actor=name(by), verb="correct", route=name(route),
                detail=correction,
            )  # fmt: skip
        return correction

    def coverage(self, correction: Correction) -> Coverage:
        """Return what a correction takes out of what is charged now, and what it does not."""
        return coverage(self._writer.connection, correction)

    def unknown_run(self, route: str, run: str) -> str:
        """Say that nothing of a run was read, with the nearest that was; "" where it was read."""
        connection, route, run = self._writer.connection, name(route), name(run)
        if reader.has_run(connection, route, run):
            return ""
        near = nearest(run, reader.latest_runs(connection, route, _LATEST))
        ending = f": {clean(near, 60)} is the nearest" if near else ": is the name right?"
        return f"no run {clean(run, 60)} of {clean(route, 60)} was read yet{ending}"

    def _log(self, event: Event, now_us: int) -> None:
        """Append one event to the product's own log, durably, and to the audit."""
        fields = msgspec.structs.asdict(event)
        line = {key: value for key, value in fields.items() if value not in {"", None}}
        line["ts"] = rfc3339(line.pop("ts_us"))
        line["id"] = f"op-{now_us}-{os.urandom(3).hex()}"
        append(own_log(self._writer.path), msgspec.json.encode(line) + b"\n")
        with self._writer.transaction():
            desk.audit(
                self._writer.connection, at_us=now_us, actor=event.by, verb=event.event,
                route=event.route, detail=line,
            )  # fmt: skip


def append(path: Path, line: bytes) -> None:
    """Append a line to a file of ours with one write, and sync it."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
    descriptor = os.open(path, flags, 0o600)
    try:
        os.write(descriptor, line)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
