"""Silences: whom an alert does not reach, until when, and who said so.

A silence is never changed: editing one ends it and makes another, so that what was silenced at any
time can be told afterwards (as in Alertmanager). Hard stops cannot be silenced.
"""

from __future__ import annotations

import fnmatch
from typing import TYPE_CHECKING

import msgspec

from console.burn import kinds
from console.model import CLASSES, Severity

if TYPE_CHECKING:
    from console.burn.lifecycle import Held

_KEYS = ("route", "severity", "kind", "class")


class Matcher(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a silence covers: every part that is set has to agree; `route` is a glob."""

    route: str = "*"
    severity: str = ""
    kind: str = ""
    error_class: str = ""

    @property
    def text(self) -> str:
        """Return the matcher as an operator writes it."""
        named = (("severity", self.severity), ("kind", self.kind), ("class", self.error_class))
        parts = [f"route={self.route}", *(f"{key}={value}" for key, value in named if value)]
        return " ".join(parts)


class Silence(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A matcher from an instant to an expiry, with author and reason; `ended_us` ends it sooner."""

    id: str
    matcher: Matcher
    reason: str
    by: str
    from_us: int
    until_us: int
    ended_us: int | None = None
    ended_by: str = ""

    @property
    def end_us(self) -> int:
        """Return when it is over."""
        return self.until_us if self.ended_us is None else min(self.until_us, self.ended_us)

    def stands(self, at_us: int) -> bool:
        """Say whether it holds at an instant."""
        return self.from_us <= at_us < self.end_us

    def covers(self, route: str, severity: str, condition: Held) -> bool:
        """Say whether it keeps a condition of an alert quiet.

        A class is covered only where it is behind all misses of the condition: what else may burn
        is not silenced with it.
        """
        found = self.matcher
        return (
            not condition.signed
            and fnmatch.fnmatchcase(route, found.route)
            and found.severity in {"", severity}
            and found.kind in {"", condition.kind}
            and (not found.error_class or condition.classes == (found.error_class,))
        )


def parse(text: str) -> Matcher:
    """Return the matcher of a text: `refunds`, `refund*`, `route=* severity=ticket kind=left`.

    Raises:
        ValueError: it matches nothing that can be silenced; the message says what can be.
    """
    found: dict[str, str] = {}
    for part in text.replace(",", " ").split():
        key, sign, value = part.partition("=")
        key, value = (key, value) if sign else ("route", part)
        if key not in _KEYS or not value:
            raise ValueError(f"{part!r} is no matcher; write a route, or {', '.join(_KEYS)}=...")
        if key in found:
            raise ValueError(f"{key} is given twice; a silence has one of each")
        found[key] = value
    if not found:
        raise ValueError("a silence needs something to match; * matches every route")
    _known("severity", found, tuple(Severity))
    _known("kind", found, kinds.ORDER)
    _known("class", found, tuple(CLASSES))
    if found.get("kind") == kinds.HARD_STOP:
        raise ValueError("a hard stop cannot be silenced; its owner closes it, signed")
    return Matcher(
        route=found.get("route", "*"),
        severity=found.get("severity", ""),
        kind=found.get("kind", ""),
        error_class=found.get("class", ""),
    )


def _known(key: str, found: dict[str, str], words: tuple[str, ...]) -> None:
    if key in found and found[key] not in words:
        raise ValueError(f"{key}={found[key]}: there is no such {key}; {', '.join(words)}")
