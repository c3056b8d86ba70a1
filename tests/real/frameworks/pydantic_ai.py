"""Pydantic AI with a model of ours: one tool call, then the answer."""

from __future__ import annotations

from pydantic_ai import Agent, FunctionToolset
from pydantic_ai.messages import ModelMessage, ModelResponse, TextPart, ToolCallPart, ToolReturnPart
from pydantic_ai.models.function import AgentInfo, FunctionModel

from console.agent import RoutePaused
from console.agent.adapters.pydantic_ai import BrakedToolset, check_start
from tests.real.frameworks.stage import Seen, brake

SEEN = Seen([], [])


def model(messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
    """Ask for the tool once, and end."""
    SEEN.asked.append("model")
    last = messages[-1].parts[-1]
    if isinstance(last, ToolReturnPart):
        return ModelResponse(parts=[TextPart(str(last.content))])
    return ModelResponse(parts=[ToolCallPart("shell", {})])


def shell() -> str:
    """Leave a mark."""
    SEEN.called.append("shell")
    return "done"


one = brake()
agent = Agent(FunctionModel(model), toolsets=[BrakedToolset(FunctionToolset([shell]), one)])
try:
    check_start(one)
    SEEN.report(agent.run_sync("go").output)
except RoutePaused as paused:
    SEEN.report(paused)
