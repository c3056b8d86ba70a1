"""Codex: rollouts (`rollout-<time>-<session>.jsonl`), and what `codex exec --json` prints.

A run is one turn. Route templates of rollouts know {cwd}, {cwd_name} (the default: the last part of
the working directory), {repository}, {branch}, {source} (exec, cli, vscode, subagent, ...) and
{session}; those of `codex exec --json`, which names no directory, {file} (the default: the file's
name without its ending) and {session}.
"""

from __future__ import annotations

import re

from console.intake.formats.codex_bare import is_bare
from console.intake.formats.codex_exec import FILE_ROUTE, ExecReader, ExecStory, is_exec_line
from console.intake.formats.codex_exec import PLACEHOLDERS as EXEC_PLACEHOLDERS
from console.intake.formats.codex_reader import KINDS, CodexReader, Story
from console.intake.formats.codex_records import (
    BLANK,
    BOM,
    EXEC_HEAD,
    ROLLOUT_HEAD,
    Fields,
    objects,
)
from console.intake.formats.codex_session import DEFAULT_ROUTE, check_template
from console.intake.reading import Context, restored

_CUT = re.compile(
    rb'\{"timestamp":"[^"]{10,40}",(?:"ordinal":\d{1,18},)?"type":"([a-z_]{1,40})","payload":\{'
)
"""How a record begins whose end lies beyond the head (a session's instructions may be long)."""


class CodexFormat:
    """Recognises rollouts by the envelope of their records together with the types of those."""

    name = "codex"
    whole = False
    options: tuple[str, ...] = ()

    def recognises(self, head: bytes) -> bool:
        """Say whether some line is a record of a rollout, and none is a native event."""
        found = objects(head, ROLLOUT_HEAD)
        if any("event" in fields and "route" in fields for fields in found):
            return False
        open_lines = (line for line in head.split(b"\n") if b"{" in line)
        cuts = (_CUT.match(line.removeprefix(BOM).lstrip(BLANK)) for line in open_lines)
        if any(cut is not None and cut[1].decode() in KINDS for cut in cuts):
            return True
        return any(_is_record(fields) for fields in found)

    def reader(self, context: Context, state: bytes = b"") -> CodexReader:
        """Return a reader for one rollout, going on from `state`.

        Raises:
            ValueError: the route template names an unknown placeholder, or the state is not ours.
        """
        check_template(context.route or DEFAULT_ROUTE)
        return CodexReader(context, restored(Story, state, "a Codex rollout"))


class ExecFormat:
    """Recognises the events of `codex exec --json` by their types and what only they hold."""

    name = "codex-exec"
    whole = False
    options: tuple[str, ...] = ()

    def recognises(self, head: bytes) -> bool:
        """Say whether some line is such an event, and none is a native event."""
        found = objects(head, EXEC_HEAD)
        if any("event" in fields and "route" in fields for fields in found):
            return False
        return any(is_exec_line(fields) for fields in found)

    def reader(self, context: Context, state: bytes = b"") -> ExecReader:
        """Return a reader for one file, going on from `state`.

        Raises:
            ValueError: the route template names an unknown placeholder, or the state is not ours.
        """
        check_template(context.route or FILE_ROUTE, EXEC_PLACEHOLDERS)
        return ExecReader(context, restored(ExecStory, state, "codex exec --json"))


FORMAT = CodexFormat()
EXEC = ExecFormat()


def _is_record(fields: Fields) -> bool:
    if is_bare(fields):
        return True
    if fields.text("type") not in KINDS or "timestamp" not in fields:
        return False
    return bool(fields.inner("payload").raw)
