"""What a route's ladder makes of its state: which steps fire, which are over. Pure (semantics 7).

A step fires once per episode. It can fire again when its cause has ended (the budget is back above
its threshold, the alert is resolved, the misses are past) *and* its order stands no longer; for a
step that waits for alerts or misses, another alert or miss after its order was lifted is a cause of
its own. A human who lifts an order early is therefore never overruled on the same grounds.

Decisions that the semantics leave open:

- A step whose order would add nothing to what stands counts as carried out by what stands: no
  generation is written. Under a pause that holds for tightening and reducing too, since no run
  starts; a freeze is about changes, which no other order stops, and is given beside a pause.
- A miss is a cause while it is at most `probation_after` old, or while a hard stop over it is open:
  a console that meets old logs for the first time orders nothing for what is long over.
- A step that was rewritten from propose to auto (or freed from a dry run) acts on what it proposed.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from console.burn import arithmetic, kinds
from console.burn.rules import percent
from console.control import sections
from console.model import STRICTNESS, Counts, Directive, DirectiveKind
from console.settings.ladder import when
from console.store.episodes import DRY_RUN, Episode

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from console.burn.lifecycle import Alert
    from console.settings import LadderStep, RouteSettings

BY = "ladder"
"""The name under which a ladder acts."""
KINDS = {
    "freeze": DirectiveKind.FREEZE,
    "tighten": DirectiveKind.TIGHTEN,
    "reduce_scope": DirectiveKind.REDUCE,
    "pause": DirectiveKind.PAUSE,
}
_BUDGET = "budget"
_SPENDING = frozenset({kinds.SPENT, kinds.LEFT, kinds.BURN})
"""The kinds of condition that a budget step is carried out for."""
_SEVERITIES = ("page", "ticket")
_MILDER = (DirectiveKind.TIGHTEN, DirectiveKind.REDUCE)


class Miss(NamedTuple):
    """A charged miss that a step may wait for."""

    error_class: str
    run: str
    at_us: int


class Scene(NamedTuple):
    """What a ladder is judged on; the caller has made sure that the route can be judged at all.

    `counts` are those of the budget window as charged, `alerts` the open ones, `misses` at least
    those that are recent or hard-stopped, newest first; `directives` all that ever stood on the
    route, `episodes` the open ones; `answered` returns the causes of a step's closed episodes.
    """

    route: RouteSettings
    now_us: int
    counts: Counts
    alerts: tuple[Alert, ...]
    misses: tuple[Miss, ...]
    directives: tuple[Directive, ...]
    episodes: tuple[Episode, ...]
    answered: Callable[[str], Collection[str]]
    generation: int = 0


class Cause(NamedTuple):
    """Why a step would fire now: what set it off, in words, and the alert behind it."""

    ids: tuple[str, ...]
    words: str
    alert: str = ""


def recent_us(route: RouteSettings, now_us: int) -> int:
    """Return since when a miss is a cause by its age alone; older ones need a hard stop."""
    return now_us - route.probation_after_us


def hard_stopped(alerts: Iterable[Alert]) -> dict[str, str]:
    """Return the runs that an open hard stop is about, each with the id of its alert."""
    return {
        run: alert.id
        for alert in alerts
        for held in alert.open
        if held.kind == kinds.HARD_STOP
        for run in held.runs
    }


@lru_cache(maxsize=1024)
def name_of(step: LadderStep) -> str:
    """Return a step as it is written, the name under which its episodes are kept."""
    return f'{when(step)}, do = "{step.do}"'


def withheld(step: LadderStep, route: RouteSettings, counts: Counts) -> str:
    """Say why a budget step may not act on so few runs, "" where it may."""
    if step.left_ppm is None:
        return ""
    if arithmetic.smaller_than_one_run(counts.total, route.budget_ppm):
        return "the budget is smaller than one run"
    if counts.bad < route.min_misses:
        return f"{counts.bad} missed, and it takes {route.min_misses}"
    return ""


def decide(scene: Scene, next_number: int) -> list[Episode]:
    """Return the episodes that open, change or close now, strictest steps first.

    Args:
        scene: the route as it is.
        next_number: the number of the next episode to open.
    """
    steps = sorted(scene.route.ladder, key=_strictness, reverse=True)
    opened = {episode.step: episode for episode in scene.episodes}
    changed: list[Episode] = []
    for step in steps:
        episode = opened.pop(name_of(step), None)
        after = _followed(scene, step, episode) if episode is not None else None
        if after is not None and after != episode:
            changed.append(after)
        if after is None or after.closed_us is not None:
            fresh = _begun(scene, step, after, next_number)
            if fresh is not None:
                changed.append(fresh)
                next_number += 1
    return [*changed, *_orphaned(scene, opened.values())]


def settled(episode: Episode, standing: Iterable[Directive]) -> Episode:
    """Return a pending episode as carried out by what stands already, else as it is."""
    known = _enough(_asked(episode), tuple(standing)) if episode.pending else None
    if known is None:
        return episode
    own = known.ladder and known.kind is episode.kind
    own = own and known.generation > episode.base_generation
    return msgspec.structs.replace(episode, directive=known.id, covered=not own)


def order_stands(episode: Episode, directives: Iterable[Directive], now_us: int) -> bool:
    """Say whether what an episode ordered is in force, by itself or by what stands in for it."""
    known = {directive.id: directive for directive in directives}
    found = known.get(episode.directive)
    while found is not None and found.lifted_us is not None and found.replaced_by:
        successor = known.get(found.replaced_by)
        if successor is None or successor.kind is not found.kind:
            return False
        found = successor
    return found is not None and found.stands(now_us)


def left_of(scene: Scene) -> str:
    """Return what is left of the charged budget, with the numbers behind it."""
    route, counts = scene.route, scene.counts
    left = arithmetic.remaining(counts.bad, counts.total, route.budget_ppm)
    share = "no data" if left is None else percent(left)
    return (
        f"{share} of the budget is left over {route.window.text} "
        f"({counts.bad} of {counts.total} runs missed)"
    )


def _strictness(step: LadderStep) -> int:
    return list(STRICTNESS).index(KINDS[step.do])


def _mode(scene: Scene, step: LadderStep) -> str:
    return DRY_RUN if scene.route.dry_run else step.mode


def _followed(scene: Scene, step: LadderStep, episode: Episode) -> Episode:
    """Return an open episode as it is now: grown, carried out by what stands, or closed."""
    cause = _cause(scene, step, acting=False)
    if cause is None:
        return episode
    if episode.pending:
        if not cause.ids:
            return _closed(scene, episode, "its cause is over")
        adjusted = msgspec.structs.replace(episode, mode=_mode(scene, step))
        return adjusted if adjusted.mode == DRY_RUN else settled(adjusted, _standing(scene))
    if order_stands(episode, scene.directives, scene.now_us):
        joined = tuple(dict.fromkeys((*episode.causes, *cause.ids)))
        return msgspec.structs.replace(episode, causes=joined)
    if not cause.ids:
        return _closed(scene, episode, "its cause is over and its order stands no longer")
    if step.on and set(cause.ids) - set(episode.causes):
        return _closed(scene, episode, "its order stands no longer, and there is a new cause")
    return episode


def _begun(scene: Scene, step: LadderStep, last: Episode | None, number: int) -> Episode | None:
    """Return the episode that a step opens now, or None; `last` is one that closes just now."""
    cause = _cause(scene, step, acting=True)
    if cause is None or not cause.ids:
        return None
    name = name_of(step)
    if step.on:
        past = {*scene.answered(name), *(last.causes if last is not None else ())}
        if not set(cause.ids) - past:
            return None
    elif last is not None:
        return None
    episode = Episode(
        id=f"P{number}",
        route=scene.route.name,
        step=name,
        mode=_mode(scene, step),
        kind=KINDS[step.do],
        words=cause.words,
        opened_us=scene.now_us,
        causes=cause.ids,
        alert=cause.alert,
        changes=scene.route.freeze_kinds if step.do == "freeze" else (),
        actions=step.actions,
        max_runs=step.max_runs,
        base_generation=scene.generation,
    )
    return episode if episode.mode == DRY_RUN else settled(episode, _standing(scene))


def _orphaned(scene: Scene, episodes: Iterable[Episode]) -> Iterator[Episode]:
    """Yield the episodes of steps that are not in the settings any more, where they are over."""
    for episode in episodes:
        stands = order_stands(episode, scene.directives, scene.now_us)
        if episode.pending or not stands:
            yield _closed(scene, episode, "its step is not in the settings any more")


def _closed(scene: Scene, episode: Episode, why: str) -> Episode:
    return msgspec.structs.replace(episode, closed_us=scene.now_us, ended=why)


def _cause(scene: Scene, step: LadderStep, *, acting: bool) -> Cause | None:
    """Return what a step's trigger says now (no ids: nothing); None where it cannot be judged.

    `acting` asks for enough runs to act on, which keeps a step from firing, never from being over.
    """
    if step.left_ppm is not None:
        return _budget(scene, step, acting=acting)
    if step.on in _SEVERITIES:
        mine = [alert for alert in scene.alerts if alert.severity == step.on]
        if not mine:
            return Cause((), "")
        last = max(mine, key=lambda alert: (alert.opened_us, alert.id))
        return Cause(
            tuple(alert.id for alert in mine), f"{step.on} {last.id}: {last.words}", last.id
        )
    return _missed(scene, step.on)


def _budget(scene: Scene, step: LadderStep, *, acting: bool) -> Cause | None:
    route, counts = scene.route, scene.counts
    left = arithmetic.remaining(counts.bad, counts.total, route.budget_ppm)
    if left is None:
        return None
    reached = left * arithmetic.PPM <= (step.left_ppm or 0)
    if not reached or (acting and withheld(step, route, counts)):
        return Cause((), "")
    pages = sorted(scene.alerts, key=lambda alert: (alert.severity != "page", alert.opened_us))
    alert = next((item.id for item in pages if _SPENDING.intersection(item.kinds)), "")
    return Cause((_BUDGET,), f"{left_of(scene)}; the ladder says {when(step)}", alert)


def _missed(scene: Scene, error_class: str) -> Cause:
    stopped = hard_stopped(scene.alerts)
    since_us = recent_us(scene.route, scene.now_us)
    found = [
        miss
        for miss in scene.misses
        if miss.error_class == error_class and (miss.at_us >= since_us or miss.run in stopped)
    ]
    if not found:
        return Cause((), "")
    last = max(found, key=lambda miss: (miss.at_us, miss.run))
    words = f"{error_class} miss of run {last.run}; {left_of(scene)}"
    ids = tuple(dict.fromkeys(miss.run for miss in found))
    return Cause(ids, words, next((stopped[run] for run in ids if run in stopped), ""))


def _standing(scene: Scene) -> tuple[Directive, ...]:
    return tuple(order for order in scene.directives if order.stands(scene.now_us))


def _asked(episode: Episode) -> Directive:
    """Return what an episode orders, to be compared with what stands."""
    return Directive(
        id="", route=episode.route, kind=episode.kind, by=BY, reason=episode.words,
        issued_us=episode.opened_us, generation=0, changes=episode.changes,
        actions=episode.actions, max_runs=episode.max_runs,
    )  # fmt: skip


def _enough(asked: Directive, standing: tuple[Directive, ...]) -> Directive | None:
    """Return the order that stands and makes another one needless, or None."""
    pauses = [order for order in standing if order.kind is DirectiveKind.PAUSE]
    if pauses and asked.kind in _MILDER:
        return pauses[0]
    return sections.covering(asked, standing)
