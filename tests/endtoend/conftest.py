"""Fixtures of the tests that drive the whole program."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import pytest

from tests.endtoend.playing import Play

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture
def measuring(tmp_path: Path) -> Iterator[Callable[..., Play]]:
    """Return how to open a route that measures what is given; it is closed with the test."""
    with contextlib.ExitStack() as stack:

        def opened(**measured: Any) -> Play:
            play = Play(tmp_path, **measured)
            stack.callback(play.close)
            return play

        yield opened


@pytest.fixture
def play(measuring: Callable[..., Play]) -> Play:
    """Return a route of built-in settings: no SLA, nothing required."""
    return measuring()
