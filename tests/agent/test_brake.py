"""What the framework adapters share: answers as sentences, and the events that go with them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from console.agent import AgentLog
from console.agent.adapters import Brake
from tests.agent.control import ROUTE, Control, directive, grant

if TYPE_CHECKING:
    from pathlib import Path

STAMP = "[burnline:d-1]"


class Braked:
    """A brake with a log of its own."""

    def __init__(self, control: Control, path: Path) -> None:
        self._path = path
        log = AgentLog(path, ROUTE, "worker-1", clock=control.clock.wall)
        self.brake = Brake(control.guard(), log, "r-1")

    def events(self) -> list[Any]:
        lines = self._path.read_bytes().splitlines() if self._path.exists() else []
        return [json.loads(line) for line in lines]


@pytest.fixture
def braked(control: Control, tmp_path: Path) -> Braked:
    control.order(1)
    return Braked(control, tmp_path / "agent.jsonl")


def order(control: Control, *directives: Any, **fields: Any) -> None:
    control.order(2, *directives, **fields)
    control.later()


def test_what_is_allowed_is_answered_with_nothing_and_logged_as_taken(braked: Braked) -> None:
    assert braked.brake.start() == ""
    assert braked.brake.action("lookup") == ""
    assert [(e["event"], e["run"], e["action"]) for e in braked.events()] == [
        ("action.taken", "r-1", "lookup")
    ]


def test_a_pause_is_answered_with_its_order(control: Control, braked: Braked) -> None:
    order(control, directive("pause"))
    assert STAMP in braked.brake.start()


def test_an_action_outside_the_scope_is_logged_as_denied_by_the_order(
    control: Control, braked: Braked
) -> None:
    order(control, directive("reduce_scope", actions=["lookup"]))
    assert STAMP in braked.brake.action("send")
    (event,) = braked.events()
    assert (event["event"], event["directive"]) == ("action.denied", "d-1")


def test_an_action_that_needs_a_grant_asks_for_it(control: Control, braked: Braked) -> None:
    order(control, directive("tighten_approval", actions=["send"]))
    said = braked.brake.action("send")
    assert STAMP in said
    assert f"burnline grant {ROUTE} --action send --run r-1" in said
    assert [event["event"] for event in braked.events()] == ["approval.requested"]


def test_a_granted_action_names_its_grant(control: Control, braked: Braked) -> None:
    tightened = directive("tighten_approval", actions=["send"])
    order(control, tightened, grants=(grant(action="send"),))
    assert braked.brake.action("send") == ""
    assert braked.events()[0]["grant"] == "g-1"


def test_without_a_run_nothing_is_logged(control: Control, tmp_path: Path) -> None:
    control.order(1)
    log = AgentLog(tmp_path / "agent.jsonl", ROUTE, "worker-1")
    assert Brake(control.guard(), log).action("lookup") == ""
    assert not (tmp_path / "agent.jsonl").exists()
