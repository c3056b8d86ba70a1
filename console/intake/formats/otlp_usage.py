"""What models took, as spans and Claude Code's events say it.

Spans say it in the attributes of the GenAI conventions, of OpenInference or of OpenLLMetry; of the
same call several may, each with what those within it took, so that only the innermost count. Claude
Code says it, with the cost, in an event for every request (`api_request`). Its spans say the same
in attributes of their own, and are passed over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from console.intake.formats.otlp_values import number, pick
from console.intake.formats.usage import added, amount, price
from console.model import USAGE, Event
from console.text import name

if TYPE_CHECKING:
    from console.intake.formats.otlp_exports import Span
    from console.intake.formats.otlp_values import Attributes

_INPUT = ("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens", "llm.token_count.prompt")
_OUTPUT = (
    "gen_ai.usage.output_tokens",
    "gen_ai.usage.completion_tokens",
    "llm.token_count.completion",
)
_WHOLE = ("llm.token_count.total", "gen_ai.usage.total_tokens", "llm.usage.total_tokens")
_COST = ("gen_ai.usage.cost", "llm.cost.total", "operation.cost")
_REQUEST = ("input_tokens", "output_tokens", "cache_read_tokens", "cache_creation_tokens")


def usage_of(span: Span) -> Event | None:
    """Return what a span says that models took, as an event that does not know its run yet."""
    fields = span.attributes
    parts = amount(pick(fields, *_INPUT)) + amount(pick(fields, *_OUTPUT))
    told = _amounts(parts or amount(pick(fields, *_WHOLE)), pick(fields, *_COST))
    if not told:
        return None
    at_us = span.start_us if span.end_us is None else span.end_us
    own = name(f"{span.trace}/{span.id}#usage")
    return Event(ts_us=at_us, route="", event=USAGE, id=own, **told)


def requested(fields: Attributes) -> dict[str, Any]:
    """Return what an `api_request` of Claude Code took, as fields of an event; none for nothing."""
    return _amounts(added(fields, *_REQUEST), fields.get("cost_usd"))


def _amounts(tokens: int, cost: object) -> dict[str, Any]:
    cost_usd = price(number(cost))
    told = {"tokens": tokens or None, "cost_usd": cost_usd or None}
    return told if tokens or cost_usd else {}
