"""`preset` and `[source.map]` of a source -> a mapping that is known to make sense.

What the language can say is in `generic`. Everything wrong is found at once, one sentence a
problem, each naming the key and what to write instead.
"""

from __future__ import annotations

from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from console.intake.formats.generic_fields import FIELDS, coerced, no_event
from console.intake.formats.generic_presets import AUTO, LOGFMT, PRESETS, Preset
from console.intake.formats.generic_rules import Rule, parse_tests, refuse_unknown
from console.intake.formats.generic_times import TEXT_UNIT, UNITS, parse_zone, unit_in_name
from console.intake.formats.generic_values import (
    Constant,
    Expression,
    Place,
    parse,
    parse_place,
    parse_template,
)
from console.model import EVENTS
from console.settings.problems import UnusableError, listed, nearest, quoted, shown
from console.text import clean

_EXTRA_KEYS = ("rules", "latency", "timezone", "derive_start")
OPTIONS = ("preset", "map")


class Latency(NamedTuple):
    """Where a duration stands, and in which unit."""

    place: Place
    unit: str


class Mapping(msgspec.Struct, kw_only=True):
    """What a source's settings say, ready to be used. `preset` is None where the line decides.

    `route` is what the source's own `route` says, for lines without one.
    """

    preset: Preset | None = None
    fields: dict[str, Expression] = {}
    rules: tuple[Rule, ...] = ()
    latency: Latency | None = None
    zone: ZoneInfo | None = None
    derive_start: bool = False
    route: Expression | None = None

    @property
    def logfmt(self) -> bool | None:
        """Say whether lines are logfmt and not JSON; None where each line decides."""
        return None if self.preset is None else self.preset.name == LOGFMT


def check(options: dict[str, object]) -> list[str]:
    """Return what is wrong with the options of a source, one sentence a problem."""
    return [clean(problem) for problem in _compiled(options)[1]]


def mapping(options: dict[str, object], route: str = "") -> Mapping:
    """Return the mapping that options say, with the source's `route` for lines without one.

    Raises:
        ValueError: with the first sentence of what is wrong.
    """
    found, problems = _compiled(options)
    if problems:
        raise ValueError(clean(problems[0]))
    if route.strip():
        try:
            found.route = _route(route.strip())
        except ValueError as reason:
            raise ValueError(f"route {reason}") from None
    return found


def _route(text: str) -> Expression:
    """Return the template of a source: plain words are a constant, unlike in the map."""
    if text.startswith("/") and "{" not in text and "}" not in text:
        return parse(text)
    return parse_template(text)


def _compiled(options: dict[str, object]) -> tuple[Mapping, list[str]]:
    problems = [_unknown_option(key) for key in options if key not in OPTIONS]
    found = Mapping()
    try:
        found.preset = _preset(options.get("preset", AUTO))
    except ValueError as reason:
        problems.append(f"preset {reason}")
    raw = options.get("map", {})
    if not isinstance(raw, dict):
        problems.append(f"map = {shown(raw)} is no table; write its keys under [source.map]")
        return found, problems
    for key, value in raw.items():
        try:
            _take(found, key, value)
        except RecursionError:
            problems.append(f"{_named(key)} is nested too deeply; write it flat")
        except ValueError as reason:
            apart = "" if str(reason).startswith("[") else " "
            problems.append(f"{_named(key)}{apart}{reason}")
    if not problems:
        problems += _together(found)
    return found, problems


def _take(found: Mapping, key: str, value: object) -> None:
    """Read one key of the map into the mapping.

    Raises:
        ValueError: it cannot be used; the words go on from the key.
    """
    if key == "rules":
        found.rules = _rules(value)
    elif key == "latency":
        found.latency = _latency(value)
    elif key == "timezone":
        found.zone = _zone(value)
    elif key == "derive_start":
        if not isinstance(value, bool):
            raise UnusableError(f"= {shown(value)} is neither true nor false; write true or false")
        found.derive_start = value
    elif key in FIELDS:
        found.fields[key] = _field(key, value)
    else:
        best = nearest(key, (*FIELDS, *_EXTRA_KEYS, *OPTIONS))
        if best in OPTIONS:
            raise UnusableError("belongs above the map; write it under [[source]] itself")
        ending = f"the nearest that is known is {best}" if best else "there is no such native field"
        raise UnusableError(f"is not a known key; {ending}")


