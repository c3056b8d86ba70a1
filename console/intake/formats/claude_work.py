"""The records that most of a transcript consists of: a call of a tool, its result, the last words.

What they leave in the story is what `claude_reader` makes of any record, in the few steps that it
takes while a run is under way and nothing of it waits for the clock. Whatever is not as plain is
left to that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.intake.formats import claude_usage
from console.intake.formats.claude_records import NO_ANSWER, Named
from console.intake.formats.claude_runs import LAUNCHERS, PLANS, Place
from console.intake.times import instant_us
from console.text import name

if TYPE_CHECKING:
    from console.intake.formats.claude_records import Block, Message, Record
    from console.intake.formats.claude_runs import At, Run, Runs
    from console.intake.formats.marks import Marks

_STOPS = frozenset({"tool_use", "end_turn"})


class Work:
    """Takes in plain records of one transcript; `seen` are the marks of all records before."""

    def __init__(self, runs: Runs, seen: Marks) -> None:
        self._runs = runs
        self._story = runs.story
        self._seen = seen

    def takes(self, record: Record, offset: int, length: int, line: int) -> bool:
        """Take in a record if it is plain; say whether it is."""
        story, message, stamp = self._story, record.message, record.timestamp
        run, kind = story.run, record.type
        if (
            run is None
            or message is None
            or not record.uuid
            or not isinstance(stamp, str)
            or not isinstance(message.content, list)
            or story.rest is not None
            or story.held is not None
            or not story.cwd
            or (record.is_sidechain and not story.agent)
        ):
            return False
        blocks = message.content
        if kind == "assistant":
            if (
                message.stop_reason not in _STOPS
                or message.model == NO_ANSWER
                or record.is_api_error_message
            ):
                return False
        elif (
            kind != "user"
            or len(blocks) != 1
            or blocks[0].type != "tool_result"
            or blocks[0].is_error
            or record.data is not None
        ):
            return False
        else:
            told = record.tool_use_result
            if told is not None and isinstance(told, Named) and told.agent_id:
                return False
        try:
            at_us = instant_us(stamp)
        except ValueError:
            return False
        if self._seen.fresh(record.uuid):
            story.last_us = at_us
            if kind == "user":
                self.result(blocks[0], run, at_us)
            else:
                self._answer(record, message, run, (at_us, offset, length, line))
        return True

    def result(self, block: Block, run: Run, at_us: int) -> None:
        """Take in that a tool was used: nothing of it waits any more."""
        tool_use, tools = block.tool_use_id, self._story.tools
        tool = tools.get(tool_use)
        if tool is None:
            tool_use = name(tool_use)
            tool = tools.get(tool_use)
        if tool_use in run.open:
            run.open = [other for other in run.open if other != tool_use]
            if tool is not None and tool.name in PLANS:
                run.waited_us += max(at_us - tool.ts_us, 0)
        launched = tool is not None and tool.name in LAUNCHERS
        if launched is not run.launched:
            run.launched = launched

    def _answer(self, record: Record, message: Message, run: Run, at: At) -> None:
        """Take in what the agent wants to do next, or that it is done."""
        story, runs = self._story, self._runs
        claude_usage.count(story, self._seen, record, run, at)
        runs.speak(run, message.id)
        for block in message.blocks():
            if block.type == "tool_use":
                runs.use(at[0], run, block.id, block.name, waits=True)
        if message.stop_reason == "end_turn":
            own = record.own_id(story.session, at[0])
            runs.deliver(Place(own, *at), runs.elapsed_s(run, at[0]))
