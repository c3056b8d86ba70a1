"""What every view shows: one immutable picture of the store at one instant.

The console, the command line and the review read nothing else, so that what the screen shows and
what `status --json` prints is the same object. No number is computed from these by a view; a view
formats. Rates and fractions are exact; `None` means no data, never zero.
"""

from __future__ import annotations

from fractions import Fraction

import msgspec

from console.model import Counts, Directive, RouteState, Window
from console.snapshot.particulars import Burn, DeliveryView, MarkView, RuleView
from console.snapshot.remaining import Curve


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
    told: tuple[DeliveryView, ...] = ()

    @property
    def hard_stop(self) -> bool:
        """Whether a hard stop stands in it: only a signature closes that."""
        kinds = {each.kind for each in self.conditions if each.over_us is None} or {self.kind}
        return self.state != "resolved" and "hard_stop" in kinds


class DirectiveView(msgspec.Struct, frozen=True, kw_only=True):
    """One order with how far it got: `stage` is durable, seen or enforced (then lifted).

    `seen_by`, `not_seen` (not failed) and `overdue` (logged on without a receipt) are agents. Of
    those not seen some are `awaited`, and some have `ended`: each with when it was last heard of.
    `exit_trusted` counts trusted outcomes in a row since the order: (so far, needed).
    `seen_after_us` is how long the last receipt took; `probation_ends_us` when a pause may be
    stepped down, None for other orders.
    """

    directive: Directive
    stage: str
    seen_by: tuple[str, ...]
    not_seen: tuple[str, ...]
    overdue: tuple[str, ...]
    awaited: tuple[tuple[str, int], ...] = ()
    ended: tuple[tuple[str, int], ...] = ()
    exit_remaining: Fraction
    exit_trusted: tuple[int, int]
    exit_met: bool
    seen_after_us: int | None = None
    probation_ends_us: int | None = None

    @property
    def live(self) -> int:
        """How many agents are expected to confirm it, or have done so."""
        return len(self.seen_by) + len(self.not_seen) + len(self.overdue) - len(self.ended)


class StepView(msgspec.Struct, frozen=True, kw_only=True):
    """One step of a route's ladder, or what is left of one that is not in the settings any more.

    `state` is "armed", "proposed" (an operator may accept it), "deciding" (the ladder gives it
    now), "would have" (a dry run), "ordered", "covered" (by what stood already) or "over" (its
    order stands no longer; it fires again when its cause has ended). `proposal` is the id of the
    episode, "" while armed; `directive` the order that carries it out. `note` says what keeps an
    armed step from acting, such as too few runs.
    """

    step: str
    kind: str
    mode: str
    state: str
    proposal: str = ""
    words: str = ""
    since_us: int | None = None
    alert: str = ""
    directive: str = ""
    changes: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    max_runs: int | None = None
    note: str = ""


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
    """Where a debit's event stands: the file, byte offset, line number, and the raw line.

    The line is empty once it has `expired`: it was kept for as long as the settings say.
    """

    file: str
    offset: int
    line_number: int
    line: str
    expired: bool = False


class AccountView(msgspec.Struct, frozen=True, kw_only=True):
    """The budget of a route by one way of counting; the fields are those of `RouteView`."""

    counts: Counts
    remaining: Fraction | None
    remaining_runs: int
    outlook: str
    exhausts_us: int | None
    exhausts_between_us: tuple[int, int | None] | None = None


class ApprovalView(msgspec.Struct, frozen=True, kw_only=True):
    """A run that waits for a human grant of one action, since `at_us`.

    `directive` is the order that demands the grant, "" where the settings or the agent do.
    """

    route: str
    run: str
    action: str
    agent: str
    at_us: int
    directive: str = ""


