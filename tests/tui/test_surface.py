"""What the console may import, and what it costs to import the console."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from console import tui

ROOT = Path(tui.__file__).parent
FILES = sorted(ROOT.rglob("*.py"))
ALLOWED = (
    "console.model",
    "console.text",
    "console.snapshot.types",
    "console.snapshot.particulars",
    # A review comes as one value, with what writes it on paper.
    *(f"console.review.{name}" for name in ("types", "page", "layout", "words", "written")),
    "console.tui",
)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_console_imports_the_contract_and_nothing_behind_it(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("console"):
            module = node.module or ""
            named = [f"{module}.{alias.name}" for alias in node.names] + [module]
            assert any(each.startswith(ALLOWED) for each in named), f"{path}:{node.lineno}"


@pytest.mark.parametrize("part", ["figures", "render"])
def test_what_is_pure_knows_no_widget(part: str) -> None:
    for path in (ROOT / part).glob("*.py"):
        assert "textual" not in path.read_text(encoding="utf-8").split('"""', 2)[2], path


def test_importing_the_package_does_not_import_textual() -> None:
    code = "import sys, console.tui; sys.exit('textual' in sys.modules)"
    assert (
        subprocess.run([sys.executable, "-c", code], cwd=ROOT.parents[1], check=False).returncode
        == 0
    )


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_file_grows_beyond_what_one_reads_at_once(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 250
