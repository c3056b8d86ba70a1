"""How each tool asks, and how it has to be told no.

Measured with the real programs (Claude Code 2.1.330, Codex 0.169, Gemini CLI 0.61): a prompt is
stopped by exit code 2 with a reason on standard error in all three; an action by a decision in JSON
on standard output. Standard error has to say something: Codex takes an empty one for a yes.
"""

from __future__ import annotations

import json
from typing import NamedTuple

from .question import Question, Unclear

NO = 2
"""The exit code that means no to all three tools."""


class Answer(NamedTuple):
    """What the hook prints, and its exit code."""

    stdout: str = ""
    stderr: str = ""
    code: int = 0


class Dialect(NamedTuple):
    """One tool: its names for a prompt and for an action, and whether it wants a bare decision."""

    start: str
    action: str
    bare: bool = False

    def asks(self, question: Question) -> str:
        """Return what is asked: "start", "action", or "" where there is nothing to decide.

        Raises:
            Unclear: an action is asked for that has no name.
        """
        if question.event == self.start:
            return "start"
        if question.event != self.action:
            return ""
        if not question.action:
            raise Unclear(f"the hook's input has no tool_name for {question.event}")
        return "action"

    def no(self, question: Question, reason: str) -> Answer:
        """Return the answer that stops what is asked for, and says why."""
        if question.event != self.action:
            return Answer(stderr=reason + "\n", code=NO)
        decision: dict[str, object] = {"decision": "deny", "reason": reason}
        if not self.bare:
            decision = {
                "hookSpecificOutput": {
                    "hookEventName": question.event,
                    "permissionDecision": "deny",
                    "permissionDecisionReason": reason,
                }
            }
        return Answer(stdout=json.dumps(decision) + "\n")


DIALECTS = {
    "claude-code": Dialect("UserPromptSubmit", "PreToolUse"),
    "codex": Dialect("UserPromptSubmit", "PreToolUse"),
    "gemini": Dialect("BeforeAgent", "BeforeTool", bare=True),
}
"""The tools by the name of the format that their logs have."""
