"""The route of a record of a Claude Code transcript: a template, filled with what it says."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from console.intake.formats.route_template import RouteTemplate

if TYPE_CHECKING:
    from console.intake.formats.claude_records import Record
    from console.intake.formats.claude_runs import Story
    from console.intake.reading import Context

DEFAULT_ROUTE = "{cwd_name}"
_TOLD = ("cwd", "branch", "slug", "session", "version", "agent")
PLACEHOLDERS = ("cwd", "cwd_name", "branch", "slug", "session", "version", "agent")
_FORMAT = "claude-code"
_SEPARATORS = re.compile(r"[/\\]")


class Routes:
    """Names the route of each record of one file.

    Raises:
        ValueError: the template names an unknown placeholder.
    """

    def __init__(self, context: Context) -> None:
        self._template = _template(context.route or DEFAULT_ROUTE)
        self._path = context.path
        self._last: tuple[tuple[str, ...], str] = (), ""

    def of(self, record: Record, story: Story) -> str:
        """Return the route of a record: mostly that of the last one, which says the same."""
        told = (
            record.cwd or story.cwd,
            record.git_branch,
            record.slug,
            record.session_id or story.session,
            record.version,
            record.agent_name or record.agent_id or "main",
        )
        if told != self._last[0]:
            self._last = told, self._filled(told)
        return self._last[1]

    def _filled(self, told: tuple[str, ...]) -> str:
        values, folder = dict(zip(_TOLD, told, strict=True)), self._path.parent.name
        values["cwd_name"] = cwd_name(values["cwd"]) or folder
        otherwise = folder or self._path.stem or _FORMAT
        return self._template.fill(lambda placeholder: values[placeholder], otherwise)


def cwd_name(cwd: str) -> str:
    """Return the last part of a working directory of any system, or ""."""
    return _SEPARATORS.split(cwd.rstrip("/\\"))[-1]


@lru_cache(maxsize=64)
def _template(route: str) -> RouteTemplate:
    """Return what makes routes: the same for all files of a source, of which there may be many."""
    return RouteTemplate(route, PLACEHOLDERS)
