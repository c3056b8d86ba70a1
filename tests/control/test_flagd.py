"""The flag file for OpenFeature clients: what it says, when it is written, how it is repaired."""

from __future__ import annotations

import os
from typing import Any

import msgspec
import pytest

from console.collector.upkeep import Upkeep
from console.control import flagd
from console.control.directives import ControlDesk
from console.model import SECOND_US, DirectiveKind
from tests.control.faults import cut_off
from tests.control.stage import NOON_US, ROUTE, Stage, order

STATES = ("open", "frozen", "tightened", "reduced", "paused")


def flags(stage: Stage) -> dict[str, Any]:
    found: dict[str, Any] = msgspec.json.decode(stage.file.flags_path.read_bytes())
    return found


def variant(stage: Stage, key: str) -> Any:
    flag = flags(stage)["flags"][key]
    return flag["variants"][flag["defaultVariant"]]


def choose(rule: Any, context: dict[str, str]) -> Any:
    """Evaluate the JsonLogic that is used: var, ==, ! and if."""
    if not isinstance(rule, dict):
        return rule
    ((operator, arguments),) = rule.items()
    if operator == "var":
        return context.get(arguments)
    if operator == "if":
        pairs, last = arguments[:-1], arguments[-1]
        for condition, value in zip(pairs[::2], pairs[1::2], strict=True):
            if choose(condition, context):
                return value
        return last
    values = [choose(one, context) for one in arguments]
    return not values[0] if operator == "!" else values[0] == values[1]


def test_every_flag_is_of_the_shape_that_flagd_reads(stage: Stage) -> None:
    stage.desk.give(order(), NOON_US)
    found = flags(stage)
    assert found["$schema"] == flagd.SCHEMA
    assert found["metadata"]["generation"] == 2
    for key, flag in found["flags"].items():
        assert flag["state"] == "ENABLED", key
        assert flag["defaultVariant"] in flag["variants"]
        assert len({type(value) for value in flag["variants"].values()}) == 1
        assert set(flag) <= {"state", "variants", "defaultVariant", "targeting"}


@pytest.mark.parametrize(
    ("kind", "fields", "state", "may"),
    [
        (DirectiveKind.FREEZE, {"changes": ("model",)}, "frozen", True),
        (DirectiveKind.TIGHTEN, {"actions": ("a",)}, "tightened", True),
        (DirectiveKind.REDUCE, {"max_runs": 1}, "reduced", True),
        (DirectiveKind.PAUSE, {}, "paused", False),
    ],
)
def test_a_routes_flags_say_its_state_and_whether_a_run_may_start(
    stage: Stage, kind: DirectiveKind, fields: dict[str, Any], state: str, may: bool
) -> None:
    stage.desk.give(order(kind, **fields), NOON_US)
    assert variant(stage, f"burnline.{ROUTE}.state") == state
    assert variant(stage, f"burnline.{ROUTE}.may-start") is may
    assert tuple(flags(stage)["flags"]["burnline.state"]["variants"]) == STATES


def test_a_context_picks_its_route_and_one_without_a_route_gets_the_strictest(
    stage: Stage,
) -> None:
    stage.desk.give(order(), NOON_US)
    stage.desk.give(order(DirectiveKind.FREEZE, route="drafts", changes=("model",)), NOON_US)
    found = flags(stage)["flags"]
    states = found["burnline.state"]["targeting"]
    starts = found["burnline.may-start"]["targeting"]
    picked = [choose(states, {"route": name}) for name in (ROUTE, "drafts", "unheard-of")]
    assert picked == ["paused", "frozen", None]
    assert [choose(starts, {"route": name}) for name in (ROUTE, "drafts")] == ["off", "on"]
    assert (choose(states, {}), choose(starts, {})) == ("paused", "off")
    assert found["burnline.state"]["defaultVariant"] == "open"


def test_its_time_goes_up_with_every_generation_whatever_the_clock_does(stage: Stage) -> None:
    path = stage.file.flags_path
    times = []
    for runs in (4, 3, 2):
        ahead_ns = path.stat().st_mtime_ns + 3_600 * 10**9
        os.utime(path, ns=(ahead_ns, ahead_ns))
        stage.desk.give(order(DirectiveKind.REDUCE, max_runs=runs), NOON_US)
        stage.desk.give(order(DirectiveKind.FREEZE, changes=(str(runs),)), NOON_US)
        times += [ahead_ns, path.stat().st_mtime_ns]
    assert times == sorted(set(times))


@pytest.mark.parametrize("wrong", [b"", b"{}", None])
def test_upkeep_repairs_a_wrong_or_missing_one(stage: Stage, wrong: bytes | None) -> None:
    stage.desk.give(order(), NOON_US)
    path = stage.file.flags_path
    whole = path.read_bytes()
    if wrong is None:
        path.unlink()
    else:
        path.write_bytes(wrong)
    Upkeep(stage.writer, stage.path, stage.settings).look(NOON_US + SECOND_US, ())
    assert path.read_bytes() == whole


def test_one_that_is_right_is_left_alone(stage: Stage) -> None:
    def written() -> tuple[int, ...]:
        # Not when it was read: to find it right is to read it.
        found = stage.file.flags_path.stat()
        return found.st_ino, found.st_mode, found.st_size, found.st_mtime_ns, found.st_ctime_ns

    before = written()
    stage.file.derive()
    assert written() == before


@pytest.mark.parametrize("how", ["before", "after", "refused"])
def test_cut_off_at_any_step_the_next_process_brings_it_up_to_the_control_file(
    stage: Stage, tmp_path_factory: pytest.TempPathFactory, how: str
) -> None:
    def give(_: Stage, desk: ControlDesk) -> None:
        desk.give(order(), NOON_US)

    begun = stage.writer.path.parent
    stage.close()
    for again, _ in cut_off(begun, tmp_path_factory.mktemp("sweep"), give, how):
        again.desk.reconcile(NOON_US)
        assert flags(again)["metadata"]["generation"] == again.read().generation
        assert again.file.derived()
