"""The command palette: every action that a key has, and a way to any route."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from console.text import clean
from console.tui.host import host

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

_IN_PALETTE = "app.palette"


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
