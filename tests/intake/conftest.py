"""Properties of readers hold however slow the machine is on which they are tried."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("at-any-speed", deadline=None)
settings.load_profile("at-any-speed")
