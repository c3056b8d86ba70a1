"""What one span means: a run's root, a wait for a human, a refusal, a verdict, a handoff.

Kinds and operations follow the GenAI semantic conventions, OpenInference and OpenLLMetry.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from console.intake.formats.otlp_values import Attributes, directive, pick, text
from console.intake.formats.otlp_verdicts import EVALUATION, GUARDRAIL, Rule, evaluation, guardrail
from console.model import Event
from console.text import clean, name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from console.intake.formats.otlp_exports import LogRecord, Span

PLAIN, WEAK, STRONG = 0, 1, 2
"""How surely a span is a run: any span, a chain, or an agent or workflow that is invoked."""
_STRONG_KINDS = frozenset({"invoke_agent", "invoke_workflow", "AGENT", "agent", "workflow"})
_TOOL_KINDS = frozenset({"execute_tool", "TOOL", "tool"})
_GUARD_KINDS = frozenset({"run_guardrail", "GUARDRAIL"})

_BLOCKED_ON_USER = "claude_code.tool.blocked_on_user"
_HUMAN = re.compile(r"blocked_on_user\Z|^human[_.\- ]|human_(input|approval|review)|wait_for_human")
_RECOVERY = re.compile(r"(?<![a-z])(roll[_ -]?back|compensat(e|es|ing)|restor(e|es|ing))(?![a-z])")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_HANDOFF_TOOL = re.compile(
    r"(?:transfer(?:red)?_to_|hand_?off_to_|handoff_|escalate_to_)(?P<to>.+)"
    r"|transfer_(?P<whom>.*(?:human|agent|operator|support|person|desk|queue|call|chat|team).*)"
)
_HANDOFF_SPAN = re.compile(
    r"hand[-_ ]?off(?![a-z])[ _:]*(?:to[ _:]+)?(?:.*->)? *(?P<to>.*)", re.IGNORECASE
)
_DENYING = re.compile(r"permission|forbidden|denied|not.?allowed", re.IGNORECASE)
_PLANS = frozenset({"ExitPlanMode", "AskUserQuestion"})
"""Tools whose rejection is an answer of the human, not the refusal of an action."""
_NO_DENIALS = frozenset({"user_abort"})
"""Sources of a rejection that are interruptions."""


def kind_of(span: Span) -> str:
    """Return what the conventions call a span: an operation, or the kind of a framework's."""
    kinds = ("gen_ai.operation.name", "openinference.span.kind", "traceloop.span.kind")
    return text(pick(span.attributes, *kinds))


def rank_of(span: Span) -> int:
    """Return how surely a span is a run of its own."""
    kind = kind_of(span)
    return STRONG if kind in _STRONG_KINDS else WEAK if kind == "CHAIN" else PLAIN


def is_evaluator(span: Span) -> bool:
    """Say whether a span judges the work of others and is itself none."""
    return kind_of(span) == "EVALUATOR"


def works(span: Span) -> bool:
    """Say whether a span is part of an agent's work, and so of a run."""
    return bool(kind_of(span)) and not is_evaluator(span)


def tool_of(span: Span) -> str:
    """Return the name of the tool that a span is the execution of, or ""."""
    fields = span.attributes
    if kind_of(span) not in _TOOL_KINDS:
        return ""
    found = text(pick(fields, "gen_ai.tool.name", "tool.name", "tool_name"))
    return name(found or span.name.removeprefix("execute_tool ") or "tool")


def waits(span: Span) -> bool:
    """Say whether a span is time in which a human was waited for."""
    return span.end_us is not None and bool(_HUMAN.search(span.name))


def failure(span: Span) -> str:
    """Return why a span failed, in its own words; "" if it did not."""
    kind = text(span.attributes.get("error.type"))
    if not span.error and not kind:
        return ""
    said = [
        text(pick(event.attributes, "exception.message", "exception.type"))
        for event in span.happenings
        if event.name == "exception"
    ]
    return clean(next((words for words in (span.message, kind, *said) if words), "error"))


def stamp_of(span: Span) -> str:
    """Return the id of the directive that a span names anywhere, or ""."""
    happenings = [event.attributes for event in span.happenings]
    return directive(span.message, span.attributes, happenings)


def events_of(span: Span, rule: Rule) -> Iterator[Event]:
    """Yield what happened in a span, as events that do not know their run yet."""
    yield from _decision(span)
    yield from _denial(span)
    yield from _handoff(span)
    yield from _recovery(span)
    guarding = kind_of(span) in _GUARD_KINDS
    yield from _verdicts(_seen(span, "", _end(span), span.attributes), rule, guarding)
    for index, event in enumerate(span.happenings):
        if event.name in {EVALUATION, GUARDRAIL}:
            seen = _seen(span, f"#{index}", event.ts_us, event.attributes)
            yield from _verdicts(seen, rule, event.name == GUARDRAIL)


def verdicts_of(record: LogRecord, rule: Rule) -> Iterator[Event]:
    """Yield the verdicts of evaluations and guardrails that a log record holds."""
    if record.name in {EVALUATION, GUARDRAIL}:
        body = record.body if isinstance(record.body, dict) else {}
        fields = {**body, **record.attributes}
        which = text(pick(fields, "gen_ai.evaluation.name", "gen_ai.response.id"))
        seen_id = name(f"{record.trace}/{record.span}@{record.ts_us}#{which}")
        seen = _Seen(seen_id, record.ts_us, fields, (fields, record.body))
        yield from _verdicts(seen, rule, record.name == GUARDRAIL)


