"""LangChain and LangGraph (1.x): a middleware for `create_agent`.

    brake = Brake(guard, log, run="r-1")
    agent = create_agent(model, tools=[send], middleware=[BrakeMiddleware(brake)])

A start that is refused ends the run with a message before the model is asked; a tool that is
refused is not called, and the model reads why. A middleware that fails ends the run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from langchain.agents.middleware import AgentMiddleware, hook_config
from langchain_core.messages import AIMessage, ToolMessage

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from .brake import Brake


class BrakeMiddleware(AgentMiddleware[Any, Any]):
    """Asks the brake before the agent starts and before every tool."""

    def __init__(self, brake: Brake) -> None:
        super().__init__()
        self._brake = brake

    @hook_config(can_jump_to=["end"])
    def before_agent(self, state: Any, runtime: Any) -> dict[str, Any] | None:
        """End the run with the reason while the route lets none start."""
        del state, runtime
        reason = self._brake.start()
        if not reason:
            return None
        return {"jump_to": "end", "messages": [AIMessage(content=reason)]}

    @hook_config(can_jump_to=["end"])
    async def abefore_agent(self, state: Any, runtime: Any) -> dict[str, Any] | None:
        """Do the same in asyncio."""
        ended: dict[str, Any] | None = self.before_agent(state, runtime)
        return ended

    def wrap_tool_call(self, request: Any, handler: Callable[[Any], Any]) -> Any:
        """Call a tool, or answer with the reason why not."""
        return self._refusal(request) or handler(request)

    async def awrap_tool_call(self, request: Any, handler: Callable[[Any], Awaitable[Any]]) -> Any:
        """Do the same in asyncio."""
        return self._refusal(request) or await handler(request)

    def _refusal(self, request: Any) -> ToolMessage | None:
        call = request.tool_call
        reason = self._brake.action(call["name"])
        if not reason:
            return None
        return ToolMessage(
            content=reason, tool_call_id=call["id"], name=call["name"], status="error"
        )
