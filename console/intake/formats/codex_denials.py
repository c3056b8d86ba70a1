"""What the output of a tool call says about permission: by what the action was stopped, or nothing.

Codex writes no field for it, only text, in the place where a result would stand. Only the beginning
of a text that is no command's result is looked at: what commands print is the agent's to choose. A
command that ran and failed (an exit code) was permitted, and so was one whose process could not be
made. Where the agent calls its tools from a script, the error that ended the script is looked at.
Tools of MCP servers, whose servers write the text, are left out: they could charge or clear a route
at will.
"""

from __future__ import annotations

import re

import msgspec

from console.intake.formats.codex_records import Fields, members

USER_REJECTED, SANDBOX, HOOK = "user-rejected", "sandbox", "hook"
_POLICY, _GUARDIAN, _ESCALATION = "policy", "guardian", "escalation"

_FAILED = r"(?s:(?:exec_command failed|execution error)\b.{0,4000}?Rejected\()"
_NOT_MADE = r'(?!\\*"Failed to create )'
"""What no process could be made for was allowed, and failed by itself."""
_SCRIPT_FAILED, _SCRIPT_ERROR = "Script failed\n", "Script error:\n"
_RULES = (
    (re.compile(r"(?:[a-z_]{1,30} ){0,3}rejected by user\b(?! approval)"), USER_REJECTED),
    (re.compile(_FAILED + r'\\*"rejected by user'), USER_REJECTED),
    (re.compile(r"failed in sandbox\b|sandbox denied\b"), SANDBOX),
    (re.compile(r"(?:Command|Tool call) blocked by PreToolUse hook\b"), HOOK),
    (re.compile(r"This action was rejected due to unacceptable risk"), _GUARDIAN),
    (re.compile(r"approval (?:policy is|required by policy)\b"), _POLICY),
    (re.compile(r"(?:exec command|patch) rejected: (?!empty patch)"), _POLICY),
    (re.compile(r"`[^\n]{0,4000}` rejected: "), _POLICY),
    (re.compile(_FAILED + _NOT_MADE), _POLICY),
)
_RESULT = re.compile(r"Chunk ID|Wall time|Exit code|Process|Session|Output|Command|Total")
_REFUSAL = re.compile(r"reject|den(?:y|ied)|declin|not (?:allowed|permitted)|forbidden|approv")
_FIRST_LINE = 500
"""So much of its first line says whether the request of an escalated call was refused."""


def denial_rule(tool: str, text: str, *, escalated: bool) -> str:
    """Return by what an action was stopped before it ran, or "" where it ran or failed by itself.

    An `escalated` call asked to leave the sandbox; a refusal in any other words counts as well.
    """
    if "__" in tool:
        return ""
    said = text.lstrip()
    rule = next((rule for pattern, rule in _RULES if pattern.match(said)), "")
    if not escalated or rule in {USER_REJECTED, SANDBOX, HOOK}:
        return rule
    first = said.split("\n", 1)[0][:_FIRST_LINE]
    refused = rule or (_REFUSAL.search(first) and not _RESULT.match(first))
    return _ESCALATION if refused else ""


def output_text(payload: Fields) -> str:
    """Return what stands in place of a result; "" where a command ran (it has an exit code)."""
    text = payload.text("output")
    if text.startswith(_SCRIPT_FAILED):
        return text.rpartition("\n" + _SCRIPT_ERROR)[2] if _SCRIPT_ERROR in text else ""
    if text:
        parts = members(text.encode("utf-8", "replace")) if text.lstrip()[:1] == "{" else None
        return text if parts is None else _of_object(parts)
    listed = [item.text("text") for item in payload.items("output")]
    if listed and listed[0].startswith(_SCRIPT_FAILED):
        last = listed[-1]
        return last.removeprefix(_SCRIPT_ERROR) if last.startswith(_SCRIPT_ERROR) else ""
    if listed:
        return "\n".join(listed)
    return _of_object(payload.inner("output"))


def asks_to_escalate(payload: Fields) -> bool:
    """Say whether a call asks to run outside the sandbox."""
    arguments = payload.text("arguments")
    if "escalated" not in arguments:
        return False
    asked = members(arguments.encode("utf-8", "replace"))
    if asked is None:
        return False
    wanted = asked.raw.get("with_escalated_permissions", msgspec.Raw(b"false"))
    return bytes(wanted) == b"true" or asked.text("sandbox_permissions") == "require_escalated"


def _of_object(parts: Fields) -> str:
    if "exit_code" in parts.inner("metadata") or "exit_code" in parts:
        return ""
    return parts.text("output") or parts.text("content")
