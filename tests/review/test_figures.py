"""Every number of the JSON document stands beside the query that recomputes it."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any

import pytest

from console.review.documents import document

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.review.conftest import Fleet


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
