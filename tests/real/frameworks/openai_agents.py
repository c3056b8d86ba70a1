"""OpenAI Agents SDK with a model of ours: one tool call, then the answer."""

from __future__ import annotations

import asyncio
from typing import Any

from agents import Agent, InputGuardrailTripwireTriggered, ModelResponse, RunConfig, Runner, Usage
from agents import function_tool as tool_of
from agents.models.interface import Model
from openai.types.responses import (
    ResponseFunctionToolCall,
    ResponseOutputMessage,
    ResponseOutputText,
)

from console.agent.adapters.openai_agents import start_guardrail, tool_guardrail
from tests.real.frameworks.stage import Seen, brake

SEEN = Seen([], [])


class Fake(Model):
    """Asks for the tool once, and ends."""

    async def get_response(self, *given: Any, **named: Any) -> ModelResponse:
        SEEN.asked.append("model")
        said = str(named.get("input") or given[1])
        if "function_call_output" in said:
            text = ResponseOutputText(type="output_text", text=said[-800:], annotations=[])
            item: Any = ResponseOutputMessage(
                id="m", type="message", role="assistant", status="completed", content=[text]
            )
        else:
            item = ResponseFunctionToolCall(
                id="f", call_id="c", type="function_call", name="shell", arguments="{}"
            )
        return ModelResponse(output=[item], usage=Usage(), response_id=None)

    def stream_response(self, *given: Any, **named: Any) -> Any:
        raise NotImplementedError


def shell() -> str:
    """Leave a mark."""
    SEEN.called.append("shell")
    return "done"


async def main() -> None:
    one = brake()
    tool = tool_of(shell, tool_input_guardrails=[tool_guardrail(one)])
    agent = Agent(name="a", model=Fake(), tools=[tool], input_guardrails=[start_guardrail(one)])
    try:
        result = await Runner.run(agent, "go", run_config=RunConfig(tracing_disabled=True))
        SEEN.report(result.final_output)
    except InputGuardrailTripwireTriggered as tripped:
        SEEN.report(tripped.guardrail_result.output.output_info)


asyncio.run(main())
