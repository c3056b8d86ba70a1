"""Columns on a screen of any width."""

from __future__ import annotations

from datetime import UTC

import pytest

from console.model import HOUR_US
from console.tui.figures.glyphs import UNICODE
from console.tui.figures.spans import plain, width_of
from console.tui.render.fleet import COLUMNS
from console.tui.render.grid import heading, layout
from console.tui.render.look import Look

from .samples import NOW, route


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


def test_gone_by_sorts_spent_then_soonest_then_on_track_then_unknown() -> None:
    column = next(each for each in COLUMNS if each.key == "gone")
    views = [
        route("d", outlook="no data", exhausts_us=None),
        route("c", outlook="on track", exhausts_us=None),
        route("b2", outlook="exhausts", exhausts_us=NOW + 2 * HOUR_US),
        route("b1", outlook="exhausts", exhausts_us=NOW + HOUR_US),
        route("a", outlook="spent", exhausts_us=None),
    ]
    assert [view.route for view in sorted(views, key=column.order)] == ["a", "b1", "b2", "c", "d"]


def test_a_budget_that_is_gone_tomorrow_says_which_day() -> None:
    look = Look(UNICODE, UTC, NOW)
    column = next(each for each in COLUMNS if each.key == "gone")
    view = route("refunds", outlook="exhausts", exhausts_us=NOW + 17 * HOUR_US)
    assert plain(column.draw(view, look, 15)) == "25 Nov 07:02"
    assert plain(column.draw(view, look, 8)) == "25 Nov"
