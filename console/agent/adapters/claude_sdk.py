"""claude-agent-sdk: hooks for `ClaudeAgentOptions`.

    options = ClaudeAgentOptions(hooks=hooks(Brake(guard, log)))

The run of an event is the prompt, as the reader of Claude Code's transcripts has it. With
`on_failure="block"` a hook that fails blocks too; by default the SDK would let the action happen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from claude_agent_sdk import HookMatcher

if TYPE_CHECKING:
    from .brake import Brake


def hooks(brake: Brake) -> dict[Any, list[HookMatcher]]:
    """Return the hooks that refuse prompts and tools which are not allowed now."""

    async def may_start(said: Any, use: str | None, context: Any) -> Any:
        del use, context
        reason = brake.start(_run(said))
        return {"decision": "block", "reason": reason} if reason else {}

    async def may_act(said: Any, use: str | None, context: Any) -> Any:
        del use, context
        reason = brake.action(str(said["tool_name"]), _run(said))
        if not reason:
            return {}
        return {
            "hookSpecificOutput": {
                "hookEventName": "PreToolUse",
                "permissionDecision": "deny",
                "permissionDecisionReason": reason,
            }
        }

    return {
        "UserPromptSubmit": [HookMatcher(hooks=[may_start], on_failure="block")],
        "PreToolUse": [HookMatcher(matcher="*", hooks=[may_act], on_failure="block")],
    }


def _run(said: Any) -> str:
    return str(said.get("prompt_id") or said.get("session_id") or "")
