"""Text and paths of a command line as they come.

Typer has every value validated by pydantic, text that was declared as text too. Importing it takes
longer than most commands, and a hook is a command that runs before each action of an agent.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from typer.core import TyperArgument, TyperOption


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _path(value: object) -> Path | None:
    """Return a path, but for one that is there and cannot be read: Typer says so."""
    if not isinstance(value, str) or (not os.access(value, os.R_OK) and Path(value).exists()):
        return None
    return Path(value)


def _each(read: Callable[[object], object]) -> Callable[[object], object]:
    def many(values: object) -> list[object] | None:
        if not isinstance(values, (list, tuple)):
            return None
        found = [read(value) for value in values]
        return None if None in found else found

    return many


READERS: dict[object, Callable[[object], object]] = {
    str: _text,
    Path: _path,
    list[str]: _each(_text),
    list[Path]: _each(_path),
}
"""What reads a plain value of a kind; it returns None for one that is not plain."""


class Plain(NamedTuple):
    """What turns a value into that of a parameter; whatever is not plain, Typer's own does."""

    read: Callable[[object], object]
    own: Callable[[], Any]

    def coerce(self, value: object, param: Any, ctx: Any) -> object:
        """Return the value; what is not there is None, or empty where there may be several."""
        if value is None:
            return () if param.multiple or param.nargs == -1 else None
        found = self.read(value)
        return self.own().coerce(value, param=param, ctx=ctx) if found is None else found


def read_plainly() -> None:
    """Let all parameters of Typer take plain values as they come.

    Conditions of a path (`exists`, `dir_okay`) are not looked at: no parameter has one.
    """
    for kind in (TyperArgument, TyperOption):
        kind.get_runtime_param = _plain(kind.get_runtime_param)  # type: ignore[method-assign]


def _plain(own: Callable[[Any], Any]) -> Any:
    def runtime_param(parameter: Any) -> Plain:
        read = READERS.get(parameter.type_descriptor.annotation, lambda _: None)
        return Plain(read, partial(own, parameter))

    return runtime_param
