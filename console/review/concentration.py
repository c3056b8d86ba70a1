"""Where misses lie thicker than runs: one agent, one hour of the day, one version, one change."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from console.burn.windows import Span
from console.model import MINUTE_US
from console.store import figures, findings
from console.store import past as evidence

if TYPE_CHECKING:
    from console.review.past import Past
    from console.store.connect import Connection
    from console.store.figures import Figure

_T = TypeVar("_T", str, int)
_FEWEST = 3
_TIMES = 2
"""A part is worth naming from three misses on, where it misses at least twice as often."""


class Thick(NamedTuple):
    """A part in which misses lie thick: in words, its bad runs, and the other numbers said."""

    words: str
    misses: Figure
    others: dict[str, Figure]


def concentration(connection: Connection, past: Past) -> tuple[Thick, ...]:
    """Return what misses depend on."""
    scope = figures.Scope(past.route.name, past.span)
    found: list[Thick] = []
    agents = evidence.runs_by_agent(connection, past.route.name, past.span)
    agent = _thick(Counter(run.agent for run in past.bad if run.agent), agents, past)
    if agent is not None:
        words = f"agent {agent} missed out of proportion to its {agents[agent]} runs"
        misses = figures.bad_where(connection, scope, agent=agent)
        closed = findings.closed_by(connection, scope, agent)
        found.append(Thick(words, misses, {"closed": closed}))
    hours = Counter[int]()
    for minute, counts in past.cells:
        hours[_hour(minute)] += counts.total
    hour = _thick(Counter(_hour(run.minute) for run in past.bad), hours, past)
    if hour is not None:
        words = (
            f"the hour from {hour:02d}:00 UTC missed out of proportion to its {hours[hour]} runs"
        )
        misses = figures.bad_where(connection, scope, hour=hour)
        closed = findings.closed_in_hour(connection, scope, hour)
        found.append(Thick(words, misses, {"closed": closed}))
    return (*found, *_versions(connection, past))


def _hour(minute: int) -> int:
    return minute // 60 % 24


def _thick(bad: Counter[_T], closed: dict[_T, int], past: Past) -> _T | None:
    """Return the part with most misses, if it misses at least twice as often as the others."""
    for part, count in bad.most_common(1):
        runs, rest = closed.get(part, 0), past.total - closed.get(part, 0)
        others = len(past.bad) - count
        if count >= _FEWEST and rest and runs and count * rest >= _TIMES * others * runs:
            return part
    return None


def _versions(connection: Connection, past: Past) -> tuple[Thick, ...]:
    """Return what changed with each change of the span: misses before and after, up to the next."""
    ends = [item.at_us // MINUTE_US for item in past.deployed] + [past.span.end]
    found: list[Thick] = []
    for place, item in enumerate(past.deployed):
        at, until = ends[place], ends[place + 1]
        since = max(past.span.first, ends[place - 1] if place else past.span.first)
        if not past.span.first <= at < past.span.end:
            continue
        after = sum(at <= run.minute < until for run in past.bad)
        before = sum(since <= run.minute < at for run in past.bad)
        closed, earlier = past.closed(at, until), past.closed(since, at)
        if after >= _FEWEST and closed and after * earlier >= _TIMES * before * closed:
            words = (
                f"since {item.words} {after} of {closed} runs missed, before it {before} of "
                f"{earlier}"
            )
            scope = figures.Scope(past.route.name, Span(at, until))
            earlier_scope = figures.Scope(past.route.name, Span(since, at))
            others = {
                "closed": figures.closed(connection, scope, "total"),
                "misses_before": figures.bad_where(connection, earlier_scope),
                "closed_before": figures.closed(connection, earlier_scope, "total"),
            }
            found.append(Thick(words, figures.bad_where(connection, scope), others))
    return tuple(found)
