"""When a budget is gone: in words, and as a place among others."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from console.snapshot.types import RouteView
    from console.tui.render.look import Look

_OUTLOOKS = ("spent", "exhausts", "on track")


def gone_by(view: RouteView, look: Look) -> str:
    """Return when the budget is gone: a clock time, a date, or why there is none."""
    if view.outlook == "exhausts" and view.exhausts_us is not None:
        return look.moment(view.exhausts_us)
    return view.outlook


def gone_between(view: RouteView, look: Look) -> str:
    """Return the range of the forecast, `16:40-18:05`; "" where both paces agree."""
    if view.outlook != "exhausts" or view.exhausts_between_us is None:
        return ""
    early_us, late_us = view.exhausts_between_us
    early = look.moment(early_us)
    if late_us is None:
        return f"{early} or never"
    late = look.moment(late_us)
    return f"{early} to {late}" if early != late else ""


def soonest(view: RouteView) -> tuple[int, int]:
    """Return the place by when the budget is gone: spent, soonest, on track, not to be told."""
    known = view.outlook in _OUTLOOKS
    place = _OUTLOOKS.index(view.outlook) if known else len(_OUTLOOKS)
    return place, view.exhausts_us or 0
