"""How many random histories are tried."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, Phase, settings

from console.collector import intake
from console.intake import blocks

if TYPE_CHECKING:
    import pytest

EXAMPLES = int(os.environ.get("BURNLINE_EXAMPLES", "0"))
FEW = 60
STEPS = int(os.environ.get("BURNLINE_STEPS", "25"))


def budget(few: int = FEW) -> settings:
    """Return how much is tried: always the same few, or `BURNLINE_EXAMPLES` anew."""
    return settings(
        max_examples=EXAMPLES or few,
        derandomize=not EXAMPLES,
        stateful_step_count=STEPS,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=(Phase.generate,),
    )


def small_turns(patch: pytest.MonkeyPatch) -> None:
    """Let a turn of the collector read a few lines, so that there is something between turns."""
    patch.setattr(intake, "TURN_BYTES", 1_000)
    patch.setattr(blocks, "BLOCK_BYTES", 512)
