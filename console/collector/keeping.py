"""Storing what a turn read and what the ledger made of it, inside the turn's transaction."""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING

import msgspec

from console.intake.places import told
from console.ledger.counts import bit_of
from console.model import Origin
from console.store import desk, evidence, requests, unknown_events
from console.store import intake as kept

if TYPE_CHECKING:
    from collections.abc import Iterable

    from console.collector.intake import Intake
    from console.collector.standing import Standing
    from console.ledger.book import Change, Settled
    from console.store.writer import Writer


class Keeping:
    """Stores turn after turn; what is as it was stored last is not stored again."""

    def __init__(self, writer: Writer, intake: Intake, standing: Standing) -> None:
        self._writer = writer
        self._intake = intake
        self._standing = standing
        self._said: dict[str, str] = {}
        self._passed = kept.passed_over(writer.connection)

    def keep(self, settled: Settled, now_us: int, polling: str) -> None:
        """Store all of a turn; `polling` says why logs are only looked at now and then."""
        self._writer.settle(settled, now_us)
        self._keep_routes(settled.noted, now_us)
        self._keep_files(now_us)
        self._keep_lines(settled.changes, now_us)
        writer, connection = self._writer, self._writer.connection
        requests.keep(
            connection,
            (
                (writer.route_id(change.route, now_us), change.run, change.facts, change.stored)
                for change in settled.changes
            ),
        )
        if self._intake.gathering.seen:
            desk.set_fact(connection, "ingested_us", str(now_us))
        behind = sum(file.unread for file in self._intake.unread())
        self._say(behind_bytes=str(behind), polling=polling)

    def _keep_routes(self, noted: Iterable[str], now_us: int) -> None:
        """Store what was seen of routes and of their agents; `noted`: whose receipts changed."""
        writer, connection = self._writer, self._writer.connection
        seen = dict(sorted(self._intake.gathering.seen.items(), key=itemgetter(0)))
        self._standing.history.meet(seen)
        writer.saw((route, item.latest_us, item.events) for route, item in seen.items())
        desk.save_agents(
            connection,
            [
                (writer.route_id(route, item.latest_us), agent, *times)
                for route, item in seen.items()
                for agent, times in item.agents.items()
            ],
        )
        for route in noted:
            orders = self._standing.orders_of(route)
            desk.save_receipts(connection, writer.route_id(route, now_us), orders)

    def _keep_files(self, now_us: int) -> None:
        """Store how far files are read, and what of them could not be, was passed over or waits."""
        intake, connection = self._intake, self._writer.connection
        tailer = intake.tailer
        files = (tailer.files[number] for number in sorted(tailer.changed))
        kept.save_files(connection, files, now_us)
        for number, rejected in intake.rejected.items():
            evidence.quarantine(connection, number, rejected, now_us)
        for number, counts in intake.unknown.items():
            unknown_events.add(connection, number, counts)
        kept.park(connection, intake.future)
        numbered = {key: intake.sequences[key] for key in intake.numbered}
        kept.save_sequences(connection, numbered)
        passed = told(tailer.passed)
        if passed != self._passed:
            kept.save_passed(connection, passed)
            self._passed = passed

    def _keep_lines(self, changes: list[Change], now_us: int) -> None:
        """Keep the raw lines behind the misses of changed runs; the log itself may be deleted."""
        connection = self._writer.connection
        marks = [
            (debit.error_class, mark)
            for change in changes
            for debit in change.debits
            for mark in debit.marks
        ]
        wanted = {(mark.origin.file, mark.origin.offset): mark for _, mark in marks}
        missing = set(wanted) - evidence.known(connection, wanted)
        rows = []
        for key in sorted(missing):
            mark = wanted[key]
            raw = self._intake.raw(Origin(*mark.origin))
            if not raw:
                fields = msgspec.structs.asdict(mark.event)
                known = {name: value for name, value in fields.items() if value not in {"", None}}
                raw = msgspec.json.encode({**known, "raw line": "gone; as it was understood"})
            rows.append((*key, mark.origin.line, raw))
        evidence.save(connection, rows)
        behind = dict.fromkeys(wanted, 0)
        for error_class, mark in marks:
            behind[mark.origin.file, mark.origin.offset] |= bit_of(error_class)
        evidence.renew(connection, [(*place, bits) for place, bits in behind.items()], now_us)

    def _say(self, **facts: str) -> None:
        """Store what is shown of the collector itself, where it changed."""
        for name, value in facts.items():
            if self._said.get(name) != value:
                desk.set_fact(self._writer.connection, name, value)
                self._said[name] = value