class RouteView(msgspec.Struct, frozen=True, kw_only=True):
    """One route, as every screen and `status --json` show it.

    `counts` are as charged, `experienced` before corrections. `data` is live, stale, none or
    unmeasured. `outlook` is "no data", "spent", "on track" or "exhausts"; `exhausts_us` goes with
    the last, and `exhausts_between_us`: what the last day's and the last hour's pace give, its
    later end None where the budget lasts at the slower one. `health` is "hard stop", "page",
    "spent", "no data", "frozen", "ticket", "at risk" or "healthy" in the order in which a human is
    needed; `rank` orders routes by it, lowest first. `idle` says that its schedule has it rest now.
    `curve` is the signed budget remaining over the window.
    `questions` are the five of semantics 1 with their answers ("" = blank). `loosened` says in what
    ways its settings ask for less than what counts, held back while an order stands. `lived` is the
    budget as experienced, None where no correction makes it another one. `marks` are oldest first.
    `over` are the orders that stand no longer, the latest first. `unread` says that its logs go on
    and no collector reads them.
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
    curve: Curve
    caps_ppm: dict[str, int]
    steps_ppm: tuple[int, ...]
    freeze_kinds: tuple[str, ...]
    approval_required: tuple[str, ...]
    steps: tuple[StepView, ...] = ()
    loosened: str = ""
    idle: bool = False
    lived: AccountView | None = None
    marks: tuple[MarkView, ...] = ()
    over: tuple[Directive, ...] = ()
    unread: bool = False

    @property
    def proposals(self) -> tuple[StepView, ...]:
        """Return what the ladder proposes and an operator may accept, strictest first."""
        return tuple(step for step in self.steps if step.state == "proposed")


class UnknownEvent(msgspec.Struct, frozen=True, kw_only=True):
    """Lines of a file whose event has no known name; `meant` is the nearest known one, or "".

    They are kept and show that an agent lives; they count for nothing else.
    """

    event: str
    lines: int
    meant: str = ""

    @property
    def words(self) -> str:
        """Return this as a sentence."""
        many = "line" if self.lines == 1 else "lines"
        if not self.event:
            return f"{self.lines:,} {many} with events of further unknown names"
        asks = f"; did you mean {self.meant}?" if self.meant else ""
        return f"{self.lines:,} {many} with unknown event `{self.event}`{asks}"


class SourceView(msgspec.Struct, frozen=True, kw_only=True):
    """One log file: how far it is read; or something beside them that is passed over.

    `state` is read, behind, unreadable, gone, unrecognised or skipped (a link or a pipe, say).
    `late` are the events that came when their run may have been deleted by the retention: they were
    not applied.
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
    unknown: tuple[UnknownEvent, ...] = ()
    late: int = 0


class RefusedView(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of a log that could not be read: where it is, why, and how it begins."""

    path: str
    line_number: int
    offset: int
    reason: str
    begins: str


class ChannelView(msgspec.Struct, frozen=True, kw_only=True):
    """A channel for alerts, and how many notices wait for it, failed, or were never sent.

    `label` shows no address. `removed`: it is no longer in the settings. `failing` are those of
    `waiting` that have failed already, `withheld` those of dry runs; `note` says why the latest
    failed.
    """

    label: str
    removed: bool
    waiting: int
    failing: int
    dead: int
    dropped: int
    withheld: int
    note: str


class StoreView(msgspec.Struct, frozen=True, kw_only=True):
    """The collector and the store: `collector` is running or stopped.

    Of one that does not run, `starting` says that it holds the store and has not done a full turn
    yet, and `began` that one did a full turn on this store at some time.
    `lag_s` is how long ago the collector last was through with everything, None for never.
    `audit_head` is the newest row of the audit, in short. `judged` says that every route was judged
    on all that was there when the collector began; until then states and order still settle.
    `troubles` says what is wrong with store, disk, clock and file events, the worst first.
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
    judged: bool
    generation: int
    starting: bool = False
    began: bool = True
    audit_head: str = ""
    tampered: str = ""
    channels: tuple[ChannelView, ...] = ()
    troubles: tuple[str, ...] = ()

    @property
    def settled(self) -> bool:
        """Whether states and their order can be taken for what they are."""
        return self.judged and not self.catching_up

    @property
    def untold(self) -> tuple[ChannelView, ...]:
        """The channels on which notices fail or are dead."""
        return tuple(channel for channel in self.channels if channel.failing or channel.dead)


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
    `approvals` are the actions that wait for a human's grant, the longest wait first.
    """

    as_of_us: int
    store: StoreView
    routes: tuple[RouteView, ...]
    sources: tuple[SourceView, ...]
    settings_path: str
    alerts: tuple[AlertView, ...] = ()
    silences: tuple[SilenceView, ...] = ()
    approvals: tuple[ApprovalView, ...] = ()

    def route(self, name: str) -> RouteView | None:
        """Return the route of that name, or None."""
        return next((view for view in self.routes if view.route == name), None)
