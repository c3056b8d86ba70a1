"""Every number of the JSON document stands beside the query that recomputes it."""

from __future__ import annotations

import re
import sqlite3
from typing import TYPE_CHECKING, Any

import pytest

from console.intake.times import instant_us
from console.model import MINUTE_US
from console.review.documents import document

if TYPE_CHECKING:
    from collections.abc import Iterator

    from console.settings import RouteSettings
    from tests.review.conftest import Fleet


@pytest.fixture(scope="module", params=["simulated", "sample"])
def fleet(request: pytest.FixtureRequest) -> Fleet:
    reviewed: Fleet = request.getfixturevalue(request.param)
    return reviewed


@pytest.fixture(scope="module")
def found(fleet: Fleet) -> dict[str, Any]:
    return document(fleet.review)


def parts(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every dictionary and every bare number of a document with its path."""
    if isinstance(value, dict):
        yield path, value
        if not {"query", "command"} & value.keys() or "value" not in value:
            for name, inner in value.items():
                if name not in {"query", "rows"}:
                    yield from parts(inner, f"{path}.{name}")
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from parts(inner, f"{path}[{place}]")
    elif isinstance(value, (int, float)) and not isinstance(value, bool):
        yield path, value


def test_no_number_stands_without_its_query_or_command(found: dict[str, Any]) -> None:
    assert [path for path, value in parts(found) if isinstance(value, (int, float))] == []


def test_each_query_gives_its_figure_in_any_sqlite_tool(
    found: dict[str, Any], fleet: Fleet
) -> None:
    connection = sqlite3.connect(f"file:{fleet.store}?mode=ro", uri=True)
    asked = 0
    for path, value in parts(found):
        if not isinstance(value, dict) or "query" not in value:
            continue
        rows = connection.execute(value["query"]).fetchall()
        expected = value["rows"] if "rows" in value else [[value["value"]]]
        assert [list(row) for row in rows] == expected, path
        asked += 1
    connection.close()
    assert asked > 300


def words_of(view: dict[str, Any]) -> Iterator[tuple[str, list[str], dict[str, Any]]]:
    """Yield every sentence of a route that may say a number, quotations, and what it speaks of."""
    for item in view["incidents"]:
        yield item["words"], [item["change"] or ""], item
    for item in view["concentration"]:
        yield item["words"], [mark["words"] for mark in view["marks"]], item
    incidents = [item["words"] for item in view["incidents"]]
    for text in view["verdict"]["because"]:
        yield text, incidents, {"verdict": view["verdict"], "experienced": view["experienced"]}
    for item in view["verdict"]["weaknesses"]:
        yield item["because"], incidents, view["verdict"]
    yield view["cost"]["trend"], [], view["cost"]["trend_tenths"]


def allowed(about: dict[str, Any], route: RouteSettings) -> set[str]:
    """Return the numbers that may be said: figures, thresholds, and lengths between the ends."""
    values = [
        (path, value["value"])
        for path, value in parts(about)
        if isinstance(value, dict) and "query" in value and "value" in value
    ]
    said = {str(value) for _, value in values}
    if about.keys() == {"value", "query"} and about["value"] is not None:
        said = {f"{about['value'] / 10:.1f}"}
    said |= {
        f"{value / 100:.2f}" for path, value in values if "hundredths" in path and value is not None
    }
    said |= {str(route.min_runs), str(route.min_misses), "3"}
    if "from" in about:
        ends = (instant_us(about[end]) // MINUTE_US for end in ("from", "to"))
        minutes = -int.__sub__(*ends)
        said |= {str(minutes), str(minutes // 1440)}
    return said


def test_every_number_in_words_stands_beside_its_query_too(
    found: dict[str, Any], fleet: Fleet
) -> None:
    settings = {view.settings.name: view.settings for view in fleet.review.routes}
    asked = 0
    for view in found["routes"]:
        reasons = [item["reason"] for item in view["signatures"]]
        for text, quoted, about in words_of(view):
            plain = text
            for quotation in sorted(filter(None, [*quoted, *reasons]), key=len, reverse=True):
                plain = plain.replace(quotation, "")
            plain = re.sub(r"\b\d\d:\d\d\b|^agent \S+", "", plain)
            numbers = re.findall(r"\d+(?:\.\d+)?", plain)
            assert set(numbers) <= allowed(about, settings[view["route"]]), text
            asked += len(numbers)
    assert asked > 20


def test_a_number_that_no_query_gives_would_be_seen(found: dict[str, Any], fleet: Fleet) -> None:
    (view,) = (one for one in fleet.review.routes if one.settings.name == "invoice-triage")
    (item,) = (one for one in found["routes"] if one["route"] == "invoice-triage")
    (slow,) = (one for one in item["incidents"] if one["kind"] == "slow burn")
    burn = slow["figures"]["burn_hundredths"]["value"]
    assert f"{burn / 100:.2f}x" in slow["words"]
    assert f"{(burn + 1) / 100:.2f}" not in allowed(slow, view.settings)


def test_what_is_experienced_is_what_the_truth_says(fleet: Fleet, found: dict[str, Any]) -> None:
    for view in found["routes"]:
        truth = fleet.truth.routes[view["route"]]
        counts = {name: view["experienced"][name]["value"] for name in ("total", "bad")}
        assert counts == {"total": truth.closed, "bad": truth.bad}
        for name, count in truth.misses.items():
            assert view["experienced"][name]["value"] == count


def test_misses_of_the_verdict_are_disjoint_and_together_all(found: dict[str, Any]) -> None:
    for view in found["routes"]:
        shares = view["verdict"]["misses"].values()
        assert sum(item["value"] for item in shares) == view["experienced"]["bad"]["value"]
