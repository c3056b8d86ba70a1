"""The command palette: every action by name, possible here or not, and a way to any route."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from console.text import clean
from console.tui.feed import RELAXING
from console.tui.host import host
from console.tui.pages import PAGES
from console.tui.screens.help import own_bindings
from console.tui.screens.menu import entries
from console.tui.screens.view import View

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    from console.tui.screens.menu import Entry

_IN_PALETTE = "app.palette"
_GREY = "dim"
_BY_SHELL = {
    "correct what is charged": "a review proposes it (7, then y); in a shell: burnline correct",
    "log a rescue": "in a shell: burnline rescue",
    "mark a handoff as preventable": "in a shell: burnline preventable",
    "accept looser settings": "in a shell: burnline accept-settings",
}
"""What operators look for by name that no key does."""


class ActionCommands(Provider):
    """Every action that is possible on the screen in front."""

    def _actions(self) -> Iterator[tuple[str, str, Callable[[], Any]]]:
        seen: set[str] = set()
        for node, binding, enabled, _ in self.screen.active_bindings.values():
            wanted = binding.id and binding.id not in seen and binding.id != _IN_PALETTE
            if not enabled or not binding.description or not wanted:
                continue
            seen.add(binding.id or "")
            keys = host(self.screen).keys_of(binding)

            async def run(action: str = binding.action, where: Any = node) -> None:
                await self.app.run_action(action, where)

            yield binding.description, keys, run

    async def discover(self) -> Hits:
        """List all actions."""
        for name, keys, run in self._actions():
            yield DiscoveryHit(Content(f"{name}  ({keys})"), run, text=name)

    async def search(self, query: str) -> Hits:
        """List the actions that match what is typed."""
        matcher = self.matcher(query)
        for name, keys, run in self._actions():
            score = matcher.match(name)
            if score > 0:
                yield Hit(score, Content(f"{name}  ({keys})"), run, text=name)


class OrderCommands(Provider):
    """Every order by its name, for the route that is meant where the palette was opened."""

    async def search(self, query: str) -> Hits:
        """List the orders whose name matches what is typed; grey where there is no use for one."""
        app, matcher = host(self.screen), self.matcher(query)
        route = self.screen.meant_route() if isinstance(self.screen, View) else ""
        live = app.frame.live
        view = live.route(route) if live else None
        if view is None or app.read_only:
            return
        for entry in entries(view):
            score = matcher.match(entry.name)
            if score > 0:
                yield Hit(score, *self._shown(entry, route), text=entry.name)

    def _shown(self, entry: Entry, route: str) -> tuple[Content, Callable[[], Any]]:
        def go() -> None:
            host(self.screen).desk.open(route, entry.verb)

        words = f"{entry.name} {route}  (a {entry.key})"
        if entry.useful:
            return Content(clean(words)), go
        none = "nothing stands that it could relax" if entry.verb in RELAXING else "not proposed"
        return Content.styled(clean(f"{words}: {none}"), _GREY), go


class ElsewhereCommands(Provider):
    """What is not possible on the screen in front: where it is, and by which key."""

    def _elsewhere(self) -> Iterator[tuple[str, str]]:
        here = {each.binding.id for each in self.screen.active_bindings.values() if each.enabled}
        if not host(self.screen).read_only:
            for page, title in PAGES.items():
                shown = own_bindings(page) if issubclass(page, View) else []
                for each in shown:
                    if each.id not in here:
                        here.add(each.id)
                        where = f"{host(self.screen).keys_of(each)} on: {title}"
                        yield each.tooltip or each.description, where
            yield from _BY_SHELL.items()

    async def search(self, query: str) -> Hits:
        """List, in grey, what is done elsewhere; chosen, it says where."""
        matcher = self.matcher(query)
        for name, where in self._elsewhere():
            score = matcher.match(name)
            if score > 0:

                def tell(words: str = f"{name}: {where}.") -> None:
                    self.app.notify(clean(words), markup=False)

                shown = Content.styled(clean(f"{name}  (not here: {where})"), _GREY)
                yield Hit(score / 2, shown, tell, text=name)


class RouteCommands(Provider):
    """A way to any route, by name."""

    def _routes(self) -> Iterator[tuple[str, Callable[[], Any]]]:
        app = host(self.screen)
        snapshot = app.frame.shown
        for view in snapshot.routes if snapshot else ():

            def go(route: str = view.route) -> None:
                app.open_route(route)

            yield view.route, go

    async def search(self, query: str) -> Hits:
        """List the routes whose name matches what is typed."""
        matcher = self.matcher(query)
        for route, go in self._routes():
            name = clean(f"go to route {route}")
            score = matcher.match(name)
            if score > 0:
                yield Hit(score, Content(name), go, text=name)


PROVIDERS: set[type[Provider]] = {
    ActionCommands,
    OrderCommands,
    ElsewhereCommands,
    RouteCommands,
}
"""All that the palette offers."""
