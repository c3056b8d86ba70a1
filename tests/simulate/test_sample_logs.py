"""The committed sample logs: their settings fit them, and their end is worth looking at."""

from __future__ import annotations

import tomllib
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from console.settings import load
from console.simulate import Truth, read_truth
from tests.simulate.oracle import Reading, Rules, read_route

SAMPLE = Path(__file__).parents[2] / "sample_logs"
END = datetime.fromisoformat("2026-11-19T15:30:00Z")
ALLOWED_PPM = {"low": 50_000, "medium": 20_000, "high": 10_000, "critical": 5_000}
SECONDS = {"s": 1, "m": 60, "h": 3600}


@pytest.fixture(scope="module")
def truth() -> Truth:
    return read_truth(SAMPLE / "logs.truth.json")


@pytest.fixture(scope="module")
def settings() -> dict[str, Any]:
    return tomllib.loads((SAMPLE / "burnline.toml").read_text(encoding="utf-8"))


def seconds(text: str | None) -> int | None:
    return int(text[:-1]) * SECONDS[text[-1]] if text else None


def readings(name: str, table: dict[str, Any]) -> list[Reading]:
    rules = Rules(
        seconds(table.get("sla")),
        seconds(table.get("escalate_within", "15m")) or 0,
        seconds(table.get("recover_within")),
        table.get("requires", []),
        table.get("approval_required", []),
    )
    return [
        one for one in read_route(SAMPLE / "logs" / name, rules, END).values() if not one.cancelled
    ]


def left(truth: Truth, name: str) -> float:
    route = truth.routes[name]
    return 1 - route.bad * 1_000_000 / (ALLOWED_PPM[route.tier] * route.closed)


def test_they_are_eight_routes_of_all_four_tiers_under_three_megabytes() -> None:
    truth = read_truth(SAMPLE / "logs.truth.json")
    assert len(truth.routes) == 8
    assert {route.tier for route in truth.routes.values()} == set(ALLOWED_PPM)
    files = (path for path in SAMPLE.rglob("*") if path.is_file())
    assert sum(path.stat().st_size for path in files) < 3_000_000


def test_the_settings_are_valid() -> None:
    found = load(SAMPLE / "burnline.toml")
    assert [source.path for source in found.sources] == [SAMPLE / "logs"]
    kinds = {step.do for route in found.routes.values() for step in route.ladder}
    assert kinds == {"freeze", "tighten", "reduce_scope", "pause"}


def test_the_settings_describe_every_route_as_it_was_simulated(
    truth: Truth, settings: dict[str, Any]
) -> None:
    assert set(settings["route"]) == set(truth.routes)
    for name, table in settings["route"].items():
        route = truth.routes[name]
        assert table["tier"] == route.tier
        assert seconds(table.get("sla")) == route.sla_s
        assert seconds(table.get("recover_within")) == route.recover_within_s
        assert seconds(table.get("escalate_within", "15m")) == route.escalate_within_s
        assert table.get("approval_required", []) == route.approval_required
        assert set(table.get("requires", [])) <= set(route.requires)


def test_the_settings_answer_the_five_questions_and_act_on_nothing_by_themselves(
    settings: dict[str, Any],
) -> None:
    assert not {"store", "control"} & set(settings)
    for table in settings["route"].values():
        assert {"outcome", "owner", "deputy", "freeze_kinds", "exit"} <= set(table)
        assert all(step.get("mode", "propose") == "propose" for step in table.get("ladder", []))


def test_with_these_settings_the_logs_hold_the_intended_misses_and_no_other(
    truth: Truth, settings: dict[str, Any]
) -> None:
    for name, table in settings["route"].items():
        found = {one.run: set(one.misses) for one in readings(name, table) if one.misses}
        wanted: dict[str, set[str]] = {}
        for error_class, runs in truth.routes[name].missed.items():
            for run in runs:
                wanted.setdefault(run, set()).add(error_class)
        assert found == wanted, name


def test_at_the_end_one_budget_is_spent_one_nearly_and_the_others_are_not(truth: Truth) -> None:
    shares = {name: left(truth, name) for name in truth.routes}
    assert [name for name, share in shares.items() if share <= 0] == ["invoice-triage"]
    assert [name for name, share in shares.items() if 0 < share < 0.1] == ["contract-summaries"]
    assert sum(share > 0.5 for share in shares.values()) >= 4


def test_at_the_end_one_route_burns_fast_enough_to_page(
    truth: Truth, settings: dict[str, Any]
) -> None:
    found = readings("support-drafts", settings["route"]["support-drafts"])
    for minutes in (60, 5):
        since = END - timedelta(minutes=minutes)
        inside = [one for one in found if one.at is not None and since < one.at <= END]
        bad = sum(bool(one.misses) for one in inside)
        assert bad * 1_000_000 >= 14.4 * len(inside) * ALLOWED_PPM["medium"]


def test_only_the_breach_is_a_hard_stop(truth: Truth) -> None:
    stops = {
        name
        for name, route in truth.routes.items()
        if (route.tier in ("high", "critical") and route.misses["permission"])
        or (route.tier == "critical" and route.misses["recovery"])
    }
    assert stops == {"refunds"}
