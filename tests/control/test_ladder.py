"""What a ladder decides: when a step fires, what it waits for, and when it may fire again."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.burn.lifecycle import Alert, Held
from console.control import ladder
from console.control.ladder import Miss, Scene, decide
from console.model import HOUR_US, MINUTE_US, Counts, Directive, DirectiveKind
from console.settings import LadderStep, RouteSettings
from console.store.episodes import Episode
from tests.burn.floor import NOON_US, ROUTE, route

FREEZE, TIGHTEN, REDUCE, PAUSE = DirectiveKind
HALF = LadderStep(do="freeze", left_ppm=500_000, mode="auto")
SPENT = LadderStep(do="pause", left_ppm=0, mode="auto")
ON_PAGE = LadderStep(do="pause", on="page", mode="auto")
ON_PERMISSION = LadderStep(do="pause", on="permission", mode="auto")
PROPOSED = HALF._replace(mode="propose")


def with_steps(*steps: LadderStep, **fields: Any) -> RouteSettings:
    return route(ladder=steps, freeze_kinds=("model",), **fields)


def page(name: str = "A1", kind: str = "burn", **fields: Any) -> Alert:
    held = Held(kind=kind, since_us=NOON_US, words="it burns", runs=fields.pop("runs", ()))
    given: dict[str, Any] = {"severity": "page", "state": "firing", "opened_us": NOON_US}
    return Alert(id=name, route=ROUTE, conditions=(held,), **(given | fields))


def standing(kind: DirectiveKind = PAUSE, name: str = "d-5", **fields: Any) -> Directive:
    given: dict[str, Any] = {
        "by": "dana",
        "reason": "why",
        "issued_us": NOON_US - 1,
        "generation": int(name[2:]),
    }
    return Directive(id=name, route=ROUTE, kind=kind, **(given | fields))


class Play:
    """A route whose ladder is stepped again and again, as the collector would."""

    def __init__(self, *steps: LadderStep, **fields: Any) -> None:
        self.route = with_steps(*steps, **fields)
        self.known: dict[str, Episode] = {}
        self.directives: tuple[Directive, ...] = ()
        self.now_us = NOON_US

    def step(
        self, bad: int = 0, total: int = 200, alerts: tuple[Alert, ...] = (), misses: Any = ()
    ) -> list[Episode]:
        """Evaluate once; return what is open. Of 200 runs 10 may be bad."""
        scene = Scene(
            route=self.route,
            now_us=self.now_us,
            counts=Counts(total, bad, trust=bad),
            alerts=alerts,
            misses=misses,
            directives=self.directives,
            episodes=tuple(item for item in self.known.values() if item.closed_us is None),
            answered=lambda step: {
                cause
                for item in self.known.values()
                if item.step == step and item.closed_us is not None
                for cause in item.causes
            },
        )
        for episode in decide(scene, len(self.known) + 1):
            self.known[episode.id] = episode
        return [item for item in self.known.values() if item.closed_us is None]

    def give(self) -> None:
        """Give what was decided, as the collector does."""
        for episode in list(self.known.values()):
            if episode.pending:
                name = f"d-{len(self.directives) + 10}"
                order = standing(
                    episode.kind, name, by="ladder", ladder=True, changes=episode.changes
                )
                self.directives = (*self.directives, order)
                self.known[episode.id] = msgspec.structs.replace(episode, directive=name)

    def lift(self) -> None:
        """Lift everything."""
        self.directives = tuple(
            msgspec.structs.replace(order, lifted_us=self.now_us) for order in self.directives
        )


@pytest.mark.parametrize(("bad", "fires"), [(4, False), (5, True), (6, True)])
def test_a_budget_step_fires_when_what_is_left_falls_to_its_threshold(
    bad: int, fires: bool
) -> None:
    assert bool(Play(HALF).step(bad)) is fires


def test_it_says_what_it_orders_and_why_with_the_numbers() -> None:
    (episode,) = Play(HALF).step(6, alerts=(page("A7"),))
    assert (episode.kind, episode.changes, episode.mode) == (FREEZE, ("model",), "auto")
    assert episode.words == (
        '40 % of the budget is left over 30d (6 of 200 runs missed); the ladder says left = "50%"'
    )
    assert episode.alert == "A7"


@pytest.mark.parametrize(
    ("bad", "total", "why"),
    [(1, 10, "smaller than one run"), (1, 30, "takes 2")],
)
def test_a_budget_step_does_not_act_on_too_few_runs(bad: int, total: int, why: str) -> None:
    assert Play(SPENT).step(bad, total) == []
    assert why in ladder.withheld(SPENT, with_steps(SPENT), Counts(total, bad))


def test_no_data_neither_fires_nor_ends_anything() -> None:
    play = Play(PROPOSED)
    assert play.step(0, 0) == []
    before = play.step(6)
    assert play.step(0, 0) == before


def test_it_fires_once_while_its_order_stands_and_after_it_was_lifted() -> None:
    play = Play(HALF)
    play.step(6)
    play.give()
    for bad in (6, 7, 6):
        assert [item.id for item in play.step(bad)] == ["P1"]
    play.lift()
    assert [item.id for item in play.step(7)] == ["P1"]


def test_it_fires_again_when_its_cause_has_ended_and_its_order_stands_no_longer() -> None:
    play = Play(HALF)
    play.step(6)
    play.give()
    assert [item.id for item in play.step(1)] == ["P1"], "its order stands"
    assert [item.id for item in play.step(6)] == ["P1"], "the same episode"
    play.lift()
    assert play.step(1) == []
    assert [item.id for item in play.step(6)] == ["P2"]


def test_a_proposal_lapses_when_its_cause_is_over() -> None:
    play = Play(PROPOSED)
    assert [item.proposed for item in play.step(6)] == [True]
    assert play.step(4) == []
    assert play.known["P1"].ended == "its cause is over"


def test_a_proposal_that_somebody_orders_by_hand_is_carried_out_by_that() -> None:
    play = Play(PROPOSED)
    play.step(6)
    play.directives = (standing(FREEZE, changes=("model", "prompt")),)
    (episode,) = play.step(6)
    assert (episode.directive, episode.covered, episode.proposed) == ("d-5", True, False)


@pytest.mark.parametrize(
    ("step", "order", "covered"),
    [
        (SPENT, standing(PAUSE), True),
        (SPENT, standing(REDUCE, max_runs=1), False),
        (SPENT._replace(do="reduce_scope", max_runs=1), standing(PAUSE), True),
        (SPENT._replace(do="tighten", actions=("a",)), standing(PAUSE), True),
        (HALF, standing(PAUSE), False),
        (HALF, standing(FREEZE, changes=("model",)), True),
        (HALF, standing(FREEZE, changes=("model",), until_us=NOON_US + HOUR_US), False),
    ],
)
def test_what_adds_nothing_to_what_stands_is_carried_out_by_what_stands(
    step: LadderStep, order: Directive, covered: bool
) -> None:
    play = Play(step)
    play.directives = (order,)
    (episode,) = play.step(12)
    assert (episode.directive == order.id, episode.covered) == (covered, covered)


def test_an_order_that_is_replaced_by_a_wider_one_stands_on() -> None:
    play = Play(HALF)
    play.step(6)
    play.give()
    wider = standing(FREEZE, "d-20", changes=("model", "prompt"))
    first = msgspec.structs.replace(play.directives[0], lifted_us=NOON_US, replaced_by="d-20")
    play.directives = (first, wider)
    assert [item.id for item in play.step(1)] == ["P1"]


def test_an_alert_step_fires_once_for_each_alert() -> None:
    play = Play(ON_PAGE)
    assert [item.id for item in play.step(alerts=(page("A1"),))] == ["P1"]
    play.give()
    assert [item.causes for item in play.step(alerts=(page("A1"), page("A2", "spent")))] == [
        ("A1", "A2")
    ]
    play.lift()
    assert [item.id for item in play.step(alerts=(page("A1"), page("A2")))] == ["P1"]
    assert [item.id for item in play.step(alerts=(page("A1"), page("A3")))] == ["P2"]
    assert play.known["P2"].alert == "A3"


def test_an_alert_of_another_severity_is_no_cause() -> None:
    assert Play(ON_PAGE).step(alerts=(page(severity="ticket"),)) == []


def test_a_stepped_down_pause_does_not_keep_a_new_page_from_pausing() -> None:
    play = Play(ON_PAGE)
    play.step(alerts=(page("A1"),))
    play.give()
    paused = msgspec.structs.replace(play.directives[0], lifted_us=NOON_US, replaced_by="d-20")
    play.directives = (paused, standing(REDUCE, "d-20", max_runs=1))
    assert [item.id for item in play.step(alerts=(page("A1"),))] == ["P1"]
    assert [item.id for item in play.step(alerts=(page("A1"), page("A2")))] == ["P2"]


def miss(run: str = "r-1", at_us: int = NOON_US, error_class: str = "permission") -> Miss:
    return Miss(error_class, run, at_us)


def test_a_class_step_fires_once_for_a_miss_of_its_class() -> None:
    play = Play(ON_PERMISSION)
    assert play.step(misses=(miss(error_class="trust"),)) == []
    (episode,) = play.step(misses=(miss(),))
    assert episode.words.startswith("permission miss of run r-1; ")
    play.give()
    play.lift()
    assert [item.id for item in play.step(misses=(miss(),))] == ["P1"]
    play.now_us += 2 * HOUR_US
    assert play.step(misses=(miss(),)) == []
    play.now_us -= 2 * HOUR_US
    assert play.step(misses=(miss(),)) == [], "this miss was answered"
    assert [item.id for item in play.step(misses=(miss(), miss("r-2")))] == ["P2"]


@pytest.mark.parametrize(("stopped", "fires"), [(("r-1",), True), (("r-9",), False)])
def test_an_old_miss_is_a_cause_only_under_an_open_hard_stop(
    stopped: tuple[str, ...], fires: bool
) -> None:
    stop = page("A4", "hard_stop", runs=stopped)
    old = miss(at_us=NOON_US - 2 * HOUR_US)
    found = Play(ON_PERMISSION).step(alerts=(stop,), misses=(old,))
    assert [item.alert for item in found] == (["A4"] if fires else [])


def test_a_dry_run_shows_what_it_would_have_done_and_ends_with_its_cause() -> None:
    play = Play(HALF, dry_run=True)
    (episode,) = play.step(6)
    assert (episode.mode, episode.pending, episode.proposed) == ("dry_run", True, False)
    assert play.step(1) == []


def test_a_step_rewritten_to_auto_acts_on_what_it_proposed() -> None:
    play = Play(PROPOSED)
    play.step(6)
    play.route = with_steps(HALF)
    assert [(item.id, item.mode) for item in play.step(6)] == [("P1", "auto")]


def test_what_a_step_proposed_lapses_when_it_leaves_the_settings() -> None:
    play = Play(PROPOSED)
    play.step(6)
    play.route = with_steps()
    assert play.step(6) == []


def test_strictest_steps_come_first() -> None:
    found = Play(HALF, SPENT).step(12)
    assert [item.kind for item in found] == [PAUSE, FREEZE]


moves = st.lists(
    st.tuples(st.integers(0, 15), st.sampled_from(["", "give", "lift"]), st.booleans()), max_size=12
)


@given(moves=moves, steps=st.sampled_from([(HALF,), (SPENT, HALF), (ON_PAGE, PROPOSED)]))
def test_no_step_has_two_episodes_at_once_and_nothing_moves_by_looking_again(
    moves: list[tuple[int, str, bool]], steps: tuple[LadderStep, ...]
) -> None:
    play = Play(*steps)
    for bad, act, paged in moves:
        alerts = (page(),) if paged else ()
        found = play.step(bad, alerts=alerts)
        names = [item.step for item in found]
        assert len(names) == len(set(names))
        assert play.step(bad, alerts=alerts) == found
        if act:
            getattr(play, act)()
        play.now_us += MINUTE_US
