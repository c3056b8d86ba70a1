"""What the hook answers each tool, by the orders that stand and by what is wrong."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.agent.hooks import DIALECTS, Answer
from console.agent.hooks.__main__ import setup_of
from console.agent.hooks.deciding import Setup, answer
from tests.agent.control import ROUTE, Control, directive, grant

if TYPE_CHECKING:
    from pathlib import Path

TOOLS = tuple(DIALECTS)
PAUSE = directive("pause")
STAMP = "[burnline:d-1]"


class Hooked:
    """One installed hook, and what the tool asks it."""

    def __init__(self, control: Control, tool: str, **fields: Any) -> None:
        self.control = control
        self.tool = tool
        self.log = control.directory.parent / "receipts"
        self.log.mkdir(exist_ok=True)
        self.setup = Setup(
            tool=tool,
            control=str(control.path),
            log=str(self.log),
            agent="worker-1",
            state_dir=str(control.state_dir),
        )._replace(**fields)

    def raw(self, content: bytes) -> Answer:
        return answer(self.setup, DIALECTS[self.tool], content, self.control.clock.wall)

    def ask(self, event: str, **fields: Any) -> Answer:
        question = {"hook_event_name": event, "cwd": f"/home/dev/{ROUTE}", "session_id": "s-1"}
        return self.raw(json.dumps(question | fields).encode())

    def start(self) -> Answer:
        return self.ask(DIALECTS[self.tool].start, prompt_id="p-1")

    def action(self, name: str = "Bash") -> Answer:
        return self.ask(DIALECTS[self.tool].action, tool_name=name, prompt_id="p-1")

    def lines(self) -> list[Any]:
        files = sorted(self.log.glob("*.jsonl"))
        return [json.loads(line) for file in files for line in file.read_bytes().splitlines()]


def reason(said: Answer) -> str:
    """Return why an action was refused, by what the tool reads of the answer."""
    assert said.code == 0
    decision = json.loads(said.stdout)
    if "hookSpecificOutput" in decision:
        inner = decision["hookSpecificOutput"]
        assert (inner["permissionDecision"], inner["hookEventName"]) == ("deny", "PreToolUse")
        return str(inner["permissionDecisionReason"])
    assert decision["decision"] == "deny"
    return str(decision["reason"])


@pytest.fixture(params=TOOLS)
def hooked(request: pytest.FixtureRequest, control: Control) -> Hooked:
    return Hooked(control, request.param)


def test_an_open_route_is_answered_with_silence(hooked: Hooked) -> None:
    hooked.control.order(1)
    assert hooked.start() == Answer()
    assert hooked.action() == Answer()


def test_a_pause_stops_a_prompt_and_names_the_order(hooked: Hooked) -> None:
    hooked.control.order(1, PAUSE)
    said = hooked.start()
    assert (said.code, said.stdout) == (2, "")
    assert STAMP in said.stderr


def test_a_pause_that_drains_lets_a_running_prompt_finish(hooked: Hooked) -> None:
    hooked.control.order(1, PAUSE)
    assert hooked.action() == Answer()


def test_a_pause_that_does_not_drain_stops_every_action(hooked: Hooked) -> None:
    hooked.control.order(1, PAUSE | {"drain": False})
    assert STAMP in reason(hooked.action())


def test_a_reduction_lets_only_the_listed_actions_happen(hooked: Hooked) -> None:
    hooked.control.order(1, directive("reduce_scope", actions=["Read"]))
    assert hooked.action("Read") == Answer()
    assert STAMP in reason(hooked.action("Bash"))


def test_a_tightened_action_says_how_a_human_can_allow_it_and_asks(hooked: Hooked) -> None:
    hooked.control.order(1, directive("tighten_approval", actions=["Bash"]))
    assert f"burnline grant {ROUTE} --action Bash --run p-1" in reason(hooked.action())
    asked = [line for line in hooked.lines() if line["event"] == "approval.requested"]
    assert [(line["run"], line["action"], line["directive"]) for line in asked] == [
        ("p-1", "Bash", "d-1")
    ]


def test_a_grant_lets_the_tightened_action_happen(hooked: Hooked) -> None:
    hooked.control.order(
        1, directive("tighten_approval", actions=["Bash"]), grants=(grant(action="Bash"),)
    )
    assert hooked.action() == Answer()


def test_a_freeze_lets_prompts_and_actions_go_on(hooked: Hooked) -> None:
    hooked.control.order(1, directive("freeze", changes=["prompt"]))
    assert hooked.start() == Answer()
    assert hooked.action() == Answer()


def test_a_missing_control_file_stops_a_prompt(hooked: Hooked) -> None:
    assert hooked.start().code == 2


def test_where_a_fault_asks_approval_actions_are_refused(hooked: Hooked) -> None:
    hooked.setup = hooked.setup._replace(on_fault="approval")
    assert hooked.start() == Answer()
    assert "missing" in reason(hooked.action())


def test_what_was_read_last_holds_for_the_next_process_too(hooked: Hooked) -> None:
    hooked.control.order(1, PAUSE, on_fault="last_known")
    hooked.start()
    hooked.control.path.unlink()
    assert hooked.start().code == 2


def test_an_older_file_put_back_is_refused_by_the_next_process(hooked: Hooked) -> None:
    hooked.control.order(2, PAUSE)
    hooked.start()
    hooked.control.order(1)
    assert hooked.start().code == 2


def test_one_receipt_is_written_for_each_generation_not_for_each_call(hooked: Hooked) -> None:
    hooked.control.order(1)
    for _ in range(3):
        hooked.start()
    hooked.control.order(2, PAUSE)
    for _ in range(3):
        hooked.start()
    seen = [line["generation"] for line in hooked.lines() if line["event"] == "control.seen"]
    assert seen == [1, 2]


def test_other_occasions_are_let_pass(hooked: Hooked) -> None:
    hooked.control.order(1, PAUSE)
    assert hooked.ask("SessionStart") == Answer()


def test_an_action_without_a_name_is_refused(hooked: Hooked) -> None:
    hooked.control.order(1)
    assert hooked.ask(DIALECTS[hooked.tool].action).code == 2


def test_a_receipt_that_cannot_be_written_stops_nobody(hooked: Hooked) -> None:
    hooked.control.order(1)
    hooked.setup = hooked.setup._replace(log=str(hooked.control.path / "no such place"))
    assert hooked.start() == Answer()


def test_the_route_comes_from_the_working_directory_or_a_template(control: Control) -> None:
    control.order(1, PAUSE)
    assert Hooked(control, "codex").start().code == 2
    assert Hooked(control, "codex", route="other-{cwd_name}").start() == Answer()
    assert Hooked(control, "codex", route=ROUTE).start().code == 2


@pytest.mark.parametrize("template", ["{cwd_nam}", "{}", " "])
def test_a_route_that_cannot_be_told_is_refused(control: Control, template: str) -> None:
    control.order(1)
    assert "route template" in Hooked(control, "codex", route=template).start().stderr


@given(st.binary(max_size=200) | st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(
        st.sampled_from(["hook_event_name", "tool_name", "cwd", "session_id"]) | st.text(), inner
    ),
    max_leaves=8,
).map(lambda value: json.dumps(value).encode()))  # fmt: skip
def test_whatever_a_tool_says_is_answered_and_a_question_of_no_sense_with_no(raw: bytes) -> None:
    setup = Setup(tool="codex", control="/nowhere/control.json", state_dir="/nowhere/state")
    said = answer(setup, DIALECTS["codex"], raw)
    assert said.code in {0, 2}
    if said.code == 2:
        assert said.stderr.strip()


def test_arguments_come_before_the_environment() -> None:
    setup = setup_of(
        ["gemini", "--control", "/a"], {"BURNLINE_CONTROL": "/b", "BURNLINE_ROUTE": "r"}
    )
    assert (setup.control, setup.route) == ("/a", "r")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "name the tool"),
        (["cursor"], "name the tool"),
        (["codex"], "--control PATH"),
        (["codex", "--control"], "needs a value"),
        (["codex", "--contrl", "x"], "is no option"),
    ],
)
def test_wrong_arguments_are_said(arguments: list[str], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        setup_of(arguments, {})


def test_an_unwritable_state_says_so_by_no_crash(tmp_path: Path, control: Control) -> None:
    control.order(1)
    (tmp_path / "file").write_text("")
    assert Hooked(control, "codex", state_dir=str(tmp_path / "file")).start() == Answer()
