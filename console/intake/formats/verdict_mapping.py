"""The options of a source of verdicts -> where in a result everything stands."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from console.intake.formats.loose import array, at_path, instant, text
from console.intake.formats.route_template import RouteTemplate
from console.intake.formats.verdict_values import Rule, names_option, rule_of, text_option

if TYPE_CHECKING:
    from collections.abc import Mapping as Options

    from console.intake.reading import Context

_BRACES = re.compile(r"\{([^{}]*)\}")
_PATHS = (
    "items",
    "verdict",
    "checks",
    "reason",
    "started",
    "ended",
    "elapsed",
    "failure",
    "calls",
    "expected",
    "handoff",
)
OPTIONS = (
    *Rule.__struct_fields__,
    *("run", "join", "check", "timezone", "fine", "excluded"),
    *_PATHS,
)
"""A source's own keys."""


class Mapping(msgspec.Struct, frozen=True, kw_only=True):
    """Where everything stands in a result; the fields are the options of `verdict`."""

    run: str
    route: RouteTemplate
    rule: Rule
    check: str
    zone: ZoneInfo | None
    fine: tuple[str, ...]
    excluded: tuple[str, ...]
    join: bool
    items: str
    verdict: str
    checks: str
    reason: str
    started: str
    ended: str
    elapsed: str
    failure: str
    calls: str
    expected: str
    handoff: str

    def run_of(self, result: dict[str, Any]) -> str:
        """Return what names the run of a result; "" where a part of it is missing."""
        if "{" not in self.run:
            return text(at_path(result, self.run))
        parts = {path: text(at_path(result, path)) for path in _BRACES.findall(self.run)}
        return _BRACES.sub(lambda braces: parts[braces[1]], self.run) if all(parts.values()) else ""

    def times_of(self, result: dict[str, Any]) -> tuple[int | None, int | None]:
        """Return when the run of a result began and ended, in microseconds, where known."""
        started = at_path(result, self.started) if self.started else None
        ended = at_path(result, self.ended) if self.ended else None
        return instant(started, self.zone), instant(ended, self.zone)

    def handed_off(self, result: dict[str, Any]) -> bool:
        """Say whether the tool that hands off to a human was called."""
        return bool(self.handoff) and _names(at_path(result, self.calls), self.handoff)

    def handoff_expected(self, result: dict[str, Any]) -> bool | None:
        """Say whether that tool should have been called; None where nothing says so."""
        if not self.handoff or not self.expected:
            return None
        expected = at_path(result, self.expected)
        return _names(expected, self.handoff) if isinstance(expected, list) else None


def mapping_of(context: Context, default_route: str) -> Mapping:
    """Return the mapping that a source's options ask for.

    Raises:
        ValueError: an option is missing or has a value of the wrong kind; the message says which.
    """
    options = context.options
    run, join = text_option(options, "run"), options.get("join", False)
    if not run.strip():
        raise ValueError("the option `run` is missing: it says what names the run of a result")
    if join is not True and join is not False:
        raise ValueError("the option `join` must be true or false")
    template = context.route or default_route
    return Mapping(
        run=run,
        route=RouteTemplate(template, _BRACES.findall(template)),
        rule=rule_of(options),
        check=text_option(options, "check") or "qa",
        zone=_zone(options),
        fine=names_option(options, "fine") if "fine" in options else ("unset", "none"),
        excluded=names_option(options, "excluded"),
        join=bool(join),
        **{path: text_option(options, path) for path in _PATHS},
    )


def _zone(options: Options[str, object]) -> ZoneInfo | None:
    key = text_option(options, "timezone")
    try:
        return ZoneInfo(key) if key else None
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError("the option `timezone` is not an IANA zone, such as UTC") from None


def _names(calls: object, tool: str) -> bool:
    """Say whether a list of actions or of messages names a tool that was, or is to be, called."""
    for entry in array(calls):
        if not isinstance(entry, dict):
            continue
        if entry.get("name") == tool and entry.get("role") != "tool":
            return True
        made = array(entry.get("tool_calls"))
        if any(tool in (at_path(call, "name"), at_path(call, "function.name")) for call in made):
            return True
    return False
