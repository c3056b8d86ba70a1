"""Events of Codex and of Gemini CLI in OTLP logs: prompts, answers, refusals, errors."""

from __future__ import annotations

from typing import Any

import pytest

from console.model import Event
from tests.intake.otlp_requests import log, logs, read, request, span

COMPLETED = {"event__kind": "response.completed", "input_token_count": 90, "output_token_count": 7}


def codex(*said: tuple[float, str, dict[str, Any]]) -> list[Event]:
    own: dict[str, Any] = {"conversation__id": "c1"}
    entries = [
        log(at_s, f"codex.{kind}", event__name=f"codex.{kind}", **own, **fields)
        for at_s, kind, fields in said
    ]
    return read(logs(*entries, service="codex_exec"))


def gemini(*said: tuple[float, str, dict[str, Any]]) -> list[Event]:
    own: dict[str, Any] = {"session__id": "s1", "prompt_id": "p1"}
    entries = [
        log(at_s, f"gemini_cli.{kind}", event__name=f"gemini_cli.{kind}", **own, **fields)
        for at_s, kind, fields in said
    ]
    return read(logs(*entries, service="gemini-cli"))


def kinds(events: list[Event]) -> list[str]:
    return [event.event for event in events]


def test_a_prompt_of_codex_is_a_run_that_a_complete_response_delivers() -> None:
    found = codex((0, "user_prompt", {}), (5, "sse_event", COMPLETED))
    assert kinds(found) == ["run.started", "usage", "run.delivered"]
    assert (found[0].route, found[1].tokens, found[2].elapsed_s) == ("codex_exec", 97, 5)


@pytest.mark.parametrize("after", ["tool_result", "api_request"])
def test_a_response_of_codex_after_which_it_goes_on_is_no_answer(after: str) -> None:
    went_on = (6, after, {"success": "true"})
    found = codex((0, "user_prompt", {}), (5, "sse_event", COMPLETED), went_on)
    assert "run.delivered" not in kinds(found)


@pytest.mark.parametrize(
    ("decision", "source", "expected"),
    [
        ("approved", "config", []),
        ("approved_for_session", "user", ["approval.requested", "approval.granted"]),
        ("denied", "user", ["action.denied"]),
        ("abort", "user", ["action.denied"]),
    ],
)
def test_a_decision_of_codex_is_one(decision: str, source: str, expected: list[str]) -> None:
    fields = {"decision": decision, "source": source, "tool_name": "shell", "call_id": "k1"}
    _, *found = codex((0, "user_prompt", {}), (1, "tool_decision", fields))
    assert kinds(found) == expected


def test_a_tool_of_codex_that_a_hook_stopped_was_denied() -> None:
    why = "Command blocked by PreToolUse hook: paused [burnline:d-7]"
    fields = {"success": "false", "output": why, "tool_name": "shell"}
    _, denied = codex((0, "user_prompt", {}), (1, "tool_result", fields))
    assert (denied.action, denied.rule, denied.directive) == ("shell", "hook", "d-7")


def test_a_tool_of_an_mcp_server_denies_nothing_by_its_output() -> None:
    why = "Command blocked by PreToolUse hook: no"
    fields = {"success": "false", "output": why, "tool_name": "x", "mcp_server": "files"}
    assert kinds(codex((0, "user_prompt", {}), (1, "tool_result", fields))) == ["run.started"]


def test_what_codex_does_before_a_prompt_is_no_run() -> None:
    error = {"event__kind": "response.completed", "error__message": "400"}
    assert codex((0, "sse_event", error), (1, "tool_result", {"success": "true"})) == []


def test_a_response_without_a_word_is_no_answer_and_took_nothing() -> None:
    warmed_up = {**COMPLETED, "output_token_count": 0}
    assert kinds(codex((0, "user_prompt", {}), (1, "sse_event", warmed_up))) == ["run.started"]


def test_an_error_of_the_api_that_was_the_last_fails_a_run_of_codex() -> None:
    error = {"error__message": "429 Too Many Requests"}
    _, failed = codex((0, "user_prompt", {}), (1, "api_request", error))
    assert (failed.event, failed.reason) == ("run.failed", "429 Too Many Requests")


def test_a_prompt_of_gemini_is_a_run_by_its_id() -> None:
    answer = {"total_token_count": 50, "role": "main"}
    found = gemini((0, "user_prompt", {}), (3, "api_response", answer))
    assert kinds(found) == ["run.started", "usage", "run.delivered"]
    assert {event.run for event in found} == {"p1"}


def test_a_tool_call_of_gemini_that_the_user_rejected_was_denied() -> None:
    call = {"function_name": "run_shell_command", "decision": "reject", "success": False}
    _, denied = gemini((0, "user_prompt", {}), (1, "tool_call", call))
    assert (denied.event, denied.action, denied.by) == (
        "action.denied",
        "run_shell_command",
        "user",
    )


def test_a_tool_call_of_gemini_that_a_hook_stopped_was_denied() -> None:
    call = {"function_name": "edit", "error": "Tool execution blocked: no", "success": False}
    _, denied = gemini((0, "user_prompt", {}), (1, "tool_call", call))
    assert (denied.event, denied.rule) == ("action.denied", "hook")


def test_a_step_of_codex_is_no_run() -> None:
    step = span(1, name="auth", target="codex_login::auth::manager")
    assert read(request(step, service="codex_exec")) == []


def test_a_call_of_gemini_to_its_model_is_no_run() -> None:
    call = span(1, name="llm_call", gen_ai__operation__name="llm_call")
    assert read(request(call, service="gemini-cli")) == []


def test_an_event_of_another_service_is_no_run() -> None:
    assert read(logs(log(0, "shop.user_prompt", session__id="s1"))) == []
