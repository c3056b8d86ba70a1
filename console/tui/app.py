"""The console as an application: one feed in, one frame out, and everything drawn from it.

A worker asks the feed for a snapshot, a message brings it back, and one reactive is set. Screens
and widgets derive from that frame; none of them asks the feed or computes a number.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import App
from textual.binding import Binding, BindingType
from textual.reactive import reactive

from console.model import SECOND_US
from console.tui import theme
from console.tui.commands import PROVIDERS
from console.tui.desk import Desk
from console.tui.errands import Errands
from console.tui.figures import times
from console.tui.figures.glyphs import ASCII, UNICODE
from console.tui.frame import Frame
from console.tui.herald import Herald
from console.tui.journal import Journal
from console.tui.keeping import Keeping, NoFiles
from console.tui.pages import pages_for
from console.tui.rebound import Rebound
from console.tui.render.look import Look
from console.tui.render.masthead import Badges
from console.tui.screens.help import HelpScreen
from console.tui.screens.journal import JournalScreen
from console.tui.screens.route import RouteScreen
from console.tui.time_keys import TIME_KEYS, TimeActions
from console.tui.travel import Travel
from console.tui.views import VIEW_KEYS, VIEWS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import tzinfo

    from textual.app import SystemCommand
    from textual.notifications import Notify
    from textual.screen import Screen

    from console.tui import messages
    from console.tui.feed import Feed
    from console.tui.keeping import Files

_LATE_S, _LATEST_S = 5.0, 60.0


class ConsoleApp(TimeActions, Rebound, inherit_bindings=False):
    """Keys that work everywhere."""

    CSS_PATH: ClassVar[Any] = ["app.tcss", "screens/view.tcss", "screens/dialog.tcss"]
    DEFAULT_MODE = "fleet"
    MODES: ClassVar[dict[str, Any]] = {**VIEWS}
    COMMANDS: ClassVar[set[Any]] = App.COMMANDS | PROVIDERS
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark", "help", "Help", key_display="?", id="app.help"),
        Binding("space", "hold", "Hold", id="app.hold"),
        Binding("q", "back", "Back", id="app.back"),
        *VIEW_KEYS,
        Binding("M", "journal", "Journal", show=False, id="app.journal"),
        Binding("x", "lens", "Charged or experienced", show=False, id="app.lens"),
        Binding("ctrl+p", "command_palette", "Commands", show=False, id="app.palette"),
        Binding("ctrl+r,f5", "refresh_now", "Refresh", show=False, id="app.refresh"),
        *TIME_KEYS,
        Binding("T", "next_theme", "Next theme", show=False, id="app.theme"),
        Binding("ctrl+q", "quit", "Quit", show=False, priority=True, id="app.quit"),
        Binding(
            "ctrl+c", "help_quit", "How to quit", show=False, system=True, id="app.how_to_quit"
        ),
    ]
    frame: reactive[Frame] = reactive(Frame(), always_update=True)

    def __init__(
        self,
        feed: Feed,
        *,
        operator: str,
        read_only: bool = False,
        label: str = "",
        ascii_only: bool = False,
        poll_s: float = 0.5,
        banner: str | Callable[[], str] = "",
        awaited: Callable[[], bool] = lambda: False,
        bell: bool = True,
        keys: Mapping[str, str] | None = None,
        zone: tzinfo | None = None,
        theme: str = "",
        animations: bool = True,
        files: Files | None = None,
        pace: Callable[[float], None] | None = None,
        clock: Callable[[], int] = times.wall_clock_us,
    ) -> None:
        # With colours taken as they are, NO_COLOR removes them; else Textual would only grey them.
        super().__init__(ansi_color=True if "NO_COLOR" in os.environ else None)
        self.operator = operator
        self._read_only = read_only
        self.badges = Badges(label, read_only)
        self.ascii_only = ascii_only
        self.glyphs = ASCII if ascii_only else UNICODE
        self.banner = banner if callable(banner) else lambda: banner
        self.awaited = awaited
        self._theme, self.pace = theme, pace
        self.animation_level = self.animation_level if animations else "none"
        self.journal = Journal()
        self.herald = Herald(self, aloud=bell)
        self.zone = zone
        self.travel = Travel(self)
        self.errands = Errands(self, feed)
        self.desk = Desk(self, clock)
        self.keeping = Keeping(self, files or NoFiles())
        self._poll_s, self._clock = poll_s, clock
        self.own_keys = dict(keys or {})
        late_us = int(min(max(_LATE_S, 4 * poll_s), _LATEST_S) * SECOND_US)
        first = Frame(wall_us=clock(), started_us=clock(), late_us=late_us)
        self.set_reactive(ConsoleApp.frame, first)

    @property
    def read_only(self) -> bool:
        """Whether nothing may be changed: the console was started so, or shows the past."""
        return self._read_only or self.frame.past is not None

    def on_unmount(self) -> None:
        """Give the terminal its title back, and remember the session."""
        self.herald.leave()
        self.keeping.save(self.current_mode)

    def on_load(self) -> None:
        """Dress, before anything is there whose style sheets would be read once more for it."""
        theme.dress(self, self._theme or self.keeping.theme)

    async def on_mount(self) -> None:
        """Start to follow the feed, where the last session ended."""
        self.rebind(type(self))
        await self.keeping.resume()
        self.errands.follow(self._poll_s)
        self.set_interval(1.0, self.tick)

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Offer what has no key of ours: the theme, and a picture of the screen."""
        wanted = ("Theme", "Screenshot")
        yield from (each for each in super().get_system_commands(screen) if each.title in wanted)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        """Give every theme, also a foreign one, the colours of the tones."""
        return theme.variables(self.current_theme.dark)

    def get_key_display(self, binding: Binding) -> str:
        """Return how a key is shown; in words where arrows are not to be had."""
        in_words = self.ascii_only and not binding.key_display
        return binding.key.replace("ctrl+", "^") if in_words else super().get_key_display(binding)

    def look(self, frame: Frame) -> Look:
        """Return what renderers need beside the data of a frame."""
        return Look(self.glyphs, self.zone, frame.shown.as_of_us if frame.shown else frame.wall_us)

    def tick(self) -> None:
        """Move the clock on."""
        self.frame = self.frame.ticked(self._clock())

    def on_snapshot_fetched(self, message: messages.SnapshotFetched) -> None:
        """Draw what the feed answered."""
        if self.frame.trouble:
            self.note("The store answers again.")
        self.errands.brought(message)
        self.frame = self.frame.arrived(message.snapshot, self._clock())
        self.herald.look(message.snapshot)

    def on_past_fetched(self, message: messages.PastFetched) -> None:
        """Draw how it was."""
        self.travel.fetched(message)

    def on_feed_failed(self, message: messages.FeedFailed) -> None:
        """Say that the feed did not answer; the last picture stays, marked by its age."""
        self.note(message.sentence, "error")
        self.frame = self.frame.failed(message.sentence, self._clock())

    def note(self, text: str, gravity: str = "information") -> None:
        """Put something into the journal."""
        self.journal.add(text, gravity, self._clock())

    def on_notify(self, event: Notify) -> None:
        """Keep in the journal what a toast says."""
        self.note(event.notification.message, event.notification.severity)

    def open_route(self, route: str) -> None:
        """Go into a route."""
        if not (isinstance(self.screen, RouteScreen) and self.screen.route == route):
            self.push_screen(RouteScreen(route))

    def on_ordered(self, message: messages.Ordered) -> None:
        """Follow an order that was given."""
        self.desk.ordered(message, self._clock())

    def on_answered(self, message: messages.Answered) -> None:
        """Say what became of an answer to an alert or a request."""
        self.desk.answered(message)

    def on_kept(self, message: messages.Kept) -> None:
        """Say where a file is."""
        self.keeping.kept(message)

    async def action_back(self) -> None:
        """Leave the screen in front, or a view for the fleet."""
        if len(self.screen_stack) > 1:
            await self.pop_screen()
        else:
            await self.switch_mode(self.DEFAULT_MODE)

    async def action_view(self, mode: str) -> None:
        """Show the fleet, the alerts or another view itself, whatever was opened from it."""
        await self.switch_mode(mode)
        while len(self.screen_stack) > 1:
            await self.pop_screen()

    def action_hold(self) -> None:
        """Stop the display, or let it go on. Nothing else stops."""
        self.frame = self.frame.held(self._clock())

    def action_lens(self) -> None:
        """Show budgets as experienced, or as charged again."""
        self.frame = self.frame.switched()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Offer what moves the console in time, and the way back, where it makes sense."""
        if action == "back":
            return len(self.screen_stack) > 1 or self.current_mode != self.DEFAULT_MODE
        offered = self.time_action_offered(action, self.focused)
        return super().check_action(action, parameters) if offered is None else offered

    def action_next_theme(self) -> None:
        """Put the next of our themes on."""
        self.theme = theme.after(self.theme)

    def action_refresh_now(self) -> None:
        """Ask the feed now."""
        self.errands.snapshot()

    def action_journal(self) -> None:
        """Show what the console said in this session."""
        if not isinstance(self.screen, JournalScreen):
            self.push_screen(JournalScreen())

    def action_help(self) -> None:
        """Show every key, those of the screen in front first."""
        self.push_screen(HelpScreen(pages_for(type(self.screen), ConsoleApp)))
