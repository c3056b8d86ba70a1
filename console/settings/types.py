"""What burnline.toml says, validated and in exact units.

Every duration is integer microseconds, every share integer parts per million, every burn threshold
an exact fraction. The loader makes these; nothing else in the program reads TOML.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import NamedTuple

import msgspec

from console.model import DAY_US, HOUR_US, MINUTE_US, SECOND_US, BurnRule, Window


class Measured(msgspec.Struct, frozen=True, kw_only=True):
    """What is measured on a route: judges the runs that start after it was set (semantics 3)."""

    sla_us: int | None = None
    verdict_within_us: int = HOUR_US
    escalate_within_us: int = 15 * MINUTE_US
    recover_within_us: int | None = None
    receipt_within_us: int = 30 * SECOND_US
    abandon_after_us: int = 24 * HOUR_US
    requires: tuple[str, ...] = ()
    approval_required: tuple[str, ...] = ()


class LadderStep(NamedTuple):
    """One consequence: `do` when the budget left falls to `left_ppm`, or on `on` (an event).

    `on` is "page", "ticket" or an error class; exactly one of `left_ppm` and `on` is set.
    `mode` is "propose" or "auto"; `do` is freeze, tighten, reduce_scope or pause.
    """

    do: str
    left_ppm: int | None = None
    on: str = ""
    mode: str = "propose"
    actions: tuple[str, ...] = ()
    max_runs: int | None = None


class ExitRule(NamedTuple):
    """What a route must show before an order on it may be lifted: budget left, and a streak."""

    remaining: Fraction = Fraction(1, 10)
    trusted_in_a_row: int = 20


class Rates(NamedTuple):
    """What rescue, approval and delay cost in money per hour."""

    rescue_per_hour: Fraction = Fraction(0)
    approval_per_hour: Fraction = Fraction(0)
    delay_per_hour: Fraction = Fraction(0)
    currency: str = ""


class RouteSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that holds for one route, its tier's and the built-in values filled in.

    `rules` is None where the built-in burn rules of the window apply. `explicit` says whether the
    route has a table of its own in the settings; `tier_explicit` whether its tier was written.
    """

    name: str
    tier: str = "medium"
    explicit: bool = False
    tier_explicit: bool = False
    budget_ppm: int = 20_000
    window: Window = Window()
    measured: Measured = Measured()
    unit: str = "run"
    outcome: str = ""
    owner: str = ""
    deputy: str = ""
    freeze_kinds: tuple[str, ...] = ()
    zero_tolerance: tuple[str, ...] = ()
    caps_ppm: dict[str, int] = {}
    max_handoff_ppm: int | None = None
    min_runs: int = 10
    min_misses: int = 2
    rules: tuple[BurnRule, ...] | None = None
    absent_after_us: int | None = None
    schedule: str = ""
    exhausts_within_us: int = 3 * DAY_US
    ack_timeout_us: int = 30 * MINUTE_US
    probation_after_us: int = HOUR_US
    on_fault: str = "approval"
    ladder: tuple[LadderStep, ...] = ()
    exit: ExitRule = ExitRule()
    rates: Rates = Rates()
    dry_run: bool = False


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """A place to read logs from: a file, a directory (read recursively) or a glob.

    `route` is a template for formats that name no route; `options` holds a format's own keys.
    """

    path: Path
    format: str = "auto"
    route: str = ""
    options: dict[str, object] = {}


class Notify(msgspec.Struct, frozen=True, kw_only=True):
    """A channel for alerts: an Apprise `url`, a `file` for JSON lines, or a `command`.

    `quiet_hours` are by the clock of `timezone`, "" for the machine's.
    """

    url: str = ""
    file: Path | None = None
    command: tuple[str, ...] = ()
    severity: tuple[str, ...] = ("page", "ticket")
    quiet_hours: str = ""
    timezone: str = ""


class Redact(msgspec.Struct, frozen=True, kw_only=True):
    """What counts as a secret besides what is built in: keys, and RE2 patterns of whole secrets."""

    keys: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()


class Looks(msgspec.Struct, frozen=True, kw_only=True):
    """How the console looks and behaves: `[console]`.

    `bell` says whether it rings, and names itself, on a new page; `theme` is "" for the default,
    `keys` maps the ids of actions to keys, `remember` keeps view, sort, filter and theme.
    """

    bell: bool = True
    theme: str = ""
    keys: dict[str, str] = {}
    animations: bool = True
    remember: bool = True


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The whole of burnline.toml. `path` is None when no file was found (all built in).

    `keep_us` is how long the raw lines of a class are kept, where that is not `retention_us`.
    """

    path: Path | None = None
    store_path: Path | None = None
    retention_us: int = 400 * DAY_US
    keep_us: dict[str, int] = {}
    control_path: Path | None = None
    signing_key: Path | None = None
    stale_after_us: int | None = None
    grace_us: int = HOUR_US
    redact: Redact = Redact()
    sources: tuple[Source, ...] = ()
    notify: tuple[Notify, ...] = ()
    console: Looks = Looks()
    tiers: dict[str, RouteSettings] = {}
    routes: dict[str, RouteSettings] = {}

    def route(self, name: str) -> RouteSettings:
        """Return the settings of a route; one that nobody configured has the medium tier's."""
        known = self.routes.get(name)
        if known is not None:
            return known
        return msgspec.structs.replace(self.tiers["medium"], name=name)
