"""The simulation has teeth: each of these mistakes is caught within a few seeds."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from console.burn import conditions, rules
from console.burn.lifecycle import Condition, Verdict
from console.model import MINUTE_US
from console.notify import attempts
from tests.simulation.night import night
from tests.simulation.play import play

FEW = 4
SCALE = (30, 12)
WHOLE = (50, 30)
"""What shows only where a collector ends in the middle of a quiet time."""
RARE = {"resolves while it catches up"}
DELAY_US = 5 * MINUTE_US

Mutation = Callable[[pytest.MonkeyPatch], None]


def judged_as(change: Callable[[Any, Condition], Condition]) -> Mutation:
    """Return a mutation of what the burn rules of a severity come to."""

    def mutate(patch: pytest.MonkeyPatch) -> None:
        whole = conditions._burn

        def burn(ground: Any, *args: Any) -> Condition:
            return change(ground, whole(ground, *args))

        patch.setattr(conditions, "_burn", burn)

    return mutate


def over(ground: Any, found: Condition) -> Condition:
    del ground
    return found._replace(verdict=Verdict.HEALTHY, quiet=True)


def read_as(change: Callable[..., Any]) -> Mutation:
    """Return a mutation of how a rule reads its windows."""

    def mutate(patch: pytest.MonkeyPatch) -> None:
        whole = rules.read
        patch.setattr(rules, "read", lambda *args: change(whole, *args))

    return mutate


def resolve_on_silence(ground: Any, found: Condition) -> Condition:
    return over(ground, found) if ground.stale else found


def resolve_while_catching_up(ground: Any, found: Condition) -> Condition:
    return over(ground, found) if ground.catching_up else found


def resolve_without_hold(ground: Any, found: Condition) -> Condition:
    del ground
    return found._replace(hold_us=0)


def delay() -> Callable[[Any, Condition], Condition]:
    since: dict[tuple[str, str], int] = {}

    def delayed(ground: Any, found: Condition) -> Condition:
        key = (ground.route.name, found.severity.value)
        if found.verdict is not Verdict.FIRE:
            since.pop(key, None)
            return found
        begun_us = since.setdefault(key, ground.now_us)
        return found if ground.now_us - begun_us >= DELAY_US else over(ground, found)

    return delayed


def unguarded(read: Any, rule: Any, long: Any, short: Any, total: int, route: Any) -> Any:
    return read(rule, long, short, total, msgspec.structs.replace(route, min_runs=0))


def long_only(read: Any, rule: Any, long: Any, short: Any, total: int, route: Any) -> Any:
    del short
    return read(rule, long, long, total, route)


def short_only(read: Any, rule: Any, long: Any, short: Any, total: int, route: Any) -> Any:
    found = read(rule, long, short, total, route)
    return found._replace(fires=found.state in {rules.CRITICAL, rules.INCREASING})


def calm_without_data(read: Any, *args: Any) -> Any:
    found = read(*args)
    return found._replace(quiet=found.quiet or found.short.total == 0)


def frozen_resolves(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(conditions, "_unjudged", lambda _: False)
    read_as(calm_without_data)(patch)


def page_on_a_single_miss(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(rules, "_FEWEST_TO_PAGE", 1)


MUTANTS: dict[str, Mutation] = {
    "resolves on silence": judged_as(resolve_on_silence),
    "resolves while it catches up": judged_as(resolve_while_catching_up),
    "resolves without hold": judged_as(resolve_without_hold),
    "fires after a delay": judged_as(delay()),
    "pages on a single miss": page_on_a_single_miss,
    "applies no guard": read_as(unguarded),
    "looks at the long window only": read_as(long_only),
    "looks at the short window only": read_as(short_only),
    "resolves what is frozen": frozen_resolves,
}


@pytest.mark.parametrize("name", MUTANTS)
def test_a_month_shows_a_core_that(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    MUTANTS[name](monkeypatch)
    scale = WHOLE if name in RARE else SCALE
    assert any(play(seed, *scale).violations for seed in range(FEW))


def other_key_each_time(patch: pytest.MonkeyPatch) -> None:
    """Number the attempts in the key, so that no receiver can tell a repetition."""
    whole = attempts._attempt

    def attempt(channel: Any, due: Any) -> Any:
        told = msgspec.json.decode(due.body)
        told["key"] = f"{told['key']}/{due.attempts}" if due.attempts else told["key"]
        return whole(channel, due._replace(body=msgspec.json.encode(told)))

    patch.setattr(attempts, "_attempt", attempt)


def marked_as_sent_whatever_comes_back(patch: pytest.MonkeyPatch) -> None:
    whole = attempts._attempt
    patch.setattr(attempts, "_attempt", lambda *args: whole(*args)._replace(note=""))


NIGHTLY: dict[str, Mutation] = {
    "gives another key each time": other_key_each_time,
    "marks as sent what was refused": marked_as_sent_whatever_comes_back,
}


@pytest.mark.parametrize("name", NIGHTLY)
def test_a_night_shows_a_courier_that(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    NIGHTLY[name](monkeypatch)
    assert any(night(seed, tmp_path).violations for seed in range(FEW))
