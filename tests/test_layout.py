"""What may import what, what stays small and light, and what no file of the repository says."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "console"
MODULES = sorted(PACKAGE.rglob("*.py"))

LAYERS = (
    ("text",),
    ("model",),
    ("settings",),
    ("intake", "ledger", "burn"),
    ("store",),
    ("control", "notify"),
    ("collector",),
    ("snapshot",),
    ("operate",),
    ("review", "export"),
    ("tui", "cli"),
)
"""A part imports earlier layers. Those of one layer do not know each other."""
AGENTS = "agent"
"""Imports the standard library only; anybody may import it."""
PAPER = ("types", "page", "layout", "words", "written")
"""What a review says, and how it is written: the screens show a review that they are handed."""
VIEW = (
    *("model", "text", "settings", "snapshot.types", "snapshot.particulars"),
    *(f"review.{name}" for name in PAPER),
)
"""All that the console's screens may know."""
APART = {
    "agent": (),
    "tui": VIEW,
    "simulate": ("model", "text"),
    "demo": ("model", "text", "simulate"),
    "__main__": ("cli",),
}
ALSO = {"cli": ("tui", "simulate", "demo")}
"""The command line starts the others of its layer."""

HOME = re.compile(r"(?<![\w.])/(?:root/|(?:home|Users)/(?!(?:dana|dev|ops)\b)[\w.-]+)")
"""A home directory, unless it is one of the made-up people of the samples."""
REGISTRY = re.compile(
    r"https?://[^\s/\"']*(?:pypi|pythonhosted|npmjs|crates\.io|registry|artifactory|nexus)"
    r"|index-url[ =]+\S*:"
)
UNWRITTEN = {".git", ".hypothesis", ".venv", "__pycache__", "build", "dist"}


class Import(NamedTuple):
    """One import of a module of ours: where it stands, and the names that it could mean."""

    line: int
    names: tuple[str, ...]


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def part_of(module: str) -> str:
    return module.split(".")[1]


def imports_of(path: Path) -> Iterator[Import]:
    """Yield the imports in a file, those inside functions and for type checking too."""
    package = module_of(path).rsplit(".", 1)[0]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (Import(node.lineno, (alias.name,)) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1]
            base = ".".join([*(above if node.level else ()), *filter(None, (node.module,))])
            for alias in node.names:
                yield Import(node.lineno, (base, f"{base}.{alias.name}"))


def allowed_to(part: str) -> tuple[str, ...]:
    """Return the prefixes (after `console.`) that a part may import."""
    if part in APART:
        return (part, AGENTS, *APART[part])
    place = next(place for place, layer in enumerate(LAYERS) if part in layer)
    below = [name for layer in LAYERS[:place] for name in layer]
    return (part, AGENTS, *below, *ALSO.get(part, ()))


def is_ours(found: Import) -> bool:
    return any(name.startswith("console.") for name in found.names)


def permits(prefixes: tuple[str, ...], found: Import) -> bool:
    full = [f"console.{prefix}" for prefix in prefixes]
    return found.names[-1] == "console.__version__" or any(
        name == prefix or name.startswith(prefix + ".") for name in found.names for prefix in full
    )


def test_every_part_of_the_program_has_a_place() -> None:
    known = {name for layer in LAYERS for name in layer} | set(APART) | {"__init__"}
    assert {part_of(module_of(path)) for path in MODULES} <= known


@pytest.mark.parametrize("part", sorted({part_of(module_of(path)) for path in MODULES}))
def test_imports_run_one_way(part: str) -> None:
    broken = [
        f"{module_of(path)}:{found.line} imports {found.names[-1]}"
        for path in MODULES
        if part_of(module_of(path)) == part != "__init__"
        for found in imports_of(path)
        if is_ours(found) and not permits(allowed_to(part), found)
    ]
    assert broken == []


def test_a_broken_direction_would_be_seen() -> None:
    assert not permits(allowed_to("ledger"), Import(1, ("console.burn", "console.burn.rules")))
    assert not permits(allowed_to("tui"), Import(1, ("console.snapshot", "console.snapshot.take")))
    assert not permits(allowed_to("store"), Import(1, ("console.control",)))
    assert permits(allowed_to("tui"), Import(1, ("console.snapshot.types",)))


FRAMEWORKS = {
    "langchain": {"langchain", "langchain_core"},
    "openai_agents": {"agents"},
    "pydantic_ai": {"pydantic_ai"},
    "claude_sdk": {"claude_agent_sdk"},
    "mcp_server": {"mcp"},
    "signature": {"cryptography"},
}
"""The adapters, each with what it adapts to: imported by nobody but who has it."""


def test_what_agents_import_is_the_standard_library() -> None:
    foreign = [
        f"{module_of(path)}:{found.line} imports {found.names[0]}"
        for path in sorted((PACKAGE / AGENTS).rglob("*.py"))
        for found in imports_of(path)
        if found.names[0].split(".")[0]
        not in {*sys.stdlib_module_names, "console", *_adapted(path)}
    ]
    assert foreign == []


def _adapted(path: Path) -> set[str]:
    """Return what an adapter may import beside the standard library; others nothing."""
    return FRAMEWORKS.get(path.stem, set()) if path.parent.name == "adapters" else set()


@pytest.mark.parametrize(
    "statement",
    [
        "from console.cli.app import run; run(['--help'])",
        "from console.cli.app import run; run(['--control', 'none', 'gate', 'r', '--start'])",
        "import console.agent",
    ],
    ids=["help", "gate", "agent"],
)
def test_what_scripts_and_agents_start_does_not_load_the_console(statement: str) -> None:
    code = f"import sys\n{statement}\nprint('loaded:', *sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    loaded = done.stdout.rpartition("loaded:")[2].split()
    assert "console" in loaded
    assert "textual" not in loaded


@pytest.mark.parametrize("path", MODULES, ids=module_of)
def test_no_module_is_longer_than_one_can_keep_in_mind(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


def written_files() -> Iterator[Path]:
    """Yield the text files of the repository, without what tools leave behind."""
    waiting = [ROOT]
    while waiting:
        for path in sorted(waiting.pop().iterdir()):
            left_behind = path.name in UNWRITTEN or path.name.endswith(("_cache", ".egg-info"))
            if path.is_dir() and not path.is_symlink() and not left_behind:
                waiting.append(path)
            elif path.is_file() and not left_behind and b"\x00" not in path.read_bytes()[:4096]:
                yield path


@pytest.mark.parametrize("pattern", [HOME, REGISTRY], ids=["home", "registry"])
def test_no_file_names_a_home_directory_or_a_registry(pattern: re.Pattern[str]) -> None:
    found = [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in written_files()
        for match in pattern.finditer(path.read_text(encoding="utf-8", errors="replace"))
    ]
    assert found == []


def test_how_slow_an_example_may_be_is_said_for_all_tests_in_one_place() -> None:
    """A profile that every test has needs no repetition, and leaves none to be forgotten."""
    tests = sorted((ROOT / "tests").rglob("*.py"))
    wanted = re.compile(r"\bdeadline=None\b")
    found = {path.name for path in tests if wanted.search(path.read_text(encoding="utf-8"))}
    assert found == {"conftest.py"}
