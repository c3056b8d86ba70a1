"""Events of Codex and of Gemini CLI in OTLP logs, told as Claude Code tells its own.

Neither logs what an agent says: a model's complete response stands for an answer, and is none if a
tool is used, or the model asked again, after it. Codex warms its model up before it has a prompt:
what comes before one is no run, and a response without a word is no answer.

Their spans tell of no run: of Codex every step of the program is one, often with a trace of its
own, and of Gemini CLI every call to a model is a trace.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.intake.formats.codex_denials import USER_REJECTED
from console.intake.formats.codex_denials import denial_rule as codex_rule
from console.intake.formats.gemini_runs import denial_rule as gemini_rule
from console.intake.formats.otlp_values import number, pick, text, true

if TYPE_CHECKING:
    from collections.abc import Iterator

    from console.intake.formats.otlp_exports import LogRecord, Span
    from console.intake.formats.otlp_values import Attributes

_CODEX, _GEMINI = "codex.", "gemini_cli."
_CODEX_CRATES = "codex_"
"""How the names of the modules that Codex consists of begin."""
_SESSION = ("session.id", "conversation.id", "conversation_id")
_FIRST_ERROR = 400
"""The lowest status of a response over HTTP that is an error."""
Told = tuple[str, dict[str, object]]


def as_claude(record: LogRecord) -> Iterator[LogRecord]:
    """Yield an event of Codex or of Gemini CLI as events of Claude Code; none of anything else."""
    fields = record.attributes
    kind = text(fields.get("event.name")) or record.name
    if kind.startswith(_CODEX):
        found = _codex(kind.removeprefix(_CODEX), fields)
    elif kind.startswith(_GEMINI):
        found = _gemini(kind.removeprefix(_GEMINI), fields)
    else:
        return
    own = {"session.id": pick(fields, *_SESSION), "prompt.id": fields.get("prompt_id")}
    for what, said in found:
        told = {"event.name": what, "event.sequence": fields.get("call_id"), **own, **said}
        attributes = {key: value for key, value in told.items() if value is not None}
        yield record._replace(name=what, attributes=attributes)


def is_codex(record: LogRecord) -> bool:
    """Say whether a log record is an event of Codex."""
    return text(record.attributes.get("event.name")).startswith(_CODEX)


def is_step(span: Span) -> bool:
    """Say whether a span is a step of a program whose logs tell of its runs."""
    if text(span.attributes.get("target")).startswith(_CODEX_CRATES):
        return True
    call = text(span.attributes.get("gen_ai.operation.name")) == "llm_call"
    return call and text(span.resource.get("service.name")) == "gemini-cli"


def _codex(kind: str, fields: Attributes) -> Iterator[Told]:
    error = text(fields.get("error.message"))
    tool, source = text(fields.get("tool_name")), text(fields.get("source"))
    if kind == "user_prompt":
        yield kind, {}
    elif kind == "tool_decision":
        accepts = text(fields.get("decision")).startswith("approved")
        decision = "accept" if accepts else "reject"
        yield kind, {"decision": decision, "source": source, "tool_name": tool}
    elif kind == "tool_result":
        yield kind, {}
        output = "" if text(fields.get("mcp_server")) else text(fields.get("output"))
        rule = "" if true(fields.get("success")) else codex_rule(tool, output, escalated=False)
        if rule not in {"", USER_REJECTED}:
            yield _refused(rule, tool, output)
    elif error or (number(fields.get("http.response.status_code")) or 0) >= _FIRST_ERROR:
        yield "api_error", {"error": error or "API error"}
    elif kind == "api_request":
        yield "tool_result", {}
    elif kind == "sse_event" and number(fields.get("output_token_count")):
        tokens = [fields.get(f"{part}_token_count") for part in ("input", "output")]
        yield from _answered(dict(zip(("input_tokens", "output_tokens"), tokens, strict=True)))


def _gemini(kind: str, fields: Attributes) -> Iterator[Told]:
    error = text(pick(fields, "error", "error.message"))
    tool, decision = text(fields.get("function_name")), text(fields.get("decision"))
    if kind == "user_prompt":
        yield kind, {}
    elif kind == "tool_call":
        yield "tool_result", {}
        rule = gemini_rule("error", error)
        if decision in {"accept", "reject"}:
            yield "tool_decision", {"decision": decision, "source": "user", "tool_name": tool}
        elif rule:
            yield _refused(rule, tool, error)
    elif text(fields.get("role")) not in {"", "main"}:
        return
    elif kind == "api_response":
        yield from _answered({"input_tokens": fields.get("total_token_count")})
    elif kind == "api_error":
        yield kind, {"error": error}
    elif kind == "conversation_finished":
        yield "hook_execution_complete", {"hook_event": "Stop"}


def _answered(took: dict[str, object]) -> Iterator[Told]:
    yield "api_request", took
    yield "assistant_response", {}


def _refused(rule: str, tool: str, why: str) -> Told:
    said = {"decision": "reject", "source": rule, "tool_name": tool, "error": why}
    return "tool_decision", dict(said)
