"""Ladder steps that an operator wrote: what can be judged of each by itself.

Whether a step would do anything on a route depends on the route, and is judged in `check`.
"""

from __future__ import annotations

from console.model import CLASSES
from console.settings import kinds, words
from console.settings.problems import UnusableError, listed
from console.settings.rules import SEVERITIES
from console.settings.table import Table
from console.settings.types import LadderStep
from console.settings.values import PPM, share_text

DO = ("freeze", "tighten", "reduce_scope", "pause")
"""What a step may do: exactly what the console can carry out."""
MODES = ("propose", "auto")
TRIGGERS = (*SEVERITIES, *(known.value for known in CLASSES))
"""The events that a step may wait for with `on`."""

_KEYS = ("left", "on", "do", "mode", "actions", "max_runs")
_EXAMPLE = 'ladder = [ { left = "50%", do = "freeze" } ]'
_BELONGS = {"actions": ("tighten", "reduce_scope"), "max_runs": ("reduce_scope",)}


def read(table: Table) -> tuple[LadderStep, ...]:
    """Return the ladder of a table. Steps that cannot be used are noted and left out."""
    found: list[LadderStep] = []
    for place in table.list_of_tables("ladder", _EXAMPLE):
        place.refuse_unknown(_KEYS)
        step = _step(place)
        if not place.bad and any(_moment(other) == _moment(step) for other in found):
            place.bad.add("do")
            place.problems.add(
                place.at, f'says {when(step)}, do = "{step.do}" a second time; one step is enough'
            )
        if place.bad:
            table.bad.add("ladder")
        else:
            found.append(step)
    return tuple(found)


def _step(table: Table) -> LadderStep:
    if len(table.written & {"left", "on"}) != 1:
        table.bad.add("on")
        table.problems.add(
            table.at,
            'needs either left or on, and not both; write left = "50%" for a budget, '
            f"or on = {listed(TRIGGERS)}",
        )
    table.need("do", f"write {listed(DO)}")
    left = table.take("left", kinds.share(0, PPM - 1), 0)
    step = LadderStep(
        do=table.take("do", words.choice(DO), ""),
        left_ppm=left if "left" in table.written else None,
        on=table.take("on", words.choice(TRIGGERS), ""),
        mode=table.take("mode", words.choice(MODES), "propose"),
        actions=table.take("actions", words.names, ()),
        max_runs=table.take("max_runs", _runs, None),
    )
    if step.do:
        _fitting(table, step)
    return step


def _fitting(table: Table, step: LadderStep) -> None:
    """Note what the step says but could not carry out."""
    for key, steps in _BELONGS.items():
        if key in table.written and step.do not in steps:
            reason = f'means nothing for do = "{step.do}"; it belongs to {listed(steps)}'
            table.refuse(key, reason)
    if step.do == "reduce_scope" and not step.actions and step.max_runs is None and not table.bad:
        table.bad.add("do")
        table.problems.add(
            table.at,
            "would reduce nothing; write the actions that stay allowed, or max_runs = 1 "
            "for one run at a time",
        )


def _runs(value: object) -> int:
    if value == 0 and not isinstance(value, bool):
        raise UnusableError('is what do = "pause" is for; the lowest that works is 1')
    return kinds.whole(1)(value)


def _moment(step: LadderStep) -> tuple[str, int | None, str]:
    return step.do, step.left_ppm, step.on


def when(step: LadderStep) -> str:
    """Return a step's trigger as it is written: `left = "50%"` or `on = "page"`."""
    if step.left_ppm is not None:
        return f'left = "{share_text(step.left_ppm)}"'
    return f'on = "{step.on}"'


def with_actions(
    ladder: tuple[LadderStep, ...], approval_required: tuple[str, ...]
) -> tuple[LadderStep, ...]:
    """Return a ladder in which a `tighten` that lists no actions is about `approval_required`."""
    return tuple(
        step._replace(actions=approval_required)
        if step.do == "tighten" and not step.actions
        else step
        for step in ladder
    )
