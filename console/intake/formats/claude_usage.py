"""What a Claude Code transcript says that models took: tokens of every answer, and what was paid.

An answer stands on a line for each of its blocks, with one `message.id` and one `requestId` and
usage that may grow from line to line; sessions that are resumed repeat answers under new record
ids. Each counts once, with the most that was said of it. Tokens are those of input, output, and of
the cache, written and read. Old versions write `costUSD` beside an answer; new ones write what the
session cost so far (`cost-state`), which is charged to the prompt after which it was written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from console.intake.formats.usage import price

if TYPE_CHECKING:
    from console.intake.formats.claude_records import Record
    from console.intake.formats.claude_runs import At, Run, Story
    from console.intake.formats.marks import Marks

_CALLS = 16
"""Of so many answers it is known what was said of them, of older ones only that they were told."""
_PAID = "cost-state"


def count(story: Story, seen: Marks, record: Record, run: Run, at: At) -> None:
    """Take in an answer, or a further part of one; `seen` are the marks of those before."""
    message, paid_usd = record.message, record.cost_usd
    if message is None or (message.usage is None and paid_usd is None):
        return
    tokens = message.usage.total() if message.usage is not None else 0
    calls = story.calls
    call = (message.id or record.own_id(story.session, at[0])) + (record.request_id or "")
    known = calls.get(call)
    if known is None:
        if not seen.fresh(call):
            return
        calls[call] = tokens
        if len(calls) > _CALLS:
            del calls[next(iter(calls))]
        paid = 0.0
        if paid_usd is not None:
            paid = price(paid_usd)
            story.priced = story.priced or paid > 0
        run.meter.count(call, at, tokens, paid)
    elif tokens > known:
        calls[call] = tokens
        run.meter.count(call, at, tokens - known)


def pay(story: Story, record: Record, where: tuple[int, int, int]) -> None:
    """Take in what a session cost so far, unless its answers say themselves what they cost.

    A total that is lower than the one before is of a process that began to count anew. One that
    leaves out models whose price it does not know is no total.
    """
    total = price(record.total_cost_usd)
    if record.type != _PAID or not total or record.has_unknown_model_cost or story.priced:
        return
    more = total - story.paid_usd if total >= story.paid_usd else total
    story.paid_usd = total
    if story.run is not None and story.last_us is not None:
        story.run.meter.count(f"{story.session}$", (story.last_us, *where), 0, more)
