"""The one value that everything is drawn from, and how it moves on."""

from __future__ import annotations

from console.model import SECOND_US
from console.tui.frame import Frame, routes_missed_since

from .samples import NOW, route, snapshot, store

FIRST = snapshot(route("refunds"))
SECOND = snapshot(route("refunds", last_miss_us=NOW), route("claims"))


def test_what_the_feed_answers_is_shown_and_live() -> None:
    frame = Frame().arrived(FIRST, NOW)
    assert frame.shown is FIRST
    assert frame.live is FIRST


def test_hold_stops_the_display_and_nothing_else() -> None:
    frame = Frame().arrived(FIRST, NOW).held(NOW).arrived(SECOND, NOW + SECOND_US)
    assert frame.shown is FIRST
    assert frame.live is SECOND
    assert frame.hold is not None
    assert frame.hold.missed == 1


def test_after_hold_the_display_catches_up_at_once() -> None:
    frame = Frame().arrived(FIRST, NOW).held(NOW).arrived(SECOND, NOW).held(NOW)
    assert frame.shown is SECOND
    assert frame.hold is None


def test_hold_counts_how_long_it_lasts() -> None:
    frame = Frame().arrived(FIRST, NOW).held(NOW).ticked(NOW + 42 * SECOND_US)
    assert frame.held_us == 42 * SECOND_US


def test_a_feed_that_fails_leaves_the_last_picture_with_a_sentence() -> None:
    frame = Frame().arrived(FIRST, NOW).failed("the store is locked", NOW)
    assert frame.shown is FIRST
    assert frame.trouble == "the store is locked"
    assert frame.arrived(SECOND, NOW).trouble == ""


def test_a_picture_that_no_longer_moves_is_late() -> None:
    frame = Frame().arrived(FIRST, NOW)
    assert not frame.ticked(NOW + 5 * SECOND_US).late
    assert frame.ticked(NOW + 6 * SECOND_US).late


def test_a_feed_that_has_never_answered_is_late_too() -> None:
    assert Frame(started_us=NOW).ticked(NOW + 6 * SECOND_US).late


def test_new_misses_under_hold_are_counted_by_route() -> None:
    assert routes_missed_since(FIRST, FIRST) == 0
    assert routes_missed_since(FIRST, SECOND) == 2
    quiet = snapshot(route("refunds"), store=store(events=200_000))
    assert routes_missed_since(FIRST, quiet) == 0
