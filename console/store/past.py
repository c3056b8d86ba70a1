"""What the review looks for patterns in: bad runs, changes, rescues and orders of one route."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import msgspec

from console.burn.windows import Span
from console.model import CLASSES, MINUTE_US
from console.store import corrections
from console.store.desk import AuditRow

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.store.connect import Connection

_FLAGS = ", ".join(item.value for item in CLASSES)


class BadRun(NamedTuple):
    """A run that missed: its minute, classes, reasons (signatures), event paths and agent.

    `excluded` is the correction that takes it out, "" for none.
    """

    minute: int
    run: str
    classes: frozenset[str]
    reasons: frozenset[str]
    paths: frozenset[str]
    agent: str
    excluded: str


class Deployed(NamedTuple):
    """A change of the route itself."""

    at_us: int
    change: str
    version: str

    @property
    def words(self) -> str:
        """Return it as an operator says it: `prompt v34`."""
        return f"{self.change} {self.version}".strip()


class Group(msgspec.Struct, frozen=True):
    """Misses of one reason and one event path; an example is a run with its first evidence."""

    signature: str
    path: str
    examples: tuple[tuple[str, tuple[str, int, int, int] | None], ...]


def bad_runs(connection: Connection, route: str, span: Span) -> tuple[BadRun, ...]:
    """Return the bad runs of a span whose rows are still kept, oldest first."""
    told: dict[str, tuple[set[str], set[str]]] = {}
    for run, signature, path in connection.execute(
        "select misses.run, signature, path from misses join runs on runs.route = misses.route "
        "and runs.run = misses.run where misses.route = ? and minute >= ? and minute < ?",
        (route, *span),
    ):
        reasons, paths = told.setdefault(run, (set(), set()))
        reasons.add(signature)
        paths.add(path)
    rows = connection.execute(
        f"select minute, run, agent, coalesce(correction, ''), {_FLAGS} from runs "
        "where route = ? and bad and minute >= ? and minute < ? order by minute, run",
        (route, *span),
    )
    found = []
    for minute, run, agent, excluded, *flags in rows:
        reasons, paths = told.get(run, (set(), set()))
        classes = frozenset(item.value for item, flag in zip(CLASSES, flags, strict=True) if flag)
        found.append(
            BadRun(minute, run, classes, frozenset(reasons), frozenset(paths), agent, excluded)
        )
    return tuple(found)


def runs_by_agent(connection: Connection, route: str, span: Span) -> dict[str, int]:
    """Return how many runs of a span each agent closed."""
    rows = connection.execute(
        "select agent, count(*) from runs where route = ? and minute >= ? and minute < ? "
        "group by agent",
        (route, *span),
    )
    return dict(rows.fetchall())


def deployments(connection: Connection, route: str, until_us: int) -> tuple[Deployed, ...]:
    """Return the changes of a route up to an instant, oldest first."""
    rows = connection.execute(
        "select distinct at_us, change, version from deployments where route = ? and at_us < ? "
        "order by at_us, change, version",
        (route, until_us),
    )
    return tuple(Deployed(*row) for row in rows)


def rescues(connection: Connection, route: str, span: Span) -> tuple[tuple[int, str, int], ...]:
    """Return (instant, run, microseconds) of the rescues of a span, oldest first."""
    rows = connection.execute(
        "select at_us, run, length_us from efforts where route = ? and kind = 'rescue' "
        "and at_us >= ? and at_us < ? order by at_us, run",
        (route, span.first * MINUTE_US, span.end * MINUTE_US),
    )
    return tuple(tuple(row) for row in rows)


def groups(connection: Connection, route: str, span: Span, limit: int) -> tuple[Group, ...]:
    """Return the commonest failure signatures of a span."""
    rows = connection.execute(
        "select signature, path, count(*) as found from misses "
        "where route = ? and at_us >= ? and at_us < ? group by signature, path "
        "order by found desc, signature, path limit ?",
        (route, span.first * MINUTE_US, span.end * MINUTE_US, limit),
    ).fetchall()
    return tuple(
        Group(signature, path, _examples(connection, route, span, (signature, path)))
        for signature, path, _ in rows
    )


def _examples(
    connection: Connection, route: str, span: Span, kind: tuple[str, str]
) -> tuple[tuple[str, tuple[str, int, int, int] | None], ...]:
    rows = connection.execute(
        "select run, evidence from misses where route = ? and at_us >= ? and at_us < ? "
        "and signature = ? and path = ? order by at_us desc, run limit 3",
        (route, span.first * MINUTE_US, span.end * MINUTE_US, *kind),
    )
    found = []
    for run, evidence in rows:
        places = msgspec.json.decode(evidence, type=list[tuple[str, int, int, int]])
        found.append((run, places[0] if places else None))
    return tuple(found)


def corrections_in(
    connection: Connection, route: str, span: Span
) -> tuple[corrections.Correction, ...]:
    """Return the corrections that take out of a span, or were made in it."""
    return tuple(
        item
        for item in corrections.of_route(connection, route)
        if span.first <= item.at_us // MINUTE_US < span.end
        or (
            item.from_us is not None
            and item.to_us is not None
            and item.from_us // MINUTE_US < span.end
            and item.to_us > span.first * MINUTE_US
        )
        or _closed_in(connection, route, span, item.runs)
    )


def _closed_in(connection: Connection, route: str, span: Span, names: Sequence[str]) -> bool:
    """Say whether one of some runs closed in a span."""
    return any(
        connection.execute(
            "select 1 from run join route on route.id = run.route "
            "where name = ? and run = ? and minute >= ? and minute < ?",
            (route, name, *span),
        ).fetchone()
        for name in names
    )


def acts(connection: Connection, until_us: int, verb: str = "") -> tuple[AuditRow, ...]:
    """Return the rows of the audit up to an instant, of one verb or of all, oldest first."""
    rows = connection.execute(
        "select seq, at_us, actor, verb, route, detail, previous, hash from audit "
        "where at_us < ? and verb = coalesce(nullif(?, ''), verb) order by seq",
        (until_us, verb),
    )
    return tuple(AuditRow(*row) for row in rows)
