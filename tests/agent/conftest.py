"""Fixtures of the agent's tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.agent.control import Control

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def control(tmp_path: Path) -> Control:
    return Control(tmp_path)


@pytest.fixture(autouse=True)
def own_state_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the state of the machine's own agents out of the tests, and theirs out of it."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state-home"))
