"""`import openslo`: objectives of OpenSLO documents as routes of burnline.toml."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from console.cli.session import REFUSED, Session, Stop, say, warn

if TYPE_CHECKING:
    from console.export.openslo_reading import Found


class Kind(StrEnum):
    """What can be imported."""

    OPENSLO = "openslo"


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command("import")(import_)


def import_(
    context: typer.Context,
    what: Annotated[Kind, typer.Argument(help="openslo")],
    files: Annotated[list[Path], typer.Argument(help="YAML files; references go across them.")],
    out: Annotated[
        Path | None, typer.Option(help="Write a new file, such as burnline.toml.")
    ] = None,
) -> None:
    """Turn OpenSLO v1 SLOs into [route.*] tables; whatever has no place there is named."""
    del what  # there is one
    session: Session = context.obj
    if out is not None:
        session.writable()
    found = _found(files)
    from console.export import openslo_toml

    problems = [str(said) for said in found.problems]
    problems += [words for route in found.routes for words in openslo_toml.refused(route)]
    for words in problems:
        warn(f"burnline: {words}")
    if problems or not found.routes:
        why = f"{len(problems)} problems" if problems else "there is no SLO in it"
        raise Stop(f"nothing is imported: {why}", REFUSED)
    for note in (*found.notes, *(note for route in found.routes for note in route.notes)):
        warn(f"left behind: {note}")
    _write(openslo_toml.tables(found.routes), out, len(found.routes))


def _found(files: list[Path]) -> Found:
    from console.export.openslo_reading import documents
    from console.export.yaml_reading import LARGEST_BYTES

    contents = []
    for path in files:
        try:
            with path.open("rb") as file:
                contents.append((str(path), file.read(LARGEST_BYTES + 1)))
        except OSError as error:
            raise Stop(f"{path}: {error.strerror or error}", REFUSED) from error
    try:
        return documents(contents)
    except ModuleNotFoundError as error:
        raise Stop("PyYAML is not installed; pip install 'burnline[openslo]'", REFUSED) from error


def _write(text: str, out: Path | None, routes: int) -> None:
    if out is None:
        sys.stdout.buffer.write(text.encode())
        sys.stdout.flush()
        return
    try:
        with out.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise Stop(f"--out {out}: {error.strerror or error}", REFUSED) from error
    say(f"wrote {out}: {routes} routes; `burnline check` names what is still blank")
