"""A ladder's order that is cut off at any step is given once: not lost, and not given again."""

from __future__ import annotations

from pathlib import Path

import pytest

from console.collector import consequences
from console.control.directives import ControlDesk
from console.model import MINUTE_US, DirectiveKind
from console.store import episodes
from console.store.episodes import Episode
from tests.control.faults import cut_off
from tests.control.stage import NOON_US, ROUTE, Stage

LATER_US = NOON_US + MINUTE_US
JUDGED = frozenset({ROUTE})
DECIDED = Episode(
    id="P1",
    route=ROUTE,
    step='left = "0%", do = "pause"',
    mode="auto",
    kind=DirectiveKind.PAUSE,
    words="nothing is left",
    opened_us=NOON_US,
    causes=("budget",),
    base_generation=1,
)


def carry_out(stage: Stage, desk: ControlDesk) -> None:
    """Give what the ladder decided."""
    consequences.carry_out(stage.writer, desk, JUDGED, NOON_US)


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder in which a ladder has decided on a pause and not given it yet."""
    folder = tmp_path_factory.mktemp("begun")
    stage = Stage(folder)
    stage.initialise()
    with stage.writer.transaction():
        episodes.save(stage.writer.connection, [DECIDED])
    stage.close()
    return folder


@pytest.mark.parametrize("lifted", [False, True], ids=["stands", "lifted-meanwhile"])
@pytest.mark.parametrize("how", ["before", "after", "refused"])
def test_it_is_given_once_whatever_is_cut_off(
    begun: Path, tmp_path: Path, how: str, lifted: bool
) -> None:
    for stage, _ in cut_off(begun, tmp_path, carry_out, how):
        stage.desk.reconcile(LATER_US)
        given = stage.stored()
        if lifted and given:
            stage.desk.lift(given[0], by="erin", reason="known", overridden=True, now_us=LATER_US)
        consequences.carry_out(stage.writer, stage.desk, JUDGED, LATER_US)
        consequences.carry_out(stage.writer, stage.desk, JUDGED, LATER_US)
        stage.assert_agreement()
        (order,) = stage.stored()
        assert (order.by, order.ladder, order.reason) == ("ladder", True, "nothing is left")
        (episode,) = episodes.open_of(stage.writer.connection, ROUTE)
        assert (episode.directive, episode.covered) == (order.id, False)
