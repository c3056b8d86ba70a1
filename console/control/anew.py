"""Deciding anew where somebody else wrote the control file first: that alone is no conflict.

The generation is one for all routes. Whether the act's own route was changed is seen on what was
written, and is said then.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from console.control.file import Outrun

if TYPE_CHECKING:
    from collections.abc import Callable

_TIMES = 20

Asked = ParamSpec("Asked")
Done = TypeVar("Done")


def anew(act: Callable[Asked, Done]) -> Callable[Asked, Done]:
    """Let an act be decided again, from the newest generation on, each time it is outrun."""

    @functools.wraps(act)
    def decided(*args: Asked.args, **kwargs: Asked.kwargs) -> Done:
        for _ in range(_TIMES - 1):
            try:
                return act(*args, **kwargs)
            except Outrun:
                continue
        return act(*args, **kwargs)

    return decided
