"""What a tool asks its hook: may this prompt be worked on, may this action be taken?"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

_SEPARATORS = re.compile(r"[/\\]")
_BRACES = re.compile(r"\{([^{}]*)\}")
_PLACEHOLDERS = ("cwd", "cwd_name", "session", "tool")
_NAME_LIMIT = 200


class Unclear(Exception):  # noqa: N818 - an answer is owed all the same: no
    """The question cannot be understood; the message says why."""


class Question(NamedTuple):
    """One call of the hook.

    `event` is the tool's name for the occasion, `action` the tool that the agent wants to use (""
    for a prompt), `run` the prompt or turn as the readers of this tool's logs name it.
    """

    event: str
    action: str
    run: str
    session: str
    cwd: str


def read(raw: bytes) -> Question:
    """Return the question in `raw`, the JSON object that the tool wrote to the hook.

    Raises:
        Unclear: it is no JSON object, or does not say what the occasion is.
    """
    try:
        said = json.loads(raw.decode())
    except (ValueError, RecursionError) as error:
        raise Unclear(f"the hook's input is not JSON: {error}") from error
    if not isinstance(said, dict):
        raise Unclear("the hook's input is JSON, but not an object")
    event = _text(said, "hook_event_name")
    if not event:
        raise Unclear("the hook's input has no hook_event_name")
    session = _text(said, "session_id")
    run = _text(said, "prompt_id") or _text(said, "turn_id") or session
    return Question(event, _text(said, "tool_name"), run, session, _text(said, "cwd"))


def route_of(template: str, question: Question, tool: str) -> str:
    """Return the route of a question: `template` with its placeholders filled in.

    The placeholders are `{cwd}`, `{cwd_name}` (the last part of the working directory, which the
    readers of these logs take as well), `{session}` and `{tool}`.

    Raises:
        Unclear: the template names another placeholder, or nothing would be left.
    """
    parts = _SEPARATORS.split(question.cwd.rstrip("/\\"))
    values = {
        "cwd": question.cwd,
        "cwd_name": parts[-1],
        "session": question.session,
        "tool": tool,
    }
    unknown = [name for name in _BRACES.findall(template) if name not in _PLACEHOLDERS]
    if unknown:
        known = ", ".join(f"{{{name}}}" for name in _PLACEHOLDERS)
        raise Unclear(f"the route template has no placeholder {{{unknown[0]}}}; there are {known}")
    route = _BRACES.sub(lambda braces: values[braces[1]], template).strip()
    if not route:
        raise Unclear(f"the route template {template!r} gives no route for this working directory")
    return route[:_NAME_LIMIT]


def _text(said: Mapping[str, object], key: str) -> str:
    value = said.get(key)
    return value if isinstance(value, str) else ""
