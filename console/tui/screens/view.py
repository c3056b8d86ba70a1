"""What every view has in common: the lines around it, and being drawn from the one frame."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import msgspec
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import Footer

from console.tui.host import host
from console.tui.lens import as_experienced
from console.tui.render.masthead import one_line
from console.tui.sizes import HEIGHTS, WIDTHS
from console.tui.widgets.chrome import Bottom, Top
from console.tui.widgets.prose import Prose

if TYPE_CHECKING:
    from textual import events
    from textual.app import ComposeResult

    from console.snapshot.types import Snapshot
    from console.tui.export import Paper, Sheet
    from console.tui.frame import Frame
    from console.tui.render.look import Look
    from console.tui.wanted import Wanted


class View(Screen[None]):
    """A screen that shows the frame. Subclasses compose `body` and `draw` what is shown."""

    AUTO_FOCUS = "CursorList"
    ABOUT: ClassVar[str] = ""
    """What the view is for, as the help says it."""
    TITLE_WORDS: ClassVar[str] = "view"
    """What the view is called in the names of exports."""
    HORIZONTAL_BREAKPOINTS = WIDTHS
    VERTICAL_BREAKPOINTS = HEIGHTS
    charged: Wanted | None = None
    """The misses that it shows beside the frame."""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "escape", "Back", show=False, id="view.escape"),
        Binding("e", "export", "Export", show=False, id="view.export"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._lived: tuple[Snapshot, Snapshot] | None = None
        self._keys: frozenset[str] = frozenset()

    def compose(self) -> ComposeResult:
        """Put the view between the lines that every view has."""
        yield Top()
        yield from self.body()
        yield Bottom()
        yield Footer(show_command_palette=False, compact=True)
        yield Prose(id="one-line")

    def body(self) -> ComposeResult:
        """Compose what is the view's own."""
        raise NotImplementedError

    def draw(self, frame: Frame, look: Look) -> None:
        """Show the view's own part of a frame."""
        raise NotImplementedError

    def on_mount(self) -> None:
        """Follow the frame from now on."""
        self.set_class(host(self).ascii_only, "-ascii")
        self.watch(self.app, "frame", self._frame_changed, init=False)
        self.call_after_refresh(self.redraw)

    def on_screen_resume(self) -> None:
        """Catch up with what happened while another view was in front."""
        self.call_after_refresh(self.redraw)

    def on_resize(self) -> None:
        """Fit everything to the new size once it is laid out."""
        self.call_after_refresh(self.redraw)

    def on_key(self, event: events.Key) -> None:
        """Note a letter that means nothing here: what comes close behind it opens no order."""
        if event.is_printable:
            # Known once: to ask every key's action whether it is possible is slow.
            self._keys = self._keys or frozenset(self.active_bindings)
            host(self).desk.typed.heard(event, self._keys)

    def through_lens(self, frame: Frame) -> Frame:
        """Return the frame with budgets as they are to be shown, made once for each picture."""
        if not frame.experienced or frame.shown is None:
            return frame
        if self._lived is None or self._lived[0] is not frame.shown:
            self._lived = frame.shown, as_experienced(frame.shown)
        return msgspec.structs.replace(frame, shown=self._lived[1])

    def redraw(self) -> None:
        """Draw the frame as it is."""
        if self.still_open:
            self._frame_changed(host(self).frame)

    def _frame_changed(self, frame: Frame) -> None:
        top, bottom = self.query_one_optional(Top), self.query_one_optional(Bottom)
        words = self.query_one_optional("#one-line", Prose)
        # A view that is just coming or going has not all of them; it is drawn when it has.
        if not self._in_sight() or top is None or bottom is None or words is None:
            return
        app = host(self)
        frame = self.through_lens(frame)
        look = app.look(frame)
        with self.app.batch_update():
            top.draw(frame, look, app.badges, app.banner())
            bottom.draw(frame, look, awaited=app.awaited())
            words.show([one_line(frame, look)])
            self.draw(frame, look)

    @property
    def still_open(self) -> bool:
        """Whether the view can be drawn: an answer may come in after the view was left.

        One that was left loses its widgets one by one; one of another mode is drawn on its return.
        """
        return self.is_mounted and self in self.app.screen_stack

    def _in_sight(self) -> bool:
        """Say whether this is the view in front, or right behind a dialog."""
        stack = self.app.screen_stack
        views = [screen for screen in stack if isinstance(screen, View)]
        return bool(views) and views[-1] is self

    def copy(self, text: str) -> None:
        """Put text on the clipboard of the operator's terminal."""
        host(self).keeping.copy(text)

    def meant_route(self) -> str:
        """Return the route that an order given here is about, "" for none."""
        return ""

    def sheet(self) -> Sheet | Paper | None:
        """Return the view as an export has it; None: only a picture can be had."""
        return None

    def action_export(self) -> None:
        """Write what is on the screen into a file."""
        sheet = self.sheet()
        host(self).keeping.ask(sheet, self.TITLE_WORDS if sheet is None else sheet.title)

    async def action_escape(self) -> None:
        """Leave the view; the last one stays, so that Esc never quits."""
        if self.app.check_action("back", ()):
            await host(self).action_back()
