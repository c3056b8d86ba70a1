"""The messages that `claude -p --output-format stream-json` prints: what they say, and when."""

from __future__ import annotations

import msgspec

from console.intake.formats.claude_denials import RULE, USER_REJECTED
from console.intake.formats.codex_records import Fields
from console.intake.reading import UNDECODABLE
from console.intake.times import instant_us


def is_stream_line(fields: Fields) -> bool:
    """Say whether an object is one of the messages that only such a stream has."""
    kind, what = fields.text("type"), fields.text("subtype")
    if kind == "system":
        return bool(fields.text("session_id")) and (what == "init" or "uuid" in fields)
    if kind == "result":
        return bool(what and fields.text("session_id")) and "is_error" in fields
    message = kind in {"assistant", "user"} and "message" in fields
    return message and "session_id" in fields and "parent_tool_use_id" in fields


def named_us_of(fields: Fields) -> int | None:
    """Return the time that a message names, None for none."""
    try:
        return instant_us(fields.text("timestamp"))
    except ValueError:
        return None


def denial_kind(meta: Fields) -> str:
    """Return why a tool was not used; where nobody was asked, the user has rejected nothing."""
    kind = meta.text("non_execution_kind")
    unasked = meta.inner("permission_decision").text("source") == "config"
    return RULE if unasked and kind == USER_REJECTED else kind


def text_of(block: Fields) -> str:
    """Return the text of what a tool brought."""
    return block.text("content") or "\n".join(
        part.text("text") for part in block.items("content") if part.text("type") == "text"
    )


def first_text(fields: Fields, key: str) -> str:
    """Return the first text in an array of them, or ""."""
    try:
        found = msgspec.json.decode(bytes(fields.raw.get(key, b"[]")), type=list[str])
    except UNDECODABLE:
        return ""
    return next(filter(None, found), "")
