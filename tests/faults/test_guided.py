"""Inputs chosen by the code that they reach; `python -m tests.faults.guided` tries many more."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.faults import guided
from tests.faults.scenario import ROOT
from tests.skips import guided as installed

if TYPE_CHECKING:
    from pathlib import Path

RUNS = 100
TARGETS = ("native-a.jsonl", "claude-code-s1.jsonl", "otlp-traces.jsonl", "generic-app.log")
"""Some readers, and all else: a start takes seconds, and the command tries every one."""
ELSE = ("settings", "control", "filter")


def test_every_target_has_a_name_and_something_to_begin_with() -> None:
    assert {*TARGETS, *ELSE} <= set(guided.names())
    assert all(guided.seeds(name) for name in guided.names())


@pytest.mark.parametrize("name", [*TARGETS, *ELSE])
def test_inputs_chosen_by_the_code_they_reach_break_no_target(name: str, tmp_path: Path) -> None:
    folder = installed()
    if folder is None:
        pytest.skip("atheris is not installed: .ci/programs FOLDER")
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.guided", name, f"--into={tmp_path}", f"--runs={RUNS}"],
        cwd=ROOT, env={**os.environ, "PYTHONPATH": str(folder)}, check=False,
        capture_output=True, text=True,
    )  # fmt: skip
    assert (done.returncode, f"Done {RUNS} in" in done.stderr) == (0, True), done.stderr[-2_000:]
