"""The records that most of a transcript consists of: what the agent says, and results of tools.

What they leave in the story is what `claude_reader` makes of any record, in the few steps that it
takes while a run is under way. Whatever is not as plain is left to that.
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

_WORDS = frozenset({"text", "thinking", "redacted_thinking"})


class Work:
    """Takes in plain records of one transcript; `seen` are the marks of all records before."""

    def __init__(self, runs: Runs, seen: Marks) -> None:
        self._runs = runs
        self._story = runs.story
        self._seen = seen

    def takes(self, record: Record, offset: int, length: int, line: int) -> bool:
        """Take in a record if it is plain; say whether it is."""
        story, message, stamp = self._story, record.message, record.timestamp
        run, brought = story.run, None
        if (
            run is None
            or message is None
            or not record.uuid
            or not isinstance(stamp, str)
            or story.held is not None
            or not story.cwd
            or (record.is_sidechain and not story.agent)
        ):
            return False
        if record.type == "user":
            brought = _only_result(record, message)
            if brought is None:
                return False
        elif (
            record.type != "assistant" or message.model == NO_ANSWER or record.is_api_error_message
        ):
            return False
        try:
            at_us = instant_us(stamp)
        except ValueError:
            return False
        if self._seen.fresh(record.uuid):
            story.last_us = at_us
            if story.rest is not None:
                self._runs.pass_time(at_us)
            if brought is None:
                self.answer(record, message, run, (at_us, offset, length, line))
            else:
                story.rest = None
                self.result(brought, run, at_us)
        return True

    def result(self, block: Block, run: Run, at_us: int) -> None:
        """Take in that a tool was used: nothing of it waits any more."""
        tool_use, tools = block.tool_use_id, self._story.tools
        tool = tools.get(tool_use)
        if tool is None:
            tool_use = name(tool_use)
            tool = tools.get(tool_use)
        if tool_use in run.open:
            while tool_use in run.open:
                run.open.remove(tool_use)
            if tool is not None and tool.name in PLANS:
                run.waited_us += max(at_us - tool.ts_us, 0)
        launched = tool is not None and tool.name in LAUNCHERS
        if launched is not run.launched:
            run.launched = launched

    def answer(self, record: Record, message: Message, run: Run, at: At) -> None:
        """Take in what the agent says: what it wants to do next, or perhaps its last words."""
        story, runs, stop = self._story, self._runs, message.stop_reason
        claude_usage.count(story, self._seen, record, run, at)
        runs.speak(run, message.id)
        blocks = message.blocks()
        for block in blocks:
            if block.type == "tool_use":
                runs.use(at[0], run, block.id, block.name, waits=True)
        if stop == "tool_use":
            return
        if stop == "end_turn":
            place = Place(record.own_id(story.session, at[0]), *at)
            runs.deliver(place, runs.elapsed_s(run, at[0]))
        elif blocks and _WORDS.issuperset([block.type for block in blocks]):
            runs.rest(Place(record.own_id(story.session, at[0]), *at), run)


def _only_result(record: Record, message: Message) -> Block | None:
    """Return what one tool brought, where nothing else stands in the user's place, and no error."""
    blocks, told = message.content, record.tool_use_result
    if not isinstance(blocks, list) or len(blocks) != 1 or record.data is not None:
        return None
    block = blocks[0]
    if block.type != "tool_result" or block.is_error:
        return None
    if told is not None and isinstance(told, Named) and told.agent_id:
        return None
    return block
