"""Simulated fleets of any size, length and traffic, collected and reviewed."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import msgspec

from console.collector import Collector
from console.intake.times import instant_us
from console.model import SECOND_US
from console.review import build, period
from console.review.types import Review
from console.settings import Measured, RouteSettings, Settings, Source, load
from console.simulate import Truth, simulate
from console.simulate.truth import RouteTruth
from console.store.connect import attach

SAMPLE = Path(__file__).parents[2] / "sample_logs"
END_US = instant_us("2026-11-19T15:30:00Z")


class Fleet(NamedTuple):
    """What to simulate: `lines` is about how many lines of log, None for the usual traffic."""

    seed: int
    days: int = 30
    routes: int = 8
    lines: int | None = None


def reviewed(folder: Path, fleet: Fleet) -> tuple[Truth, Review]:
    """Return a simulation's truth, and the review of all its days, which never sees the truth."""
    logs = folder / "logs"
    truth = simulate(
        logs,
        seed=fleet.seed,
        days=fleet.days,
        routes=fleet.routes,
        lines=fleet.lines,
        end_us=END_US,
    )
    settings = settings_for(truth, logs)
    return truth, review_of(settings, folder / "burnline.db", fleet.days)


def review_of(settings: Settings, store: Path, days: int) -> Review:
    """Return the review of the last days of the logs that the settings name."""
    control = store.parent / "control" / "control.json"
    collector = Collector(settings, store, control, now=lambda: END_US)
    collector.catch_up()
    collector.evaluate()
    collector.close()
    connection = attach(store)
    try:
        whole = period.latest(END_US, days=days)
        return build.review(connection, settings, whole, now_us=END_US)
    finally:
        connection.close()


def sample_settings() -> Settings:
    """Return the settings of the sample logs as they are committed, with no file behind them."""
    return msgspec.structs.replace(load(SAMPLE / "burnline.toml"), path=None)


def settings_for(truth: Truth, logs: Path) -> Settings:
    """Return the settings of the sample logs, with the routes that they do not know added."""
    sample = sample_settings()
    routes = {
        name: sample.routes.get(name) or _route(sample, name, route)
        for name, route in truth.routes.items()
    }
    source = Source(path=logs, format="native")
    return msgspec.structs.replace(sample, sources=(source,), routes=routes)


def _route(sample: Settings, name: str, route: RouteTruth) -> RouteSettings:
    def length_us(seconds: int | None) -> int | None:
        return None if seconds is None else seconds * SECOND_US

    measured = Measured(
        sla_us=length_us(route.sla_s),
        escalate_within_us=route.escalate_within_s * SECOND_US,
        recover_within_us=length_us(route.recover_within_s),
        requires=tuple(route.requires),
        approval_required=tuple(route.approval_required),
    )
    return msgspec.structs.replace(
        sample.tiers[route.tier], name=name, tier=route.tier, explicit=True, measured=measured
    )
