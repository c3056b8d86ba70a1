"""When a route is expected to work, and when tickets wait."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest

from console.settings.hours import Hours, parse_quiet_hours, parse_schedule, within
from tests.settings.writing import refusal, refused, route

MONDAY_TO_FRIDAY = frozenset(range(5))
EVERY_DAY = frozenset(range(7))


def at(weekday: int, hour: int, minute: int = 0) -> datetime:
    """Return a local time in a week that begins on Monday the 2nd."""
    return datetime(2026, 3, 2 + weekday, hour, minute)  # noqa: DTZ001


def test_a_schedule_is_days_and_hours() -> None:
    assert parse_schedule("Mon-Fri 08:00-18:00") == (Hours(MONDAY_TO_FRIDAY, 480, 1080),)


def test_a_schedule_may_have_several_stretches_and_single_days() -> None:
    found = parse_schedule("Mon-Fri 08:00-18:00, Sat 09:00-12:00, 23:00-24:00")
    assert found[1] == Hours(frozenset({5}), 540, 720)
    assert found[2] == Hours(EVERY_DAY, 1380, 1440)


def test_days_may_run_over_the_weekend() -> None:
    assert parse_schedule("Sat-Mon 08:00-09:00")[0].days == {5, 6, 0}


def test_the_end_of_a_stretch_is_outside_it() -> None:
    hours = parse_schedule("Mon-Fri 08:00-18:00")
    assert within(hours, at(0, 8))
    assert within(hours, at(4, 17, 59))
    assert not within(hours, at(0, 7, 59))
    assert not within(hours, at(0, 18))
    assert not within(hours, at(5, 12))


def test_a_stretch_past_midnight_belongs_to_the_day_it_starts_on() -> None:
    hours = parse_schedule("Fri 22:00-06:00")
    assert within(hours, at(4, 23))
    assert within(hours, at(5, 5, 59))
    assert not within(hours, at(4, 5))
    assert not within(hours, at(5, 6))


def test_quiet_hours_are_every_day() -> None:
    quiet = (parse_quiet_hours("22:00-07:00"),)
    assert within(quiet, at(0, 22))
    assert within(quiet, at(6, 6, 59))
    assert not within(quiet, at(6, 7))


@pytest.mark.parametrize(
    "text",
    ["Mon-Fri", "8:00-18:00", "Mon 08:00", "Mon-Fri 08:00-25:00", "Mom 08:00-18:00", "08:60-09:00"],
)
def test_what_is_no_schedule_says_how_to_write_one(tmp_path: Path, text: str) -> None:
    assert 'write it like "Mon-Fri 08:00-18:00"' in refusal(tmp_path, f'schedule = "{text}"')


def test_a_stretch_that_ends_when_it_begins_is_refused(tmp_path: Path) -> None:
    found = refusal(tmp_path, 'schedule = "08:00-08:00"')
    assert found.endswith('the whole day is "00:00-24:00".')


def test_always_is_no_schedule(tmp_path: Path) -> None:
    tier = '[tier.medium]\nschedule = "Mon 08:00-09:00"'
    assert route(tmp_path, 'schedule = "always"', tier).schedule == ""


def test_quiet_hours_on_some_days_are_refused(tmp_path: Path) -> None:
    found = refused(tmp_path, '[[notify]]\nfile = "a"\nquiet_hours = "Sat 22:00-07:00"\n')
    assert "are quiet hours of every day" in found[0]
