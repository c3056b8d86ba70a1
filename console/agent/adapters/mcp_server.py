"""MCP servers (the Python SDK, 2.x): the brake on the server's side, before every tool.

    server = MCPServer("refunds")

    @server.tool()
    @braked(Brake(guard, log, "r-1"))
    def send(order: str) -> str: ...

A call that is refused is answered as an error with the reason; a plain exception would hide it. A
server sees actions, and not runs: starts are for the agent to ask about.
"""

from __future__ import annotations

import functools
import inspect
from typing import TYPE_CHECKING, Any

from mcp.server.mcpserver.exceptions import ToolError

if TYPE_CHECKING:
    from collections.abc import Callable

    from .brake import Brake


def braked(brake: Brake, action: str = "") -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Return a decorator for a tool: `action` is its name for the brake, by default its own."""

    def wrap(tool: Callable[..., Any]) -> Callable[..., Any]:
        name = action or tool.__name__

        def ask() -> None:
            reason = brake.action(name)
            if reason:
                raise ToolError(reason)

        if inspect.iscoroutinefunction(tool):

            @functools.wraps(tool)
            async def called(*given: Any, **named: Any) -> Any:
                ask()
                return await tool(*given, **named)

            return called

        @functools.wraps(tool)
        def direct(*given: Any, **named: Any) -> Any:
            ask()
            return tool(*given, **named)

        return direct

    return wrap
