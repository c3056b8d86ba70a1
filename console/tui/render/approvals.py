"""Runs that wait for a human grant, as rows, as a detail, and as the filter sees them."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from console.model import SECOND_US
from console.tui.figures.spans import Line, Tone, line, shorten
from console.tui.query import Fields
from console.tui.render.grid import Column

if TYPE_CHECKING:
    from console.snapshot.types import ApprovalView
    from console.tui.render.look import Look

WORD_FIELDS = ("route", "run", "action", "agent", "order")
NUMBER_FIELDS = ("age",)


def key_of(asked: ApprovalView) -> str:
    """Return what a request is known by."""
    return "\0".join((asked.route, asked.run, asked.action))


def _age(asked: ApprovalView, look: Look, _width: int) -> Line:
    return line((look.age(asked.at_us), Tone.TICKET))


def _action(asked: ApprovalView, look: Look, width: int) -> Line:
    return line((shorten(asked.action, width, look.glyphs.ellipsis), Tone.STRONG))


def _route(asked: ApprovalView, look: Look, width: int) -> Line:
    return line(shorten(asked.route, width, look.glyphs.ellipsis))


def _run(asked: ApprovalView, look: Look, width: int) -> Line:
    return line(shorten(asked.run, width, look.glyphs.ellipsis))


def _agent(asked: ApprovalView, look: Look, width: int) -> Line:
    return line(shorten(asked.agent, width, look.glyphs.ellipsis))


def _by(asked: ApprovalView, _look: Look, _width: int) -> Line:
    return line(asked.directive) if asked.directive else line(("settings", Tone.MUTED))


COLUMNS: tuple[Column[ApprovalView], ...] = (
    Column("age", "waits", (7, 7, 7), 1, _age, lambda asked: asked.at_us, "right"),
    Column("action", "action", (14, 16, 30), 2, _action, lambda asked: asked.action),
    Column("route", "route", (12, 14, 30), 3, _route, lambda asked: asked.route),
    Column("run", "run", (12, 14, 36), 4, _run, lambda asked: asked.run),
    Column("agent", "agent", (10, 10, 20), 5, _agent, lambda asked: asked.agent),
    Column("order", "asked by", (9, 9, 14), 6, _by, lambda asked: asked.directive),
)


def fields(asked: ApprovalView, look: Look) -> Fields:
    """Return a request as the filter sees it; `age` is in seconds."""
    words = {
        "route": asked.route,
        "run": asked.run,
        "action": asked.action,
        "agent": asked.agent,
        "order": asked.directive,
    }
    return Fields(words, {"age": Fraction(look.as_of_us - asked.at_us, SECOND_US)})


def waiting_for(asked: ApprovalView, look: Look) -> list[Line]:
    """Return since when a run waits, and what demands that a human looks at it."""
    why = (
        f"order {asked.directive} demands it: the run's clock stands still until you answer"
        if asked.directive
        else "the settings or the agent demand it: the run's clock goes on"
    )
    who = asked.agent or "an agent that gave no name"
    since = f"{look.stamp(asked.at_us)} ({look.age(asked.at_us)})"
    return [line(("asked by ", Tone.MUTED), who, f" since {since}"), line((why, Tone.MUTED))]
