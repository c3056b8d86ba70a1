"""The table of commands says what the commands themselves say, and loads what is called for."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
import typer
import typer.main
from typer.core import TyperCommand

from console import cli
from console.cli.commands import SUMMARIES, load
from console.cli.plain import READERS, Plain

WIDE = 500
FOREIGN = {"pydantic", "textual", "sqlite_utils", "watchfiles"}


@pytest.mark.parametrize("name", SUMMARIES)
def test_a_command_is_listed_by_the_first_sentence_of_its_own_help(name: str) -> None:
    listed = TyperCommand(name, help=SUMMARIES[name])
    for width in (30, 45, 60, WIDE):
        assert listed.get_short_help_str(width) == load(name).get_short_help_str(width)


def test_every_module_with_commands_is_in_the_table() -> None:
    folder = Path(next(iter(cli.__path__)))
    with_commands = {
        path.stem for path in folder.glob("*.py") if "\ndef register(" in path.read_text("utf-8")
    }
    assert set(SUMMARIES) == {name for module in with_commands for name in _names(module)}


def _names(module: str) -> set[str]:
    part = typer.Typer()
    import_module(f"console.cli.{module}").register(part)
    return set(typer.main.get_group(part).commands)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["--store", "none", "status", "refunds"],
        ["--control", "none", "gate", "refunds", "--start", "--action", "send"],
        ["--control", "none", "hook", "claude-code"],
    ],
    ids=["help", "status", "gate", "hook"],
)
def test_a_short_command_loads_no_library_that_it_does_not_need(
    arguments: list[str], tmp_path: Path
) -> None:
    code = (
        f"import sys\nfrom console.cli.app import run\nrun({arguments!r})\n"
        "print('loaded:', *sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={
            "PYTHONPATH": str(Path(next(iter(cli.__path__))).parent.parent),
            "HOME": str(tmp_path),
        },
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    )
    loaded = set(done.stdout.rpartition("loaded:")[2].split())
    assert "console" in loaded
    assert loaded & FOREIGN == set()


class Parameter:
    """A parameter that takes one value, or several."""

    def __init__(self, *, multiple: bool) -> None:
        self.multiple, self.nargs = multiple, 1


class Typers:
    """Typer's own way with a value, told apart from ours."""

    def coerce(self, value: object, **_: object) -> object:
        return "typer's", value


@pytest.mark.parametrize(
    ("kind", "value", "wanted"),
    [
        (str, "refunds", "refunds"),
        (Path, "none/such", Path("none/such")),
        (list[str], ("prompt", "tool"), ["prompt", "tool"]),
        (list[Path], ("a", "b"), [Path("a"), Path("b")]),
        (str, 5, ("typer's", 5)),
        (list[str], "text", ("typer's", "text")),
        (int, "5", ("typer's", "5")),
        (int, None, None),
    ],
)
def test_text_and_paths_come_as_they_are_and_all_else_by_typer(
    kind: object, value: object, wanted: object
) -> None:
    plain = Plain(READERS.get(kind, lambda _: None), Typers)
    assert plain.coerce(value, Parameter(multiple=False), None) == wanted


def test_no_value_where_there_may_be_several_is_empty() -> None:
    plain = Plain(READERS[list[str]], Typers)
    assert plain.coerce(None, Parameter(multiple=True), None) == ()
