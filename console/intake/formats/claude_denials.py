"""Which failed tool uses of a Claude Code transcript were denied, and by what.

Newer versions stamp a denial with its kind. In older ones only the text tells, which stands where
the result would: the runtime's own words, at the beginning. What a command printed (`Exit code 1`)
or a tool complained of (`<tool_use_error>`) may quote those words, and is no denial.
"""

from __future__ import annotations

import re

USER_REJECTED = "user-rejected"
RULE = "permission-rule"
_AUTOMODE = frozenset({"automode-blocked", "automode-unavailable", "automode-parsing-error"})
_DENIALS = frozenset({USER_REJECTED, RULE}) | _AUTOMODE
_NO_DENIALS = frozenset({"interrupted", "cancelled"})
_COLLATERAL = "<tool_use_error>Sibling tool call errored"
"""What stands for a tool use that was given up because another one beside it failed."""
_REJECTION = "The user doesn't want to proceed with this tool use"
_ITS_OWN_FAILURE = ("Exit code ", "<tool_use_error>")
_REFUSED = re.compile(
    r"Permission (?:to use|for this)\b"
    r"|Claude requested permissions to\b"
    r"|This command requires approval\b"
    r"|This (?:\w{1,40} )?command contains multiple operations\. The following parts? requires? "
    r"|[^\n]{1,4000}? was blocked(?:\. For security, Claude Code may only | by a deny rule\b)"
    r"|PreToolUse:[^\s:]{1,200} hook error: "
    r"|Hook PreToolUse:[^\s:]{1,200} denied this tool\b"
    r"|\w{1,200} operation blocked by hook:"
)


def denial_rule(kind: str, tool: str, text: str) -> str:
    """Return by what a failed tool use was denied, or "" where it failed by itself.

    The runtime stamps the `kind` (`interrupted` and `cancelled` are no denials). Without a stamp
    that is known the text decides, except for `mcp__` tools, whose servers could write it.
    """
    said = text.removeprefix("Error: ")
    if said.startswith(_COLLATERAL):
        return ""
    if kind in _DENIALS:
        return kind
    if kind in _NO_DENIALS or tool.startswith("mcp__") or said.startswith(_ITS_OWN_FAILURE):
        return ""
    if _REJECTION in said:
        return USER_REJECTED
    return RULE if _REFUSED.match(said) else ""
