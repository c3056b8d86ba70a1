"""What counts as a refused action in a Codex rollout, and what an interruption beside it means."""

from __future__ import annotations

import json

import pytest

from tests.intake.test_codex import MINUTE, PATCH_REJECTED, Rollout, events, told

SANDBOXED = (
    "failed in sandbox MacosSeatbelt with execution error: sandbox denied exec error, exit code: 1"
)
CREATE_REJECTED = (
    r'exec_command failed: CreateProcess { message: "Rejected(\"rejected by user\")" }'
)
MULTILINE = "exec_command failed for `/bin/zsh -lc 'a\nb'`: CreateProcess { message: \"Rejected("
NOT_MADE = MULTILINE + r'\"Failed to create unified exec process: No such file\")" }'
BLOCKED = "Command blocked by PreToolUse hook: route paused. Command: make"
ESCALATED: dict[str, object] = {"with_escalated_permissions": True}
NEVER = "approval policy is Never; reject command — you should not ask for escalated permissions"


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (PATCH_REJECTED, "user-rejected"),
        ("exec command rejected by user", "user-rejected"),
        ("rejected by user", "user-rejected"),
        (CREATE_REJECTED, "user-rejected"),
        (MULTILINE + r'\"rejected by user\")" }', "user-rejected"),
        (MULTILINE + r'\"`rm x` rejected: blocked by policy\")" }', "policy"),
        (SANDBOXED, "sandbox"),
        (BLOCKED, "hook"),
        ("Tool call blocked by PreToolUse hook: no. Tool: view_image", "hook"),
        (NEVER, "policy"),
        ("approval required by policy, but AskForApproval is set to Never", "policy"),
        ("`rm -rf /` rejected: policy forbids commands starting with `rm`", "policy"),
        ("patch rejected: writing outside of the project; rejected by user approval settings",
         "policy"),
        ("This action was rejected due to unacceptable risk.\nReason: deletes data", "guardian"),
    ],
)  # fmt: skip
def test_a_text_in_place_of_a_result_says_by_what_the_action_was_stopped(
    text: str, rule: str
) -> None:
    (_, denied) = events(Rollout().user(1).refused(2, text))
    assert (denied.event, denied.rule, denied.action, denied.id) == (
        "action.denied",
        rule,
        "shell",
        "c1",
    )
    assert denied.by == ("user" if rule == "user-rejected" else "")
    assert denied.reason.startswith(text.split("\n", 1)[0][:40])


@pytest.mark.parametrize(
    "output",
    [
        "ok",
        "",
        None,
        7,
        [],
        "Plan updated",
        "execution error: No such file or directory (os error 2)",
        "failed to parse function arguments: missing field",
        "patch rejected: empty patch",
        "aborted by user after 12.3s",
        NOT_MADE,
        f"Chunk ID: 1\nProcess exited with code 1\nOutput:\n{SANDBOXED}",
        f"the log says: {BLOCKED}",
        json.dumps({"output": SANDBOXED, "metadata": {"exit_code": 1, "duration_seconds": 0.1}}),
        {"output": PATCH_REJECTED, "metadata": {"exit_code": 0}},
    ],
)
def test_a_command_that_ran_or_failed_by_itself_is_no_miss(output: object) -> None:
    assert told(Rollout().user(1).refused(2, output)) == ["run.started @1"]


@pytest.mark.parametrize(
    "output",
    [
        json.dumps({"output": PATCH_REJECTED, "metadata": {}}),
        {"output": PATCH_REJECTED},
        {"content": PATCH_REJECTED, "success": False},
        [{"type": "input_text", "text": PATCH_REJECTED}],
    ],
)
def test_a_refusal_is_read_in_every_shape_of_output(output: object) -> None:
    assert events(Rollout().user(1).refused(2, output))[1].rule == "user-rejected"


def test_custom_tools_are_refused_like_functions() -> None:
    rollout = Rollout().user(1)
    rollout.add(2, "response_item", type="custom_tool_call", name="apply_patch", call_id="c1")
    rollout.add(
        2, "response_item", type="custom_tool_call_output", call_id="c1", output=PATCH_REJECTED
    )
    assert events(rollout)[1].action == "apply_patch"


def script(*output: object, source: str = "await tools.exec_command({})") -> Rollout:
    """Return a turn in which the agent's script put this out."""
    parts = [{"type": "input_text", "text": text} for text in output]
    call = {"type": "custom_tool_call", "name": "exec", "call_id": "c1", "input": source}
    returned = {"type": "custom_tool_call_output", "call_id": "c1", "output": parts}
    rollout = Rollout().user(1).add(2, "response_item", **call)
    return rollout.add(3, "response_item", **returned)


