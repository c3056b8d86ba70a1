"""What a reader remembers across restarts, kept outside the control directory (semantics 8).

Without it, whoever can put back an older control file could undo an order by restarting the agent.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from .controlfile import read_regular
from .document import GRACE_S
from .faults import ControlFault
from .fields import Fields
from .instants import format_instant
from .orders import ON_FAULT, read_route
from .process import new_id

if TYPE_CHECKING:
    from collections.abc import Iterator

_SCHEMA = "burnline.reader/1"


class Memory(NamedTuple):
    """What was last read of one route.

    `generation` is the highest taken in, 0 for none, and `orders` the document's object for the
    route then (None: not named). `on_fault` and `grace_s` are those of the last good document,
    which was last seen to be good at `good_us`; `on_fault` is "" where no good document said.
    """

    generation: int = 0
    orders: object = None
    on_fault: str = ""
    grace_s: float = GRACE_S
    good_us: int = 0


class StateFile:
    """The file that keeps a `Memory`: one for each control path, agent and route."""

    def __init__(self, directory: Path, control_path: Path, agent: str, route: str) -> None:
        key = "\0".join((str(control_path), agent, route)).encode(errors="surrogateescape")
        self.path = directory / f"{hashlib.sha256(key).hexdigest()}.json"
        self._route = route

    def load(self) -> Memory:
        """Return what is remembered; nothing if there is no file.

        Raises:
            ControlFault: the file is unreadable or broken.
        """
        try:
            raw, _ = read_regular(self.path)
            value = json.loads(raw)
        except FileNotFoundError:
            return Memory()
        except (OSError, ValueError, RecursionError) as error:
            raise ControlFault(f"state file {self.path} cannot be read: {error}") from error
        try:
            return self._read(value)
        except ControlFault as fault:
            raise ControlFault(f"state file {self.path} is not valid: {fault}") from fault

    def _read(self, value: object) -> Memory:
        fields = Fields(value, "it")
        fields.word("schema", (_SCHEMA,))
        orders = fields.optional_mapping("orders")
        read_route(self._route, orders)
        grace_s = fields.optional_seconds("grace_s")
        return Memory(
            fields.whole("generation", 0),
            orders,
            fields.optional_word("on_fault", ON_FAULT),
            GRACE_S if grace_s is None else grace_s,
            fields.optional_instant("good_at") or 0,
        )

    def save(self, memory: Memory) -> None:
        """Write `memory` atomically, unless another process of the agent has seen more.

        Raises:
            OSError: it cannot be written; `BlockingIOError` if another process is just writing.
        """
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._locked():
            if self._highest() <= memory.generation:
                self._replace(_encode(memory))

    def _highest(self) -> int:
        try:
            return self.load().generation
        except ControlFault:
            return 0

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Hold the lock between the processes of one agent; never wait for it."""
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
        descriptor = os.open(self.path.with_suffix(".lock"), flags, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
        finally:
            os.close(descriptor)

    def _replace(self, raw: bytes) -> None:
        fresh = self.path.with_suffix(f".{new_id()}.tmp")
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
        descriptor = os.open(fresh, flags, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as opened:
                opened.write(raw)
                opened.flush()
                # Unsynced, the name could come back after a power cut with nothing behind it.
                os.fsync(descriptor)
            fresh.replace(self.path)
        except OSError:
            fresh.unlink(missing_ok=True)
            raise


def default_directory() -> Path:
    """Return where state is kept: `$XDG_STATE_HOME/burnline`, or `~/.local/state/burnline`.

    Raises:
        RuntimeError: there is no home directory.
    """
    base = os.environ.get("XDG_STATE_HOME", "")
    # The specification has relative paths ignored.
    home = Path(base) if base.startswith("/") else Path.home() / ".local" / "state"
    return home / "burnline"


def _encode(memory: Memory) -> bytes:
    value = {
        "schema": _SCHEMA,
        "generation": memory.generation,
        "orders": memory.orders,
        "on_fault": memory.on_fault or None,
        "grace_s": memory.grace_s,
        "good_at": format_instant(memory.good_us),
    }
    return json.dumps(value).encode()
