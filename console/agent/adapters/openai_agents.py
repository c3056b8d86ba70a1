"""OpenAI Agents SDK (0.23): a guardrail before the run and one before every tool.

    brake = Brake(guard, log, run="r-1")
    tool = function_tool(send, tool_input_guardrails=[tool_guardrail(brake)])
    agent = Agent(name="refunds", tools=[tool], input_guardrails=[start_guardrail(brake)])

A start that is refused raises the SDK's `InputGuardrailTripwireTriggered` before the model is
asked; an action that is refused is not carried out, and the model reads why. A guardrail that fails
ends the run: the SDK is closed by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from agents import (
    GuardrailFunctionOutput,
    InputGuardrail,
    ToolGuardrailFunctionOutput,
    ToolInputGuardrail,
    ToolInputGuardrailData,
)

if TYPE_CHECKING:
    from .brake import Brake


def start_guardrail(brake: Brake) -> InputGuardrail[Any]:
    """Return an input guardrail that stops a run while the route lets none start."""

    async def may_start(context: Any, agent: Any, said: Any) -> GuardrailFunctionOutput:
        del context, agent, said
        reason = brake.start()
        return GuardrailFunctionOutput(output_info=reason, tripwire_triggered=bool(reason))

    # Not in parallel: the model must not have been asked when the answer is no.
    return InputGuardrail(guardrail_function=may_start, name="burnline", run_in_parallel=False)


def tool_guardrail(brake: Brake) -> ToolInputGuardrail[Any]:
    """Return a tool guardrail that refuses an action which is not allowed now."""

    def may_act(data: ToolInputGuardrailData) -> ToolGuardrailFunctionOutput:
        reason = brake.action(data.context.tool_name)
        if reason:
            return ToolGuardrailFunctionOutput.reject_content(reason)
        return ToolGuardrailFunctionOutput.allow()

    return ToolInputGuardrail(guardrail_function=may_act, name="burnline")
