"""Options of all tests, and how properties are tried: however slow the machine is.

`--hypothesis-profile=repeatable`, which `.ci/run` gives, tries the same examples each time: what is
submitted then fails for what it changed. Without it others are tried each time, to find more.
"""

from hypothesis import HealthCheck, settings

from tests.skips import pytest_addoption, pytest_configure

__all__ = ["pytest_addoption", "pytest_configure"]

settings.register_profile(
    "any-speed", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.register_profile(
    "repeatable", settings.get_profile("any-speed"), derandomize=True, database=None
)
settings.load_profile("any-speed")
