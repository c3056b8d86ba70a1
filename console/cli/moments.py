"""Instants and lengths of time as the command line writes them."""

from __future__ import annotations

from datetime import UTC, datetime

from console.model import DAY_US, HOUR_US, MINUTE_US, SECOND_US


def when(at_us: int) -> str:
    """Return an instant to the second, UTC."""
    return datetime.fromtimestamp(at_us // SECOND_US, tz=UTC).strftime("%Y-%m-%d %H:%M:%SZ")


def age(length_us: int) -> str:
    """Return a length of time in its largest unit."""
    for unit_us, sign in ((DAY_US, "d"), (HOUR_US, "h"), (MINUTE_US, "m")):
        if length_us >= unit_us:
            return f"{length_us // unit_us}{sign}"
    return f"{max(0, length_us) // SECOND_US}s"
