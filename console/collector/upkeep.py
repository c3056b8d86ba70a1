"""Looking after the control file: expiry, freshness, tampering, and what a crash left behind."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from console.collector import consequences
from console.control.directives import Conflict, ControlDesk, Refused
from console.control.file import ControlError
from console.control.signing import control_file
from console.model import SECOND_US
from console.store import desk, episodes

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from console.control.file import ControlFile
    from console.model import Directive
    from console.settings import Settings
    from console.store.writer import Writer

_APART_US = 5 * SECOND_US


class Upkeep:
    """The collector's part in the control file: it keeps it, and gives what ladders decided."""

    def __init__(self, writer: Writer, path: Path, settings: Settings) -> None:
        self._writer = writer
        self._path = path
        self._settings = settings
        self._refreshed_us = 0
        self._reconciled = False
        self._apart_since_us: int | None = None

    def look(self, now_us: int, standing: Iterable[Directive]) -> None:
        """Lift what has expired, keep `refreshed_at` fresh, and look for tampering."""
        connection = self._writer.connection
        if not self._path.parent.exists():
            return
        try:
            file = control_file(self._path, self._settings)
            control = ControlDesk(self._writer, file, self._settings)
            self._agree(control, file, now_us)
            _lift_expired(control, standing, now_us)
            found = self._tampering(file)
            if not found and not file.derived():
                file.derive()
            file.reserve()
            # What the store does not know yet is not signed: other hands may have written it.
            settled = not found and file.newest_generation() == self._known_generation()
            if settled and not file.signed():
                file.refresh(now_us)
            stale_us = self._settings.stale_after_us
            due = stale_us is not None and now_us - self._refreshed_us >= stale_us // 3
            # A file that was tampered with is left as it is: it is evidence, and closes agents.
            if due and settled:
                file.refresh(now_us)
                self._refreshed_us = now_us
        except ControlError as error:
            found = str(error)
        if desk.fact(connection, "tampering") != found:
            with self._writer.transaction():
                desk.set_fact(connection, "tampering", found)

    def carry_out(self, now_us: int, judged: frozenset[str]) -> None:
        """Give the orders that ladders decided on these routes; keep in the store why not."""
        connection = self._writer.connection
        troubles: list[str] = []
        if any(item.route in judged for item in episodes.unfinished(connection)):
            try:
                file = control_file(self._path, self._settings)
                control = ControlDesk(self._writer, file, self._settings)
                troubles = consequences.carry_out(self._writer, control, judged, now_us)
            except ControlError as error:
                troubles = [str(error)]
        said = "; ".join(troubles)
        if desk.fact(connection, "ladder_trouble") != said:
            with self._writer.transaction():
                desk.set_fact(connection, "ladder_trouble", said)

    def _agree(self, control: ControlDesk, file: ControlFile, now_us: int) -> None:
        """Put store and file into agreement at the start, and when they stay apart later.

        They are apart for a moment while an operator's process writes; when it was cut off there,
        nobody else completes it.
        """
        apart = file.newest_generation() > self._known_generation()
        if not apart:
            self._apart_since_us = None
        elif self._apart_since_us is None:
            self._apart_since_us = now_us
        stays = self._apart_since_us is not None and now_us - self._apart_since_us >= _APART_US
        if stays or not self._reconciled:
            control.reconcile(now_us)
            self._reconciled, self._apart_since_us = True, None

    def _tampering(self, file: ControlFile) -> str:
        """Say how the files differ from what was written last; "" also while one is written."""
        newest, known = file.newest_generation(), self._known_generation()
        if newest < known:
            return f"generation {known} was deleted; the newest is {newest}"
        digest = desk.fact(self._writer.connection, "control_digest")
        return file.tampering(digest) if newest == known else ""

    def _known_generation(self) -> int:
        return int(desk.fact(self._writer.connection, "control_generation") or 0)


def _lift_expired(control: ControlDesk, standing: Iterable[Directive], now_us: int) -> None:
    """Lift what ends at its expiry; a pause and a ladder's order stand, and call their owner."""
    for order in standing:
        over = order.until_us is not None and order.until_us <= now_us
        if not over or order.lifted_us is not None or not order.lifts_by_itself:
            continue
        # Somebody may have lifted it in this very moment: then there is nothing left to do.
        with contextlib.suppress(Refused, Conflict):
            control.lift(
                order, by="burnline", reason="its time is over", overridden=False, now_us=now_us
            )
