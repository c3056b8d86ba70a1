"""Help, made from the bindings themselves, so that it can neither lag behind nor leave one out."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import ModalScreen

from console.tui.figures.spans import Line, Tone, line
from console.tui.host import host
from console.tui.widgets.prose import Prose

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual.app import ComposeResult
    from textual.dom import DOMNode

_KEYS_WIDTH, _WORDS_WIDTH = 16, 28
"""In cells; no key's words are longer, and with an id beside them a line fits into 80."""
_FILTER = (
    "Filter: words must be in a visible field; owner:name in that field; !word not; burn>6,"
    ' left<25%, tier>=high compare; "two words" keeps them together.'
)


class HelpScreen(ModalScreen[None]):
    """Every key, by the screen it works on; that of the screen in front comes first."""

    CSS_PATH = "help.tcss"
    ABOUT = "This page."
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,question_mark", "leave", "Back", id="help.leave"),
        Binding("j,down", "scroll(1)", "Down", show=False, id="help.down"),
        Binding("k,up", "scroll(-1)", "Up", show=False, id="help.up"),
        Binding("pagedown,space", "scroll(12)", "Page down", show=False, id="help.page_down"),
        Binding("pageup", "scroll(-12)", "Page up", show=False, id="help.page_up"),
        Binding("ctrl+q", "app.quit", "Quit", show=False, priority=True, id="help.quit"),
    ]

    def __init__(self, pages: Mapping[type[DOMNode], str]) -> None:
        super().__init__()
        self._pages = dict(pages)

    def compose(self) -> ComposeResult:
        """Compose one page that scrolls."""
        with VerticalScroll(id="box", can_focus=False):
            yield Prose(id="help")

    def on_mount(self) -> None:
        """Write the page."""
        self.set_class(host(self).ascii_only, "-ascii")
        lines = [line(("Keys", Tone.HEADING), (", esc leaves", Tone.MUTED))]
        for page, title in self._pages.items():
            lines += self._section(page, title)
        lines += [(), line(_FILTER)]
        self.query_one("#help", Prose).show(lines)

    def _section(self, page: type[DOMNode], title: str) -> list[Line]:
        about = str(page.__dict__.get("ABOUT", ""))
        bindings = own_bindings(page)
        if not bindings and not about:
            return []
        lines: list[Line] = [(), line((title, Tone.HEADING))]
        if about:
            lines.append(line((about, Tone.MUTED)))
        return lines + [self._binding(each) for each in bindings]

    def _binding(self, binding: Binding) -> Line:
        keys = host(self).keys_of(binding)
        return line(
            (f"  {keys:<{_KEYS_WIDTH}}", Tone.KEY),
            f"{binding.tooltip or binding.description:<{_WORDS_WIDTH}}  ",
            (binding.id or "", Tone.MUTED),
        )

    def action_scroll(self, by: int) -> None:
        """Scroll the page."""
        self.query_one("#box", VerticalScroll).scroll_relative(y=by, animate=False)

    def action_leave(self) -> None:
        """Go back."""
        self.dismiss(None)


def own_bindings(node: type[DOMNode]) -> list[Binding]:
    """Return the bindings that a class itself declares."""
    declared = node.__dict__.get("BINDINGS", ())
    return [each for each in declared if isinstance(each, Binding)]
