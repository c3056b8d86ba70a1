"""Inputs that every reader knows, and what chance makes of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from hypothesis import strategies as st

from tests.agent.control import directive, document, grant, orders
from tests.intake import inspect_logs, otlp_requests, test_openai_agents
from tests.intake.test_agents_fuzz import JSON, KINDS, paths_in, replaced
from tests.intake.test_verdict import TAU_BENCH, TERMINAL_BENCH

if TYPE_CHECKING:
    from collections.abc import Mapping

Record = dict[str, Any]
_NOON = "2026-03-02T12:00:00Z"


class Known(NamedTuple):
    """A format, the path and options of a file of it, and records that its reader tells apart."""

    format: str
    path: str
    records: list[Record]
    options: Mapping[str, object] = {}

    @property
    def name(self) -> str:
        """Return a name for the test."""
        return f"{self.format}-{self.path.rpartition('/')[2][:12]}"


def _native() -> list[Record]:
    kinds = (
        "run.started", "run.delivered", "run.failed", "run.cancelled", "check.passed",
        "check.failed", "rescued", "uncertain", "handoff", "approval.granted", "action.taken",
        "action.denied", "recovery.failed", "change.deployed", "control.seen",
    )  # fmt: skip
    return [
        {
            "ts": _NOON, "route": "a", "event": kind, "run": "r", "id": "e", "agent": "w",
            "boot": "b", "seq": 1, "check": "qa", "action": "x", "change": "prompt",
            "generation": 1, "kind": "rollback", "sla_s": 5, "parent": "p",
        }
        for kind in kinds
    ]  # fmt: skip


def _spans() -> list[Record]:
    one = otlp_requests.span(1, 0, (0, 9), name="invoke_agent", gen_ai__agent__name="a")
    two = otlp_requests.span(2, 1, (1, 2), error="no", gen_ai__tool__name="t")
    return [
        {
            "resourceSpans": [
                {"resource": {"attributes": []}, "scopeSpans": [{"spans": [one, two]}]}
            ]
        },
        {"resourceLogs": [{"scopeLogs": [{"logRecords": [{"timeUnixNano": "1", "body": {}}]}]}]},
        {"batches": [{"scopeSpans": [{"spans": [two]}]}]},
        {"data": [{"spans": [{"traceID": "a", "spanID": "b", "operationName": "x"}]}]},
    ]


def _traces() -> list[Record]:
    made = test_openai_agents
    return [
        made.trace(),
        made.agent(),
        made.span("g", "guardrail", 1, 2, name="x", triggered=True),
        made.span("h", "handoff", 2, 3, to_agent="human", from_agent="triage"),
        made.span("f", "function", 3, 4, name="pay", error="no"),
    ]


def _results() -> list[Record]:
    trial = {
        "task_id": "t", "trial_name": "n", "is_resolved": None, "parser_results": {"a": "passed"},
        "trial_started_at": _NOON, "trial_ended_at": _NOON, "failure_mode": "unset", "trial": 1,
        "reward": 0.0, "traj": [{"role": "tool"}], "info": {"task": {"actions": [{"name": "x"}]}},
    }  # fmt: skip
    return [trial, {"results": [trial, {**trial, "is_resolved": True}]}]


KNOWN = [
    *(Known(kind.format, kind.path, kind.records) for kind in KINDS),
    Known("native", "/logs/a.jsonl", _native()),
    Known("otlp", "/logs/traces.jsonl", _spans()),
    Known("otlp-document", "/logs/trace.json", _spans()),
    Known("openai-agents", "/logs/spans.jsonl", _traces()),
    Known("openai-agents-document", "/logs/spans.json", _traces()),
    Known("inspect", "/logs/run.json", [inspect_logs.log(inspect_logs.sample())]),
    Known("verdict", "/logs/results.json", _results(), TERMINAL_BENCH),
    Known("verdict", "/logs/tau.json", _results(), TAU_BENCH),
    Known("generic", "/logs/app.log", _native(), {"preset": "structlog"}),
    Known("gemini-document", "/home/dev/.gemini/tmp/shop/chats/s.json", KINDS[4].records),
]
CONTROL = document(
    3,
    orders(
        directive("pause", until="2026-03-02T12:00:00Z"),
        directive("reduce_scope", "d-2", max_runs=1),
        directive("freeze", "d-3", changes=["prompt"]),
        grants=(grant(action="pay"),),
    ),
)
"""A control file that says something of everything."""
_BOMBS = st.sampled_from(
    [
        b"[" * 60_000,
        b'{"a":' * 30_000,
        b'"' + b"x" * 60_000,
        b"1" * 6_000,
        b"\xff\xfe{",
        b"PK\x03\x04",
    ]
)


@st.composite
def inputs(draw: st.DrawFn, known: Known) -> bytes:
    """Draw a file: records with odd values, as lines or as one document, then cut and spoilt."""
    records: list[Any] = []
    for record in draw(st.lists(st.sampled_from(known.records), max_size=8)):
        changed = record
        for _ in range(draw(st.integers(0, 2))):
            place = draw(st.sampled_from(paths_in(changed) or [()]))
            changed = replaced(changed, place, draw(JSON)) if place else changed
        records.append(changed)
    whole = draw(st.booleans())
    data = json.dumps(records).encode() if whole else _lines(records)
    if len(records) == 1 and draw(st.booleans()):
        data = json.dumps(records[0]).encode()
    for _ in range(draw(st.integers(0, 2))):
        at = draw(st.integers(0, len(data)))
        data = (
            data[:at] + draw(st.binary(max_size=8) | _BOMBS) + data[at + draw(st.integers(0, 9)) :]
        )
    return data


def _lines(records: list[Any]) -> bytes:
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)
