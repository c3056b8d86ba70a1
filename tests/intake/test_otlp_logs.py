"""Claude Code's events in OTLP logs: prompts, errors, decisions, and ends seen from silence."""

from __future__ import annotations

from typing import Any

import pytest

from console.intake.formats.otlp import FORMAT
from console.intake.reading import Context
from console.model import SECOND_US
from tests.intake.otlp_requests import (
    MINUTE,
    NOON_US,
    PATH,
    TRACE,
    agent,
    kinds,
    lines,
    log,
    logs,
    only,
    read,
    request,
)

SCOPE = "com.anthropic.claude_code.events"


def said(*entries: Any) -> dict[str, Any]:
    return logs(*entries, scope=SCOPE, service="claude-code")


def told(at_s: float, event: str, prompt: str = "p1", trace: str = "", **fields: Any) -> Any:
    given = {"session__id": "s1", "prompt__id": prompt, "event__sequence": round(at_s * 10)}
    return log(at_s, f"claude_code.{event}", trace, event__name=event, **{**given, **fields})


def test_a_prompt_starts_a_run_by_its_id_at_once() -> None:
    found = read(said(told(1, "user_prompt")), settle=False)
    assert (found[0].event, found[0].run, found[0].ts_us) == (
        "run.started",
        "p1",
        NOON_US + SECOND_US,
    )
    assert found[0].route == "claude-code"


def test_a_prompt_that_is_traced_is_the_run_of_its_trace() -> None:
    records = said(told(0, "user_prompt", trace=TRACE), told(1, "assistant_response", trace=TRACE))
    root = agent(1, at=(0, 1.5), agent="", name="claude_code.interaction")
    found = read(records, request(root, service="claude-code"))
    assert {(event.run, event.route) for event in found} == {(TRACE, "claude-code")}


def test_a_second_prompt_in_one_trace_is_a_run_by_its_own_id() -> None:
    prompts = [told(at_s, "user_prompt", f"p{at_s}", TRACE) for at_s in (1, 2)]
    assert [event.run for event in read(said(*prompts))] == [TRACE, "p2"]


def test_an_answer_after_which_nothing_came_delivers_once_ten_minutes_have_passed() -> None:
    reader = FORMAT.reader(Context(path=PATH))
    records = said(told(0, "user_prompt"), told(5, "assistant_response"))
    assert [entry.event.event for entry in reader.feed(lines(records), 0, 1).events] == [
        "run.started"
    ]
    quiet = NOON_US + (5 + 10 * MINUTE) * SECOND_US
    assert reader.settle(quiet).events == []
    delivered = reader.settle(quiet + 1).events[0].event
    assert (delivered.event, delivered.ts_us) == ("run.delivered", NOON_US + 5 * SECOND_US)
    assert delivered.elapsed_s == 5


def test_an_answer_followed_by_a_tool_was_not_the_last() -> None:
    records = said(
        told(0, "user_prompt"), told(1, "assistant_response"), told(2, "tool_result", success=True)
    )
    assert kinds(read(records)) == ["run.started"]


def test_the_next_prompt_shows_that_an_answer_was_the_last() -> None:
    records = said(
        told(0, "user_prompt"), told(1, "assistant_response"), told(2, "user_prompt", "p2")
    )
    assert kinds(read(records, settle=False)) == ["run.started", "run.delivered", "run.started"]


def test_an_api_error_after_which_nothing_came_is_a_failure() -> None:
    failed = only(
        read(said(told(0, "user_prompt"), told(1, "api_error", error="overloaded"))), "run.failed"
    )
    assert (failed.reason, failed.ts_us) == ("overloaded", NOON_US + SECOND_US)


@pytest.mark.parametrize("after", ["api_request", "assistant_response"])
def test_an_api_error_that_was_overcome_is_none(after: str) -> None:
    records = said(told(0, "user_prompt"), told(1, "api_error"), told(2, after))
    assert "run.failed" not in kinds(read(records))


def test_a_rejected_tool_is_denied_by_its_source() -> None:
    decision = told(2, "tool_decision", decision="reject", source="hook", tool_name="Bash")
    denied = only(read(said(told(0, "user_prompt"), decision)), "action.denied")
    assert (denied.action, denied.rule, denied.run) == ("Bash", "hook", "p1")


def test_waiting_for_the_human_to_decide_is_taken_out_of_the_run_time() -> None:
    decision = told(62, "tool_decision", decision="accept", source="user_temporary")
    records = [told(0, "user_prompt"), told(2, "api_request"), decision]
    found = read(said(*records, told(65, "assistant_response")))
    assert only(found, "run.delivered").elapsed_s == 5
    assert kinds(found)[1:3] == ["approval.requested", "approval.granted"]


def test_a_stop_hook_is_a_check_and_one_that_lets_pass_ends_the_run() -> None:
    hook = {"hook_event": "Stop", "num_success": "1"}
    good = told(2, "hook_execution_complete", num_blocking="0", **hook)
    bad = told(2, "hook_execution_complete", num_blocking="1", **hook)
    begun = told(0, "user_prompt"), told(1, "assistant_response")
    assert kinds(read(said(*begun, good), settle=False))[1:] == ["check.passed", "run.delivered"]
    assert kinds(read(said(*begun, bad)))[1:] == ["check.failed"]


def test_a_prompt_that_a_hook_stopped_is_withdrawn() -> None:
    hook = told(1, "hook_execution_complete", hook_event="UserPromptSubmit", num_blocking="1")
    assert only(read(said(told(0, "user_prompt"), hook)), "run.cancelled").by == "hook"


def test_a_slash_command_that_nobody_answered_is_no_run() -> None:
    command = told(0, "user_prompt", command_name="clear")
    assert read(said(command)) == []
    assert kinds(read(said(command, told(1, "assistant_response")))) == [
        "run.started",
        "run.delivered",
    ]


def test_without_prompt_ids_each_prompt_of_a_session_is_a_run() -> None:
    records = said(
        *[told(0, "user_prompt", ""), told(1, "assistant_response", "")],
        *[told(2, "user_prompt", ""), told(3, "assistant_response", "")],
    )
    found = read(records)
    assert kinds(found) == ["run.started", "run.delivered"] * 2
    assert len({event.run for event in found}) == 2


def test_metrics_and_events_of_other_programs_say_nothing() -> None:
    assert read({"resourceMetrics": []}, logs(log(1, "user_prompt"))) == []
