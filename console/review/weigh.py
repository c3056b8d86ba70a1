"""The numbers behind what a review says in words, each with its query."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.burn import windows
from console.model import CLASSES, MINUTE_US
from console.review import incident
from console.review.verdict import GROUPS
from console.store import figures, findings
from console.store.figures import Figure, Scope

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from console.burn.windows import Span
    from console.review.incident import Incident
    from console.review.past import Past
    from console.store.connect import Connection

_DAY = windows.MINUTES_PER_DAY


def inside(connection: Connection, found: Incident) -> Figure:
    """Return how many of the runs that an incident explains missed."""
    return figures.among(connection, found.route, found.runs)


def said_of(connection: Connection, past: Past, found: Incident) -> dict[str, Figure]:
    """Return what an incident says in its words, besides its misses."""
    scope = Scope(found.route, found.span)
    said = {"closed": figures.closed(connection, scope, "total")}
    if found.kind == incident.RESCUES:
        said |= findings.rescues_within(connection, found.route, found.span)
    if found.kind == incident.SLOW:
        counts = inside(connection, found), said["closed"]
        budget_ppm = past.route.budget_ppm
        said["burn_hundredths"] = findings.burn_hundredths(connection, counts, budget_ppm)
    return said


def shares(connection: Connection, scope: Scope, found: Sequence[Incident]) -> dict[str, Figure]:
    """Return the three shares of the misses by where they lie, disjoint and together all."""
    noise, own = _runs(found)
    return figures.shares(connection, scope, noise, own)


def evidence(connection: Connection, past: Past, found: Sequence[Incident]) -> dict[str, Figure]:
    """Return the numbers that the verdict and its words say."""
    scope = Scope(past.route.name, past.span)
    noise, own = _runs(found)
    lonely = figures.shares(connection, scope, noise, own)["spread"]
    total = figures.closed(connection, scope, "total")
    outages = [item.runs for item in found if item.kind in {incident.OUTAGE, incident.BURST}]
    budget_ppm = past.route.budget_ppm
    said = {
        "outside_noise": findings.outside(connection, scope, noise),
        "spread_burn_hundredths": findings.burn_hundredths(connection, (lonely, total), budget_ppm),
        "spread_recoveries": findings.spread(connection, scope, noise, own, "recovery"),
        "outage_days": findings.days_of(connection, past.route.name, outages),
    }
    for word, group in GROUPS:
        said[word] = findings.outside_by_class(connection, scope, noise, sorted(group))
    for item in CLASSES:
        said[item.value] = findings.outside_by_class(connection, scope, noise, [item.value])
    route = past.route
    return said | findings.windows(
        connection, route.name, _ends(past), route.min_runs, route.budget_ppm
    )


def _runs(found: Sequence[Incident]) -> tuple[list[str], list[str]]:
    """Return the runs in outages, and those in incidents of the route's own, disjoint."""
    noise = {run for item in found if item.noise for run in item.runs}
    own = {run for item in found if not item.noise for run in item.runs}
    return sorted(noise), sorted(own - noise)


def windows_met(said: Mapping[str, Figure]) -> tuple[int, int]:
    """Return in how many budget windows that ended within the review the objective was met.

    One a day; windows with fewer than `min_runs` runs say nothing and are left out.
    """
    return said["windows_met"].value or 0, said["windows"].value or 0


def _ends(past: Past) -> list[Span]:
    """Return the budget windows that end with the review, a day before, and so on in it."""
    ends = range(past.span.end, past.span.first, -_DAY)
    return [windows.budget_span(past.route.window, end * MINUTE_US - 1) for end in ends]
