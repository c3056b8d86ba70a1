"""Whatever is done to the control file, the generation never goes down and no order is undone."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from console.agent import RoutePaused
from tests.agent.control import Control, directive, document, orders

ROUTES = st.sampled_from(["open", "paused"])
DEEDS = st.one_of(
    st.tuples(st.just("write"), st.integers(1, 6), ROUTES),
    st.tuples(st.just("forge"), st.integers(1, 6), ROUTES),
    st.tuples(st.just("cut"), st.integers(1, 6), ROUTES),
    st.tuples(st.just("remove"), st.just(0), ROUTES),
    st.tuples(st.just("restart"), st.just(0), ROUTES),
)


def do(control: Control, deed: str, generation: int, route: str) -> None:
    ordered = orders(directive("pause")) if route == "paused" else orders(on_fault="last_known")
    content = document(generation, ordered)
    if deed == "write":
        control.write(content)
    elif deed == "forge":
        control.write(content | {"generation": generation + 10})
    elif deed == "cut":
        control.write(json.dumps(content).encode()[:-5])
    elif deed == "remove":
        control.path.unlink(missing_ok=True)


@settings(max_examples=150)
@given(st.lists(DEEDS, max_size=12))
def test_no_sequence_of_rewrites_makes_the_generation_go_down(
    deeds: list[tuple[str, int, str]],
) -> None:
    with tempfile.TemporaryDirectory() as base:
        control = Control(Path(base))
        guard = control.guard()
        highest = 0
        for deed in deeds:
            do(control, *deed)
            control.later()
            if deed[0] == "restart":
                guard = control.guard()
            assert guard.generation >= highest
            assert guard.generation in (highest, deed[1])
            highest = guard.generation


@settings(max_examples=150)
@given(st.lists(DEEDS, max_size=12))
def test_a_pause_stands_until_a_higher_generation_lifts_it(
    deeds: list[tuple[str, int, str]],
) -> None:
    with tempfile.TemporaryDirectory() as base:
        control = Control(Path(base))
        control.order(3, directive("pause"))
        guard = control.guard()
        paused, seen = True, 3
        for deed, generation, route in deeds:
            do(control, deed, generation, route)
            control.later()
            if deed == "restart":
                guard = control.guard()
            if deed == "write" and generation > seen:
                paused, seen = route == "paused", generation
            assert started(guard.check_start) or paused or guard.fault
            assert not (paused and started(guard.check_start))


def started(check: object) -> bool:
    assert callable(check)
    try:
        check()
    except RoutePaused:
        return False
    return True
