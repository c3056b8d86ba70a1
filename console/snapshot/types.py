"""What every view shows: one immutable picture of the store at one instant.

The console, the command line and the review read nothing else, so that what the screen shows and
what `status --json` prints is the same object. No number is computed from these by a view; a view
formats. Rates and fractions are exact; `None` means no data, never zero.
"""

from __future__ import annotations

from fractions import Fraction

import msgspec

from console.model import BurnRule, Counts, Directive, RouteState, Window


class Burn(msgspec.Struct, frozen=True, kw_only=True):
    """Burn over one window: `label` such as `1h`, the counts behind it, the exact rate."""

    label: str
    long_us: int
    counts: Counts
    rate: Fraction | None


class RuleView(msgspec.Struct, frozen=True, kw_only=True):
    """One alert rule with its state.

    `basis` is "ratio", "absolute" (low volume: absolute spend) or "no data"; `state` is critical,
    recovering, increasing, acceptable, frozen or "catching up". `words` says why it is, or is not,
    firing.
    """

    rule: BurnRule
    long_label: str
    short_label: str
    basis: str
    state: str
    long_rate: Fraction | None
    short_rate: Fraction | None
    words: str


class ConditionView(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong inside an alert; `over_us` where it is over while others stand."""

    kind: str
    title: str
    since_us: int
    over_us: int | None
    words: str
    rules: tuple[str, ...] = ()
    runs: tuple[str, ...] = ()


class AlertView(msgspec.Struct, frozen=True, kw_only=True):
    """The alert of one severity of a route; `route` is "" for that of the control file.

    `state` is firing, acknowledged, silenced, contained or resolved. `kinds` are the kinds of the
    conditions in it, `kind` the one that leads. `silence` is the id of the silence that holds,
    `inhibited_by` the page that a ticket is quiet behind; `dry_run` says that nobody is told.
    """

    id: str
    route: str
    severity: str
    kind: str
    state: str
    opened_us: int
    resolved_us: int | None
    words: str
    rules: tuple[str, ...]
    runs: tuple[str, ...]
    kinds: tuple[str, ...] = ()
    conditions: tuple[ConditionView, ...] = ()
    acknowledged_by: str = ""
    acknowledged_us: int | None = None
    note: str = ""
    silence: str = ""
    inhibited_by: str = ""
    dry_run: bool = False


class DirectiveView(msgspec.Struct, frozen=True, kw_only=True):
    """One order with how far it got: `stage` is durable, seen or enforced (then lifted).

    `seen_by`, `not_seen` (silent since, not failed) and `overdue` (logged on without a receipt)
    are agents. `exit_trusted` counts trusted outcomes in a row since the order: (so far, needed).
    `seen_after_us` is how long the last receipt took, `old_state` what the route was before.
    """

    directive: Directive
    stage: str
    seen_by: tuple[str, ...]
    not_seen: tuple[str, ...]
    overdue: tuple[str, ...]
    exit_remaining: Fraction
    exit_trusted: tuple[int, int]
    exit_met: bool
    seen_after_us: int | None = None


class MissView(msgspec.Struct, frozen=True, kw_only=True):
    """One miss with its evidence, newest first in lists."""

    route: str
    run: str
    error_class: str
    at_us: int
    rule: str
    events: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    correction: str = ""


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """Where a debit's event stands: the file, byte offset, line number, and the raw line."""

    file: str
    offset: int
    line_number: int
    line: str


class RouteView(msgspec.Struct, frozen=True, kw_only=True):
    """One route, as every screen and `status --json` show it.

    `counts` are as charged, `experienced` before corrections. `data` is live, stale, none or
    unmeasured. `outlook` is "no data", "spent", "on track" or "exhausts"; `exhausts_us` goes with
    the last, and `exhausts_between_us`: what the last day's and the last hour's pace give, its
    later end None where the budget lasts at the slower one. `health` is "hard stop", "page",
    "spent", "no data", "frozen", "ticket", "at risk" or "healthy" in the order in which a human is
    needed; `rank` orders routes by it, lowest first. `idle` says that its schedule has it rest now.
    `curve` holds (instant, signed budget remaining) over the window, oldest first, at most 120.
    `questions` are the five of semantics 1 with their answers ("" = blank).
    """

    route: str
    tier: str
    owner: str
    ready: bool
    questions: tuple[tuple[str, str], ...]
    state: RouteState
    health: str
    rank: int
    budget_ppm: int
    window: Window
    counts: Counts
    experienced: Counts
    open: int
    unknown: int
    excluded: int
    handoffs: int
    rescues: int
    lost_lines: int
    remaining: Fraction | None
    remaining_runs: int
    outlook: str
    exhausts_us: int | None
    exhausts_between_us: tuple[int, int | None] | None = None
    data: str
    last_event_us: int | None
    last_miss_us: int | None
    burn: tuple[Burn, ...]
    rules: tuple[RuleView, ...]
    alerts: tuple[AlertView, ...]
    directives: tuple[DirectiveView, ...]
    agents: tuple[str, ...]
    curve: tuple[tuple[int, Fraction], ...]
    caps_ppm: dict[str, int]
    steps_ppm: tuple[int, ...]
    freeze_kinds: tuple[str, ...]
    approval_required: tuple[str, ...]
    idle: bool = False


class SourceView(msgspec.Struct, frozen=True, kw_only=True):
    """One log file: how far it is read.

    `state` is read, behind, unreadable, gone or unrecognised.
    """

    path: str
    format: str
    state: str
    size: int
    offset: int
    lines: int
    rejected: int
    last_event_us: int | None
    note: str = ""


class RefusedView(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of a log that could not be read: where it is, why, and how it begins."""

    path: str
    line_number: int
    offset: int
    reason: str
    begins: str


class StoreView(msgspec.Struct, frozen=True, kw_only=True):
    """The collector and the store: `collector` is running or stopped.

    `lag_s` is how long ago the collector last was through with everything, None for never.
    """

    path: str
    control_path: str
    events: int
    rejected: int
    future: int
    lag_s: float | None
    last_ingest_us: int | None
    collector: str
    catching_up: bool
    generation: int
    tampered: str = ""


class SilenceView(msgspec.Struct, frozen=True, kw_only=True):
    """A silence: what it covers, until when, why and by whom. `stands` says that it holds now."""

    id: str
    match: str
    reason: str
    by: str
    from_us: int
    until_us: int
    stands: bool
    ended_by: str = ""


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a view needs at `as_of_us`. Routes come worst first.

    `alerts` are those of no route: that of the control file, which serves all of them.
    """

    as_of_us: int
    store: StoreView
    routes: tuple[RouteView, ...]
    sources: tuple[SourceView, ...]
    settings_path: str
    alerts: tuple[AlertView, ...] = ()
    silences: tuple[SilenceView, ...] = ()

    def route(self, name: str) -> RouteView | None:
        """Return the route of that name, or None."""
        return next((view for view in self.routes if view.route == name), None)
