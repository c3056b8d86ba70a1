"""The route of a run that a span or log record tells of, from a template such as `{service}`.

Placeholders: `{service}`, `{workflow}`, `{agent}`, `{span}` (the span's name), and the name of any
attribute of the record or its resource, such as `{deployment.environment}`. Without a template the
route is the first of workflow, agent, service and span name that is given.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from console.intake.formats.otlp_values import Attributes, pick, text
from console.text import clean, name

if TYPE_CHECKING:
    from console.intake.formats.otlp_exports import LogRecord, Span

_BRACES = re.compile(r"\{([^{}]*)\}")
_ATTRIBUTE = re.compile(r"[^\W\d][\w.:/-]*\Z")
_NO_SERVICE = "unknown_service"
"""What the SDKs call a service that nobody named, perhaps with `:` and the program."""


def agent_of(fields: Attributes) -> str:
    """Return the name of the agent that a record says it is of, or ""."""
    return text(pick(fields, "gen_ai.agent.name", "agent.name", "agent_name"))


def route_of(record: Span | LogRecord, template: str) -> str:
    """Return the route of a record, by the template or the default; never empty."""
    fields, resource = record.attributes, record.resource
    service = text(resource.get("service.name"))
    if service.partition(":")[0] == _NO_SERVICE:
        service = ""
    values = {
        "service": service,
        "workflow": text(pick(fields, "gen_ai.workflow.name", "traceloop.workflow.name")),
        "agent": agent_of(fields),
        "span": record.name,
    }

    def fill(braces: re.Match[str]) -> str:
        key = braces[1]
        return values[key] if key in values else text(pick(fields, key) or resource.get(key))

    route = _BRACES.sub(fill, template).strip()
    default = values["workflow"] or values["agent"] or service or record.name.strip()
    return name(route or default or "otlp")


def check_template(template: str) -> None:
    """See that a route template has only placeholders that could be filled.

    Raises:
        ValueError: it does not; the message names the placeholder and those that there are.
    """
    known = "{service}, {workflow}, {agent}, {span} and attributes such as {deployment.environment}"
    for placeholder in _BRACES.findall(template):
        if not _ATTRIBUTE.match(placeholder):
            wrong = clean(f"{{{placeholder}}}", 80)
            raise ValueError(f"the route template has no placeholder {wrong}; there are {known}")
    if "{" in _BRACES.sub("", template) or "}" in _BRACES.sub("", template):
        raise ValueError(
            f"the route template has a brace without its other half; there are {known}"
        )
