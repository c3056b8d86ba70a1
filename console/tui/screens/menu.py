"""The menu of orders for a route: explicit verbs, no toggles, nothing happens from it alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from console.tui.draft import relaxable
from console.tui.feed import RELAXING, Verb
from console.tui.figures.spans import Line, Tone, line
from console.tui.host import host
from console.tui.widgets.cursor_list import CursorList
from console.tui.widgets.prose import Prose

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from console.snapshot.types import RouteView


class Entry(NamedTuple):
    """One order of the menu: its key, name, what it does, and whether there is a use for it."""

    key: str
    verb: Verb
    name: str
    effect: str
    useful: bool = True


_ENTRIES = (
    Entry("y", "accept", "accept", "carry out what the ladder proposes"),
    Entry("f", "freeze", "freeze", "no change may be deployed; runs go on"),
    Entry("t", "tighten", "tighten", "named actions need a human grant"),
    Entry("r", "reduce", "reduce", "only named actions, or few runs at once"),
    Entry("p", "pause", "pause", "no new run starts"),
    Entry("s", "stepdown", "step down", "turn a pause into one run at a time"),
    Entry("l", "lift", "lift", "end an order that stands"),
)


def _useful(verb: Verb, view: RouteView) -> bool:
    return verb not in RELAXING or bool(relaxable(verb, view))


class ActionMenu(ModalScreen[Verb | None]):
    """Which order? A letter or Enter goes on to its dialog."""

    CSS_PATH = "menu.tcss"
    ABOUT = "The orders that can be given to a route. Each opens a dialog; none acts by itself."
    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            Binding(
                each.key, f"choose('{each.verb}')", each.name.capitalize(), id=f"menu.{each.verb}"
            )
            for each in _ENTRIES
        ),
        Binding("escape,q", "leave", "Back", id="menu.leave"),
        Binding("ctrl+q", "app.quit", "Quit", show=False, priority=True, id="menu.quit"),
    ]

    def __init__(self, view: RouteView) -> None:
        super().__init__()
        self._view = view
        self._entries = tuple(
            each._replace(useful=_useful(each.verb, view))
            for each in _ENTRIES
            if each.verb != "accept" or view.proposals
        )

    def compose(self) -> ComposeResult:
        """Show the route and its state over the orders."""
        with Vertical(id="box"):
            yield Prose(id="menu-title")
            marker = host(self).glyphs.cursor
            yield CursorList(lambda entry: entry.verb, self._draw, marker, id="list")
            yield Prose(id="menu-hint")

    def on_mount(self) -> None:
        """Fill the menu."""
        self.set_class(host(self).ascii_only, "-ascii")
        state = self._view.state.value
        title = line("Order for ", (self._view.route, Tone.STRONG), f", now {state}")
        self.query_one("#menu-title", Prose).show([title])
        hint = line(("a letter", Tone.KEY), " opens its dialog, ", ("esc", Tone.KEY), " leaves")
        self.query_one("#menu-hint", Prose).show([hint])
        menu = self.query_one("#list", CursorList)
        menu.show(self._entries)
        menu.focus()

    def _draw(self, entry: Entry, _width: int) -> Line:
        effect = entry.effect if entry.useful else "nothing stands that it could relax"
        name = (f"{entry.name:<11}", Tone.STRONG if entry.useful else Tone.MUTED)
        return line((f"{entry.key}  ", Tone.KEY), name, (effect, Tone.MUTED))

    @on(CursorList.Opened)
    def opened(self, event: CursorList.Opened) -> None:
        """Go on with the order under the cursor."""
        chosen = next(each for each in self._entries if each.verb == event.key)
        self.action_choose(chosen.verb)

    def action_choose(self, verb: Verb) -> None:
        """Go on with an order, if there is a use for it."""
        if any(each.verb == verb and each.useful for each in self._entries):
            self.dismiss(verb)

    def action_leave(self) -> None:
        """Leave without an order."""
        self.dismiss(None)
