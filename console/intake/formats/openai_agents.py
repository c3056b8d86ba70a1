"""Traces of the OpenAI Agents SDK: `trace.export()` and `span.export()`, as lines or documents.

The SDK keeps no log; a tracing processor writes one. A run is a trace, `trace_...`, on the route
`{workflow}` (its workflow_name). The template may use `{workflow}`, `{group}` (the group_id) and
`{agent}` (the first agent). A trace that never gets a line of its own is on its first agent's.

- *When.* A run lasts from the start of its first span to the end of its last. The SDK's processors
  write the trace before its spans, own ones mostly after them. With all spans there, the trace's
  line ends the run at once; else ten minutes without a span do, or an hour if the line is missing.
- *Ends.* A run failed if a span has an error and no span began after it: what comes after an
  error shows that the run survived it, which is no miss. Nor are errors that the SDK calls
  non-fatal. Any other run was delivered. Runs that wait for an approval are not traced as such.
- *Guardrails.* Triggered on an output: `check.failed`; on an input or tool: `action.denied`; not
  triggered: `check.passed`. Which it is follows from the order of the spans, or from the options
  `input_guardrails` and `output_guardrails`, lists of names.
- *Refusals.* A function whose output begins with "Tool execution was not approved", or with a text
  of the option `denials`, or in which an order of ours stands, was denied.
- *Usage.* Each `generation` and `response` span says what its call took. Spans of tasks and turns
  add these up, and count for nothing.
- *Handoffs* between agents of a trace are its own affair. One to an agent whose name is in the
  option `human_agents` ends the run as a handoff.
"""

from __future__ import annotations

import re

from console.intake.formats.loose import bare, each_line, each_value, goes_on, json_value, table
from console.intake.formats.openai_reader import (
    OPTIONS,
    OpenAIDocumentReader,
    OpenAILinesReader,
    Story,
    settings_of,
)
from console.intake.reading import Context, Reader, restored

_OBJECT = re.compile(rb'"object"\s*:\s*"trace(?:\.span)?"')
_PREAMBLE_BYTES = 4096
"""So near to its start a document must show its first trace or span."""
_KINDS = ("trace", "trace.span")
_CONTAINERS = ("traces", "spans", "data", "items")


class OpenAIAgentsFormat:
    """Traces and spans as JSON lines, appended."""

    name = "openai-agents"
    whole = False
    options: tuple[str, ...] = OPTIONS

    def recognises(self, head: bytes) -> bool:
        """Say whether some whole line of the head is, or holds, a trace or a span."""
        if not _OBJECT.search(head) or goes_on(head):
            return False
        for body, _, _ in each_line(head, 0, 1):
            if not _OBJECT.search(body):
                continue
            for _, _, value, reason in each_value(body):
                if not reason and _is_export(value):
                    return True
        return False

    def reader(self, context: Context, state: bytes = b"") -> Reader:
        """Return a reader for one file, going on from `state`.

        Raises:
            ValueError: the template or an option is not right, or the state is not ours.
        """
        return OpenAILinesReader(
            settings_of(context), restored(Story, state, "OpenAI Agents traces")
        )


class OpenAIDocumentFormat:
    """Traces with their spans as one JSON document: an object or an array, laid out over lines."""

    name = "openai-agents-document"
    whole = True
    options: tuple[str, ...] = OPTIONS

    def recognises(self, head: bytes) -> bool:
        """Say whether a document begins here that is not a file of lines."""
        beginning = bare(head)
        if not beginning.startswith((b"{", b"[")) or not _OBJECT.search(beginning):
            return False
        if FORMAT.recognises(head):
            return False
        try:
            json_value(beginning.split(b"\n", 1)[0])
        except ValueError:
            found = _OBJECT.search(beginning)
            return found is not None and found.start() < _PREAMBLE_BYTES
        return False

    def reader(self, context: Context, state: bytes = b"") -> Reader:
        """Return a reader for one file; `state` is what may yet follow from silence.

        Raises:
            ValueError: the template or an option is not right, or the state is not ours.
        """
        return OpenAIDocumentReader(
            settings_of(context), restored(Story, state, "OpenAI Agents traces")
        )


FORMAT = OpenAIAgentsFormat()
DOCUMENT = OpenAIDocumentFormat()


def _is_export(value: object) -> bool:
    for item in (value if isinstance(value, list) else [value])[:5]:
        fields = table(item)
        if "event" in fields and "route" in fields:
            return False
        if fields.get("object") in _KINDS:
            return True
        for container in _CONTAINERS:
            inner = fields.get(container)
            if isinstance(inner, list) and any(table(x).get("object") in _KINDS for x in inner[:5]):
                return True
    return False
