"""The steps of a route's ladder as a view shows them: armed, proposed, ordered, and why not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from console.control import ladder
from console.model import STRICTNESS, Counts, Directive
from console.snapshot.types import StepView
from console.store import desk, episodes

if TYPE_CHECKING:
    from console.settings import LadderStep, RouteSettings
    from console.snapshot.frame import Frame
    from console.store.episodes import Episode

_PENDING = {
    episodes.PROPOSE: "proposed",
    episodes.AUTO: "deciding",
    episodes.DRY_RUN: "would have",
}


def steps(frame: Frame, route: RouteSettings, counts: Counts) -> tuple[StepView, ...]:
    """Return the steps of a route's ladder, strictest first; `counts` are those charged."""
    orders = tuple(frame.gathered.orders.get(route.name, ()))
    opened = {item.step: item for item in _opened(frame, route.name, orders)}
    if not route.ladder and not opened:
        return ()
    shown = [
        _fired(frame, opened.pop(ladder.name_of(step)), orders)
        if ladder.name_of(step) in opened
        else _armed(step, route, counts)
        for step in route.ladder
    ]
    shown += [_fired(frame, episode, orders) for episode in opened.values()]
    strictness = [kind.value for kind in STRICTNESS]
    return tuple(sorted(shown, key=lambda view: -strictness.index(view.kind)))


def _opened(frame: Frame, route: str, orders: tuple[Directive, ...]) -> list[Episode]:
    """Return the open episodes; of the past, without the orders that came of them later."""
    found = frame.gathered.episodes.get(route, [])
    if frame.live:
        return found
    later = {order.id for order in orders if order.issued_us > frame.now_us}
    return [
        msgspec.structs.replace(item, directive="", covered=False)
        if item.directive in later
        else item
        for item in found
    ]


def _armed(step: LadderStep, route: RouteSettings, counts: Counts) -> StepView:
    few = ladder.withheld(step, route, counts)
    return StepView(
        step=ladder.name_of(step),
        kind=ladder.KINDS[step.do].value,
        mode=episodes.DRY_RUN if route.dry_run else step.mode,
        state="armed",
        changes=route.freeze_kinds if step.do == "freeze" else (),
        actions=step.actions,
        max_runs=step.max_runs,
        note=f"not acted on: {few}" if few else "",
    )


def _fired(frame: Frame, episode: Episode, orders: tuple[Directive, ...]) -> StepView:
    state = _PENDING[episode.mode] if episode.pending else "over"
    if not episode.pending and ladder.order_stands(episode, orders, frame.now_us):
        state = "covered" if episode.covered else "ordered"
    trouble = desk.fact(frame.connection, "ladder_trouble") if state == "deciding" else ""
    return StepView(
        step=episode.step,
        kind=episode.kind.value,
        mode=episode.mode,
        state=state,
        proposal=episode.id,
        words=episode.words,
        since_us=episode.opened_us,
        alert=episode.alert,
        directive=episode.directive,
        changes=episode.changes,
        actions=episode.actions,
        max_runs=episode.max_runs,
        note=trouble,
    )
