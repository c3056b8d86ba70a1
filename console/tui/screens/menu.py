"""The menu of orders for a route: explicit verbs, no toggles, nothing happens from it alone.

A letter that names no order here is said to, and what is typed close behind it is not taken: a
sentence typed blind chooses nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, NamedTuple

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen

from console.tui.draft import NOTHING, relaxable
from console.tui.feed import RELAXING, Verb
from console.tui.figures.spans import Line, Tone, line
from console.tui.host import host
from console.tui.widgets.cursor_list import CursorList
from console.tui.widgets.prose import Prose

if TYPE_CHECKING:
    from textual import events
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
    Entry("s", "stepdown", "step down", "turn a pause into one run per process"),
    Entry("l", "lift", "lift", "end an order that stands"),
)


def entries(view: RouteView) -> tuple[Entry, ...]:
    """Return the orders of the menu for a route, each with whether there is a use for it."""
    return tuple(
        each._replace(useful=each.verb not in RELAXING or bool(relaxable(each.verb, view)))
        for each in _ENTRIES
        if each.verb != "accept" or view.proposals
    )


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
        self._entries = entries(view)
        self.strayed = False
        """Whether something was typed into it that names no order here."""

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
        self._hint()
        if host(self).desk.typed.going_on:
            self._stray("Typed ahead")
        menu = self.query_one("#list", CursorList)
        menu.show(self._entries)
        menu.focus()

    def _hint(self, problem: str = "") -> None:
        hint = line(("a letter", Tone.KEY), " opens its dialog, ", ("esc", Tone.KEY), " leaves")
        lines = [line((problem, Tone.ALARM)), hint] if problem else [hint]
        self.query_one("#menu-hint", Prose).show(lines)

    def _stray(self, what: str) -> None:
        """Say that something was typed which names no order, and that no more of it is taken."""
        self.strayed = True
        host(self).desk.typed.add()
        self._hint(f"{what}: nothing is ordered. Keys are taken again after a pause.")

    def on_key(self, event: events.Key) -> None:
        """Take no letter of a sentence that is typed blind for an order."""
        if event.key == "escape":
            return
        if host(self).desk.typed.going_on:
            self._stray("Typed ahead")
            event.stop()
        elif event.is_printable and event.key not in self.active_bindings:
            self._stray("No such order")

    def _draw(self, entry: Entry, _width: int) -> Line:
        effect = entry.effect if entry.useful else NOTHING[entry.verb]
        name = (f"{entry.name:<11}", Tone.STRONG if entry.useful else Tone.MUTED)
        return line((f"{entry.key}  ", Tone.KEY), name, (effect, Tone.MUTED))

    @on(CursorList.Opened)
    def opened(self, event: CursorList.Opened) -> None:
        """Go on with the order under the cursor."""
        chosen = next(each for each in self._entries if each.verb == event.key)
        self.action_choose(chosen.verb)

    def action_choose(self, verb: Verb) -> None:
        """Go on with an order, or say why there is no use for it."""
        if any(each.verb == verb and each.useful for each in self._entries):
            self.dismiss(verb)
            return
        self.strayed = True
        host(self).desk.typed.add()
        self._hint(NOTHING[verb])

    def action_leave(self) -> None:
        """Leave without an order."""
        self.dismiss(None)
