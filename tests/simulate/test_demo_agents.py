"""Sample agents obey the control file, and say so in their logs."""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from console.agent import AgentLog
from console.demo import DemoPlan, prepare
from console.demo.agents import Place, hire, main, play
from console.demo.conduct import Conduct, Floor, live_course, live_script, runs_live
from console.demo.live import LiveAgent, Route
from console.simulate.catalogue import CATALOGUE, REFUNDS, SUPPORT_DRAFTS
from console.simulate.chance import dice
from console.simulate.lines import Line, LineFields
from console.simulate.profile import Fate, RouteProfile
from tests.agent.control import NOON_US, Control, directive, grant

SAMPLE = Path(__file__).parents[2] / "sample_logs"


@pytest.fixture
def control(tmp_path: Path) -> Control:
    return Control(tmp_path)


@pytest.fixture
def log(tmp_path: Path) -> AgentLog:
    return AgentLog(tmp_path / "rf-1.jsonl", "refunds", agent="rf-1", boot=tmp_path.name)


@pytest.fixture
def agent(control: Control, log: AgentLog) -> LiveAgent:
    """Return an agent of the test's route that waits for nothing; the route is open."""
    control.order(1)
    guard = control.guard(agent="rf-1", receipts=log)
    route = Route(REFUNDS, 4.0, 7, dice("route"))
    return LiveAgent(route, guard, log, lambda _seconds: False, dice("agent"))


@pytest.fixture
def handlers_restored() -> Iterator[None]:
    kept = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


def logged(folder: Path) -> list[dict[str, Any]]:
    path = folder / "rf-1.jsonl"
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def events(folder: Path) -> list[str]:
    return [line["event"] for line in logged(folder)]


def action(name: str, event: str = "action.taken", **fields: str) -> Line:
    given: LineFields = {"action": name, **fields}
    return Line(5, event, "r-1", given)


def conduct(control: Control, *orders: dict[str, Any], **route: Any) -> Conduct:
    control.order(1, *orders, **route)
    return Conduct(control.guard(), "r-1")


def test_an_open_route_logs_what_its_agents_mean_to_do(control: Control) -> None:
    meant = action("refund.send", scope="in")
    assert conduct(control).line(meant) == meant


def test_under_a_tightened_approval_the_action_is_asked_for_and_skipped(control: Control) -> None:
    run = conduct(control, directive("tighten_approval", actions=["refund.send"]))
    asked = run.line(action("refund.send"))
    assert asked is not None
    assert (asked.event, asked.fields["directive"]) == ("approval.requested", "d-1")
    assert run.line(action("refund.send")) is None
    assert run.line(Line(9, "run.delivered", "r-1", {})) is not None


def test_a_grant_by_a_human_lets_the_action_through_under_its_id(control: Control) -> None:
    tightened = directive("tighten_approval", actions=["refund.send"])
    run = conduct(control, tightened, grants=(grant("g-9", action="refund.send"),))
    taken = run.line(action("refund.send"))
    assert taken is not None
    assert (taken.event, taken.fields["grant"]) == ("action.taken", "g-9")


def test_on_a_reduced_route_a_forbidden_action_is_denied_with_the_guards_words(
    control: Control,
) -> None:
    run = conduct(control, directive("reduce_scope", actions=["ticket.tag"]))
    denied = run.line(action("refund.send"))
    assert denied is not None
    assert (denied.event, denied.fields["directive"]) == ("action.denied", "d-1")
    assert "[burnline:d-1]" in str(denied.fields["rule"])
    assert run.line(action("refund.send", "approval.granted", by="m")) is None
    assert run.line(action("ticket.tag")) == action("ticket.tag")


def test_an_order_that_comes_between_approval_and_action_is_obeyed(control: Control) -> None:
    run = conduct(control)
    assert run.line(action("refund.large", "approval.requested")) is not None
    control.order(2, directive("reduce_scope", actions=["ticket.tag"]))
    control.later()
    denied = run.line(action("refund.large"))
    assert denied is not None
    assert denied.event == "action.denied"


def test_a_pause_that_does_not_drain_ends_a_run_as_cancelled_by_the_order(
    control: Control,
) -> None:
    run = conduct(control, directive("pause", drain=False))
    ended = run.line(action("refund.send"))
    assert ended is not None
    assert (ended.event, ended.fields) == ("run.cancelled", {"by": "d-1"})
    assert run.line(Line(9, "run.delivered", "r-1", {})) is None


def test_an_agent_confirms_the_orders_it_has_read_in_its_own_log(
    agent: LiveAgent, tmp_path: Path
) -> None:
    assert events(tmp_path) == ["control.seen"]


