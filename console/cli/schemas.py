"""The published shapes: control file, native events, `status --json` and `misses --json`.

The types below say what the documents are; the JSON Schemas that `doctor --schema` prints are
generated from them, and tests decode real documents into them, so that neither can drift. Documents
of ours hold no other keys; the control file and events may, and readers pass over them.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

Instant = Annotated[str, Meta(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$")]
Exact = Annotated[str, Meta(pattern=r"^-?\d+(/\d+)?$", description="an exact fraction")]
Decimal = Annotated[str, Meta(pattern=r"^-?\d+\.\d\d$", description="rounded for reading")]
Count = Annotated[int, Meta(ge=0)]
Generation = Annotated[int, Meta(ge=1)]
Kind = Literal["freeze", "tighten_approval", "reduce_scope", "pause"]
State = Literal["open", "frozen", "tightened", "reduced", "paused"]
Severity = Literal["page", "ticket"]
ErrorClass = Literal["latency", "trust", "escalation", "permission", "recovery"]


class ControlDirective(Struct, kw_only=True):
    """An order, as agents read it."""

    id: str
    kind: Kind
    issued_at: Instant
    generation: Generation
    by: str = ""
    reason: str = ""
    until: Instant | None = None
    changes: list[str] = []
    actions: list[str] = []
    max_runs: Annotated[int, Meta(ge=0)] | None = None
    drain: bool = True
    ladder: bool = False


class ControlGrant(Struct, kw_only=True):
    """A human's leave for one action or one change."""

    id: str
    action: str = ""
    change: str = ""
    run: str = ""
    version: str = ""
    by: str = ""
    until: Instant | None = None


class ControlRoute(Struct, kw_only=True):
    """What is ordered on one route, and what it does while the file is at fault."""

    state: State
    on_fault: Literal["", "closed", "approval", "last_known"] = ""
    directives: list[ControlDirective] = []
    grants: list[ControlGrant] = []


class Control(Struct, kw_only=True):
    """control.json."""

    schema: Literal["burnline.control/1"]
    generation: Generation
    issued_at: Instant
    issued_by: str
    refreshed_at: Instant
    routes: dict[str, ControlRoute]
    checksum: Annotated[str, Meta(pattern="^sha256:[0-9a-f]{64}$")]
    stale_after_s: float | None = None
    grace_s: float | None = None
    signature: str | None = None


class NativeEvent(Struct, kw_only=True, omit_defaults=True):
    """One line of a native log; which optional fields mean something depends on `event`."""

    ts: Instant | int | float
    route: Annotated[str, Meta(min_length=1)]
    event: str
    run: str | None = None
    id: str | None = None
    agent: str | None = None
    boot: str | None = None
    seq: int | None = None
    parent: str | None = None
    sla_s: float | None = None
    trusted: bool | None = None
    reason: str | None = None
    by: str | None = None
    check: str | None = None
    minutes: float | None = None
    discarded: bool | None = None
    confidence: float | None = None
    to: str | None = None
    preventable: bool | None = None
    action: str | None = None
    scope: Literal["in", "out"] | None = None
    grant: str | None = None
    rule: str | None = None
    directive: str | None = None
    kind: str | None = None
    change: str | None = None
    version: str | None = None
    generation: int | None = None
    elapsed_s: float | None = None
    cost_usd: float | None = None
    tokens: int | None = None
    meter: str | None = None


class _Ours(Struct, kw_only=True, forbid_unknown_fields=True):
    pass


class Channel(_Ours):
    """One channel of notifications, and how many notices are in which state on it."""

    channel: str
    removed: int
    waiting: Count
    failing: Count
    dead: Count
    dropped: Count
    withheld: Count
    note: str | None


class Notifications(_Ours):
    """What people were, and were not, told."""

    waiting: Count
    dead: Count
    channels: list[Channel]


class UnknownEvent(_Ours):
    """Lines of a file whose event has no known name, and the name that is nearest."""

    file: str
    event: str
    lines: Count
    meant: str | None


class Approval(_Ours):
    """An action that waits for a human's grant; `directive` is null where the settings ask it."""

    route: str
    run: str
    action: str
    since: Instant
    directive: str | None
    agent: str | None


class Store(_Ours):
    """What the numbers rest on."""

    path: str
    control: str
    events: Count
    rejected: Count
    future: Count
    lag_s: float | None
    collector: Literal["running", "stopped"]
    catching_up: bool
    generation: Count
    tampering: str | None
    troubles: list[str]
    notifications: Notifications
    unknown_events: list[UnknownEvent]


class Pair(_Ours):
    """Closed runs, and those of them that missed."""

    total: Count
    bad: Count


