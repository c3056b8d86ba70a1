"""Pydantic AI (2.x): a toolset around the agent's tools, and a check before the run.

    brake = Brake(guard, log, run="r-1")
    agent = Agent(model, toolsets=[BrakedToolset(FunctionToolset([send]), brake)])
    check_start(brake)
    agent.run_sync("refund order 17")

Tools registered by `@agent.tool` are outside any toolset: give them as a `FunctionToolset`. A tool
that is refused is not called, and the model reads why.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic_ai.toolsets import WrapperToolset

if TYPE_CHECKING:
    from .brake import Brake


def check_start(brake: Brake, run: str = "") -> None:
    """Raise the guard's own `RoutePaused` while the route lets no run start."""
    brake.guard.check_start(run)


@dataclass
class BrakedToolset(WrapperToolset[Any]):
    """A toolset that asks the brake before every call."""

    brake: Brake

    async def call_tool(self, name: str, tool_args: dict[str, Any], ctx: Any, tool: Any) -> Any:
        """Call a tool, or answer with the reason why not."""
        reason = self.brake.action(name)
        if reason:
            return reason
        return await super().call_tool(name, tool_args, ctx, tool)
