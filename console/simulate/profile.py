"""What one simulated route is like: its traffic, its habits, and how its runs may go wrong.

A profile is data. How often its runs come is read by `traffic`, what one run logs by `script`, and
what befalls the route by `incidents`.
"""

from __future__ import annotations

import enum
from typing import NamedTuple

import msgspec

from console.model import ErrorClass


class Fate(enum.StrEnum):
    """How one run ends; everything but GOOD is a miss that the simulation intends."""

    GOOD = "good"
    FAILED_CHECK = "failed check"
    UNTRUSTED = "untrusted"
    FAILED = "failed"
    RESCUED = "rescued"
    LATE = "late"
    TIMED_OUT = "timed out"
    STUCK = "stuck"
    PREVENTABLE = "preventable"
    DENIED = "denied"
    OUT_OF_SCOPE = "out of scope"
    FAILED_RECOVERY = "failed recovery"


_CHARGED: dict[Fate, tuple[ErrorClass, ...]] = {
    Fate.GOOD: (),
    Fate.LATE: (ErrorClass.LATENCY,),
    Fate.TIMED_OUT: (ErrorClass.LATENCY, ErrorClass.TRUST),
    Fate.STUCK: (ErrorClass.ESCALATION,),
    Fate.PREVENTABLE: (ErrorClass.ESCALATION,),
    Fate.DENIED: (ErrorClass.PERMISSION,),
    Fate.OUT_OF_SCOPE: (ErrorClass.PERMISSION,),
    Fate.FAILED_RECOVERY: (ErrorClass.TRUST, ErrorClass.RECOVERY),
}


class Shape(NamedTuple):
    """Traffic over a day and a week: a weight per hour (UTC) and one per weekday from Monday."""

    hours: tuple[float, ...]
    weekdays: tuple[float, ...]


class CheckHabit(NamedTuple):
    """A trust gate that every run of the route passes, before or `after` delivery."""

    name: str
    reasons: tuple[str, ...]
    after: bool = False


class ActionHabit(NamedTuple):
    """Something the route's agents do on a share of their runs, with human approval or without."""

    name: str
    share: float
    approval: bool = False


class RouteProfile(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of work. Times are seconds; habits are shares of runs; rates are per average day.

    `code` prefixes run, agent and event ids. `incidents` names what happens to the route
    (`incidents.EPISODES`). `background` gives the ordinary misses expected in 30 days at `per_day`.
    `every_s` makes a timetable of the traffic instead of arrivals by `shape`.
    """

    name: str
    code: str
    tier: str
    incidents: tuple[str, ...]
    shape: Shape
    per_day: float
    every_s: int | None = None
    agents: int = 1
    median_s: float
    sigma: float = 0.55
    sla_s: int | None = None
    escalate_within_s: int = 900
    recover_within_s: int | None = None
    checks: tuple[CheckHabit, ...] = ()
    actions: tuple[ActionHabit, ...] = ()
    verdict_on_delivery: bool = False
    uncertain: float = 0.02
    rework: float = 0.03
    cancelled: float = 0.005
    children: float = 0.0
    desk: str = "duty desk"
    people: tuple[str, ...] = ()
    failures: tuple[str, ...] = ("upstream error 502",)
    doubts: tuple[str, ...] = ("conflicting sources",)
    stray_action: str = "export.raw"
    stray_rule: str = "not in the tool allow-list"
    background: tuple[tuple[Fate, float], ...] = ()
    scalable: bool = True

    @property
    def requires(self) -> tuple[str, ...]:
        """Return the checks that every delivered run of the route gets a verdict of."""
        return tuple(check.name for check in self.checks)

    @property
    def approval_required(self) -> tuple[str, ...]:
        """Return the actions that the route's agents take only with a human grant."""
        return tuple(action.name for action in self.actions if action.approval)

    def charged(self, fate: Fate) -> tuple[ErrorClass, ...]:
        """Return the classes in which a run of this fate misses; no SLA, no latency miss."""
        classes = _CHARGED.get(fate, (ErrorClass.TRUST,))
        if self.sla_s is None:
            return tuple(found for found in classes if found is not ErrorClass.LATENCY)
        return classes
