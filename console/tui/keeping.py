"""What outlives the screen: exports, the clipboard, and what is remembered of a session.

The console opens no file itself; it is handed `Files`. The clipboard is that of the operator's own
terminal, by OSC 52, in which the text is encoded: nothing in it can act. Terminals cut or ignore
what is too long for them, so that above a limit a file is written instead.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Protocol

from console.text import clean
from console.tui.export import KINDS
from console.tui.figures import times
from console.tui.screens.export import ExportMenu

if TYPE_CHECKING:
    from console.tui.app import ConsoleApp
    from console.tui.export import Paper, Sheet
    from console.tui.messages import Kept

CLIPBOARD_BYTES = 74_994
"""The most that terminals take: 100 kB of an OSC 52, encoded."""


class Files(Protocol):
    """The files that a console may write; a session without any remembers and exports nothing."""

    def remembered(self) -> tuple[dict[str, object], str]:
        """Return what was remembered, and a sentence where it had to be ignored."""

    def remember(self, what: dict[str, object]) -> None:
        """Keep what is to be remembered."""

    def export(self, name: str, ending: str, data: bytes) -> str:
        """Write an export under a name that is free; return its path. Raises `OSError`."""


class NoFiles:
    """For consoles that leave nothing behind."""

    def remembered(self) -> tuple[dict[str, object], str]:
        """Return nothing."""
        return {}, ""

    def remember(self, what: dict[str, object]) -> None:
        """Keep nothing."""

    def export(self, name: str, ending: str, data: bytes) -> str:  # noqa: ARG002
        """Refuse. Raises `OSError`."""
        raise OSError("this console writes no files")


class Keeping:
    """Exports, copies and memories of one console."""

    def __init__(self, app: ConsoleApp, files: Files) -> None:
        self._app = app
        self.files = files
        found, self._trouble = files.remembered()
        self._memory = found

    def memory_of(self, part: str) -> dict[str, object]:
        """Return what was remembered of a part of the console; what is of no use is left out."""
        known = self._memory.get(part)
        return known if isinstance(known, dict) else {}

    def note(self, part: str, what: dict[str, object]) -> None:
        """Remember something of a part at the end of the session."""
        self._memory[part] = what

    @property
    def theme(self) -> str:
        """The theme of the last session, "" where none is known."""
        return str(self.memory_of("console").get("theme", ""))

    async def resume(self) -> None:
        """Show the view that the last session ended on, and say if its memory was of no use."""
        if self._trouble:
            self._app.notify(self._trouble, severity="warning", markup=False)
        view = self.memory_of("console").get("view")
        if view in self._app.MODES and view != self._app.DEFAULT_MODE:
            await self._app.switch_mode(str(view))

    def save(self, view: str) -> None:
        """Keep what is to be remembered, with the view that the session ends on."""
        self.note("console", {"view": view, "theme": self._app.theme})
        self.files.remember(self._memory)

    def ask(self, what: Sheet | Paper | None, title: str) -> None:
        """Let the operator choose a kind of file for what is on the screen, and write it."""

        def chosen(kind: str | None) -> None:
            if kind is not None:
                self._app.call_after_refresh(self._write, what, title, kind)

        self._app.push_screen(ExportMenu(() if what is None else what.kinds), chosen)

    def _write(self, what: Sheet | Paper | None, title: str, kind: str) -> None:
        if kind == "svg" or what is None:
            picture = self._app.export_screenshot(title="burnline", simplify=True).encode()
            self._app.errands.keep(self._name(title), KINDS[kind], lambda: picture)
        else:
            self._app.errands.keep(self._name(title), KINDS[kind], lambda: what.write(kind))

    def _name(self, title: str) -> str:
        shown = self._app.frame.shown
        at_us = self._app.frame.wall_us if shown is None else shown.as_of_us
        words = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:60] or "view"
        return f"burnline-{words}-{times.local(at_us, self._app.zone):%Y%m%d-%H%M%S}"

    def kept(self, message: Kept) -> None:
        """Say where a file is, or why there is none."""
        severity = "error" if message.trouble else "information"
        words = message.trouble or f"Written: {message.path}"
        self._app.notify(clean(words), severity=severity, markup=False)  # type: ignore[arg-type]

    def copy(self, text: str) -> None:
        """Put text on the clipboard of the operator's terminal; what is too long, into a file."""
        data = text.encode("utf-8", "replace")
        if len(data) > CLIPBOARD_BYTES:
            words = f"{len(data):,} bytes are too long for a clipboard: they go into a file."
            self._app.notify(words, severity="warning", markup=False)
            self._app.errands.keep(self._name("copy"), "txt", lambda: data)
            return
        self._app.copy_to_clipboard(text)
        words = f"Copied {len(text):,} characters. Terminals without OSC 52 ignore it: e exports."
        self._app.notify(words, markup=False)
