"""What the other formats say that models took: counters, messages, spans and events."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from console.intake.formats.openai_agents import FORMAT as OPENAI
from console.intake.formats.otlp import FORMAT as OTLP
from console.intake.formats.usage import Meter, amount, price
from console.model import Event
from tests.intake import gemini_lines, otlp_requests, test_gemini_telemetry
from tests.intake import test_openai_agents as openai
from tests.intake.otlp_requests import TRACE, listed, nanos, span
from tests.intake.spent import lines, read, spent

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
real = pytest.mark.skipif(not DATA.is_dir(), reason="the real logs are not beside the project")


# Gemini CLI


def test_a_gemini_message_that_comes_again_counts_once_with_the_most_of_it() -> None:
    def says(identity: str, second: int, total: int) -> Any:
        return {**gemini_lines.says(identity, second), "tokens": {"input": 1, "total": total}}

    events = gemini_lines.events(
        gemini_lines.user("p1", 0), says("g1", 1, 40), says("g1", 1, 60), says("g2", 2, 5),
        says("g1", 1, 60), clock_s=gemini_lines.FOREVER_S,
    )  # fmt: skip
    assert spent(events) == {"p1": (65, 0)}


def test_a_gemini_document_that_is_read_again_adds_only_what_is_new() -> None:
    def chat(*totals: int) -> bytes:
        answers = [
            {**gemini_lines.says(f"g{second}", second), "tokens": {"total": total}}
            for second, total in enumerate(totals, 1)
        ]
        return gemini_lines.document(gemini_lines.user("p1", 0), *answers)

    found = [
        entry.event
        for totals in ((10,), (10, 20), (10, 20))
        for entry in gemini_lines.read_document(chat(*totals), gemini_lines.FOREVER_S).events
    ]
    assert spent(found) == {"p1": (30, 0)}


def test_gemini_telemetry_says_it_at_every_response_whoever_asked() -> None:
    answer = test_gemini_telemetry.said("api_response", 4, total_token_count=50)
    aside = test_gemini_telemetry.said(
        "api_response", 5, role="subagent", input_token_count=7, output_token_count=2
    )
    events = test_gemini_telemetry.events(
        test_gemini_telemetry.prompt(1, 0), answer, answer, aside, clock_s=gemini_lines.FOREVER_S
    )
    assert spent(events) == {"p1": (59, 0)}


# OpenAI Agents SDK


def test_an_openai_trace_counts_calls_and_not_what_adds_them_up() -> None:
    calls = [
        openai.span("r1", "response", 1, 2, usage={"input_tokens": 30, "output_tokens": 4}),
        openai.span("g1", "generation", 3, 4, usage={"prompt_tokens": 5, "completion_tokens": 1}),
        openai.span("r1", "response", 1, 2, usage={"input_tokens": 30, "output_tokens": 4}),
        openai.span("t1", "custom", 1, 4, usage={"input_tokens": 35, "output_tokens": 5}),
        openai.agent(usage={"total_tokens": 40}),
    ]
    late = openai.span("r1", "response", 1, 2, usage={"input_tokens": 30, "output_tokens": 4})
    events = read(OPENAI, openai.PATH, lines([*calls, openai.trace(), late]))
    assert spent(events) == {openai.RUN: (40, 0)}


# OTLP


def call(number: int, parent: int, inner: int, outer: int, **more: Any) -> dict[str, Any]:
    given = {"gen_ai__operation__name": "chat", "gen_ai__usage__input_tokens": inner}
    return span(number, parent, **{**given, "gen_ai__usage__output_tokens": outer, **more})


def root(**more: Any) -> dict[str, Any]:
    return span(1, at=(0, 9), gen_ai__operation__name="invoke_agent", **more)


def traced(*spans: dict[str, Any]) -> list[Event]:
    request = {"resourceSpans": [{"scopeSpans": [{"spans": list(spans)}]}]}
    return read(OTLP, otlp_requests.PATH, lines([request, request]))


def test_spans_say_it_once_however_often_they_are_exported() -> None:
    assert spent(traced(call(2, 1, 50, 4), call(3, 1, 9, 1), root())) == {TRACE: (64, 0)}


def test_only_the_innermost_spans_count_of_those_that_add_it_up() -> None:
    client = call(4, 2, 50, 4)
    spans = (client, call(2, 1, 50, 4), call(3, 1, 9, 1), root(gen_ai__usage__input_tokens=64))
    assert spent(traced(*spans)) == {TRACE: (64, 0)}


def test_an_agent_s_own_sum_counts_where_nothing_below_says_it() -> None:
    spans = (call(2, 1, 0, 0), root(gen_ai__usage__input_tokens=64))
    assert spent(traced(*spans)) == {TRACE: (64, 0)}


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"llm__token_count__prompt": 7, "llm__token_count__completion": 2}, (9, 0)),
        ({"llm__token_count__total": 12}, (12, 0)),
        ({"gen_ai__usage__prompt_tokens": 7, "gen_ai__usage__completion_tokens": 1}, (8, 0)),
        ({"llm__usage__total_tokens": "30"}, (30, 0)),
        ({"llm__token_count__total": 5, "llm__cost__total": 0.5}, (5, 500_000)),
        ({"gen_ai__usage__cost": 0.25}, (0, 250_000)),
    ],
)
def test_every_convention_s_attributes_are_read(
    said: dict[str, Any], expected: tuple[int, int]
) -> None:
    spans = (span(2, 1, openinference__span__kind="LLM", **said), root())
    assert spent(traced(*spans)) == {TRACE: expected}


def test_claude_code_s_requests_say_tokens_and_cost_and_its_spans_repeat_them() -> None:
    def logged(at_s: float, kind: str, **fields: Any) -> dict[str, Any]:
        own = {"session.id": "s1", "prompt.id": "p1", "event.name": kind, **fields}
        return {"timeUnixNano": nanos(at_s), "traceId": TRACE, "attributes": listed(own)}

    took = {"input_tokens": 10, "output_tokens": 5, "cache_read_tokens": 85, "cost_usd": 0.5}
    records = [
        logged(0, "user_prompt"),
        logged(1, "api_request", **took, **{"event.sequence": 1}),
        logged(1, "api_request", **took, **{"event.sequence": 1}),
        logged(2, "api_request", **took, **{"event.sequence": 2}),
    ]
    scope = {"scope": {"name": "com.anthropic.claude_code.events"}, "logRecords": records}
    logs = {"resourceLogs": [{"scopeLogs": [scope]}]}
    repeated = span(2, 1, name="claude_code.llm_request", input_tokens=10, output_tokens=5)
    spans = {"resourceSpans": [{"scopeSpans": [{"spans": [repeated, root()]}]}]}
    events = read(OTLP, otlp_requests.PATH, lines([logs, spans]))
    assert spent(events) == {TRACE: (200, 1_000_000)}


# What all of them share


def test_a_meter_tells_each_reading_once() -> None:
    meter = Meter()
    assert meter.event("r", "x") is None
    meter.count("m1", (5, 0, 9, 1), 10)
    meter.count("m2", (7, 9, 9, 2), 0)
    told = meter.event("r", "x")
    assert told is not None
    assert (told.event.tokens, told.event.meter, told.event.ts_us, told.line) == (10, "m1", 5, 1)
    assert (meter.reading(), meter.event("r", "x")) == ({}, None)


@pytest.mark.parametrize("odd", [None, True, -1, "x", "-5", 1e30, 10**15, [], {}])
def test_what_is_no_amount_is_none(odd: object) -> None:
    assert amount(odd) == 0
    assert price(odd if not isinstance(odd, int | float) or odd < 0 else 1e12) == 0


@real
@pytest.mark.parametrize(
    ("folder", "pattern", "tokens", "micro_usd"),
    [
        # By sums over the files with nothing but the standard library.
        ("codex", "*.jsonl", 12_870_784, 0),
        ("gemini", "*.json", 142_949, 0),
        ("otlp", "*.jsonl", 90 + 168, 840),
    ],
)
def test_real_logs_add_up(folder: str, pattern: str, tokens: int, micro_usd: int) -> None:
    from console.intake.formats import FORMATS, recognise

    found = [0, 0]
    for path in sorted((DATA / folder).glob(pattern)):
        data = path.read_bytes()
        events = read(FORMATS[recognise(data[:131_072], bytes(path))], path, data)
        for took in spent(events).values():
            found = [found[0] + took[0], found[1] + took[1]]
    assert found == [tokens, micro_usd]
