"""The application as its screens and widgets see it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from textual.dom import DOMNode
    from textual.screen import Screen

    from console.tui.app import ConsoleApp


def host(node: DOMNode) -> ConsoleApp:
    """Return the application that a screen or widget belongs to."""
    return cast("ConsoleApp", node.app)


def front(app: ConsoleApp) -> Screen[Any] | None:
    """Return the screen in front; None once the console ends, when answers may still come."""
    return next(reversed(app.screen_stack), None)
