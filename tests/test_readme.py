"""What the README shows is what happens."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from console.burn import arithmetic, rules
from console.intake.formats.native import FORMAT
from console.intake.reading import Context
from console.model import EVENTS, RUNLESS, Window
from console.settings.values import rounded_down

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def example(name: str) -> str:
    found = re.search(rf"<!-- example: {name} -->\n```\w+\n(.*?)```", README, re.DOTALL)
    assert found is not None
    return found[1]


def events_of(log: Path) -> list[str]:
    batch = FORMAT.reader(Context(path=log)).feed(log.read_bytes(), 0, 1)
    assert batch.rejected == []
    return [entry.event.event for entry in batch.events]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "logs").mkdir()
    return tmp_path


def run(folder: Path, *command: str) -> str:
    surroundings = {"PYTHONPATH": str(ROOT), "XDG_STATE_HOME": str(folder / "state")}
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, **surroundings},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout


def test_the_agent_in_shell_writes_events_that_are_read(folder: Path) -> None:
    run(folder, "sh", "-c", example("shell"))
    assert events_of(folder / "logs" / "refunds.jsonl") == [
        "run.started",
        "check.passed",
        "action.taken",
        "run.delivered",
    ]


def test_the_agent_in_python_runs_under_a_good_control_file_and_confirms_it(folder: Path) -> None:
    control = ("--control", "control/control.json", "--store", "burnline.db")
    run(folder, sys.executable, "-m", "console", *control, "init", "logs", "--yes")
    assert run(folder, sys.executable, "-c", example("python")) == ""
    told = events_of(folder / "logs" / "refunds.jsonl")
    assert [event for event in told if event != "control.seen"] == [
        "run.started",
        "check.passed",
        "action.taken",
        "run.delivered",
    ]
    assert "control.seen" in told


def test_without_a_control_file_that_agent_does_not_start(folder: Path) -> None:
    assert "no run may start" in run(folder, sys.executable, "-c", example("python"))
    assert not (folder / "logs" / "refunds.jsonl").exists()


def named_in_table() -> dict[str, str]:
    """Return the events of the README's table, with what their rows say."""
    found: dict[str, str] = {}
    for row in re.findall(r"^\| (`[a-z]+[.`].*)$", README, re.MULTILINE):
        first, *rest = row.split(" | ")
        stem = ""
        for name in re.findall(r"`([a-z.]+)`", first):
            stem = stem if name.startswith(".") else name.rpartition(".")[0]
            found[stem + name if name.startswith(".") else name] = " ".join(rest)
    return found


def test_the_table_of_native_events_names_all_of_them() -> None:
    rows = named_in_table()
    assert set(rows) >= EVENTS
    assert {event for event in EVENTS if "no run" in rows[event]} == RUNLESS


def test_check_says_of_the_worked_routes_what_the_readme_claims(folder: Path) -> None:
    (folder / "burnline.toml").write_text(example("toml"), encoding="utf-8")
    said = run(folder, sys.executable, "-m", "console", "--store", "burnline.db", "check")
    lines = said.splitlines()
    places = [lines.index(claim) for claim in example("check").splitlines()]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("objective", "highest", "fast"), [("93%", "14.28", "11.42"), ("95%", "20", "14.4")]
)
def test_the_readme_rounds_down_what_an_objective_can_reach(
    objective: str, highest: str, fast: str
) -> None:
    budget_ppm = 1_000_000 - int(objective[:-1]) * 10_000
    assert rounded_down(arithmetic.ceiling(budget_ppm)) == highest
    assert rounded_down(rules.built_in(Window(), budget_ppm)[0].k) == fast
    assert f"{highest}x" in README
    assert f"{fast}x" in README
