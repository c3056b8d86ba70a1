"""Mistakes that somebody might make in the program, each as one line of it changed.

A mistake is applied to the source of a function and compiled in its place, so that one whose line
is not there any more says so instead of passing for caught.
"""

from __future__ import annotations
import __future__

import importlib
import inspect
import textwrap
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import pytest


class Unfit(Exception):  # noqa: N818 - it names what is so
    """The mistake cannot be made any more: what it changes is not in the program."""


class Mistake(NamedTuple):
    """`right` in the source of `place` (module:function) becomes `wrong`."""

    place: str
    right: str
    wrong: str


_LEDGER = "console.ledger"
MISTAKES: dict[str, Mistake] = {
    "no retraction": Mistake(
        f"{_LEDGER}.counts:Cells.move", "self._add(route, before, -1)", "pass"
    ),
    "no de-duplication": Mistake(
        f"{_LEDGER}.facts:Facts.add", 'boot="", seq=None', 'boot="", seq=hash(origin)'
    ),
    "a deadline fires from the wall clock during backlog": Mistake(
        f"{_LEDGER}.deadlines:reading_clock", "return clock_us", "return now_us"
    ),
    "an open run counts as good": Mistake(
        f"{_LEDGER}.runs:_state",
        "(RunState.UNKNOWN if _abandoned(case) else RunState.OPEN), None",
        "RunState.GOOD, case.marks[0].event.ts_us // MINUTE_US",
    ),
    "an abandoned run stays open": Mistake(
        f"{_LEDGER}.runs:_state", "RunState.UNKNOWN if", "RunState.OPEN if"
    ),
    "a late miss does not move the run": Mistake(
        f"{_LEDGER}.runs:_state",
        "return RunState.BAD, debits[0].at_us // MINUTE_US",
        "at_us = (case.terminals[0].event.ts_us if case.terminals else debits[0].at_us)\n"
        "        return RunState.BAD, at_us // MINUTE_US",
    ),
    "a child's misses are not charged to the root": Mistake(
        f"{_LEDGER}.runs:evaluate", "debits += _surviving(part, _own_debits(part))", "pass"
    ),
    "a child is counted": Mistake(
        f"{_LEDGER}.book:Ledger._judge", "self._families.parent(key) is not None or", ""
    ),
    "a cancelled run loses its permission miss": Mistake(
        f"{_LEDGER}.runs:_surviving",
        "debit.error_class in _SURVIVE_CANCELLING",
        "debit.error_class is ErrorClass.RECOVERY",
    ),
    "a cancelled run keeps every miss": Mistake(
        f"{_LEDGER}.runs:_surviving", "debit.error_class in _SURVIVE_CANCELLING and", ""
    ),
    "a denial by our own brake is charged": Mistake(
        f"{_LEDGER}.permission:_denied",
        "if case.orders.excuses",
        "if case.clock_us < 0 and case.orders.excuses",
    ),
    "a denial is excused by an order that never stood": Mistake(
        f"{_LEDGER}.orders:Orders.excuses",
        "if order is None or event.ts_us < order.issued_us:\n            continue",
        "if order is None:\n            return True",
    ),
    "a denial is excused by an order long over": Mistake(
        f"{_LEDGER}.orders:Orders.excuses", "if order.ends_us is None", "if True"
    ),
    "a failed verdict loses a tie": Mistake(
        f"{_LEDGER}.classes:_verdicts", '== "check.failed"', '== "check.passed"'
    ),
    "a late pass clears an early failure": Mistake(
        f"{_LEDGER}.classes:_checks",
        "before and _failed(before[-1])",
        "before and _failed(before[-1]) and _failed(marks[-1])",
    ),
    "a missing verdict is no miss": Mistake(
        f"{_LEDGER}.classes:_missing_verdicts",
        "for check in case.measured.requires",
        "for check in ()",
    ),
    "new settings apply to earlier runs": Mistake(
        "console.collector.history:History.at", "if since_us <= at_us", "if True"
    ),
    "a handoff after the failure is handing off": Mistake(
        f"{_LEDGER}.classes:trust",
        "handoff is None or handoff.event.ts_us > mark.event.ts_us",
        "handoff is None",
    ),
    "anybody corrects a permission miss": Mistake(
        "console.store.corrections:Correction.covers",
        "entry.classes & _PERMISSION_BIT and not self.by_owner",
        "False",
    ),
    "an order binds before its receipt": Mistake(
        f"{_LEDGER}.orders:Orders.binding",
        "if event.ts_us >= self._binds_us(order, event.agent, receipt_within_us):",
        "if True:",
    ),
    "waiting for a grant runs on the clock": Mistake(
        f"{_LEDGER}.classes:latency", "+ _ordered_wait_us(case, start_us, start_us + sla_us)", ""
    ),
    "an order given while nobody looked is not taken over": Mistake(
        "console.collector.standing:Standing.take_orders",
        "ledger.reorder(route, min(since))",
        "pass",
    ),
    "a rescue is no miss": Mistake(
        f"{_LEDGER}.classes:trust", 'for mark in case.of("rescued")', "for mark in ()"
    ),
    "what models took is a unit of work": Mistake(
        f"{_LEDGER}.case:Case.__init__", "if mark.event.event != USAGE", ""
    ),
    "every reading of a meter counts": Mistake(
        f"{_LEDGER}.effort:spent", "for _, one in telling if not one.meter", "for _, one in telling"
    ),
    "an overdue order is no miss": Mistake(
        f"{_LEDGER}.book:Ledger.settle", "changes += self._overdue(route)", "pass"
    ),
}


def make(mistake: Mistake, patch: pytest.MonkeyPatch) -> None:
    """Make a mistake for the time of a test.

    Raises:
        Unfit: its line stands not exactly once in its place.
    """
    module_name, _, path = mistake.place.partition(":")
    owner: Any = importlib.import_module(module_name)
    *parents, name = path.split(".")
    module = owner
    for parent in parents:
        owner = getattr(owner, parent)
    source = textwrap.dedent(inspect.getsource(getattr(owner, name)))
    if source.count(mistake.right) != 1:
        raise Unfit(f"{mistake.place} has not once {mistake.right!r}")
    wrong = source.replace(mistake.right, mistake.wrong)
    flags = __future__.annotations.compiler_flag
    made: dict[str, Any] = {}
    exec(compile(wrong, f"<{mistake.place}>", "exec", flags), vars(module), made)
    # In the function itself, so that it is made for whoever holds it, under whatever name.
    patch.setattr(getattr(owner, name), "__code__", made[name].__code__)
