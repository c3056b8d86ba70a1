"""From a tool's question to its answer, by the control file alone.

Each call is a process of its own. What the guard remembers lies in its state directory, so that a
receipt is written once per generation and not once per call.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ..faults import ControlFault
from ..guard import Guard
from ..instants import as_us, format_instant
from ..lines import append, encode, log_file
from ..memory import StateFile, default_directory
from ..process import new_id
from ..refusals import ApprovalNeeded, Refused
from .dialects import NO, Answer, Dialect
from .question import Question, Unclear, read, route_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..document import Verify


class Setup(NamedTuple):
    """How the hook was installed.

    `route` is a template, `log` a file or directory for receipts and requests for approval ("" for
    none), `on_fault` what counts before the control file was ever good, `public_key` the key that
    has to have signed it ("" for none; needs the cryptography package).
    """

    tool: str
    control: str
    route: str = "{cwd_name}"
    log: str = ""
    on_fault: str = "closed"
    agent: str = ""
    state_dir: str = ""
    public_key: str = ""


def answer(
    setup: Setup, dialect: Dialect, raw: bytes, clock: Callable[[], float] = time.time
) -> Answer:
    """Return what the hook has to say to the tool. Whatever goes wrong, the answer is no."""
    try:
        question = read(raw)
        asks = dialect.asks(question)
        if not asks:
            return Answer()
        return _Hook(setup, question, clock).answer(dialect, asks)
    except Unclear as unclear:
        reason = str(unclear)
    except Exception as error:  # noqa: BLE001 - the tools take a hook that fails for a yes
        reason = f"the hook failed: {type(error).__name__}: {error}"
    return Answer(stderr=f"burnline: {reason}; refused, since nothing else is safe\n", code=NO)


def _verifier(public_key: str) -> Verify | None:
    if not public_key:
        return None
    from ..adapters.signature import verifier

    return verifier(public_key)


class _Hook:
    """One question, with the guard that answers it."""

    def __init__(self, setup: Setup, question: Question, clock: Callable[[], float]) -> None:
        self._setup = setup
        self._question = question
        self._clock = clock
        self._agent = setup.agent or f"{os.uname().nodename}-{setup.tool}"
        self._route = route_of(setup.route, question, setup.tool)
        self._known = self._remembered()

    def answer(self, dialect: Dialect, asks: str) -> Answer:
        guard = Guard(
            self._setup.control,
            self._route,
            self._agent,
            self._setup.on_fault,
            self._receipt if self._setup.log else None,
            state_dir=self._setup.state_dir or None,
            watch=False,
            verify=_verifier(self._setup.public_key),
            clock=self._clock,
        )
        question = self._question
        try:
            if asks == "start":
                guard.check_start(question.run)
            else:
                guard.check_action(question.action, run=question.run)
        except ApprovalNeeded as refusal:
            self._ask(refusal)
            return dialect.no(question, f"{refusal}; {self._how()}")
        except Refused as refusal:
            return dialect.no(question, str(refusal))
        return Answer()

    def _how(self) -> str:
        """Say how a human gives the grant that is missing."""
        question = self._question
        run = f" --run {question.run}" if question.run else ""
        return f"a human can allow it: burnline grant {self._route} --action {question.action}{run}"

    def _remembered(self) -> int:
        """Return the generation that an earlier call of this hook has confirmed, 0 for none."""
        place = Path(self._setup.state_dir) if self._setup.state_dir else default_directory()
        control = Path(os.path.abspath(self._setup.control))  # noqa: PTH100 - as the guard does
        try:
            return StateFile(place, control, self._agent, self._route).load().generation
        except ControlFault:
            return 0

    def _receipt(self, event: dict[str, object]) -> None:
        """Write a receipt, unless an earlier call has done so for this generation."""
        seen = event["generation"]
        if isinstance(seen, int) and seen > self._known:
            append(log_file(Path(self._setup.log), self._agent), encode(event))

    def _ask(self, refusal: ApprovalNeeded) -> None:
        """Log that a grant was asked for, so that the console can show it to a human."""
        if not self._setup.log:
            return
        event: dict[str, object] = {
            "ts": format_instant(as_us(self._clock())),
            "route": self._route,
            "event": "approval.requested",
            "run": self._question.run,
            "action": self._question.action,
            "directive": refusal.directive,
            "agent": self._agent,
            "id": new_id(),
        }
        append(log_file(Path(self._setup.log), self._agent), encode(event))
