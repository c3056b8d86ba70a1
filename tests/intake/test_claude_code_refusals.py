"""Which failed actions of a Claude Code transcript were denied, by whom, and in which run."""

from __future__ import annotations

from pathlib import Path

import pytest

from console.intake.formats.claude_code import FORMAT
from console.intake.reading import Context
from console.model import Event
from tests.intake.claude_lines import AGENT_PATH, REJECTED, Transcript, events, told

RULE = "Permission to use Bash with command ls has been denied."
PARTS = "This Bash command contains multiple operations. The following "
OUTSIDE = " was blocked. For security, Claude Code may only "


def refused(text: object, tool: str = "Bash", **fields: object) -> list[Event]:
    """Return the denials of one tool use that failed with `text`."""
    transcript = Transcript().user(0, "x").uses(1, tool).result(2, text, **fields)
    return [event for event in events(transcript) if event.event == "action.denied"]


@pytest.mark.parametrize(
    "kind",
    ["permission-rule", "automode-blocked", "automode-unavailable", "automode-parsing-error"],
)
def test_a_stamped_denial_is_one_whatever_its_text(kind: str) -> None:
    (denied,) = refused("over budget", toolDenialKind=kind)
    assert (denied.action, denied.rule, denied.reason, denied.by) == (
        "Bash",
        kind,
        "over budget",
        "",
    )


def test_a_rejection_by_the_user_says_so() -> None:
    (denied,) = refused("no", toolDenialKind="user-rejected")
    assert (denied.rule, denied.by) == ("user-rejected", "user")


@pytest.mark.parametrize("kind", ["interrupted", "cancelled"])
def test_interrupted_and_cancelled_are_no_denials_whatever_the_text(kind: str) -> None:
    assert refused(REJECTED, toolDenialKind=kind) == []


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        (REJECTED, "user-rejected"),
        ("Error: " + REJECTED, "user-rejected"),
        (RULE, "permission-rule"),
        ("Error: " + RULE, "permission-rule"),
        ("Permission for this action has been denied.", "permission-rule"),
        ("PreToolUse:Bash hook error: [python3 hook.py]: no more writes", "permission-rule"),
        ("Claude requested permissions to write to /etc/x, but you haven't", "permission-rule"),
        ("This command requires approval", "permission-rule"),
        (PARTS + "part requires approval: git push", "permission-rule"),
        (PARTS + "parts require approval: rm x, git push", "permission-rule"),
        ("ls in '/etc'" + OUTSIDE + "list files in the allowed", "permission-rule"),
        ("Output redirection to '/x' was blocked by a deny rule.", "permission-rule"),
        ("Hook PreToolUse:Bash denied this tool", "permission-rule"),
        ("Bash operation blocked by hook:\n- [hook.py]: no more writes", "permission-rule"),
    ],
)
def test_without_a_stamp_the_text_tells(text: str, rule: str) -> None:
    assert [denied.rule for denied in refused(text)] == [rule]
    assert [denied.rule for denied in refused([{"type": "text", "text": text}])] == [rule]


@pytest.mark.parametrize(
    "text",
    [
        "Exit code 1\n" + RULE,
        "Exit code 1\ngrep: " + REJECTED,
        "Error: Exit code 1\n" + REJECTED,
        "<tool_use_error>String to replace not found: " + REJECTED,
        "the hook said: PreToolUse:Bash hook error: no",
        "the request was blocked by the server",
        "first line\nls" + OUTSIDE + "list files",
        "<tool_use_error>File does not exist.</tool_use_error>",
        "<tool_use_error>Sibling tool call errored</tool_use_error>",
    ],
)
def test_other_errors_are_no_events(text: str) -> None:
    assert refused(text) == []


@pytest.mark.parametrize("kind", ["permission-rule", "user-rejected"])
def test_what_fails_beside_a_denied_action_is_collateral_whatever_its_record_says(
    kind: str,
) -> None:
    sibling = "<tool_use_error>Sibling tool call errored</tool_use_error>"
    texts = {"t1": REJECTED, "t2": sibling}
    results = [
        {"type": "tool_result", "tool_use_id": id_, "content": text, "is_error": True}
        for id_, text in texts.items()
    ]
    both = Transcript().user(0, "x").uses(1).uses(1, "Read", "t2")
    both.user(2, results, toolDenialKind=kind)
    assert [event.action for event in events(both)[1:]] == ["Bash"]


def test_what_an_mcp_server_writes_is_not_believed_but_the_stamp_is() -> None:
    assert refused(REJECTED, "mcp__shop__buy") == []
    assert refused(RULE, "mcp__shop__buy") == []
    assert refused("PreToolUse:mcp__shop__buy hook error: no", "mcp__shop__buy") == []
    assert len(refused(RULE, "mcp__shop__buy", toolDenialKind="permission-rule")) == 1


def test_the_text_counts_only_where_the_result_is_an_error() -> None:
    block = {"type": "tool_result", "tool_use_id": "t1", "content": RULE, "is_error": False}
    assert told(Transcript().user(0, "x").uses(1).user(2, [block])) == ["run.started u1 @0"]


