"""One `[tier.*]` or `[route.*]` table over what it inherits.

A key that is not written comes from the level below: a route's from its tier, a tier's from the
built-in tier. Lists and `caps` are taken whole; of `exit` and `rates` each part is inherited alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import NamedTuple, TypeVar

import msgspec

from console.model import CHANGE_KINDS, CLASSES, BurnRule, Window
from console.settings import kinds, ladder, rules, words
from console.settings.lines import KeyPath
from console.settings.table import Table
from console.settings.types import ExitRule, Rates, RouteSettings
from console.settings.values import PPM

T = TypeVar("T", bound=msgspec.Struct)
Fields = Mapping[str, tuple[str, kinds.Kind[object]]]

ON_FAULT = ("closed", "approval", "last_known")
UNITS = ("run", "task", "decision", "outcome")
_CLASS_NAMES = tuple(known.value for known in CLASSES)

_MEASURED: Fields = {
    "requires": ("requires", words.names),
    "verdict_within": ("verdict_within_us", kinds.duration),
    "sla": ("sla_us", kinds.optional(kinds.duration)),
    "escalate_within": ("escalate_within_us", kinds.duration),
    "recover_within": ("recover_within_us", kinds.optional(kinds.duration)),
    "receipt_within": ("receipt_within_us", kinds.duration),
    "abandon_after": ("abandon_after_us", kinds.duration),
    "approval_required": ("approval_required", words.names),
}
_PLAIN: Fields = {
    "objective": ("budget_ppm", kinds.objective),
    "unit": ("unit", words.choice(UNITS)),
    "outcome": ("outcome", words.prose),
    "owner": ("owner", words.prose),
    "deputy": ("deputy", words.prose),
    "absent_after": ("absent_after_us", kinds.optional(kinds.duration, "auto")),
    "schedule": ("schedule", words.schedule),
    "exhausts_within": ("exhausts_within_us", kinds.duration),
    "ack_timeout": ("ack_timeout_us", kinds.duration),
    "probation_after": ("probation_after_us", kinds.duration),
    "zero_tolerance": ("zero_tolerance", words.several(_CLASS_NAMES)),
    "max_handoff_rate": ("max_handoff_ppm", kinds.optional(kinds.share(0, PPM - 1))),
    "freeze_kinds": ("freeze_kinds", words.several(CHANGE_KINDS)),
    "min_runs": ("min_runs", kinds.whole(1)),
    "min_misses": ("min_misses", kinds.whole(1)),
    "on_fault": ("on_fault", words.choice(ON_FAULT)),
    "dry_run": ("dry_run", kinds.flag),
}
_RATES = ("rescue_per_hour", "approval_per_hour", "delay_per_hour")
_COMPOSED = ("window", "timezone", "caps", "rules", "ladder", "exit", "rates")
TIER_KEYS: tuple[str, ...] = (*_PLAIN, *_MEASURED, *_COMPOSED)
"""Every key that a tier may have; a route may have them too."""


class Level(NamedTuple):
    """A tier or route with everything inherited filled in, and where each key was written.

    `at` is its own table, `written` that table's keys; `origin` the place of every key that was
    written here or below; `bad` the keys, here or below, whose values cannot be judged.
    """

    route: RouteSettings
    at: KeyPath
    written: frozenset[str]
    origin: Mapping[str, KeyPath]
    bad: frozenset[str]

    def settles(self, *keys: str) -> bool:
        """Say whether this level decides how `keys` go together, and all of them can be judged."""
        return not self.written.isdisjoint(keys) and self.bad.isdisjoint(keys)


def built_in(tier: RouteSettings) -> Level:
    """Return a built-in tier as the level below all others."""
    return Level(tier, ("tier", tier.name), frozenset(), {}, frozenset())


def read(table: Table, below: Level, **identity: object) -> Level:
    """Return `table` over `below`; `identity` are the fields that say which tier or route it is."""
    base = below.route
    route = msgspec.structs.replace(
        _replaced(table, base, _PLAIN),
        measured=_replaced(table, base.measured, _MEASURED),
        window=_window(table, base.window),
        caps_ppm=_caps(table) if "caps" in table.written else base.caps_ppm,
        rules=rules.read(table) if _has_rules(table) else _inherited(table, base),
        ladder=ladder.read(table) if "ladder" in table.written else base.ladder,
        exit=_exit(table, base.exit),
        rates=_rates(table, base.rates),
        **identity,
    )
    origin = {**below.origin, **{key: (*table.at, key) for key in table.written}}
    bad = (below.bad - table.written) | table.bad
    return Level(route, table.at, table.written, origin, frozenset(bad))


def _replaced(table: Table, base: T, fields: Fields) -> T:
    """Return `base` with the fields that the table has."""
    found = {
        field: table.take(key, kind, getattr(base, field))
        for key, (field, kind) in fields.items()
        if key in table.written
    }
    return msgspec.structs.replace(base, **found)


def _window(table: Table, base: Window) -> Window:
    found = table.take("window", kinds.window, base)
    zone = table.take("timezone", kinds.timezone, base.timezone)
    return msgspec.structs.replace(found, timezone=zone)


def _caps(table: Table) -> dict[str, int]:
    inner = table.inner("caps")
    share = kinds.share(1, PPM - 1)
    caps = {name: inner.take(name, share, 1) for name in _CLASS_NAMES if name in inner.written}
    inner.refuse_unknown(_CLASS_NAMES)
    if inner.bad:
        table.bad.add("caps")
    return caps


def _has_rules(table: Table) -> bool:
    return "rules" in table.written and table.raw("rules") != rules.BUILT_IN_RULES


def _inherited(table: Table, base: RouteSettings) -> tuple[BurnRule, ...] | None:
    return None if "rules" in table.written else base.rules


def _exit(table: Table, base: ExitRule) -> ExitRule:
    inner = table.inner("exit")
    inner.refuse_unknown(ExitRule._fields)
    base_ppm = int(base.remaining * PPM)
    remaining_ppm = inner.take("remaining", kinds.share(0, PPM - 1), base_ppm)
    in_a_row = inner.take("trusted_in_a_row", kinds.whole(1), base.trusted_in_a_row)
    return ExitRule(Fraction(remaining_ppm, PPM), in_a_row)


def _rates(table: Table, base: Rates) -> Rates:
    inner = table.inner("rates")
    inner.refuse_unknown(Rates._fields)
    money = {key: inner.take(key, kinds.number, getattr(base, key)) for key in _RATES}
    return Rates(**money, currency=inner.take("currency", words.prose, base.currency))


def finished(level: Level) -> RouteSettings:
    """Return the settings of a level with what follows from several of its keys filled in."""
    route = level.route
    return msgspec.structs.replace(
        route,
        rules=None if route.rules is None else rules.with_shares(route.rules, route.window),
        ladder=ladder.with_actions(route.ladder, route.measured.approval_required),
    )
