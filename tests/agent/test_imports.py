"""The package stands alone: standard library only, and usable from any directory."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import console.agent

PACKAGE = Path(console.agent.__file__).parent
LISTING = "import sys; print(*sorted({name.split('.')[0] for name in sys.modules}))"


def imported(root: Path, statement: str) -> set[str]:
    """Return the top-level names that `statement` adds to a bare interpreter's modules."""

    def modules(code: str) -> set[str]:
        # -I and -S: neither the environment nor site-packages can lend anything.
        command = [sys.executable, "-I", "-S", "-c", code]
        return set(
            subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
        )

    prepared = f"import sys; sys.path.insert(0, {str(root)!r})"
    return modules(f"{prepared}\n{statement}\n{LISTING}") - modules(f"{prepared}\n{LISTING}")


def test_it_imports_the_standard_library_only() -> None:
    added = imported(PACKAGE.parent.parent, "import console.agent, console.agent.decide")
    assert "console" in added
    assert added - {"console"} <= sys.stdlib_module_names


def test_it_imports_nothing_else_of_ours() -> None:
    ours = "[n for n in sys.modules if n.startswith('console')]"
    alone = f"assert all(n == 'console' or n.startswith('console.agent') for n in {ours}), {ours}"
    imported(PACKAGE.parent.parent, f"import console.agent\n{alone}")


def test_it_can_be_copied_into_any_agent(tmp_path: Path) -> None:
    shutil.copytree(PACKAGE, tmp_path / "brake", ignore=shutil.ignore_patterns("__pycache__"))
    use = (
        "import brake\n"
        f"log = brake.AgentLog({str(tmp_path / 'a.jsonl')!r}, 'refunds', 'worker-1')\n"
        f"guard = brake.Guard({str(tmp_path / 'control.json')!r}, 'refunds', receipts=log, "
        f"state_dir={str(tmp_path / 'state')!r})\n"
        "assert guard.state == 'closed', guard.state\n"
        "guard.close()\n"
        "with log.run('r-1'): pass"
    )
    added = imported(tmp_path, use)
    assert "console" not in added
    assert (tmp_path / "a.jsonl").read_bytes().count(b"\n") == 2


def test_what_agents_import_is_exported() -> None:
    assert set(console.agent.__all__) == {
        "ActionDenied",
        "AgentLog",
        "ApprovalNeeded",
        "ControlFault",
        "Guard",
        "Refused",
        "RoutePaused",
    }
    assert all(hasattr(console.agent, name) for name in console.agent.__all__)
