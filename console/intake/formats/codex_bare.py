"""What a Codex rollout tells by its conversation alone: records without an envelope, and prompts.

Versions before 0.40 wrote a header, markers of state, and the items of the conversation, bare and
mostly without a time: all of them are taken to be of the header's, when the session began. They,
and tools that write rollouts themselves, record no event for a prompt: there a message of the user
is one, unless the runtime sent it in the user's place.
"""

from __future__ import annotations

import re

import msgspec

from console.intake.formats.codex_records import Fields

_ITEMS = frozenset(
    {
        "message",
        "reasoning",
        "function_call",
        "function_call_output",
        "custom_tool_call",
        "custom_tool_call_output",
        "local_shell_call",
        "web_search_call",
    }
)
_STATE = msgspec.Raw(b'"state"')
_META = msgspec.Raw(b'"session_meta"')
_ITEM = msgspec.Raw(b'"response_item"')
_CONTEXT = re.compile(r"<[A-Za-z_]{1,40}[>\s]|# AGENTS\.md instructions\b")
"""How what the runtime sends in the user's place begins."""
_CWD = re.compile(r"<cwd>([^<\n]{1,4096})</cwd>|\nCurrent working directory: ([^\n]{1,4096})")


def is_bare(fields: Fields) -> bool:
    """Say whether an object is what only a rollout without envelopes holds."""
    if fields.raw.keys() == {"record_type"}:
        return fields.text("record_type") == "state"
    return _is_header(fields) and "instructions" in fields


def enveloped(fields: Fields) -> Fields:
    """Return a bare record as if it had an envelope; any other as it is."""
    if "payload" in fields:
        return fields
    kind = fields.text("type")
    if "record_type" in fields and not kind:
        return Fields({"type": _STATE})
    if kind not in _ITEMS and not _is_header(fields):
        return fields
    wrapped = {
        "type": _ITEM if kind else _META,
        "payload": msgspec.Raw(msgspec.json.encode(fields.raw)),
    }
    if "timestamp" in fields:
        wrapped["timestamp"] = fields.raw["timestamp"]
    return Fields(wrapped)


def words(payload: Fields) -> str:
    """Return the text of a message."""
    parts = [part.text("text") for part in payload.items("content")]
    return "\n".join(part for part in parts if part).strip() or payload.text("content").strip()


def is_prompt(said: str) -> bool:
    """Say whether a message in the user's name is the user's own."""
    return bool(said) and not _CONTEXT.match(said)


def told_cwd(said: str) -> str:
    """Return the working directory that the runtime tells its model, or ""."""
    found = _CWD.search(said) if said.startswith("<environment_context>") else None
    return (found[1] or found[2]).strip() if found is not None else ""


def _is_header(fields: Fields) -> bool:
    return "type" not in fields and bool(fields.text("id") and fields.text("timestamp"))
