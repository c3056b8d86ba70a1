"""Metrics as Prometheus reads them, and rules that page where burnline pages.

Counts are gauges over each window that the rules of a route use, labelled `window`, and `budget`
for its budget window: they are sums that go up and down, not counters. A rule divides them as
burnline does; below `min_runs` burnline looks at absolute spend, which the rules here do as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.burn import arithmetic, rules, windows
from console.export.decimals import exact, share
from console.model import CLASSES, SECOND_US, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from fractions import Fraction

    from console.export.yaml import Value
    from console.model import BurnRule
    from console.settings import RouteSettings
    from console.snapshot.types import RouteView, Snapshot

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
HELP = {
    "burnline_runs": "Runs closed in a window, as experienced.",
    "burnline_bad_runs": "Runs closed in a window that missed, as experienced.",
    "burnline_class_misses": "Runs of the budget window that missed, by class, as charged.",
    "burnline_budget_ratio": "The share of runs that the objective allows to miss.",
    "burnline_budget_remaining_ratio": "The share of the budget left, as charged; may be negative.",
    "burnline_open_runs": "Runs with no verdict yet.",
    "burnline_alerts": "Alerts that stand, by severity.",
    "burnline_last_event_timestamp_seconds": "When the route was last heard of.",
    "burnline_control_generation": "The newest generation of the control file.",
    "burnline_rejected_lines": "Pieces of logs that could not be read.",
}
Sample = tuple[str, dict[str, str], str]


def selector(route: str, window: str) -> str:
    """Return the label matcher of a route and a window."""
    return _labels({"route": route, "window": window})


def exposition(snapshot: Snapshot) -> str:
    """Return the metrics of a snapshot in the text format."""
    found: dict[str, list[str]] = {name: [] for name in HELP}
    for name, labels, value in samples(snapshot):
        found[name].append(f"{name}{_labels(labels)} {value}")
    lines = []
    for name, written in found.items():
        if written:
            lines += [f"# HELP {name} {HELP[name]}", f"# TYPE {name} gauge", *written]
    return "\n".join(lines) + "\n"


def samples(snapshot: Snapshot) -> Iterator[Sample]:
    """Yield (name, labels, value as text) of every metric of a snapshot."""
    for view in snapshot.routes:
        yield from _of_route(view)
    yield "burnline_control_generation", {}, str(snapshot.store.generation)
    yield "burnline_rejected_lines", {}, str(snapshot.store.rejected)


def _of_route(view: RouteView) -> Iterator[Sample]:
    named = {"route": view.route}
    budget = ("budget", view.experienced)
    for label, counts in (*((burn.label, burn.counts) for burn in view.burn), budget):
        yield "burnline_runs", {**named, "window": label}, str(counts.total)
        yield "burnline_bad_runs", {**named, "window": label}, str(counts.bad)
    for error_class in CLASSES:
        labels = {**named, "class": error_class.value}
        yield "burnline_class_misses", labels, str(view.counts.of(error_class))
    yield "burnline_budget_ratio", named, str(share(view.budget_ppm))
    if view.remaining is not None:
        yield "burnline_budget_remaining_ratio", named, str(exact(view.remaining))
    yield "burnline_open_runs", named, str(view.open)
    for severity in Severity:
        standing = sum(
            alert.severity == severity and alert.state != "resolved" for alert in view.alerts
        )
        yield "burnline_alerts", {**named, "severity": severity.value}, str(standing)
    if view.last_event_us is not None:
        at_s = str(view.last_event_us // SECOND_US)
        yield "burnline_last_event_timestamp_seconds", named, at_s


def _labels(labels: dict[str, str]) -> str:
    if not labels:
        return ""
    return "{" + ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items()) + "}"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")


def rule_groups(routes: Iterable[RouteSettings]) -> Value:
    """Return recording and alerting rules, a group a route."""
    return {"groups": [_group(route) for route in routes]}


def _group(route: RouteSettings) -> Value:
    found = rules.of(route)
    lengths = sorted({length for rule in found for length in (rule.long_us, rule.short_us)})
    recorded: list[Value] = [
        {
            "record": f"route:burnline_burn_rate:{windows.label(length)}",
            "expr": burn(route.name, windows.label(length)),
        }
        for length in lengths
    ]
    return {
        "name": f"burnline {route.name}",
        "rules": [*recorded, *(_alert(route, rule) for rule in found)],
    }


def _alert(route: RouteSettings, rule: BurnRule) -> Value:
    long, short = windows.label(rule.long_us), windows.label(rule.short_us)
    at = f"at {rules.decimal(rule.k)}x or more in {long} and in {short}"
    return {
        "alert": "BurnlineBudgetBurn",
        "expr": f"({by_ratio(route, rule)}) or ({by_spend(route, rule)})",
        "labels": {"severity": rule.severity.value, "window": long},
        "annotations": {"summary": f"the error budget of {{{{ $labels.route }}}} burns {at}"},
    }


def metric(name: str, route: str, window: str = "") -> str:
    """Return a metric of a route as one value without other labels than the route."""
    where = selector(route, window) if window else _labels({"route": route})
    return f"sum by (route) ({name}{where})"


def burn(route: str, window: str) -> str:
    """Return the burn over a window: (bad/total) / B. Without runs it has no value."""
    runs, bad = (metric(name, route, window) for name in ("burnline_runs", "burnline_bad_runs"))
    return f"{bad} / ({runs} > 0) / {metric('burnline_budget_ratio', route)}"


def by_ratio(route: RouteSettings, rule: BurnRule) -> str:
    """Return when a rule fires by rates: both windows at or over k, on enough runs."""
    long, short = windows.label(rule.long_us), windows.label(rule.short_us)
    enough = f"{metric('burnline_runs', route.name, long)} >= {route.min_runs}"
    bad = f"{metric('burnline_bad_runs', route.name, long)} >= {_fewest(rule)}"
    return f"{_over(route, rule.k, long)} and {_over(route, rule.k, short)} and {enough} and {bad}"


def _over(route: RouteSettings, k: Fraction, window: str) -> str:
    """Return that the burn is at or over `k`, multiplied out: bad * 10^6 >= k * ppm * total.

    With floats 0.72 / 0.05 is 14.399999999999999, and a page at 14.4 would not fire; products of
    integers are exact. Windows without runs are over nothing.
    """
    runs, bad = (
        metric(name, route.name, window) for name in ("burnline_runs", "burnline_bad_runs")
    )
    left, right = arithmetic.PPM * k.denominator, k.numerator * route.budget_ppm
    return f"{bad} * {left} >= {right} * ({runs} > 0)"


def by_spend(route: RouteSettings, rule: BurnRule) -> str:
    """Return when a rule fires on few runs: bad >= share * B * total_T, and enough misses."""
    long = windows.label(rule.long_us)
    bad, runs = (metric(name, route.name, long) for name in ("burnline_bad_runs", "burnline_runs"))
    budget = metric("burnline_runs", route.name, "budget")
    left = arithmetic.PPM * rule.share.denominator
    right = rule.share.numerator * route.budget_ppm
    fewest = max(route.min_misses, _fewest(rule))
    return (
        f"{bad} * {left} >= {right} * {budget} and {bad} >= {fewest} and {runs} < {route.min_runs} "
        f"and {runs} > 0"
    )


def _fewest(rule: BurnRule) -> int:
    """Return how many misses it takes: a single one never pages."""
    return 2 if rule.severity is Severity.PAGE else 1
