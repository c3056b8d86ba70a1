"""What a decision proposes to do is what its command says."""

from __future__ import annotations

import itertools
import shlex

from console.intake.times import rfc3339
from console.review.types import DECISIONS, Decision, Exclusion, Move
from tests.review.conftest import Fleet


def said(decision: Decision, option: str) -> list[str]:
    """Return the values of an option of the command."""
    words = shlex.split(decision.command)
    return [after for word, after in itertools.pairwise(words) if word == option]


def test_a_step_is_its_command_and_the_fleet_has_one_of_each_kind(fleet: Fleet) -> None:
    kinds = set()
    for view in fleet.review.routes:
        decision, step = view.decision, view.decision.step
        assert decision.decision in DECISIONS
        kinds.add(type(step))
        if isinstance(step, Move):
            words = shlex.split(decision.command)
            assert words[:3] == ["burnline", step.verb, view.settings.name]
            assert said(decision, "--change") == list(step.changes)
            assert said(decision, "--action") == list(step.actions)
            runs = [] if step.max_runs is None else [str(step.max_runs)]
            assert said(decision, "--max-runs") == runs
        elif isinstance(step, Exclusion):
            assert said(decision, "--from") == [rfc3339(step.from_us)]
            assert said(decision, "--to") == [rfc3339(step.to_us)]
        else:
            assert not decision.command.startswith(("burnline freeze", "burnline correct"))
    assert kinds == {Move, Exclusion, type(None)}
