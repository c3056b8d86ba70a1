"""The vocabulary: what every other module talks about. Frozen, and free of behaviour.

Instants are integer microseconds since the Unix epoch, UTC (`_us`); shares are integer parts per
million (`_ppm`). Terms follow the SRE Workbook: objective, error budget, burn rate, page, ticket.
"""

from __future__ import annotations

import enum
from fractions import Fraction
from operator import add, sub
from typing import Annotated, NamedTuple, TypeAlias

import msgspec

from console.text import NAME_LIMIT, TEXT_LIMIT

SECOND_US = 1_000_000
MINUTE_US = 60 * SECOND_US
HOUR_US = 60 * MINUTE_US
DAY_US = 24 * HOUR_US
FUTURE_SLACK_US = 5 * MINUTE_US
"""A line further ahead of the clock than this is held back and counted (semantics 3)."""


class ErrorClass(enum.StrEnum):
    """The five ways in which an outcome can fail to be trusted; `value` is the public name."""

    LATENCY = "latency"
    TRUST = "trust"
    ESCALATION = "escalation"
    PERMISSION = "permission"
    RECOVERY = "recovery"


CLASSES: tuple[ErrorClass, ...] = tuple(ErrorClass)


class Severity(enum.StrEnum):
    """How loudly an alert speaks: a page wakes somebody, a ticket waits for the morning."""

    PAGE = "page"
    TICKET = "ticket"


class RunState(enum.StrEnum):
    """What is known of a run. Only GOOD and BAD are counted."""

    OPEN = "open"
    GOOD = "good"
    BAD = "bad"
    EXCLUDED = "excluded"
    UNKNOWN = "unknown"


class DirectiveKind(enum.StrEnum):
    """What an operator can order, mildest first."""

    FREEZE = "freeze"
    TIGHTEN = "tighten_approval"
    REDUCE = "reduce_scope"
    PAUSE = "pause"


class RouteState(enum.StrEnum):
    """What the strictest standing directive makes of a route."""

    OPEN = "open"
    FROZEN = "frozen"
    TIGHTENED = "tightened"
    REDUCED = "reduced"
    PAUSED = "paused"


EVENTS = frozenset(
    {
        "run.started",
        "run.delivered",
        "run.failed",
        "run.cancelled",
        "check.passed",
        "check.failed",
        "rescued",
        "uncertain",
        "certain",
        "handoff",
        "approval.requested",
        "approval.granted",
        "approval.denied",
        "action.taken",
        "action.denied",
        "recovery.started",
        "recovery.succeeded",
        "recovery.failed",
        "change.deployed",
        "control.seen",
        USAGE := "usage",
    }
)
"""The kinds of event that mean something (semantics 2), and `usage`, which only says what models
took where no other event does; others only show that an agent lives."""
RUNLESS = frozenset({"change.deployed", "control.seen"})
"""The kinds that need no run."""
OF_RUNS = EVENTS - RUNLESS

Whole = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
"""A whole number that the store can hold."""

CHANGE_KINDS: tuple[str, ...] = ("prompt", "policy", "tool", "model", "launch")


class Event(
    msgspec.Struct,
    frozen=True,
    gc=False,
    kw_only=True,
    omit_defaults=True,
    rename={"ts_us": "ts"},
):
    """One native event (semantics 2), already clean and with its time as an instant.

    Which of the optional fields are set depends on `event`; `run` is empty only for
    `change.deployed` and `control.seen`.
    """

    ts_us: int
    route: str
    event: str
    run: str = ""
    id: str = ""
    agent: str = ""
    boot: str = ""
    seq: int | None = None
    parent: str = ""
    sla_s: float | None = None
    trusted: bool | None = None
    reason: str = ""
    by: str = ""
    check: str = ""
    minutes: float | None = None
    discarded: bool | None = None
    confidence: float | None = None
    to: str = ""
    preventable: bool | None = None
    action: str = ""
    scope: str = ""
    grant: str = ""
    rule: str = ""
    directive: str = ""
    kind: str = ""
    change: str = ""
    version: str = ""
    generation: int | None = None
    elapsed_s: float | None = None
    """On a terminal event: how long the run really took, where the runtime says so itself (time
    blocked on a human taken out). Judges lateness instead of the instants."""
    cost_usd: float | None = None
    tokens: int | None = None
    """What this event itself took of models, where the agent writes it; judges nothing."""
    meter: str = ""
    """If set, the two are no amounts, but how far a counter of this name had come in the run: of
    all its readings the largest counts, however often and from how many copies it is read."""


Name = Annotated[str, msgspec.Meta(max_length=NAME_LIMIT)]
"""An identifier that is kept as it is."""
Words = Annotated[str, msgspec.Meta(max_length=TEXT_LIMIT)]
"""Free text that is kept as it is."""
LONGEST = 10**9
"""No number of seconds or minutes in an event is as large."""
MOST_TOKENS = 10**15
"""No number of tokens in an event is as large."""
Length = Annotated[float, msgspec.Meta(ge=0, lt=LONGEST)]
"""So many seconds or minutes."""


