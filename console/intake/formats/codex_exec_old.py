"""What versions before 0.44 print for `codex exec --json`, in the events of later ones.

Each event stood as `msg` beside an id, behind a summary of the settings and the prompt. No end of a
turn was printed: an answer in words was the last of it.
"""

from __future__ import annotations

import msgspec

from console.intake.formats.codex_records import Fields

ANSWER, ABORTED, NOTE = "agent_message", "turn_aborted", "note"
OLD = frozenset({ANSWER, ABORTED, "token_count"})
"""What has no event of today and is passed on as it is."""
_TURNS = {"task_started": "turn.started", "task_complete": "turn.completed"}
_THOUGHTS = ("agent_reasoning", "exec_command_", "mcp_tool_call_", "patch_apply_", "web_search_")
_KNOWN = frozenset({*OLD, *_TURNS, "session_configured", "stream_error"})
"""What no other log holds; an `error` it may."""
_PREAMBLE = ({"prompt"}, {"workdir", "sandbox"}, {"model", "provider", "sandbox"})


def is_old(fields: Fields) -> bool:
    """Say whether an object is such an event."""
    if "type" in fields or "id" not in fields:
        return False
    kind = fields.inner("msg").text("type")
    return kind in _KNOWN or kind.startswith(_THOUGHTS)


def of_today(fields: Fields) -> Fields:
    """Return an event of today for an old one; anything else as it is."""
    if "type" in fields:
        return fields
    msg = fields.inner("msg")
    kind = msg.text("type")
    if not kind:
        preamble = any(fields.raw.keys() >= keys for keys in _PREAMBLE)
        return _fields(type=NOTE) if preamble else fields
    if kind in OLD:
        return msg
    if kind in _TURNS:
        return _fields(type=_TURNS[kind])
    if kind == "session_configured":
        return _fields(type="thread.started", thread_id=msg.text("session_id"))
    if kind == "error":
        return _fields(type="turn.failed", error={"message": msg.text("message")})
    if kind == "stream_error":
        return _fields(type="error", message=msg.text("message"))
    return _fields(type="item.updated" if kind.startswith(_THOUGHTS) else NOTE)


def _fields(**values: object) -> Fields:
    return Fields({key: msgspec.Raw(msgspec.json.encode(value)) for key, value in values.items()})
