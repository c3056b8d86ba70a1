"""Hooks that make Claude Code, Codex and Gemini CLI obey the control file.

`python -m console.agent.hooks TOOL --control PATH` reads one question on standard input, as the
tool asks it, and answers in the tool's own way. Standard library only, like all of this package.
What cannot be decided is refused: the tools let an action happen when their hook fails.
"""

from .dialects import DIALECTS, Answer, Dialect
from .question import Question, Unclear

__all__ = ["DIALECTS", "Answer", "Dialect", "Question", "Unclear"]
