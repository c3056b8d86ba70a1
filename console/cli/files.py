"""The files that the console itself writes: what it remembers of a session, and exports."""

from __future__ import annotations

import contextlib
import itertools
import os
from typing import TYPE_CHECKING

import msgspec

from console.text import clean

if TYPE_CHECKING:
    from pathlib import Path

_LARGEST = 65_536
_TRIES = 1_000


class ConsoleFiles:
    """A file of what is remembered (None: nothing is), and the folder for exports."""

    def __init__(self, memory: Path | None, exports: Path) -> None:
        self._memory = memory
        self._exports = exports

    def remembered(self) -> tuple[dict[str, object], str]:
        """Return what was remembered, and a sentence where the file had to be ignored."""
        if self._memory is None:
            return {}, ""
        try:
            with self._memory.open("rb") as file:
                data = file.read(_LARGEST + 1)
            if len(data) > _LARGEST:
                return {}, clean(f"{self._memory} is ignored: it is too large")
            return msgspec.json.decode(data, type=dict[str, object]), ""
        except FileNotFoundError:
            return {}, ""
        except (OSError, ValueError) as error:
            return {}, clean(f"{self._memory} is ignored: {error}; it is written anew at the end")

    def remember(self, what: dict[str, object]) -> None:
        """Keep what is to be remembered, readable by its owner only; no failure is worth a word."""
        if self._memory is None:
            return
        beside = self._memory.with_name(f"{self._memory.name}.{os.getpid()}")
        with contextlib.suppress(OSError):
            self._memory.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = os.open(
                beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600
            )
            with os.fdopen(descriptor, "wb") as file:
                file.write(msgspec.json.encode(what))
            beside.replace(self._memory)

    def export(self, name: str, ending: str, data: bytes) -> str:
        """Write an export under a name that is not taken, readable by its owner only; return it.

        Raises:
            OSError: it cannot be written.
        """
        for number in itertools.islice(itertools.count(1), _TRIES):
            part = f"{name}.{ending}" if number == 1 else f"{name}-{number}.{ending}"
            try:
                descriptor = os.open(
                    self._exports / part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600
                )
            except FileExistsError:
                continue
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
            return str(self._exports / part)
        raise FileExistsError(f"{name}.{ending} and {_TRIES - 1} names after it are taken")
