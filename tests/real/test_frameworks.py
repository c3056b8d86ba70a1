"""The Python frameworks with our adapters and a fake model, once in each situation."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.real.cases import CASES, ROOT, Case, Stage
from tests.real.programs import ROUTE

FRAMEWORKS = ("openai_agents", "langchain", "pydantic_ai", "claude_sdk", "mcp_server")
PYTHON = Path(os.environ.get("BURNLINE_PROGRAMS", "")) / "frameworks/bin/python"
SITUATIONS = [case for case in CASES if case.name != "hook broken"]
STARTS = {name: name != "mcp_server" for name in FRAMEWORKS}
"""An MCP server sees actions only: whoever calls it was started elsewhere."""

pytestmark = pytest.mark.skipif(
    not os.environ.get("BURNLINE_PROGRAMS") or not PYTHON.exists(),
    reason="the frameworks are not installed: .ci/programs FOLDER, then BURNLINE_PROGRAMS=FOLDER",
)


@pytest.mark.parametrize("case", SITUATIONS, ids=lambda case: case.name)
@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_the_framework_does_what_is_ordered(framework: str, case: Case, tmp_path: Path) -> None:
    shell = "Bash" if framework == "claude_sdk" else "shell"
    stage = Stage(tmp_path, shell)
    stage.bring_about(case)
    state = tmp_path / "state"
    state.mkdir()
    done = subprocess.run(
        [PYTHON, "-m", f"tests.real.frameworks.{framework}", str(stage.control), str(state)],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": str(tmp_path)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    did = json.loads(done.stdout.splitlines()[-1])
    if STARTS[framework]:
        assert (did["asked"], did["ran"]) == (case.asked, case.ran), did["said"]
    elif case.name not in {"paused", "control file deleted"}:
        # A pause lets running runs finish, and to a server every call is of a running one.
        assert did["ran"] == case.ran, did["said"]
    if not did["ran"] and case.order != ("delete",):
        assert "[burnline:d-" in did["said"]


@pytest.mark.parametrize(
    ("order", "state"),
    [
        ((), "open"),
        (("freeze", ROUTE, "--change", "prompt"), "frozen"),
        (("tighten", ROUTE, "--action", "send"), "tightened"),
        (("reduce", ROUTE, "--allow", "lookup"), "reduced"),
        (("pause", ROUTE), "paused"),
    ],
)
def test_an_openfeature_client_is_told_the_same(
    order: tuple[str, ...], state: str, tmp_path: Path
) -> None:
    stage = Stage(tmp_path, "shell")
    stage.burnline("freeze", ROUTE, "--change", "tool", "--reason", "names the route", "--yes")
    stage.burnline("lift", ROUTE, "--reason", "it is named", "--override", "--yes")
    if order:
        stage.burnline(*order, "--reason", "a trial", "--yes")
    flags = stage.control.with_name("control.flagd.json")
    done = subprocess.run(
        [PYTHON, "-m", "tests.real.frameworks.openfeature", str(flags), ROUTE],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": str(tmp_path)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    told = json.loads(done.stdout.splitlines()[-1])
    assert told == {"state": state, "may_start": state != "paused", "by_route": state}