def test_a_refusal_that_ended_the_agent_s_script_is_one() -> None:
    failed = "Script failed\nWall time 0.1 seconds\nOutput:\n"
    for output in (
        [failed, "Script error:\n" + BLOCKED],
        [failed, "what it printed", "Script error:\n" + BLOCKED],
    ):
        (_, denied) = events(script(*output))
        assert (denied.rule, denied.action, denied.reason) == ("hook", "exec", BLOCKED)
    whole = failed + "Script error:\n" + BLOCKED
    assert events(Rollout().user(1).refused(2, whole))[1].rule == "hook"


@pytest.mark.parametrize(
    "output",
    [
        ["Script completed\nWall time 0.1 seconds\nOutput:\n", BLOCKED],
        ["Script failed\nWall time 0.1 seconds\nOutput:\n", BLOCKED],
        ["Script failed\nWall time 0.1 seconds\nOutput:\n", "Script error:\nno such file"],
        ["Script failed\nWall time 0.1 seconds\nOutput:\n", "Script error:\n" + NOT_MADE],
    ],
)
def test_what_a_script_prints_or_fails_by_is_no_refusal(output: list[object]) -> None:
    assert told(script(*output)) == ["run.started @1"]


def test_a_script_that_calls_a_server_s_tool_can_be_refused_by_nobody() -> None:
    failed = ("Script failed\nWall time 0.1 seconds\nOutput:\n", "Script error:\n" + BLOCKED)
    assert told(script(*failed, source="await tools.mcp__mail__send({})")) == ["run.started @1"]


def test_servers_of_mcp_tools_cannot_write_refusals() -> None:
    rollout = Rollout().user(1).calls(2, name="mcp__mail__send").output(3, BLOCKED)
    assert told(rollout) == ["run.started @1"]
    spaced = {"type": "function_call", "name": "send", "namespace": "mcp__mail", "call_id": "c1"}
    rollout = Rollout().user(1).add(2, "response_item", **spaced).output(3, BLOCKED)
    assert told(rollout) == ["run.started @1"]


@pytest.mark.parametrize(
    "asked",
    [ESCALATED, {"sandbox_permissions": "require_escalated"}],
)
def test_an_escalation_that_was_refused_in_any_words_is_a_denial(asked: dict[str, object]) -> None:
    for text in (NEVER, "request denied by reviewer"):
        (_, denied) = events(Rollout().user(1).calls(2, asked=asked).output(3, text))
        assert denied.rule == "escalation"


@pytest.mark.parametrize(
    "text",
    [
        "Exit code: 1\nOutput:\npermission denied",
        "execution error: No such file",
        json.dumps({"output": "permission denied", "metadata": {"exit_code": 1}}),
    ],
)
def test_an_escalation_that_was_granted_is_none_whatever_came_of_it(text: str) -> None:
    rollout = Rollout().user(1).calls(2, asked=ESCALATED).output(3, text)
    assert told(rollout) == ["run.started @1"]


def test_a_stamp_is_found_behind_any_length_of_text() -> None:
    text = f"{BLOCKED[:40]} {'x' * 100_000} [burnline:d-7] [burnline:d-8]"
    (_, denied) = events(Rollout().user(1).refused(2, text))
    assert denied.directive == "d-7"
    assert len(denied.reason) == 2000


def test_a_denial_belongs_to_the_turn_that_asked() -> None:
    rollout = Rollout().started(1).asked(1).calls(2).aborted(3, turn_id="t1")
    found = events(rollout.started(4, "t2").output(5, SANDBOXED))
    assert (found[-1].event, found[-1].run) == ("action.denied", "t1")


def test_an_interruption_after_the_user_s_refusal_is_part_of_it() -> None:
    rollout = Rollout().user(1).refused(2).aborted(3).user(4)
    assert told(rollout) == [
        "run.started @1",
        "action.denied @2",
        "run.cancelled @3",
        "run.started @4",
    ]


def test_an_interruption_before_the_user_s_refusal_is_part_of_it_and_no_earlier() -> None:
    rollout = Rollout().user(1).aborted(2).refused(3).user(4)
    assert told(rollout) == [
        "run.started @1",
        "action.denied @3",
        "run.cancelled @3",
        "run.started @4",
    ]


def test_an_interruption_after_the_agent_went_on_is_its_own() -> None:
    rollout = Rollout().user(1).refused(2).says(3).aborted(4).user(5)
    assert told(rollout)[2:4] == ["rescued @4", "run.failed @4"]


def test_an_interruption_beside_any_other_denial_is_its_own() -> None:
    rollout = Rollout().user(1).refused(2, SANDBOXED).aborted(3)
    assert told(rollout, settled_s=60 * MINUTE)[1:] == ["action.denied @2", "run.cancelled @3"]
    assert "rescued @3" in told(rollout.user(4))


def test_a_denial_alone_ends_nothing() -> None:
    rollout = Rollout().user(1).refused(2).says(3).user(4)
    assert told(rollout)[1:3] == ["action.denied @2", "run.delivered @3"]
