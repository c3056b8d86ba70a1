"""A control directory and a store as several operators share them, on a clock of the test's."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import msgspec

from console.agent.document import ControlDocument, parse
from console.control.directives import ControlDesk, Order
from console.control.file import ControlFile, content_digest
from console.intake.times import instant_us
from console.model import Directive, DirectiveKind
from console.settings import ExitRule, Settings
from console.settings.tiers import BUILT_IN
from console.store import desk as kept
from console.store.writer import Writer

NOON_US = instant_us("2026-03-02T12:00:00Z")
ROUTE = "refunds"
CRITICAL = msgspec.structs.replace(
    BUILT_IN["critical"],
    name=ROUTE,
    owner="dana",
    exit=ExitRule(remaining=Fraction(1, 2), trusted_in_a_row=100),
)
SETTINGS = Settings(tiers=dict(BUILT_IN), routes={ROUTE: CRITICAL})


def order(kind: DirectiveKind = DirectiveKind.PAUSE, **fields: Any) -> Order:
    """Return an order on the route: a pause by dana, unless said otherwise."""
    return Order(
        **({"route": ROUTE, "kind": kind, "by": "dana", "reason": "budget spent"} | fields)
    )


class Stage:
    """One operator's view: a connection of its own to the store, and the shared control file."""

    def __init__(self, folder: Path, settings: Settings = SETTINGS) -> None:
        self.path = folder / "control" / "control.json"
        self.settings = settings
        self.writer = Writer(folder / "s.db")

    def close(self) -> None:
        """Close the store."""
        self.writer.close()

    @property
    def file(self) -> ControlFile:
        """Return the control file, opened anew."""
        return ControlFile(self.path)

    @property
    def desk(self) -> ControlDesk:
        """Return a control desk, not reconciled."""
        return ControlDesk(self.writer, self.file, self.settings)

    def initialise(self) -> None:
        """Write generation 1."""
        assert self.desk.initialise([], by="dana", now_us=NOON_US) == 1

    def read(self) -> ControlDocument:
        """Return the control file as an agent reads it."""
        return parse(self.path.read_bytes())

    def raw(self) -> dict[str, Any]:
        """Return the control file as it is written."""
        found: dict[str, Any] = msgspec.json.decode(self.path.read_bytes())
        return found

    def generation(self, number: int) -> Path:
        """Return the path of a generation."""
        return self.path.parent / "generations" / f"{number}.json"

    def standing(self) -> list[str]:
        """Return the ids of the orders that stand on the route by the control file."""
        return [one.id for one in self.read().route(ROUTE).directives]

    def stored(self) -> list[Directive]:
        """Return the orders on the route by the store."""
        return kept.directives_of(self.writer.connection, ROUTE)

    def stored_standing(self) -> list[str]:
        """Return the ids of the orders that stand on the route by the store."""
        return [one.id for one in self.stored() if one.lifted_us is None]

    def digest(self) -> str:
        """Return the digest of the newest generation as the store keeps it."""
        return kept.fact(self.writer.connection, "control_digest")

    def audit(self) -> list[kept.AuditRow]:
        """Return the audit, oldest first."""
        rows = self.writer.connection.execute(
            "select seq, at_us, actor, verb, route, detail, previous, hash from audit order by seq"
        )
        return [kept.AuditRow(*row) for row in rows]

    def assert_agreement(self) -> None:
        """Assert that file, generations, store and audit say the same."""
        newest = self.file.latest()
        assert newest is not None
        assert content_digest(self.raw()) == content_digest(newest)
        assert self.read().generation == newest["generation"] == self.file.newest_generation()
        assert sorted(self.standing()) == sorted(self.stored_standing())
        assert self.digest() == content_digest(newest)
        assert self.file.tampering(self.digest()) == ""
        assert_chained(self.audit())


def assert_chained(rows: list[kept.AuditRow]) -> None:
    """Assert that no row of an audit was changed, taken out or put in."""
    previous = kept.GENESIS
    for seq, row in enumerate(rows, 1):
        assert (row.seq, row.previous) == (seq, previous)
        assert row.hash == kept.audit_hash(row)
        previous = row.hash
