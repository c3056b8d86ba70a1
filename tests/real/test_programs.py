"""Claude Code, Codex and Gemini CLI themselves, once in each situation, without a network."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.real.cases import CASES, Case, ProgramStage
from tests.real.programs import PROGRAMS, ROUTE, executable

if TYPE_CHECKING:
    from pathlib import Path

FAILS_OPEN = {("codex", "hook broken"), ("gemini", "hook broken")}
"""What a tool lets happen all the same: it has no setting against it (README, "The brake")."""
TOOLS = [
    pytest.param(
        tool,
        marks=pytest.mark.skipif(
            executable(program) is None,
            reason=f"{tool} is not installed: .ci/programs FOLDER, then BURNLINE_PROGRAMS=FOLDER",
        ),
    )
    for tool, program in PROGRAMS.items()
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
@pytest.mark.parametrize("tool", TOOLS)
def test_the_program_does_what_is_ordered(tool: str, case: Case, tmp_path: Path) -> None:
    stage = ProgramStage(tmp_path, tool)
    stage.bring_about(case)
    did = stage.act()
    expected = (True, True) if (tool, case.name) in FAILS_OPEN else (case.asked, case.ran)
    assert (did.asked, did.ran) == expected, did.said[-2000:]


@pytest.mark.parametrize("tool", TOOLS)
def test_a_denial_by_our_own_order_burns_nothing(tool: str, tmp_path: Path) -> None:
    stage = ProgramStage(tmp_path, tool)
    shell = stage.program.shell
    stage.burnline("tighten", ROUTE, "--action", shell, "--reason", "a trial", "--yes")
    stage.act()
    stage.burnline("collect", "--once", str(tmp_path / stage.program.home), str(stage.logs))
    misses = json.loads(stage.burnline("misses", "--json").stdout)["misses"]
    assert [miss for miss in misses if miss["class"] == "permission"] == []
    status = json.loads(stage.burnline("status", ROUTE, "--json").stdout)
    assert status["routes"][0]["directives"][0]["seen_by"]


@pytest.mark.parametrize("tool", TOOLS)
def test_a_grant_lets_the_program_go_on(tool: str, tmp_path: Path) -> None:
    stage = ProgramStage(tmp_path, tool)
    shell = stage.program.shell
    stage.burnline("tighten", ROUTE, "--action", shell, "--reason", "a trial", "--yes")
    done = stage.burnline("grant", ROUTE, "--action", shell, "--for", "1h", "--by", "dana")
    assert done.returncode == 0, done.stderr
    assert stage.act().ran


STREAMED = {
    "claude-code": ["-p", "leave a file", "--output-format", "stream-json", "--verbose"],
    "gemini": ["-p", "leave a file", "--output-format", "stream-json", "-m", "gemini-2.5-pro"],
}
FREELY = {
    "claude-code": ["--permission-mode", "bypassPermissions"],
    "gemini": ["-y", "--skip-trust"],
}
PRINTED = [
    pytest.param(tool.values[0], *said, marks=tool.marks, id=f"{tool.values[0]}-{name}")
    for tool in (TOOLS[0], TOOLS[2])
    for name, *said in (
        ("open", (), True, 1, []),
        ("denied", (), False, 1, ["permission"]),
        ("tightened", ("tighten", ROUTE, "--action", "SHELL"), True, 1, []),
        ("paused", ("pause", ROUTE), True, 0, []),
    )
    if (tool.values[0], name) != ("gemini", "denied")  # unasked, it offers its model no shell
]


@pytest.mark.parametrize(("tool", "order", "freely", "runs", "classes"), PRINTED)
def test_what_a_program_prints_tells_what_it_did(
    tool: str,
    order: tuple[str, ...],
    freely: bool,
    runs: int,
    classes: list[str],
    tmp_path: Path,
) -> None:
    stage = ProgramStage(tmp_path, tool)
    stage.bring_about(Case("", order, asked=True, ran=True))
    words = STREAMED[tool] + (FREELY[tool] if freely else [])
    stage.program = stage.program._replace(arguments=lambda _: words)
    printed = tmp_path / "printed" / f"{ROUTE}.jsonl"
    printed.parent.mkdir()
    lines = stage.act().said.splitlines(keepends=True)
    printed.write_text("".join(each for each in lines if each.startswith("{")))
    stage.burnline("collect", "--once", str(printed.parent))
    assert ", 0 refused" in stage.burnline("status").stdout
    misses = json.loads(stage.burnline("misses", "--json").stdout)["misses"]
    assert [miss["class"] for miss in misses] == classes
    route = json.loads(stage.burnline("status", ROUTE, "--json").stdout)["routes"][0]
    assert (route["total"], route["open"]) == (runs, 0)


def test_codex_skips_a_hook_that_it_does_not_trust(tmp_path: Path) -> None:
    if executable(PROGRAMS["codex"]) is None:
        pytest.skip("codex is not installed: .ci/programs FOLDER, then BURNLINE_PROGRAMS=FOLDER")
    stage = ProgramStage(tmp_path, "codex")
    stage.burnline("pause", ROUTE, "--reason", "a trial", "--yes")
    assert stage.act(trusted=False).ran