def _unknown_option(key: str) -> str:
    if key in (*FIELDS, *_EXTRA_KEYS):
        return f"{_plain(key)} belongs into the map; write it under [source.map]"
    best = nearest(key, OPTIONS)
    ending = f"the nearest that is known is {best}" if best else f"there are {listed(OPTIONS)}"
    return f"{_plain(key)} is not a known key of a generic source; {ending}"


def _preset(value: object) -> Preset | None:
    if value == AUTO:
        return None
    if isinstance(value, str) and value in PRESETS:
        return PRESETS[value]
    best = nearest(value, (AUTO, *PRESETS)) if isinstance(value, str) else None
    ending = f"the nearest is {quoted(best)}" if best else f"there are {listed((AUTO, *PRESETS))}"
    raise UnusableError(f"= {shown(value)} is not known; {ending}")


def _field(field: str, value: object) -> Expression:
    """Return the expression for a field, what is written in it checked to fit."""
    if field == "event" and isinstance(value, str) and value in EVENTS:
        value = {"const": value}
    found = parse(value)
    for settled in found.settled():
        reason = no_event(settled) if field == "event" else ""
        if field not in ("event", "ts"):
            try:
                coerced(field, settled)
            except ValueError as words:
                reason = str(words)
        if reason:
            raise UnusableError(f"says {shown(settled)}, which {reason}")
    if field == "ts" and isinstance(found, Constant):
        raise UnusableError("is a constant, which would put all lines at one time; write a pointer")
    return found


def _rules(raw: object) -> tuple[Rule, ...]:
    if not isinstance(raw, list) or not raw:
        raise UnusableError("is no list of rules; write each under [[source.map.rules]]")
    return tuple(_rule(index, rule) for index, rule in enumerate(raw))


def _rule(index: int, raw: object) -> Rule:
    place = f"[{index}]"
    if not isinstance(raw, dict):
        raise UnusableError(f'{place} is no rule; write when = {{"/outcome" = "ok"}} and an event')
    try:
        refuse_unknown(raw)
    except ValueError as reason:
        raise UnusableError(f"{place} {reason}") from None
    if "when" not in raw or "event" not in raw:
        missing = "event" if "when" in raw else "when"
        raise UnusableError(f"{place} has no {missing}; a rule needs when and event")
    fields: dict[str, Expression] = {}
    for key, value in raw.items():
        try:
            if key == "when":
                tests = parse_tests(value)
            else:
                fields[key] = _field(key, value)
        except ValueError as reason:
            raise UnusableError(f"{place}.{key} {reason}") from None
    return Rule(tests, fields)


def _latency(raw: object) -> Latency:
    if isinstance(raw, str):
        raw = {"from": raw}
    if not isinstance(raw, dict) or not {"from"} <= raw.keys() <= {"from", "unit"}:
        raise UnusableError('is no duration; write latency = {from = "/took", unit = "ms"}')
    try:
        place = parse_place(raw["from"])
    except ValueError as reason:
        raise UnusableError(f"from = {shown(raw['from'])} {reason}") from None
    unit = raw.get("unit", unit_in_name(place.text))
    if unit == "":
        raise UnusableError(
            f"does not say its unit; write {{from = {quoted(place.text)}, "
            f'unit = "ms"}}, or unit = "text" if the value says it, like "3.2s"'
        )
    if not isinstance(unit, str) or (unit not in UNITS and unit != TEXT_UNIT):
        raise UnusableError(f"has unit = {shown(unit)}; there are {listed((*UNITS, TEXT_UNIT))}")
    return Latency(place, unit)


def _zone(value: object) -> ZoneInfo:
    try:
        return parse_zone(value)
    except ValueError as reason:
        raise UnusableError(f"= {shown(value)} {reason}") from None


def _together(found: Mapping) -> list[str]:
    """Return what keys that are each in order say against each other."""
    problems = []
    if found.derive_start and found.latency is None and "elapsed_s" not in found.fields:
        problems.append(
            "map.derive_start = true needs to know how long a run took; "
            'write latency = {from = "/took", unit = "ms"} beside it'
        )
    if found.latency is not None and "elapsed_s" in found.fields:
        problems.append("map.elapsed_s says the same as map.latency; keep one of them")
    return problems


def _named(key: str) -> str:
    return f"map.{_plain(key)}"


def _plain(key: object) -> str:
    return shown(key)[1:-1] if isinstance(key, str) else shown(key)
