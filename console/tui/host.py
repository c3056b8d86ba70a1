"""The application as its screens and widgets see it."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from textual.dom import DOMNode

    from console.tui.app import ConsoleApp


def host(node: DOMNode) -> ConsoleApp:
    """Return the application that a screen or widget belongs to."""
    return cast("ConsoleApp", node.app)
