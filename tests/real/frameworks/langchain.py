"""LangChain's agent with a model of ours: one tool call, then the answer."""

from __future__ import annotations

from typing import Any

from langchain.agents import create_agent
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, ToolMessage
from langchain_core.outputs import ChatGeneration, ChatResult

from console.agent.adapters.langchain import BrakeMiddleware
from tests.real.frameworks.stage import Seen, brake

SEEN = Seen([], [])


class Fake(BaseChatModel):
    """Asks for the tool once, and ends."""

    @property
    def _llm_type(self) -> str:
        return "fake"

    def bind_tools(self, *given: Any, **named: Any) -> Any:
        return self

    def _generate(self, messages: Any, *given: Any, **named: Any) -> ChatResult:
        SEEN.asked.append("model")
        if isinstance(messages[-1], ToolMessage):
            said = AIMessage(content=str(messages[-1].content))
        else:
            said = AIMessage(
                content="",
                tool_calls=[{"name": "shell", "args": {}, "id": "c", "type": "tool_call"}],
            )
        return ChatResult(generations=[ChatGeneration(message=said)])


def shell() -> str:
    """Leave a mark."""
    SEEN.called.append("shell")
    return "done"


agent = create_agent(Fake(), tools=[shell], middleware=[BrakeMiddleware(brake())])
result = agent.invoke({"messages": [{"role": "user", "content": "go"}]})
SEEN.report(result["messages"][-1].content)
