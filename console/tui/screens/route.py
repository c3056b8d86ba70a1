"""One route: the five questions of an operator answered in order, then the latest misses."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll

from console.snapshot.types import MissView
from console.tui.export import Sheet
from console.tui.figures.spans import Line, Tone, line, rows_of
from console.tui.host import host
from console.tui.messages import MissesFetched
from console.tui.render import answers, burn, empty, misses, orders
from console.tui.render.alerts import urgency
from console.tui.render.grid import layout, row
from console.tui.render.look import Detail
from console.tui.screens.evidence import EvidenceScreen
from console.tui.screens.route_review import RouteReviewScreen
from console.tui.screens.view import View
from console.tui.wanted import Wanted
from console.tui.widgets.answer_block import AnswerBlock
from console.tui.widgets.cursor_list import CursorList
from console.tui.widgets.prose import Prose

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from console.snapshot.types import RouteView, Snapshot
    from console.tui.frame import Frame
    from console.tui.render.look import Look

MISSES_SHOWN = 100
_CURVE_HIGH = 12
_CURVE_LOW = 5
_WORDS = 3


class RouteScreen(View):
    """Everything about one route; `a` acts on it, Enter on a miss shows its evidence."""

    CSS_PATH = "route.tcss"
    ABOUT = (
        "What counts as a trusted outcome, which misses consume the budget, how fast it burns,"
        " who owns the intervention, what is frozen. Each state stands beside its numbers."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "act", "Act", id="route.act"),
        Binding("A", "acknowledge", "Ack", tooltip="Acknowledge", id="route.acknowledge"),
        Binding(
            "ctrl+y", "accept", "Accept", tooltip="Do what the ladder proposes", id="route.accept"
        ),
        Binding("w", "review", "Review", tooltip="Its review", show=False, id="route.review"),
        Binding(
            "J,shift+down", "scroll(3)", "Scroll", tooltip="Scroll down", id="route.scroll_down"
        ),
        Binding("K,shift+up", "scroll(-3)", "Scroll up", show=False, id="route.scroll_up"),
    ]

    def __init__(self, route: str) -> None:
        super().__init__()
        self.route = route
        self.charged: Wanted = Wanted(route, MISSES_SHOWN)
        self._listed: object = None
        self._drawn: Snapshot | None = None
        self._drawn_at: tuple[object, object] = ((), ())

    def body(self) -> ComposeResult:
        """Compose the headline, five answers, and the list of misses."""
        yield Prose(id="headline")
        yield Prose(id="warning", hide_empty=True)
        with VerticalScroll(id="answers", can_focus=False):
            for number in range(1, 6):
                yield AnswerBlock(number)
        with Vertical(id="misses") as block:
            block.border_title = "latest misses"
            marker = host(self).glyphs.cursor
            yield CursorList(misses.key_of, self._draw_miss, marker, id="list")
            yield Prose(id="no-misses", hide_empty=True)

    def draw(self, frame: Frame, look: Look) -> None:
        """Show the route as it is in the frame; draw anew only what is new."""
        if frame.shown is None:
            self._absent(empty.waiting(frame))
            return
        if self.charged.ask(frame.shown):
            host(self).errands.misses(self, self.charged)
        self._show(frame.shown, look)

    def _show(self, snapshot: Snapshot, look: Look) -> None:
        self._list()
        sizes = (self.size, self.query_one("#answers").size)
        if self._drawn is snapshot and self._drawn_at == sizes:
            return
        self._drawn, self._drawn_at = snapshot, sizes
        view = snapshot.route(self.route)
        if view is None:
            self._absent(empty.route_gone(self.route))
        else:
            self._answer(view, look)

    def _absent(self, lines: list[Line]) -> None:
        self.query_one("#headline", Prose).show(lines)
        self.add_class("-absent")

    def _answer(self, view: RouteView, look: Look) -> None:
        """Show the five answers in their order."""
        self.remove_class("-absent")
        width = self.size.width - 6
        self.query_one("#headline", Prose).show([answers.headline(view, look)])
        warning = answers.data_warning(view, look)
        self.query_one("#warning", Prose).show([warning] if warning else [])
        detail = Detail.of(self.size.height)
        blocks = [
            answers.outcome(view, look, detail),
            answers.misses(view, look, width, detail),
            burn.rules(view, look, width, detail),
            answers.owner(view, look, width, detail),
            orders.orders(view, look, width if detail is Detail.BRIEF else None),
        ]
        room = self.query_one("#answers").size.height - self._taken(blocks, width)
        if room < 0 and detail is Detail.BRIEF:
            blocks[2] = burn.gist(view)
            blocks[3] = answers.owner(view, look, width, detail, 1)
            room = self.query_one("#answers").size.height - self._taken(blocks, width)
        self._add_chart(blocks, view, look, (width, room))
        for number, lines in enumerate(blocks, start=1):
            block = self.query_one(f"#answer-{number}", AnswerBlock)
            block.show(answers.question(view, number), lines)

    def _taken(self, blocks: list[list[Line]], width: int) -> int:
        """Return how many rows the answers take, each with its question."""
        return sum(1 + rows_of(block, width) for block in blocks)

    def _add_chart(
        self, blocks: list[list[Line]], view: RouteView, look: Look, size: tuple[int, int]
    ) -> None:
        """Add the curve to the burn where there is room for it, else below everything."""
        width, room = size
        room -= 2 if view.marks else 1
        if room >= _CURVE_LOW:
            # The curve first; the words of its marks in what it leaves.
            high = max(_CURVE_LOW, min(room - min(len(view.marks), _WORDS), _CURVE_HIGH))
            blocks[2] += burn.chart(view, look, (width, high))
            blocks[2] += burn.happened(view, look, (width, room - high))
        else:
            blocks[4] += burn.chart(view, look, (width, _CURVE_LOW))
            blocks[4] += burn.happened(view, look, (width, _WORDS))

    def on_misses_fetched(self, message: MissesFetched) -> None:
        """Show the misses that came in."""
        self.charged.came(message.misses, message.trouble)
        if not self.still_open:
            self.charged.again()
            return
        self._list()
        self.call_after_refresh(self._show_fetched)

    def _show_fetched(self) -> None:
        """Draw without asking again: an error must not be asked about at once, but later."""
        frame = self.through_lens(host(self).frame)
        if self.still_open and frame.shown is not None:
            self._show(frame.shown, host(self).look(frame))

    def _list(self) -> None:
        """Show the misses, where they are others than before."""
        found = (self.charged.found, self.charged.waiting, self.charged.trouble)
        if found != self._listed:
            self._listed = found
            self.cursor_list.show(self.charged.found)
            self.query_one("#no-misses", Prose).show(
                [] if found[0] else empty.no_misses(*found[1:])
            )

    def sheet(self) -> Sheet:
        """Return the latest misses of the route."""
        names = ("route", "run", "class", "at_us", "rule", "correction")
        rows = tuple(
            (each.route, each.run, each.error_class, each.at_us, each.rule, each.correction)
            for each in self.charged.found
        )
        return Sheet(f"Misses of {self.route}", names, rows)

    @property
    def cursor_list(self) -> CursorList[MissView]:
        """The list of misses."""
        return self.query_one("#list", CursorList)

    def _draw_miss(self, miss: MissView, width: int) -> Line:
        look = host(self).look(host(self).frame)
        grid = layout(misses.COLUMNS, width)
        cells = row(grid, lambda column, room: column.draw(miss, look, room), look.glyphs.ellipsis)
        return cells if miss.error_class else line(("", Tone.PLAIN))

    @on(CursorList.Opened)
    def opened(self) -> None:
        """Show the evidence of the miss under the cursor."""
        if self.cursor_list.cursor_row is not None:
            self.app.push_screen(EvidenceScreen(self.cursor_list.cursor_row))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Grey the verbs out where the console may not act."""
        if action == "accept" and not self._proposed():
            return False
        if action in ("act", "acknowledge", "accept") and host(self).read_only:
            return None
        return super().check_action(action, parameters)

    def meant_route(self) -> str:
        """Return the route that an order given here is about."""
        return self.route

    def action_act(self) -> None:
        """Open the menu of orders for this route."""
        if self.meant_route():
            host(self).desk.act_on(self.meant_route())

    def _proposed(self) -> bool:
        live = host(self).frame.live
        view = live.route(self.route) if live else None
        return view is not None and bool(view.proposals)

    def action_accept(self) -> None:
        """Carry out the strictest thing that the ladder proposes, as an order of yours."""
        host(self).desk.accept(self.route)

    def action_acknowledge(self) -> None:
        """Take ownership of the most urgent alert of this route."""
        shown = host(self).frame.shown
        view = shown.route(self.route) if shown else None
        urgent = sorted(view.alerts, key=urgency) if view else []
        if urgent:
            host(self).desk.take(urgent[0])
        else:
            self.notify("No alert is open on this route.", markup=False)

    def action_review(self) -> None:
        """Show the review of this route."""
        self.app.push_screen(RouteReviewScreen(self.route))

    def action_scroll(self, by: int) -> None:
        """Scroll the answers."""
        self.query_one("#answers", VerticalScroll).scroll_relative(y=by, animate=False)
