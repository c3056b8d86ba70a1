"""`keys`: every action of the console with its keys, as they are after rebinding."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from console.cli.session import REFUSED, Session, leave, say, warn
from console.text import clean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from textual.binding import Binding
    from textual.dom import DOMNode


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command()(keys)


def keys(context: typer.Context) -> None:
    """Print every action of the console with its keys; `[console] keys` gives it others.

    Exit code 1 where the settings name an action that there is not.
    """
    session: Session = context.obj
    session.apart()
    from console.tui.app import ConsoleApp
    from console.tui.pages import binding_ids, nearest

    wanted = session.settings.console.keys
    for title, bindings in _pages():
        say(title)
        for binding in bindings:
            name = binding.id or ""
            changed = " (from the settings)" if name in wanted else ""
            what = binding.tooltip or binding.description
            say(f"  {name:<24} {wanted.get(name, binding.key):<28} {what}{changed}")
    known = binding_ids(ConsoleApp)
    unknown = sorted(set(wanted) - known)
    for name in unknown:
        warn(f"burnline: [console] keys: no action {clean(name, 60)}{nearest(name, known)}")
    if unknown:
        leave(REFUSED)


def _pages() -> Iterator[tuple[str, list[Binding]]]:
    """Yield the pages that have actions, each action on the first page only."""
    from console.tui.app import ConsoleApp
    from console.tui.pages import PAGES
    from console.tui.screens.help import own_bindings

    seen: set[str] = set()
    every: dict[type[DOMNode], str] = {ConsoleApp: "Everywhere", **PAGES}
    for page, title in every.items():
        fresh = [each for each in own_bindings(page) if each.id not in seen]
        seen.update(each.id or "" for each in fresh)
        if fresh:
            yield title, fresh
