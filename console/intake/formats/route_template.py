"""Templates that make a route out of what a record says of itself: `{workflow}/{agent}`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from console.text import clean, name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_BRACES = re.compile(r"\{([^{}]*)\}")


class RouteTemplate:
    """A route with placeholders in braces.

    Args:
        template: the text, such as `{task}`.
        known: the placeholders that there are. One that ends with a dot, such as `metadata.`,
            stands for all that begin with it.

    Raises:
        ValueError: the template names another one, or has half a brace; the message says which.
    """

    def __init__(self, template: str, known: Iterable[str]) -> None:
        known = tuple(known)
        listed = ", ".join(f"{{{item}{'KEY' if item.endswith('.') else ''}}}" for item in known)
        prefixes = tuple(item for item in known if item.endswith("."))
        for placeholder in _BRACES.findall(template):
            whole = placeholder.startswith(prefixes) and placeholder not in prefixes
            if placeholder not in known and not (prefixes and whole):
                wrong = clean(f"{{{placeholder}}}", 80)
                raise ValueError(
                    f"the route template has no placeholder {wrong}; there are {listed}"
                )
        rest = _BRACES.sub("", template)
        if "{" in rest or "}" in rest:
            raise ValueError(
                f"the route template has a brace without its other half; there are {listed}"
            )
        self._template = template

    def fill(self, value_of: Callable[[str], str], fallback: str) -> str:
        """Return the clean route; `fallback` where nothing but blanks would be left."""
        route = _BRACES.sub(lambda braces: value_of(braces[1]), self._template).strip()
        return name(route or fallback)
