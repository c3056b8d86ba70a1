"""A route as a specification speaks of it: lines are written, time passes, misses are told."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import msgspec

from console.control.directives import Order
from console.intake.times import instant_us
from console.model import MINUTE_US, SECOND_US, DirectiveKind
from console.operate import Accountant, Operator
from tests.collector.running import NOON_US, Station, event, route

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from console.model import Directive
    from console.settings import RouteSettings

M = 60
"""A minute, in seconds: times are told in seconds after noon."""


class Play(Station):
    """One route, `refunds`, measured as the test says; owned by dana."""

    def __init__(self, folder: Path, **measured: Any) -> None:
        super().__init__(folder, _owned(**measured))

    def say(self, *lines: bytes, name: str = "a.jsonl") -> Play:
        """Write lines that an agent logs."""
        self.write(name, *lines)
        return self

    def misses_at(self, seconds: float) -> dict[str, dict[str, float]]:
        """Read everything at a time; return run -> class -> when, in seconds after noon."""
        self.at(seconds).read()
        found: dict[str, dict[str, float]] = {}
        for miss in self.misses():
            when = (instant_us(miss["at"]) - NOON_US) / SECOND_US
            found.setdefault(miss["run"], {})[miss["class"]] = when
        return found

    def state_at(self, seconds: float, run: str = "r1") -> str:
        """Read everything at a time; return the state of a run."""
        self.at(seconds).read()
        return self.runs()[run]

    def measure(self, **measured: Any) -> None:
        """Change what is measured, from now on."""
        self.restart(_owned(**measured))

    def order(self, kind: DirectiveKind, at_s: float, **fields: Any) -> Directive:
        """Give an order on the route."""
        self.at(at_s)
        order = Order(route="refunds", kind=kind, by="dana", reason="burning", **fields)
        with self.operator() as operator:
            return operator.give(order, self.now_us)

    def lift(self, order: Directive, at_s: float) -> None:
        """Lift an order, whatever its exit rule says."""
        self.at(at_s)
        with self.operator() as operator:
            operator.lift(
                order.route, order.id, by="dana", reason="over", override=True, now_us=self.now_us
            )

    def correct(self, by: str = "dana", **fields: Any) -> None:
        """Take runs, or a period in minutes after noon, out of what is charged."""
        minutes = fields.pop("minutes", None)
        if minutes is not None:
            fields["period"] = tuple(NOON_US + minute * MINUTE_US for minute in minutes)
        with self.operator() as operator:
            Accountant(operator.writer, self.settings).correct(
                "refunds", by=by, now_us=self.now_us,
                **({"category": "outage", "reason": "not ours"} | fields),
            )  # fmt: skip

    def rescue(self, run: str, at_s: float) -> None:
        """Log a human's rescue."""
        with self.operator() as operator:
            Accountant(operator.writer, self.settings).rescue(
                "refunds", run, minutes=5, by="dana", now_us=self.now_us,
                at_us=NOON_US + int(at_s * SECOND_US),
            )  # fmt: skip

    def preventable(self, run: str) -> None:
        """Mark a run's handoff as preventable."""
        with self.operator() as operator:
            Accountant(operator.writer, self.settings).preventable(
                "refunds", run, by="dana", now_us=self.now_us
            )

    @contextlib.contextmanager
    def operator(self) -> Iterator[Operator]:
        operator = Operator(self.settings, self.store, self.control)
        with contextlib.closing(operator):
            yield operator

    def counted(self) -> tuple[int, int]:
        """Return how many runs closed and how many are bad, as charged."""
        told = self.route()
        return told["total"], told["bad"]


def _owned(**measured: Any) -> RouteSettings:
    return msgspec.structs.replace(route(**measured), owner="dana", deputy="eli")


def start(run: str = "r1", at_s: float = 0, **fields: object) -> bytes:
    """Return the line that a run starts."""
    return event("run.started", run, at_s, **fields)


def delivered(run: str = "r1", at_s: float = 60, **fields: object) -> bytes:
    """Return the line that a run's outcome was delivered."""
    return event("run.delivered", run, at_s, **fields)


def check(word: str, run: str, at_s: float, name: str = "qa") -> bytes:
    """Return the verdict of a check: `passed` or `failed`."""
    return event(f"check.{word}", run, at_s, check=name)


def minutes(count: float) -> int:
    """Return minutes in microseconds, as settings keep them."""
    return int(count * MINUTE_US)


PAUSE, FREEZE = DirectiveKind.PAUSE, DirectiveKind.FREEZE
TIGHTEN, REDUCE = DirectiveKind.TIGHTEN, DirectiveKind.REDUCE
