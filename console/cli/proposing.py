"""What `init` proposes: the routes that logs show, each with a tier."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import typer

from console.intake.formats import FORMATS, recognise, variant
from console.intake.position import Position
from console.intake.reading import Context
from console.intake.tail import Tailer
from console.settings.template import RouteProposal
from console.settings.tiers import derive_tier

if TYPE_CHECKING:
    from collections.abc import Iterable

    from console.settings import Source

_DEFAULT_TIER = "medium"
_LEVELS = "low, medium or high"


def propose(sources: Iterable[Source], *, ask: bool) -> list[RouteProposal]:
    """Return the routes found in the beginning of every log file, with a tier for each.

    With `ask`, and on a terminal, risk, reversibility and rescue cost are asked for.
    """
    names = sorted(found_routes(sources))
    asks = ask and sys.stdin.isatty()
    return [RouteProposal(name, _asked(name) if asks else _DEFAULT_TIER) for name in names]


def found_routes(sources: Iterable[Source]) -> set[str]:
    """Return the routes that the first lines of every log file name."""
    counter = iter(range(1, sys.maxsize))
    tailer = Tailer(sources, (), lambda: next(counter))
    names: set[str] = set()
    for file in tailer.sweep():
        names |= _routes_of(tailer, file)
    tailer.close()
    return names


def _routes_of(tailer: Tailer, file: Position) -> set[str]:
    from pathlib import Path

    block = tailer.read(file)
    if block is None or block.oversize or block.refused:
        return set()
    source = tailer.source_of[file.id]
    auto = source.format == "auto"
    path = file.path.removesuffix(b".gz")
    name = recognise(block.data, path) if auto else variant(source.format, block.data)
    entry = FORMATS.get(name)
    if entry is None:
        return set()
    context = Context(
        path=Path(file.path.decode(errors="surrogateescape")),
        route=source.route,
        options=source.options,
    )
    batch = entry.reader(context).feed(block.data, block.offset, block.line)
    return {item.event.route for item in batch.events}


def _asked(name: str) -> str:
    typer.echo(f"{name}:", err=True)
    risk = typer.prompt(f"  risk of a wrong outcome ({_LEVELS})", default="medium", err=True)
    undo = typer.prompt("  can it be undone (easy, hard or none)", default="hard", err=True)
    cost = typer.prompt(f"  cost of a rescue ({_LEVELS})", default="medium", err=True)
    return derive_tier(risk=risk, reversibility=undo, rescue_cost=cost)
