"""Columns on a screen of any width."""

from __future__ import annotations

import pytest

from console.tui.figures.spans import plain, width_of
from console.tui.render.fleet import COLUMNS
from console.tui.render.grid import heading, layout


def keys(width: int) -> list[str]:
    """Return the columns that stay on a screen with `width` cells for a row."""
    return [column.key for column, _ in layout(COLUMNS, width)]


def test_a_wide_screen_shows_every_column() -> None:
    assert keys(117) == [column.key for column in COLUMNS]


def test_eighty_columns_keep_what_decides_and_the_classes_in_one_narrow_column() -> None:
    assert keys(77) == ["state", "route", "budget", "burn", "gone", "misses", "control"]
    assert {column.key: cells for column, cells in layout(COLUMNS, 77)}["misses"] == 5
    assert "LTEPR" in plain(heading(layout(COLUMNS, 77), lambda _: "", "~"))


def test_forty_columns_keep_state_route_and_burn() -> None:
    assert keys(37) == ["state", "route", "burn"]


@pytest.mark.parametrize("width", range(12, 240))
def test_columns_never_need_more_than_there_is(width: int) -> None:
    grid = layout(COLUMNS, width)
    assert sum(cells for _, cells in grid) + len(grid) - 1 <= max(width, 11)
    assert all(cells <= column.widths[2] for column, cells in grid)


def test_the_heading_stands_over_its_columns() -> None:
    grid = layout(COLUMNS, 77)
    titles = heading(grid, lambda column: " v" if column.key == "burn" else "", "~")
    assert width_of(titles) == sum(cells for _, cells in grid) + len(grid) - 1
    assert "burn v" in plain(titles)
