"""Looking after the control file: expiry, freshness, tampering, and what a crash left behind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.control.directives import ControlDesk
from console.control.file import ControlError, ControlFile
from console.model import DirectiveKind
from console.store import desk

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from console.model import Directive
    from console.settings import Settings
    from console.store.writer import Writer


class Upkeep:
    """The collector's part in the control file; it gives no orders of its own."""

    def __init__(self, writer: Writer, path: Path, settings: Settings) -> None:
        self._writer = writer
        self._path = path
        self._settings = settings
        self._refreshed_us = 0
        self._reconciled = False

    def look(self, now_us: int, standing: Iterable[Directive]) -> None:
        """Lift what has expired, keep `refreshed_at` fresh, and look for tampering."""
        connection = self._writer.connection
        if not self._path.parent.exists():
            return
        try:
            file = ControlFile(self._path)
            control = ControlDesk(self._writer, file, self._settings)
            if not self._reconciled:
                control.reconcile(now_us)
                self._reconciled = True
            digest = desk.fact(connection, "control_digest")
            _lift_expired(control, standing, now_us)
            stale_us = self._settings.stale_after_us
            if stale_us is not None and now_us - self._refreshed_us >= stale_us // 3:
                file.refresh(now_us)
                self._refreshed_us = now_us
            newest = file.newest_generation()
            known = int(desk.fact(connection, "control_generation") or 0)
            found = file.tampering(digest) if newest == known else ""
        except ControlError as error:
            found = str(error)
        if desk.fact(connection, "tampering") != found:
            with self._writer.transaction():
                desk.set_fact(connection, "tampering", found)


def _lift_expired(control: ControlDesk, standing: Iterable[Directive], now_us: int) -> None:
    """An operator's freeze, tighten or reduce lifts by itself at its expiry; a pause stands."""
    for order in standing:
        over = order.until_us is not None and order.until_us <= now_us
        if over and order.lifted_us is None and order.kind is not DirectiveKind.PAUSE:
            control.lift(
                order, by="burnline", reason="its time is over", overridden=False, now_us=now_us
            )
