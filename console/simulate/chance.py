"""Chance that can be repeated: one generator of its own for every question asked of it."""

from __future__ import annotations

from random import Random


def dice(*parts: object) -> Random:
    """Return a generator that depends on the given parts alone, the same on every machine.

    A route's dice do not depend on how many routes were simulated before it, so that a larger
    fleet begins with the same routes.
    """
    return Random("/".join(str(part) for part in parts))  # noqa: S311 - nothing here is a secret
