"""The two ways of counting: as charged, and as experienced before any correction.

Alerts, states and the order of routes are what they are by either; what changes is how many runs
count against the budget, and what is left of it.
"""

from __future__ import annotations

import msgspec

from console.snapshot.types import RouteView, Snapshot


def as_experienced(snapshot: Snapshot) -> Snapshot:
    """Return the snapshot with the budget of every route as it was experienced."""
    return msgspec.structs.replace(snapshot, routes=tuple(_lived(each) for each in snapshot.routes))


def _lived(view: RouteView) -> RouteView:
    lived = view.lived
    if lived is None:
        return view
    return msgspec.structs.replace(
        view,
        counts=lived.counts,
        remaining=lived.remaining,
        remaining_runs=lived.remaining_runs,
        outlook=lived.outlook,
        exhausts_us=lived.exhausts_us,
        exhausts_between_us=lived.exhausts_between_us,
        curve=msgspec.structs.replace(view.curve, left=lived.remaining),
    )
