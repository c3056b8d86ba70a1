"""The commands put together, and what becomes of an error."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from console import __version__
from console.cli.commands import Commands
from console.cli.plain import read_plainly
from console.cli.session import INTERNAL, REFUSED, SETTINGS, USAGE, Session, Stop, warn
from console.cli.streams import Unheard, lost

read_plainly()
app = typer.Typer(
    name="burnline",
    cls=Commands,
    help="A terminal operations console for AI-agent error budgets.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"burnline {__version__}\n")
        raise typer.Exit(0)


@app.callback()
def options(
    context: typer.Context,
    settings: Annotated[
        Path | None, typer.Option(help="Settings file; default: burnline.toml here, else yours.")
    ] = None,
    store: Annotated[Path | None, typer.Option(help="The store, an SQLite file.")] = None,
    control: Annotated[Path | None, typer.Option(help="The control file that agents read.")] = None,
    as_of: Annotated[
        str | None, typer.Option(help="Reading commands: the state as it was then (RFC 3339).")
    ] = None,
    no_color: Annotated[bool, typer.Option("--no-color", help="No colour.")] = False,
    read_only: Annotated[
        bool, typer.Option("--read-only", help="Refuse everything that would change something.")
    ] = False,
    version: Annotated[
        bool,
        typer.Option("--version", help="Print the version.", is_eager=True, callback=_version),
    ] = False,
) -> None:
    """Hold the global options for the commands."""
    del version  # has been answered
    if no_color:
        os.environ["NO_COLOR"] = "1"
    context.obj = Session(
        settings=settings,
        store=store,
        control=control,
        as_of=as_of,
        no_color=no_color,
        read_only=read_only,
    )


def run(arguments: list[str]) -> int:
    """Run one command line and return its exit code. Only here are errors caught broadly."""
    try:
        result = app(arguments or ["--help"], standalone_mode=False)
    except typer.Exit as ending:
        return int(ending.exit_code)
    except typer.TyperException as error:
        warn(f"burnline: {error.format_message()}")
        return USAGE
    except Stop as stop:
        warn(f"burnline: {stop.sentence}")
        return stop.code
    except (typer.Abort, KeyboardInterrupt):
        return 130
    except Unheard as error:
        return lost(error)
    except Exception as error:  # noqa: BLE001 - the boundary: a sentence, never a traceback
        return _failed(error)
    return int(result) if isinstance(result, int) else 0


def _failed(error: Exception) -> int:
    """Say what went wrong; return 78 for settings, 70 for what is not the operator's doing."""
    from console.collector import Held
    from console.control.directives import Conflict, ControlError, Refused
    from console.settings import SettingsError
    from console.store.connect import StoreError, Unwritable

    if isinstance(error, SettingsError):
        for problem in error.problems:
            warn(f"burnline: {problem}")
        return SETTINGS
    codes: dict[type[Exception], int] = {
        Refused: 1,
        Conflict: 5,
        ControlError: 1,
        StoreError: 1,
        Held: 4,
    }
    for kind, code in codes.items():
        if isinstance(error, kind):
            warn(f"burnline: {error}")
            return code
    if os.environ.get("BURNLINE_DEBUG"):
        raise error
    if isinstance(error, Unwritable):
        warn(f"burnline: the store cannot be used now: {error}; nothing was lost, run it again")
        return REFUSED
    warn(
        f"burnline: internal error: {type(error).__name__}: {error}; "
        "run again with BURNLINE_DEBUG=1 for the place, and report it"
    )
    return INTERNAL