class _Seen(NamedTuple):
    """Where a verdict was found: attributes, when, under which id, and all that was said."""

    id: str
    ts_us: int
    fields: Attributes
    said: tuple[Any, ...]


def _seen(span: Span, suffix: str, ts_us: int, fields: Attributes) -> _Seen:
    seen_id = name(f"{span.trace}/{span.id}{suffix}")
    return _Seen(seen_id, ts_us, fields, (fields, span.message))


def _end(span: Span) -> int:
    return span.start_us if span.end_us is None else span.end_us


def _event(span: Span, what: str, suffix: str, **fields: Any) -> Event:
    event_id = name(f"{span.trace}/{span.id}{suffix}")
    return Event(ts_us=_end(span), route="", event=what, id=event_id, **fields)


def _verdicts(seen: _Seen, rule: Rule, guarding: bool) -> Iterator[Event]:
    verdict = evaluation(seen.fields, rule)
    if verdict is not None:
        kind = "check.passed" if verdict.passed else "check.failed"
        event_id, reason = f"{seen.id}#check", "" if verdict.passed else verdict.reason
        by = "human" if verdict.human else ""
        yield Event(
            ts_us=seen.ts_us,
            route="",
            event=kind,
            id=event_id,
            check=verdict.check,
            reason=reason,
            by=by,
        )
    refusal = guardrail(seen.fields, is_guardrail=guarding)
    if refusal is not None:
        yield Event(
            ts_us=seen.ts_us,
            route="",
            event="action.denied",
            id=f"{seen.id}#guardrail",
            action=refusal.action,
            rule=refusal.rule,
            reason=refusal.reason,
            directive=directive(*seen.said),
        )


def _decision(span: Span) -> Iterator[Event]:
    """Yield what was decided where Claude Code asked whether a tool may run."""
    if span.name != _BLOCKED_ON_USER:
        return
    decision, source = (text(span.attributes.get(key)) for key in ("decision", "source"))
    tool = name(text(pick(span.attributes, "tool_name", "gen_ai.tool.name")))
    for kind, fields in decided(decision, source, tool):
        suffix = "#denied" if kind == "action.denied" else "#granted"
        if kind == "approval.requested":
            yield _event(span._replace(end_us=span.start_us), kind, "#asked", **fields)
        else:
            yield _event(span, kind, suffix, directive=_if_denied(kind, span), **fields)


def _if_denied(kind: str, span: Span) -> str:
    return stamp_of(span) if kind == "action.denied" else ""


def decided(decision: str, source: str, tool: str) -> Iterator[tuple[str, dict[str, str]]]:
    """Yield the kinds and fields of the events that a decision about a tool makes.

    Only what a human allowed is an approval; what settings or a hook allow needed none.
    """
    by = "user" if source.startswith("user") else ""
    if decision == "accept" and by:
        yield "approval.requested", {"action": tool}
        yield "approval.granted", {"action": tool, "by": by}
    elif decision == "reject" and source not in _NO_DENIALS and not (by and tool in _PLANS):
        yield "action.denied", {"action": tool, "rule": name(source) or "rejected", "by": by}


def asks_about(span: Span) -> str:
    """Return the span of the tool that a wait for a human is about, or ""."""
    return span.parent if span.name == _BLOCKED_ON_USER else ""


def is_pending(span: Span) -> bool:
    """Say whether a span is only the announcement of one that has begun (Logfire)."""
    return span.attributes.get("logfire.span_type") == "pending_span"


def is_plan(tool: str) -> bool:
    """Say whether a rejection of this tool by a human is an answer and no refusal."""
    return tool in _PLANS


def _denial(span: Span) -> Iterator[Event]:
    """Yield the refusal of a tool whose failure says so, or names an order of ours."""
    tool, why = tool_of(span), failure(span)
    if not tool or not why:
        return
    kind, order = text(span.attributes.get("error.type")), stamp_of(span)
    thrown = " ".join(text(event.attributes.get("exception.type")) for event in span.happenings)
    if order or _DENYING.search(kind) or _DENYING.search(thrown):
        rule = name(kind or thrown.strip() or "refused")
        yield _event(
            span, "action.denied", "#denied", action=tool, rule=rule, reason=why, directive=order
        )


def _handoff(span: Span) -> Iterator[Event]:
    if failure(span):
        return
    tool, fields = tool_of(span), span.attributes
    found = _HANDOFF_TOOL.match(tool.lower()) if tool else _HANDOFF_SPAN.match(span.name)
    if not found and kind_of(span) != "handoff":
        return
    named = text(pick(fields, "gen_ai.handoff.to_agent", "handoff.to_agent", "to_agent"))
    if not named and found:
        named = next((part for part in found.groups() if part), "")
    yield _event(span, "handoff", "#handoff", to=name(named))


def _recovery(span: Span) -> Iterator[Event]:
    """Yield how a rollback went. A database that rolls a transaction back recovers nothing."""
    if any(key.startswith("db.") for key in span.attributes) or span.end_us is None:
        return
    words = _CAMEL.sub(" ", f"{span.name} {tool_of(span)}").lower()
    if _RECOVERY.search(words):
        why = failure(span)
        kind = "recovery.failed" if why else "recovery.succeeded"
        yield _event(span, kind, "#recovery", kind="rollback", reason=why)