class Told(msgspec.Struct, gc=False, omit_defaults=True):
    """An event as a log tells it, before it is known to be clean; once `ts` is an instant, alike.

    The fields are those of `Event`, in its order, so that both are the same bytes when encoded. It
    is not frozen: millions of lines are read without making a second object of each. Their types
    refuse what would have to be changed, or looked at by itself, before it is kept.
    """

    ts: str | int
    route: Name
    event: Name
    run: Name = ""
    id: Name = ""
    agent: Name = ""
    boot: Name = ""
    seq: Whole | None = None
    parent: Name = ""
    sla_s: Annotated[float, msgspec.Meta(gt=0, lt=LONGEST)] | None = None
    trusted: bool | None = None
    reason: Words = ""
    by: Name = ""
    check: Name = ""
    minutes: Length | None = None
    discarded: bool | None = None
    confidence: float | None = None
    to: Name = ""
    preventable: bool | None = None
    action: Name = ""
    scope: Name = ""
    grant: Name = ""
    rule: Words = ""
    directive: Name = ""
    kind: Name = ""
    change: Name = ""
    version: Name = ""
    generation: Whole | None = None
    elapsed_s: Length | None = None
    cost_usd: Length | None = None
    tokens: Annotated[int, msgspec.Meta(ge=0, lt=MOST_TOKENS)] | None = None
    meter: Annotated[str, msgspec.Meta(max_length=0)] = ""


class Origin(NamedTuple):
    """Where an event was read: file id in the store, byte offset, line number (from 1)."""

    file: int
    offset: int
    line: int


Piece: TypeAlias = tuple[int, Told | Event, tuple[int, int, int]]
"""An event of a run as it was told: its instant, what it says, and where it was read (as `Origin`).
Route, run, start and running number are taken out of what it says, as they are of what is kept.
Bare tuples, since there is one for every line."""


class Counts(NamedTuple):
    """Closed runs of one route in one stretch of time, `class <= bad <= total`."""

    total: int = 0
    bad: int = 0
    latency: int = 0
    trust: int = 0
    escalation: int = 0
    permission: int = 0
    recovery: int = 0

    def plus(self, other: Counts) -> Counts:
        """Return the sum, field by field."""
        return Counts._make(map(add, self, other))

    def minus(self, other: Counts) -> Counts:
        """Return the difference, field by field."""
        return Counts._make(map(sub, self, other))

    def of(self, error_class: ErrorClass) -> int:
        """Return how many runs missed in `error_class`."""
        return int(getattr(self, error_class.value))


class Window(msgspec.Struct, frozen=True):
    """A budget window: `days` rolling, or a calendar `unit` (day, week, month) in `timezone`."""

    days: int | None = 30
    unit: str | None = None
    timezone: str = "UTC"

    @property
    def text(self) -> str:
        """Return the window as an operator writes it: `30d` or `calendar month`."""
        return f"{self.days}d" if self.days is not None else f"calendar {self.unit}"


class BurnRule(NamedTuple):
    """One burn alert rule: fires when the burn is at or over `k` in both windows.

    `share` is the part of the budget that a burn of `k` spends in the long window; the
    low-volume guard compares absolute spend with it. `lowered` marks a built-in `k` that the
    objective made unreachable and that was lowered to 0.8/B (semantics 6).
    """

    severity: Severity
    long_us: int
    short_us: int
    k: Fraction
    share: Fraction
    lowered: bool = False


class Directive(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An order that stands, or stood, on a route (semantics 7).

    `changes` belongs to a freeze, `actions` to tighten (need a grant) and reduce (all that is
    allowed), `max_runs` to reduce, `drain` to pause. `until_us` is its expiry, `lifted_us` its end.
    `ladder` says that the route's ladder gave it by itself; `replaced_by` names the order that
    stands in for it since.
    """

    id: str
    route: str
    kind: DirectiveKind
    by: str
    reason: str
    issued_us: int
    generation: int
    changes: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    max_runs: int | None = None
    drain: bool = True
    until_us: int | None = None
    alert: str = ""
    exit_remaining: str = "1/10"
    exit_trusted: int = 20
    lifted_us: int | None = None
    lifted_by: str = ""
    lift_reason: str = ""
    lift_generation: int | None = None
    overridden: bool = False
    ladder: bool = False
    replaced_by: str = ""

    @property
    def run_limit(self) -> int | None:
        """Return how many runs a reduction leaves an agent at once, None for any number."""
        return self.max_runs if self.kind is DirectiveKind.REDUCE else None

    @property
    def lifts_by_itself(self) -> bool:
        """Say whether its expiry ends it; a pause and a ladder's order call their owner instead."""
        timed = self.until_us is not None
        return timed and self.kind is not DirectiveKind.PAUSE and not self.ladder

    @property
    def ends_us(self) -> int | None:
        """Return when the order ended, or ends by itself; None where it stands until it is lifted.

        An operator's freeze, tightening or reduction ends at its expiry; a pause, and whatever a
        ladder ordered, stands until it is lifted.
        """
        expires_us = self.until_us if self.lifts_by_itself else None
        known = [at_us for at_us in (self.lifted_us, expires_us) if at_us is not None]
        return min(known, default=None)

    def stands(self, at_us: int) -> bool:
        """Say whether the order was in force at `at_us`, agents' knowledge of it aside."""
        return self.issued_us <= at_us and (self.ends_us is None or at_us < self.ends_us)


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """Something that the people on call are told of an alert, once per channel.

    `key` is the idempotency key: of two notices with one key only the first is ever sent. `what`
    is opened, joined (something new in an open alert), lapsed (nobody stood by it) or resolved.
    `words` are plain sentences: what burns, how fast, when it is gone, who owns it, what is next.
    `dry_run` notices are kept and shown as what would have been sent, and never sent.
    """

    key: str
    alert: str
    route: str
    severity: Severity
    what: str
    at_us: int
    words: str
    owner: str = ""
    deputy: str = ""
    dry_run: bool = False


STRICTNESS: dict[DirectiveKind, RouteState] = {
    DirectiveKind.FREEZE: RouteState.FROZEN,
    DirectiveKind.TIGHTEN: RouteState.TIGHTENED,
    DirectiveKind.REDUCE: RouteState.REDUCED,
    DirectiveKind.PAUSE: RouteState.PAUSED,
}
"""Kinds from mildest to strictest, with the state that each makes of a route."""