@pytest.mark.parametrize("tool", ["ExitPlanMode", "AskUserQuestion"])
def test_rejecting_a_plan_or_a_question_is_feedback_but_a_rule_denies_both(tool: str) -> None:
    assert refused(REJECTED, tool) == []
    assert refused("no", tool, toolDenialKind="user-rejected") == []
    assert len(refused("no", tool, toolDenialKind="permission-rule")) == 1


def test_the_directive_is_found_behind_the_end_of_the_kept_text() -> None:
    (denied,) = refused("x" * 5000 + "[burnline:d-42]", toolDenialKind="permission-rule")
    assert denied.directive == "d-42"
    assert len(denied.reason) == 2000
    assert refused("[burnline:]", toolDenialKind="permission-rule")[0].directive == ""


def test_a_denial_of_an_action_that_the_file_does_not_hold_is_one() -> None:
    (started, denied) = events(Transcript().user(0, "x").result(2, REJECTED, id="gone"))
    assert (started.event, denied.action, denied.run) == ("run.started", "unknown tool", "u1")


def test_a_denial_belongs_to_the_run_that_asked() -> None:
    late = Transcript().user(0, "x").uses(1).user(2, "y").result(3, RULE)
    assert told(late)[-1] == "action.denied u1 @3"


def test_several_denials_in_one_record_are_told_apart() -> None:
    blocks = [
        {"type": "tool_result", "tool_use_id": f"t{n}", "content": RULE, "is_error": True}
        for n in range(3)
    ]
    denials = events(Transcript().user(0, "x").user(2, blocks))[1:]
    assert [denied.id for denied in denials] == ["u2", "u2#1", "u2#2"]


def test_a_denial_beside_the_main_line_belongs_to_the_run_under_way() -> None:
    beside = Transcript().user(0, "x").uses(1, "Task")
    use = {"type": "tool_use", "id": "t2", "name": "Write", "input": {}}
    beside.answer(2, use, isSidechain=True).result(3, RULE, id="t2", isSidechain=True)
    assert told(beside)[1:] == ["action.denied u1 @3"]
    assert events(beside)[1].action == "Write"


def test_the_first_record_that_names_a_sub_agent_starts_its_run() -> None:
    task = Transcript().user(0, "x").uses(1, "Task")
    task.add("progress", 2, data={"type": "agent_progress", "agentId": "a7"})
    task.result(9, toolUseResult={"agentId": "a7"}).result(9, toolUseResult={"agentId": "a8"})
    assert told(task)[1:] == ["run.started s1/a7 @2", "run.started s1/a8 @9"]
    assert {event.parent for event in events(task)[1:]} == {"u1"}


def test_a_sub_agents_own_file_is_a_run_that_its_prompt_started() -> None:
    own = Transcript(isSidechain=True, agentId="a7", promptId="p1").user(0, "look").uses(1)
    own.result(2, RULE).user(3, "and there").says(5, stop_reason="end_turn")
    read = events(own, path=AGENT_PATH)
    assert [event.event for event in read] == ["run.started", "action.denied", "run.delivered"]
    assert {event.run for event in read} == {"s1/a7"}
    assert read[0].parent == "p1"


def test_an_interrupted_sub_agent_is_withdrawn_whatever_comes_next() -> None:
    own = Transcript(isSidechain=True, agentId="a7").user(0, "look").says(1).interrupted(2)
    read = told(own.user(3, "again"), path=AGENT_PATH)
    assert read[1:] == ["run.cancelled s1/a7 @2"]


def test_where_no_prompt_is_named_a_sub_agent_is_still_a_child_and_the_main_file_knows_better() -> (
    None
):
    own = Transcript(isSidechain=True, agentId="a7", sessionId="0f3c").user(0, "look")
    older = AGENT_PATH.parent.parent.parent / "agent-a7.jsonl"
    for path in (AGENT_PATH, older):
        (started,) = events(own, path=path)
        assert (started.run, started.parent) == ("0f3c/a7", "session:0f3c")
        assert min(started.parent, "ffffffff-ffff") == "ffffffff-ffff"


def test_a_sidechain_at_the_start_of_a_main_transcript_makes_it_no_sub_agents_file() -> None:
    main = Transcript().user(0, "warm up", isSidechain=True, agentId="a7").user(1, "fix it")
    assert told(main) == ["run.started u2 @1"]


def test_a_record_that_comes_again_changes_nothing() -> None:
    once = Transcript().user(0, "x").says(1).interrupted(2).user(9, "y").uses(10).result(11, RULE)
    assert told(once.data * 2) == told(once.data)


def test_the_same_record_in_two_files_is_the_same_event() -> None:
    transcript = Transcript().user(0, "x").uses(1).result(2, RULE).says(3, stop_reason="end_turn")
    elsewhere = Path("/backup/-home-dev-shop/copy.jsonl")
    assert events(transcript) == events(transcript, path=elsewhere)


def test_the_state_stays_small_over_a_long_file() -> None:
    long = Transcript().user(0, "x")
    for n in range(6000):
        long.answer(n, {"type": "tool_use", "id": f"t{n}" * 20, "name": "Task", "input": {}})
        long.add("progress", n, data={"agentId": f"a{n}"})
    reader = FORMAT.reader(Context(path=Path("/logs/p/s1.jsonl")))
    reader.feed(long.data, 0, 1)
    assert len(reader.dump()) < 70_000
