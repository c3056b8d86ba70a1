"""What an operator can do, over one core for console and command line.

Restricting is easy: a reason is all it takes, and stale data warns but never hinders. Relaxing is
harder: the exit rule has to hold or be overridden, on data that is not stale (semantics 7, 8).
"""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import msgspec

from console.burn import arithmetic, windows
from console.burn.rules import percent
from console.collector import history
from console.collector.consequences import order_of
from console.collector.readings import charged
from console.control.directives import ControlDesk, Order, Permit, Refused
from console.control.file import ControlFile
from console.control.signing import control_file
from console.model import STRICTNESS, Directive, RouteState
from console.operate import probation
from console.operate.answering import Answering
from console.snapshot.orders import exit_progress
from console.store import counting, desk, episodes, reader
from console.store.writer import Writer
from console.text import clean, name

if TYPE_CHECKING:
    from pathlib import Path

    from console.ledger.orders import Grant
    from console.settings import Settings
    from console.store.episodes import Episode

TYPED_NAME_TIERS = frozenset({"high", "critical"})
"""Tiers whose routes are relaxed only by typing the route's name."""


class Operator:
    """Acts on one store and one control file. Close it when done.

    Args:
        settings: routes and tiers.
        store: path of the store; made where it does not exist.
        control: path of the control file.
    """

    def __init__(self, settings: Settings, store: Path, control: Path) -> None:
        self.settings = settings
        self.control = control
        self.writer = Writer(store)
        self._connection = self.writer.connection
        self.answering = Answering(self.writer, settings)

    def close(self) -> None:
        """Close the store."""
        self.writer.close()

    def desk(self, now_us: int) -> ControlDesk:
        """Return the control desk, with store and control file brought into agreement."""
        found = ControlDesk(self.writer, control_file(self.control, self.settings), self.settings)
        found.reconcile(now_us)
        return found

    def generation(self) -> int:
        """Return the newest generation of the control file, 0 where there is none yet."""
        return newest_generation(self.control)

    def give(self, order: Order, now_us: int) -> Directive:
        """Give a restricting order. Raises as `ControlDesk.give` does."""
        return self.desk(now_us).give(order, now_us)

    def grant(self, permit: Permit, now_us: int) -> Grant:
        """Give a human's approval. Raises as `ControlDesk.grant` does."""
        return self.desk(now_us).grant(permit, now_us)

    def accept(
        self,
        route: str,
        proposal: str = "",
        *,
        by: str,
        now_us: int,
        base_generation: int | None = None,
    ) -> Directive:
        """Carry out what a route's ladder proposes, as an order by the operator who accepts it.

        `proposal` may be empty where the ladder proposes only one thing.

        Raises:
            Refused: nothing is proposed under that id, or several things are.
            Conflict: the route's orders changed after `base_generation`.
        """
        control = self.desk(now_us)
        episode = self._proposed(route, proposal)
        order = msgspec.structs.replace(order_of(episode, by=by), base_generation=base_generation)
        return control.give(
            order,
            now_us,
            also=lambda given: episodes.save(
                self._connection, [msgspec.structs.replace(episode, directive=given.id)]
            ),
        )

    def _proposed(self, route: str, proposal: str) -> Episode:
        pending = [
            item
            for item in episodes.open_of(self._connection, route)
            if item.pending and proposal in {"", item.id}
        ]
        found = [item for item in pending if item.proposed]
        if not found:
            what = clean(proposal, 40) or "nothing"
            why = " (a dry run, or given by itself, is not accepted)" if pending else ""
            verb = "is not" if proposal else "is"
            raise Refused(f"{what} {verb} proposed on {clean(route, 60)}{why}")
        if len(found) > 1:
            listed = ", ".join(f"{item.id} ({item.kind.value})" for item in found)
            raise Refused(f"several things are proposed on {route}: {listed}; name one")
        return found[0]

    def step_down(
        self, route: str, *, by: str, reason: str, now_us: int, base_generation: int | None = None
    ) -> Directive:
        """Turn the pause of a route into one run at a time, once its probation is over.

        Raises:
            Refused: no pause stands, its probation is not over, or the data cannot be trusted.
            Conflict: the route's orders changed after `base_generation`.
        """
        control = self.desk(now_us)
        barred = probation.bar(self._connection, self.settings, self.writer.path, route, now_us)
        if barred:
            raise Refused(barred)
        return control.step_down(
            route, by=by, reason=reason, now_us=now_us, base_generation=base_generation
        )

    def lift(
        self,
        route: str,
        directive: str,
        *,
        by: str,
        reason: str,
        override: bool,
        now_us: int,
        base_generation: int | None = None,
    ) -> Directive:
        """Lift an order of a route; `directive` may be empty where only one stands.

        Raises:
            Refused: no such order stands, several do, or its exit rule does not hold.
            Conflict: the route's orders changed after `base_generation`.
        """
        control = self.desk(now_us)
        order = self._standing(route, directive)
        barred = self.bar_to_lifting(order, now_us)
        if barred and not override:
            raise Refused(f"{barred}; lift it all the same with --override and a reason")
        return control.lift(
            order,
            by=by,
            reason=reason,
            overridden=bool(barred),
            now_us=now_us,
            base_generation=base_generation,
        )

    def accept_settings(self, route: str, *, by: str, reason: str, now_us: int) -> str:
        """Let settings count that were loosened under a standing order; return a sentence.

        It is a relaxation: audited as an override, and told from an exit rule that was earned.

        Raises:
            Refused: nothing is held back on the route, or no reason is given.
        """
        if not reason.strip():
            raise Refused("accepting looser settings needs a reason")
        settings = self.settings.route(route)
        with self.writer.transaction():
            words = history.held(self._connection, settings, now_us)
            if not words:
                raise Refused(f"no looser settings are held back on {clean(route, 60)}")
            history.accept(self._connection, settings, now_us)
            detail = {"loosened": words, "reason": clean(reason), "override": True}
            desk.audit(
                self._connection, at_us=now_us, actor=name(by), verb="settings accepted",
                route=route, detail=detail,
            )  # fmt: skip
        return f"the settings of {route} count from now on: {'; '.join(words)}"

    def bar_to_lifting(self, order: Directive, now_us: int) -> str:
        """Say why the exit rule of an order does not hold yet, "" where it does."""
        if self._misspelt(order.route):
            return ""
        route = self.settings.route(order.route)
        loosened = history.held(self._connection, route, now_us)
        if loosened:
            return (
                f"the settings of {route.name} were loosened while {order.id} stands "
                f"({'; '.join(loosened)}); burnline accept-settings lets them count"
            )
        number = self.route_number(order.route)
        span = windows.budget_span(route.window, now_us)
        counts = counting.window_counts(self._connection, span).get(number)
        left = None
        if counts is not None:
            counts = charged(self._connection, route, number, counts, now_us)
            left = arithmetic.remaining(counts.bad, counts.total, route.budget_ppm)
        trusted, met = exit_progress(self._connection, number, order, left)
        if met:
            return probation.unread(self._connection, self.writer.path, order.route, now_us)
        if STRICTNESS[order.kind] is RouteState.PAUSED:
            return (
                f"{order.id} is a pause: nothing runs, so its exit rule cannot be earned; "
                "burnline stepdown lets one run at a time earn it"
            )
        now = "no data" if left is None else f"{percent(left)} left"
        return (
            f"the exit rule of {order.id} does not hold: it needs more than "
            f"{percent(Fraction(order.exit_remaining))} of the budget and {order.exit_trusted} "
            f"trusted outcomes in a row; there are {now} and {trusted}"
        )

    def _misspelt(self, route: str) -> bool:
        """Say whether nobody knows a route on which an order stands, though others are known.

        Such an order binds no agent and nothing can be earned on it. While logs are unread, or none
        was ever read, the route may well be there.
        """
        if route in self.settings.routes or int(desk.fact(self._connection, "behind_bytes") or 0):
            return False
        seen = {row.name for row in reader.routes(self._connection)}
        return bool(seen) and route not in seen

    def acknowledge(self, alert: str, by: str, note: str, now_us: int) -> str:
        """Take ownership of an alert; return a sentence. Raises `Refused` if there is none."""
        return self.answering.acknowledge(alert, by, note, now_us)

    def sign_close(self, alert: str, by: str, note: str, now_us: int) -> str:
        """Close a hard stop by signature; return a sentence. Raises `Refused` if it cannot be."""
        return self.answering.sign_close(alert, by, note, now_us)

    def route_number(self, route: str) -> int:
        """Return the number of a route in the store, -1 where no event of it was ever read."""
        rows = reader.routes(self._connection)
        return next((row.id for row in rows if row.name == route), -1)

    def standing(self, route: str, directive: str, now_us: int) -> Directive:
        """Return the order of a route that an id names, or, for "", the only one that stands.

        Raises:
            Refused: no such order stands, or several do.
        """
        self.desk(now_us)
        return self._standing(route, directive)

    def _standing(self, route: str, directive: str) -> Directive:
        standing = [
            item
            for item in desk.directives_of(self._connection, route)
            if item.lifted_us is None and directive in {"", item.id}
        ]
        if not standing:
            what = f"{clean(directive, 60)} does not stand" if directive else "no order stands"
            raise Refused(f"{what} on {clean(route, 60)}")
        if len(standing) > 1:
            listed = ", ".join(f"{item.id} ({item.kind.value})" for item in standing)
            raise Refused(f"several orders stand on {route}: {listed}; name one")
        return standing[0]


def newest_generation(control: Path) -> int:
    """Return the newest generation of a control file, 0 where there is none yet."""
    return ControlFile(control).newest_generation() if control.parent.exists() else 0