def test_an_agent_of_an_open_route_does_whole_runs(agent: LiveAgent, tmp_path: Path) -> None:
    assert agent.turn()
    found = logged(tmp_path)[1:]
    assert (found[0]["event"], found[0]["sla_s"]) == ("run.started", 600)
    assert found[-1]["event"] in ("run.delivered", "handoff")
    assert {line["run"] for line in found} == {"rf-000007-1"}
    assert [line["seq"] for line in logged(tmp_path)] == list(range(1, len(found) + 2))


def test_a_paused_route_starts_no_run_and_starts_again_when_it_is_lifted(
    agent: LiveAgent, control: Control, tmp_path: Path
) -> None:
    control.order(2, directive("pause"))
    control.later()
    assert not agent.turn()
    assert events(tmp_path) == ["control.seen", "control.seen"]
    control.order(3)
    control.later()
    assert agent.turn()


def test_agents_of_a_reduced_route_take_turns(control: Control, log: AgentLog) -> None:
    control.order(1, directive("reduce_scope", max_runs=1))
    route = Route(REFUNDS, 4.0, 7, dice("route"))
    guard = control.guard(agent="rf-1", receipts=log)
    agent = LiveAgent(route, guard, log, lambda _seconds: False, dice("agent"))
    assert route.floor.enter(alone=False)
    assert not agent.turn()
    route.floor.leave()
    assert agent.turn()


def test_an_agent_lives_until_it_is_told_to_end(agent: LiveAgent, tmp_path: Path) -> None:
    answers = iter([False] * 200 + [True] * 200)
    agent._wait = lambda _seconds: next(answers, True)
    agent.live()
    assert events(tmp_path).count("run.started") > 5


def test_the_floor_counts_every_run_and_lets_one_alone_only_onto_an_empty_floor() -> None:
    floor = Floor()
    assert floor.enter(alone=False)
    assert floor.enter(alone=False)
    assert not floor.enter(alone=True)
    floor.leave()
    floor.leave()
    assert floor.enter(alone=True)


@pytest.mark.parametrize("profile", CATALOGUE, ids=lambda profile: profile.name)
def test_what_burned_fast_goes_on_and_the_others_behave(profile: RouteProfile) -> None:
    course = live_course(profile, dice("live"))
    fates = [course.outcome(1).fate for _ in range(100)]
    missed = 100 - fates.count(Fate.GOOD)
    assert missed == (31 if profile is SUPPORT_DRAFTS else 0)


@pytest.mark.parametrize("profile", CATALOGUE, ids=lambda profile: profile.name)
def test_a_live_run_is_a_whole_run_fitted_into_its_time(profile: RouteProfile) -> None:
    script = live_script(profile, "r-1", live_course(profile, dice(1)), 2_000_000, dice(2))
    assert script[0] == Line(0, "run.started", "r-1", script[0].fields)
    assert script[-1].at_us == 2_000_000
    assert script == sorted(script, key=lambda line: line.at_us)


def test_only_the_silent_route_has_no_live_agents() -> None:
    assert [one.name for one in CATALOGUE if not runs_live(one)] == ["inventory-sync"]


def test_the_recorded_agents_go_on_in_their_own_logs(tmp_path: Path) -> None:
    plan = prepare(SAMPLE, tmp_path / "play", NOON_US)
    place = Place(tmp_path / "control" / "control.json", plan.logs)
    agents = hire(place, CATALOGUE, speed=60, seed=1, wait=lambda _seconds: True, started_s=7)
    assert len(agents) == 13
    for one in agents:
        one.close()
    assert not place.memory.is_relative_to(place.control.parent)


@pytest.mark.usefixtures("handlers_restored")
def test_the_command_ends_when_told_to(tmp_path: Path) -> None:
    plan: DemoPlan = prepare(SAMPLE, tmp_path / "play", NOON_US)
    command = plan.agents_command(tmp_path / "control" / "control.json")
    stop = threading.Event()
    stop.set()
    assert command[1:3] == ["-m", "console.demo.agents"]
    assert main(command[3:], stop) == 0


def test_the_agents_end_when_the_process_that_started_them_is_gone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("console.demo.agents._LOOK_FOR_PARENT_S", 0)
    stop = threading.Event()
    play([], stop, parent=-1)
    assert stop.is_set()


@pytest.mark.usefixtures("handlers_restored")
@pytest.mark.parametrize("folder", [".", "missing"])
def test_the_command_says_when_there_is_nothing_to_go_on_in(
    tmp_path: Path, folder: str, capsys: pytest.CaptureFixture[str]
) -> None:
    control = str(tmp_path / "control.json")
    assert main(["--control", control, "--logs", str(tmp_path / folder)]) == 1
    assert "logs" in capsys.readouterr().err
