"""Keeping what a guard knows in its state file, without ever standing in the agent's way."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

from .faults import ControlFault
from .instants import SECOND_US
from .memory import Memory, StateFile, default_directory

if TYPE_CHECKING:
    import os

    from .knowledge import Knowledge

_RETRY_S = 1.0


class Keeper:
    """Writes a `Memory` when it changed. `fault` says, in a sentence, why that does not help.

    Raises:
        ValueError: the state would lie among the control files, which agents must not write.
    """

    def __init__(
        self,
        directory: str | os.PathLike[str] | None,
        control_path: Path,
        agent: str,
        route: str,
    ) -> None:
        self.fault = ""
        self._kept = Memory()
        self._retry_s = -math.inf
        self._file: StateFile | None = None
        try:
            place = default_directory() if directory is None else Path(directory)
        except RuntimeError as error:
            self.fault = f"nothing is remembered across restarts: {error}"
            return
        if place.resolve() == control_path.parent.resolve():
            raise ValueError(f"state_dir {place} is the control directory")
        self._file = StateFile(place, control_path, agent, route)

    def recall(self, knowledge: Knowledge, now_us: int, mono_s: float) -> None:
        """Give `knowledge` what was remembered; a broken file counts as nothing."""
        if self._file is None:
            return
        try:
            self._kept = self._file.load()
            knowledge.recall(self._kept, now_us, mono_s)
        except ControlFault as fault:
            self.fault = str(fault)

    def keep(self, memory: Memory, mono_s: float) -> None:
        """Write `memory` if it differs from what is kept; after a failure, try once a second."""
        if self._file is None or mono_s < self._retry_s or not self._worth_it(memory):
            return
        try:
            self._file.save(memory)
        except OSError as error:
            self._retry_s = mono_s + _RETRY_S
            what = f"state file {self._file.path} cannot be written"
            self.fault = f"{what}, a restart would forget the generation seen: {error}"
        else:
            self._kept = memory
            self.fault = ""

    def _worth_it(self, memory: Memory) -> bool:
        """Say whether writing is due; the time of the last good read alone is worth it seldom."""
        if memory[:-1] != self._kept[:-1]:
            return True
        if memory.on_fault != "last_known":
            return False
        every_s = min(60.0, max(1.0, memory.grace_s / 10))
        return abs(memory.good_us - self._kept.good_us) >= every_s * SECOND_US