class Burn(_Ours):
    """Burn over one window."""

    total: Count
    bad: Count
    rate: Decimal | None


class Rule(_Ours):
    """One burn alert rule, its state and why."""

    severity: Severity
    long: str
    short: str
    k: Exact
    lowered: bool
    basis: Literal["ratio", "absolute", "no data"]
    state: Literal["critical", "recovering", "increasing", "acceptable", "frozen", "catching up"]
    why: str


class Condition(_Ours):
    """One thing that an alert is about; over where it has ended."""

    kind: str
    title: str
    since: Instant
    over: Instant | None
    words: str
    rules: list[str]
    runs: list[str]


class Alert(_Ours):
    """One alert of a route and severity; `kind` is the condition that leads it."""

    id: str
    route: str
    severity: Severity
    kind: str
    kinds: list[str]
    state: Literal["firing", "acknowledged", "silenced", "contained", "resolved"]
    opened: Instant
    resolved: Instant | None
    words: str
    rules: list[str]
    runs: list[str]
    acknowledged_by: str | None
    note: str | None
    silence: str | None
    inhibited_by: str | None
    dry_run: bool
    conditions: list[Condition]


class Exit(_Ours):
    """What it takes to lift an order; trusted outcomes are (so far, needed)."""

    remaining: Exact
    trusted_in_a_row: tuple[Count, Count]
    met: bool
    probation_ends_at: Instant | None


class Silent(_Ours):
    """An agent that has not confirmed an order, and since when nothing was heard of it."""

    agent: str
    since: Instant


class Directive(_Ours):
    """An order that stands, and how far it got.

    `silent` are the agents of `not_seen` again; those in `gone` are not waited for any more.
    """

    id: str
    kind: Kind
    stage: Literal["durable", "seen", "enforced"]
    since: Instant
    until: Instant | None
    by: str
    reason: str
    alert: str | None
    ladder: bool
    generation: Generation
    changes: list[str]
    actions: list[str]
    max_runs: int | None
    drain: bool
    seen_by: list[str]
    not_seen: list[str]
    overdue: list[str]
    silent: list[Silent]
    gone: list[str]
    exit: Exit


class Proposal(_Ours):
    """What a ladder proposes: `burnline accept ROUTE ID` carries it out."""

    id: str
    kind: Kind
    step: str
    since: Instant
    reason: str
    alert: str | None
    changes: list[str]
    actions: list[str]
    max_runs: int | None


class Step(_Ours):
    """One step of a ladder."""

    step: str
    kind: Kind
    mode: Literal["propose", "auto", "dry_run"]
    state: Literal["armed", "proposed", "deciding", "would have", "ordered", "covered", "over"]
    since: Instant | None
    directive: str | None
    note: str | None


class Route(_Ours):
    """One route of `status --json`."""

    route: str
    tier: str
    owner: str
    ready: bool
    state: State
    health: str
    budget_ppm: Count
    window: str
    total: Count
    bad: Count
    experienced: Pair
    open: Count
    unknown: Count
    excluded: Count
    handoffs: Count
    rescues: Count
    lost_lines: Count
    remaining: Exact | None
    remaining_runs: int
    exhausts_at: Instant | None
    exhausts_between: tuple[Instant, Instant | None] | None
    outlook: Literal["no data", "spent", "on track", "exhausts"]
    data: Literal["live", "stale", "none", "unmeasured"]
    unread: bool
    last_event: Instant | None
    classes: dict[ErrorClass, Count]
    burn: dict[str, Burn]
    rules: list[Rule]
    alerts: list[Alert]
    directives: list[Directive]
    proposals: list[Proposal]
    ladder: list[Step]
    settings_held: str | None


class Status(_Ours):
    """`status --json`."""

    as_of: Instant
    settings: str | None
    store: Store
    alerts: list[Alert]
    approvals: list[Approval]
    routes: list[Route]


class Evidence(_Ours):
    """Where a miss's event stands in a log."""

    file: str
    offset: Count
    line: str
    line_number: int
    expired: bool = False


class Miss(_Ours, rename={"error_class": "class"}):
    """One miss with its evidence."""

    route: str
    run: str
    error_class: ErrorClass
    at: Instant
    rule: str
    events: list[str]
    evidence: list[Evidence]
    correction: str | None


class Misses(_Ours):
    """`misses --json`."""

    misses: list[Miss]


TYPES: dict[str, type[Struct]] = {
    "control": Control,
    "event": NativeEvent,
    "status": Status,
    "misses": Misses,
}


def published() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of every published document, by name."""
    dialect = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return {name: {**dialect, **msgspec.json.schema(kind)} for name, kind in TYPES.items()}
