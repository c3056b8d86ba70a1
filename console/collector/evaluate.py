"""Alerts: feeds the evaluation of each route from the store, and stores what comes of it.

Everything is written in the caller's transaction: alerts, the runs behind hard stops, and the
notices. An evaluator keeps running sums and skips routes of which nothing changed; what it keeps is
a cache of the store, and a new one decides the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from console.burn import evaluation, kinds, lifecycle, windows
from console.burn.evaluation import CONTROL_FILE, Outcome
from console.burn.running import Running
from console.collector.ground import Grounds
from console.model import Severity
from console.store import alerts, counting, desk, outbox, reader, silences

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from console.burn.ground import Ground
    from console.burn.lifecycle import Alert
    from console.burn.silences import Silence
    from console.collector.readings import Table
    from console.model import Counts, Directive, Notice
    from console.settings import RouteSettings, Settings
    from console.store.connect import Connection


class _Seen(NamedTuple):
    """What a route was last judged under, and until when that holds by itself."""

    catching_up: bool
    due_us: int


class Evaluator:
    """Steps the alerts of all routes of one store, again and again.

    Args:
        connection: the writer's connection; nobody else writes the counts.
        settings: routes and tiers.
    """

    def __init__(self, connection: Connection, settings: Settings) -> None:
        self._connection = connection
        self._settings = settings
        self._running = Running(_reader_of(connection), 0)
        self._rows: list[reader.RouteRow] = []
        self._open: dict[str, dict[Severity, Alert]] = {}
        self._silences: list[Silence] = []
        self._seen: dict[str, _Seen] = {}
        self._touched: set[str] = set()
        self._changed: list[Alert] = []
        self._said: list[Notice] = []
        self._version: object = None
        self._minute = -1
        self._number = 0

    def fold(self, cells: Iterable[tuple[int, int, Counts]], touched: Iterable[str]) -> None:
        """Take in what the ledger changed: differences to the counts, and the routes concerned."""
        self._running.fold(cells)
        self._touched.update(touched)

    def forget(self) -> None:
        """Look at every route the next time: something that is kept of them was measured anew."""
        self._version = None

    @property
    def table(self) -> Table:
        """The counts of all windows that end at the instant of the last evaluation."""
        return self._running

    @property
    def rows(self) -> Sequence[reader.RouteRow]:
        """The routes as they were at the last evaluation, by name."""
        return self._rows

    def evaluate(
        self, now_us: int, catching_up: Callable[[str], bool], *, jumped: bool = False
    ) -> int:
        """Step every alert, inside the caller's transaction; return how many changed.

        `jumped`: the clock was set since the last time.
        """
        moved = self._move(now_us)
        if jumped:
            self.forget()
        self._look_around(now_us)
        if jumped:
            self._unquiet()
        self._control_file(now_us)
        looked = [
            (row, self._settings.route(row.name), behind)
            for row in self._rows
            if self._needs_a_look(row, now_us, behind := catching_up(row.name), moved)
        ]
        if looked:
            pairs = [(row, route) for row, route, _ in looked]
            grounds = Grounds(self._connection, pairs, self._running, now_us)
            for row, route, behind in looked:
                self._judge(grounds, row, grounds.of(row, route, catching_up=behind))
        self._touched.clear()
        return self._store()

    def _move(self, now_us: int) -> set[int]:
        """Let the windows end now; return the routes whose sums changed by that."""
        minute = windows.minute_of(now_us)
        self._minute, turned = minute, minute != self._minute
        moved = self._running.move(now_us)
        if turned:
            # A schedule and a calendar turn by the minute, whether or not runs close.
            self._touched.update(
                row.name for row in self._rows if _turns(self._settings.route(row.name))
            )
        return moved

    def _look_around(self, now_us: int) -> None:
        """Read anew what any process may have written, where one has; then all are looked at."""
        connection = self._connection
        version = (
            connection.execute("pragma data_version").fetchone()[0],
            desk.directives_mark(connection),
        )
        if version != self._version:
            self._version = version
            self._open = _by_route(alerts.read(connection, open_only=True))
            self._silences = silences.read(connection, since_us=now_us)
            self._number = alerts.last_number(connection)
            self._seen.clear()
            self._rows = reader.routes(connection)
        elif self._touched:
            known = {row.name: row for row in self._rows}
            known |= {row.name: row for row in reader.routes(connection, self._touched)}
            self._rows = sorted(known.values(), key=_name)

    def _needs_a_look(
        self, row: reader.RouteRow, now_us: int, behind: bool, moved: set[int]
    ) -> bool:
        seen = self._seen.get(row.name)
        if seen is None or row.name in self._touched or row.id in moved:
            return True
        return seen.catching_up != behind or now_us >= seen.due_us

    def _judge(self, grounds: Grounds, row: reader.RouteRow, ground: Ground) -> None:
        before = self._open.get(row.name, {})
        outcome = evaluation.evaluate(ground, before, self._silences, self._new_id)
        page = outcome.alerts.get(Severity.PAGE)
        if page is not None and ground.breaches and kinds.HARD_STOP in page.kinds:
            alerts.save_breaches(self._connection, row.id, page.id, ground.breaches)
        self._take(row.name, before, outcome)
        due_us = evaluation.due_us(ground, tuple(outcome.open.values()), self._silences)
        orders = grounds.orders_of(row.name).directives.values()
        due_us = min([due_us, *_ends(orders, ground.now_us)])
        self._seen[row.name] = _Seen(ground.catching_up, due_us)

    def _unquiet(self) -> None:
        """Let what has been quiet be so anew: nobody knows for how long it was."""
        for known in self._open.values():
            for severity, alert in known.items():
                known[severity] = lifecycle.unquieted(alert)
            alerts.save_all(self._connection, known.values())

    def _control_file(self, now_us: int) -> None:
        """Step the one alert about the control file, which serves all routes."""
        tampering = desk.fact(self._connection, "tampering")
        before = self._open.get(CONTROL_FILE, {})
        if not tampering and not before:
            return
        named = [self._settings.route(row.name) for row in self._rows]
        outcome = evaluation.evaluate_control_file(
            tampering,
            before,
            self._silences,
            self._new_id,
            now_us,
            dry_run=bool(named) and all(route.dry_run for route in named),
        )
        self._take(CONTROL_FILE, before, outcome)

    def _take(self, route: str, before: dict[Severity, Alert], outcome: Outcome) -> None:
        """Take over what became of a route's alerts, to be stored with those of all others."""
        self._changed += [
            alert for severity, alert in outcome.alerts.items() if before.get(severity) != alert
        ]
        self._said += outcome.notices
        self._open[route] = outcome.open

    def _store(self) -> int:
        """Store what has changed by this evaluation; return how many alerts did."""
        if self._changed:
            alerts.save_all(self._connection, self._changed)
        outbox.post(self._connection, self._said)
        changed, self._changed, self._said = len(self._changed), [], []
        return changed

    def _new_id(self) -> str:
        self._number += 1
        return f"A{self._number}"


def evaluate(
    connection: Connection,
    settings: Settings,
    now_us: int,
    catching_up: Callable[[str], bool],
) -> int:
    """Step every alert of every route once, from nothing but the store; return how many changed."""
    return Evaluator(connection, settings).evaluate(now_us, catching_up)


def _reader_of(connection: Connection) -> Callable[[windows.Span], dict[int, Counts]]:
    return lambda span: counting.window_counts(connection, span)


def _by_route(found: Iterable[Alert]) -> dict[str, dict[Severity, Alert]]:
    known: dict[str, dict[Severity, Alert]] = {}
    for alert in found:
        known.setdefault(alert.route, {})[Severity(alert.severity)] = alert
    return known


def _name(row: reader.RouteRow) -> str:
    return row.name


def _turns(route: RouteSettings) -> bool:
    return bool(route.schedule) or route.window.days is None


def _ends(orders: Iterable[Directive], now_us: int) -> list[int]:
    """Return when orders are to end, where that is still to come."""
    return [
        item.until_us for item in orders if item.until_us is not None and item.until_us > now_us
    ]
