"""The console: the screens of an on-call operator, over one immutable snapshot.

The surface is small and lazy: nothing of Textual is imported until `run` is called.
"""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from console.tui.feed import Feed

__all__ = ["run"]


def run(feed: Feed, **options: Any) -> int:
    """Show the console on `feed` until the operator quits; return the exit code.

    `options` are those of `console.tui.app.ConsoleApp`.
    """
    from console.tui.app import ConsoleApp

    app = ConsoleApp(feed, **options)
    gc.freeze()  # what was loaded stays, and need not be looked through for garbage
    app.run()
    return app.return_code or 0
