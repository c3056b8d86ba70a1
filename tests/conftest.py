"""Options of all tests."""

from tests.skips import pytest_addoption, pytest_configure

__all__ = ["pytest_addoption", "pytest_configure"]
