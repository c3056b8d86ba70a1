"""The time window of an OpenSLO SLO as a budget window: rolling days, or a calendar unit."""

from __future__ import annotations

import re
from datetime import datetime

from console.export import openslo
from console.export.fields import Fields
from console.export.yaml_reading import Mapping
from console.model import Window
from console.settings.problems import UnusableError
from console.settings.values import parse_timezone

_ROLLING = re.compile(r"([1-9]\d{0,4})([dw])", re.ASCII)
_DAYS = {"d": 1, "w": 7}
_UNITS = {duration: unit for unit, duration in openslo.UNITS.items()}
_TIME = "%Y-%m-%d %H:%M:%S"
_STARTS = {"week": "a Monday", "month": "the first of a month"}


def read(spec: Fields) -> Window:
    """Return the budget window; what cannot be one is a problem, and the default is returned."""
    windows = spec.values("timeWindow") or []
    at, value = windows[0] if len(windows) == 1 else ("", None)
    if not isinstance(value, Mapping):
        spec.problem("timeWindow", "has to have one window")
        return Window()
    return _window(Fields(value, at, spec.account))


def _window(fields: Fields) -> Window:
    calendar = "calendar" in fields
    rolling = fields.flag("isRolling")
    duration = fields.scalar("duration") or ""
    inner = fields.inner("calendar")
    fields.rest()
    if rolling is False or (rolling is None and calendar):
        return _calendar(fields, inner, duration)
    inner.rest("is not carried over: the window is rolling")
    match = _ROLLING.fullmatch(duration)
    if match is None:
        words = f"is {duration or 'missing'}; a rolling window is whole days or weeks, such as 30d"
        fields.problem("duration", words)
        return Window()
    return Window(days=int(match[1]) * _DAYS[match[2]])


def _calendar(fields: Fields, calendar: Fields, duration: str) -> Window:
    unit = _UNITS.get(duration)
    zone = calendar.scalar("timeZone") or ""
    start = calendar.scalar("startTime") or ""
    calendar.rest()
    if unit is None:
        words = f"is {duration or 'missing'}; a calendar window is {', '.join(_UNITS)}"
        fields.problem("duration", words)
        return Window()
    try:
        parse_timezone(zone)
    except UnusableError as error:
        calendar.problem("timeZone", str(error))
        return Window()
    if not _begins(start, unit):
        first = f" of {_STARTS[unit]}" if unit in _STARTS else ""
        calendar.problem("startTime", f"is {start or 'missing'}; a {unit} begins at 00:00{first}")
    return Window(days=None, unit=unit, timezone=zone)


def _begins(start: str, unit: str) -> bool:
    """Say whether a unit of the calendar begins then, by the clock of its zone."""
    try:
        at = datetime.strptime(start, _TIME)  # noqa: DTZ007 - the zone stands beside it
    except ValueError:
        return False
    midnight = (at.hour, at.minute, at.second) == (0, 0, 0)
    return midnight and (unit == "day" or (at.weekday() == 0 if unit == "week" else at.day == 1))
