"""What keys must satisfy together. Whatever could never happen is refused, not passed over.

Reachability and the ceilings shown are burn_rate.md 2c; useless consequences are 2f X6.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import NamedTuple

from console.model import CHANGE_KINDS, DAY_US, BurnRule, Window
from console.settings.level import Level
from console.settings.lines import KeyPath
from console.settings.problems import Problems, dotted, quoted
from console.settings.table import Table
from console.settings.types import LadderStep
from console.settings.values import PPM, duration_text, rounded_down, share_text, window_us

_LONGEST_DAYS = {"day": 1, "week": 7, "month": 31}


def level(found: Level, problems: Problems) -> None:
    """Note what cannot hold together in one tier or route."""
    if found.settles("rules", "objective"):
        for index, rule in enumerate(found.route.rules or ()):
            _reachable(found, index, rule, problems)
    if found.settles("rules", "window"):
        for index, rule in enumerate(found.route.rules or ()):
            _inside(found, index, rule, problems)
    if found.settles("caps", "objective"):
        for name, cap_ppm in found.route.caps_ppm.items():
            _fits(found, name, cap_ppm, problems)


def _reachable(found: Level, index: int, rule: BurnRule, problems: Problems) -> None:
    """Note a rule whose k lies over 1/B, the burn at which every run is bad."""
    budget_ppm = found.route.budget_ppm
    if rule.k * budget_ppm <= PPM:
        return
    highest = rounded_down(Fraction(PPM, budget_ppm))
    reason = (
        f"can never fire: with an objective of {_spaced(PPM - budget_ppm)} the burn cannot pass "
        f"{highest}; the highest that can fire is {highest}"
    )
    blame = Blame(("rules", index, "k"), rounded_down(rule.k, 12), reason)
    _blame(found, blame, "objective", problems)


def _inside(found: Level, index: int, rule: BurnRule, problems: Problems) -> None:
    """Note a rule that looks back further than the budget does."""
    window = found.route.window
    longest_us = window_us(window)
    if rule.long_us <= longest_us:
        return
    reason = (
        f"is longer than the budget window ({window.text}); "
        f"the longest that works is {quoted(duration_text(longest_us))}"
    )
    blame = Blame(("rules", index, "long"), quoted(duration_text(rule.long_us)), reason)
    _blame(found, blame, "window", problems)


def _fits(found: Level, name: str, cap_ppm: int, problems: Problems) -> None:
    """Note a cap that is spent no earlier than the whole budget."""
    budget_ppm = found.route.budget_ppm
    if cap_ppm < budget_ppm:
        return
    highest = quoted(share_text(budget_ppm - 1))
    fix = f"the highest cap that works is {highest}" if budget_ppm > 1 else "leave it out"
    reason = f"caps nothing: the whole budget is {_spaced(budget_ppm)}; {fix}"
    blame = Blame(("caps", name), quoted(share_text(cap_ppm)), reason)
    _blame(found, blame, "objective", problems)


class Blame(NamedTuple):
    """A value that does not go with another one: its place under its table, and why."""

    under: KeyPath
    value: str
    reason: str


def _blame(found: Level, blame: Blame, other: str, problems: Problems) -> None:
    """Note it where it is written here; else at `other`, the key here that met an inherited one."""
    key = str(blame.under[0])
    at = (*found.origin[key], *blame.under[1:])
    if key in found.written:
        problems.add(at, f"= {blame.value} {blame.reason}")
        return
    inherited = f"{dotted(at)} = {blame.value}"
    problems.add(
        (*found.at, other), f"does not go with {inherited}, which it inherits and {blame.reason}"
    )


def consequences(found: Level, problems: Problems) -> None:
    """Note what a route would do for nobody, and ladder steps that would do nothing."""
    _owned(found, problems)
    for index, step in enumerate(found.route.ladder):
        reason = _idle(found, step)
        if reason and "ladder" not in found.bad:
            step_at = (*found.origin["ladder"], index)
            here = "ladder" in found.written
            words = reason if here else f"takes {dotted(step_at)}, which {reason}"
            problems.add(step_at if here else found.at, words)
    automatic = any(step.mode == "auto" for step in found.route.ladder)
    if automatic and not found.route.owner and "owner" not in found.bad:
        who = "routes without a table" if found.at[0] == "tier" else "it"
        problems.add(
            found.at,
            'acts by itself (mode = "auto") but nobody owns it; '
            f'give {who} an owner, or write mode = "propose"',
        )


def _owned(found: Level, problems: Problems) -> None:
    """Note what a route's own table asks of an owner that it does not have.

    A route without one is not ready, which `check` says; its rules go on telling all channels.
    """
    route = found.route
    if route.owner or "owner" in found.bad or found.at[0] != "route":
        return
    asked = {
        "zero_tolerance": "ends only by a signature, on a route" if route.zero_tolerance else "",
        "deputy": "stands in for the owner of a route" if route.deputy else "",
    }
    for key, what in asked.items():
        if what and key in found.written and key not in found.bad:
            words = f'{what} that nobody owns; write owner = "payments on-call", say'
            problems.add((*found.at, key), words)


def _idle(found: Level, step: LadderStep) -> str:
    """Return why a step would do nothing on this route, or ""."""
    if step.do == "freeze" and not found.route.freeze_kinds and "freeze_kinds" not in found.bad:
        every = ", ".join(quoted(kind) for kind in CHANGE_KINDS)
        return f"would freeze nothing; name the kinds of change: freeze_kinds = [{every}]"
    listed = step.actions or found.route.measured.approval_required
    if step.do == "tighten" and not listed and "approval_required" not in found.bad:
        return (
            "would tighten nothing; name the actions that then need approval, "
            "in its actions or in approval_required"
        )
    return ""


def retention(store: Table, retention_us: int, levels: Iterable[Level]) -> None:
    """Note a store that forgets evidence before the budget that it was charged to ends."""
    judged = [found for found in levels if "window" not in found.bad]
    longest = max(judged, key=lambda found: _days(found.route.window), default=None)
    if longest is None or _days(longest.route.window) * DAY_US <= retention_us:
        return
    window = longest.route.window
    works = f'the shortest retention that works is "{_days(window)}d"'
    kept = duration_text(retention_us)
    if "retention" in store.written:
        place = f"{dotted(longest.at)} ({window.text})"
        store.refuse("retention", f"is shorter than the budget window of {place}; {works}", kept)
    else:
        reason = f"is longer than evidence is kept (store.retention, by default {kept}); {works}"
        store.problems.add(longest.origin["window"], reason, window.text)


def _days(window: Window) -> int:
    return window.days or _LONGEST_DAYS[str(window.unit)]


def _spaced(share_ppm: int) -> str:
    """Return a share as prose writes it: `93 %`."""
    return share_text(share_ppm).replace("%", " %")
