"""What of a route's settings judges it, and in what ways one version is looser than another.

Loosening any of it while an order stands is a relaxation by another name (semantics 3, 8): the
route would earn its way out by being asked for less.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from console.model import Window
from console.settings.types import Measured
from console.settings.values import PPM, duration_text, share_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from console.settings.types import RouteSettings

_LONGER_IS_LOOSER = (
    ("sla", "sla_us"),
    ("verdict_within", "verdict_within_us"),
    ("escalate_within", "escalate_within_us"),
    ("recover_within", "recover_within_us"),
    ("receipt_within", "receipt_within_us"),
    ("abandon_after", "abandon_after_us"),
)


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """All that decides whether a run is bad, and what that costs."""

    measured: Measured
    budget_ppm: int
    window: Window
    caps_ppm: dict[str, int]
    zero_tolerance: tuple[str, ...]


def judged(route: RouteSettings) -> Judged:
    """Return what of a route's settings judges it."""
    return Judged(
        measured=route.measured,
        budget_ppm=route.budget_ppm,
        window=route.window,
        caps_ppm=route.caps_ppm,
        zero_tolerance=route.zero_tolerance,
    )


def loosened(old: Judged, new: Judged) -> tuple[str, ...]:
    """Return in what ways `new` asks less of a route than `old` does, each in words.

    Any other window counts: which one is the looser depends on what happened when.
    """
    return (*_deadlines(old.measured, new.measured), *_lists(old, new), *_budget(old, new))


def _deadlines(old: Measured, new: Measured) -> Iterator[str]:
    for name, field in _LONGER_IS_LOOSER:
        before, after = getattr(old, field), getattr(new, field)
        if before is not None and (after is None or after > before):
            later = "none" if after is None else duration_text(after)
            yield f"{name} {duration_text(before)} -> {later}"


def _lists(old: Judged, new: Judged) -> Iterator[str]:
    for name, before, after in (
        ("requires", old.measured.requires, new.measured.requires),
        ("approval_required", old.measured.approval_required, new.measured.approval_required),
        ("zero_tolerance", old.zero_tolerance, new.zero_tolerance),
    ):
        gone = _without(before, after)
        if gone:
            yield f"{name} without {', '.join(gone)}"


def _budget(old: Judged, new: Judged) -> Iterator[str]:
    if new.budget_ppm > old.budget_ppm:
        yield f"objective {share_text(PPM - old.budget_ppm)} -> {share_text(PPM - new.budget_ppm)}"
    if new.window != old.window:
        yield f"window {old.window.text} -> {new.window.text}"
    for name, before in old.caps_ppm.items():
        after = new.caps_ppm.get(name)
        if after is None or after > before:
            later = "none" if after is None else share_text(after)
            yield f"cap of {name} {share_text(before)} -> {later}"


def _without(before: Iterable[str], after: Iterable[str]) -> list[str]:
    return sorted(set(before) - set(after))
