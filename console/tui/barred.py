"""A feed that answers questions only, while the console may change nothing.

The screens offer no verb then, and the desk gives no order. This is the last line: whatever is not
known to be a question is refused, also what a later version adds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.tui.feed import Feed

QUESTIONS = frozenset(
    {"snapshot", "stamp", "past", "misses", "refused", "timeline", "trail", "review", "preview"}
)
"""What may be asked of a feed at any time."""


class ReadOnlyError(Exception):
    """The console may change nothing now."""


class _Barred:
    def __init__(self, feed: Feed, closed: Callable[[], bool]) -> None:
        self._feed = feed
        self._closed = closed

    def __getattr__(self, name: str) -> Any:
        if name not in QUESTIONS and self._closed():
            raise ReadOnlyError("the console is read-only now, nothing was changed")
        return getattr(self._feed, name)


def barred(feed: Feed, closed: Callable[[], bool]) -> Feed:
    """Return `feed` so that it refuses, while `closed` holds, whatever is not a question."""
    return cast("Feed", _Barred(feed, closed))
